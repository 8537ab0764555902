import type { Calendar } from '../../market/calendar.ts';
import { MINUTE } from '../../market/time.ts';

/** Markets whose data come by one socket each. */
export type Market = Calendar['id'];

/** Which symbols a minute waits for. */
export interface Expected {
  readonly symbols: ReadonlySet<string>;
  /** Of these symbols, each once. */
  readonly calendars: readonly Calendar[];
  /** The calendar of one of these symbols; undefined for any other. */
  calendarOf(symbol: string): Calendar | undefined;
  /** How many symbols of a market send a bar for the minute that ends then, if they trade in it. */
  count(market: Market, end: number): number;
  /** All of them are among `present`. */
  complete(market: Market, end: number, present: ReadonlyMap<string, unknown>): boolean;
  setSymbols(symbols: Iterable<string>): void;
  /** Trading in a symbol stopped or went on, at an instant of the market's. */
  halt(symbol: string, at: number, halted: boolean): void;
  /** Since when it is halted (ms); undefined when it trades. */
  haltedSince(symbol: string): number | undefined;
}

/**
 * A halted symbol is not waited for in minutes that begin during its halt; in the minute of the halt it traded.
 * @param calendarOf the calendar that a symbol trades by
 */
export function createExpected(calendarOf: (symbol: string) => Calendar): Expected {
  let members = new Map<string, Calendar>();
  let symbols: ReadonlySet<string> = new Set();
  let calendars: readonly Calendar[] = [];
  const haltedSince = new Map<string, number>();

  const waits = (symbol: string, end: number): boolean => {
    const since = haltedSince.get(symbol);
    return since === undefined || end - MINUTE < since;
  };

  return {
    get symbols() {
      return symbols;
    },
    get calendars() {
      return calendars;
    },
    calendarOf: (symbol) => members.get(symbol),
    count(market, end) {
      let count = 0;
      for (const [symbol, { id }] of members) if (id === market && waits(symbol, end)) count++;
      return count;
    },
    complete(market, end, present) {
      for (const [symbol, { id }] of members) {
        if (id === market && !present.has(symbol) && waits(symbol, end)) return false;
      }
      return true;
    },
    setSymbols(wanted) {
      members = new Map([...wanted].map((symbol) => [symbol, calendarOf(symbol)]));
      symbols = new Set(members.keys());
      calendars = [...new Map([...members.values()].map((calendar) => [calendar.id, calendar])).values()];
      for (const symbol of haltedSince.keys()) if (!members.has(symbol)) haltedSince.delete(symbol);
    },
    halt(symbol, at, halted) {
      if (!members.has(symbol)) return;
      if (!halted) haltedSince.delete(symbol);
      else if (!haltedSince.has(symbol)) haltedSince.set(symbol, at);
    },
    haltedSince: (symbol) => haltedSince.get(symbol),
  };
}
