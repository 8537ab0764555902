import { DAY, HOUR, MINUTE, SECOND } from '../market/time.ts';
import type { Duration, SessionWord } from './model.ts';

const UNITS: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY };

/** Reads `5 bars`, `30m`, `2h`, `1d`; undefined when it is none of them. */
export function parseDuration(text: string): Duration | undefined {
  const bars = /^(\d+) bars?$/.exec(text);
  if (bars !== null) return { kind: 'bars', bars: Number(bars[1]) };
  const time = /^(\d+)\s?([smhdw])$/.exec(text);
  if (time === null) return undefined;
  return { kind: 'time', milliseconds: Number(time[1]) * UNITS[time[2]!]! };
}

/** Reads `15m after open`, `30m before close`; undefined when it is neither. */
export function parseSessionWord(text: string): SessionWord | undefined {
  const found = /^(\d+)\s?([mh]) (after|before) (open|close)$/.exec(text);
  if (found === null) return undefined;
  const offset = Number(found[1]) * UNITS[found[2]!]! * (found[3] === 'after' ? 1 : -1);
  return { anchor: wordOf(['open', 'close'], found[4], 'open'), offset };
}

/** Reads a purse: dollars, or `30% of account`. */
export function parseCapital(value: number | string): { kind: 'dollars' | 'account_pct'; amount: number } | undefined {
  if (typeof value === 'number') return { kind: 'dollars', amount: value };
  const share = /^(\d+(?:\.\d+)?)\s?% of account$/.exec(value.trim());
  return share === null ? undefined : { kind: 'account_pct', amount: Number(share[1]) };
}

const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/**
 * The word of a list that a document's word is. The two are equal, but a document's is a piece of its text: code that
 * runs on every bar compares only words of the program's own, which V8 keeps once and compares by place.
 */
export const wordOf = <T extends string>(list: readonly T[], written: string | undefined, otherwise: T): T =>
  list.find((word) => word === written) ?? otherwise;

/** Number of a weekday word, 0 Sunday to 6 Saturday. */
export const weekdayNumber = (word: string): number => WEEKDAYS.indexOf(word);
