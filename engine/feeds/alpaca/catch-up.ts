import type { Calendar, Hours } from '../../market/calendar.ts';
import type { Clock } from '../../market/clock.ts';
import type { MinuteBar } from '../../market/minute-bar.ts';
import { DAY, MINUTE, SECOND } from '../../market/time.ts';
import { lastMinuteEnd, nextMinuteEnd } from './trading-minutes.ts';

/** 1-minute bars by REST: those that begin at or after `from` and end at or before `to` (ms), raw, in any order. */
export type AskMinutes = (symbols: readonly string[], from: number, to: number) => Promise<readonly MinuteBar[]>;

export interface CatchUpOptions {
  readonly clock: Clock;
  /** The server's time, ms. */
  readonly now: () => number;
  readonly dice: () => number;
  readonly calendar: Calendar;
  readonly hours: Hours;
  readonly graceMs: number;
  readonly ask: AskMinutes;
  /** Sees to it that `now` can be relied on: nothing traded in a minute that has not come yet. */
  readonly measure: () => Promise<void>;
  readonly symbols: () => readonly string[];
  /** End of the last minute that needs no more asking, ms. */
  readonly decided: () => number;
  /** All bars up to `through` (ms) that were not asked for before. */
  readonly found: (bars: readonly MinuteBar[], through: number) => void;
  /** The server did not answer, so many times now; it is asked again. */
  readonly failed: (words: string, times: number) => void;
}

/** Asks by REST for the minutes that a socket did not bring. */
export interface CatchUp {
  /** Asks for all that is over and not decided, as soon as REST can have it; once, or after each minute until `stop`. */
  start(how: 'once' | 'until stopped'): void;
  stop(): void;
}

/** No more at a time: what comes of a long absence is worked off piece by piece. */
const PIECE = DAY;
const FIRST_PAUSE = SECOND;
const LONGEST_PAUSE = MINUTE;

export function createCatchUp(options: CatchUpOptions): CatchUp {
  const { clock, now, calendar, hours, graceMs } = options;
  let turn = 0;
  let known = Number.NEGATIVE_INFINITY;
  let failures = 0;
  let timer: { cancel(): void } | undefined;

  const stop = (): void => {
    turn++;
    timer?.cancel();
    timer = undefined;
  };
  const later = (ms: number, mine: number, run: () => void): void => {
    timer = clock.after(Math.max(0, ms), () => {
      timer = undefined;
      if (turn === mine) run();
    });
  };
  /** What goes wrong in the work on an answer is a fault of the program, and thrown where the loop sees it. */
  const fault = (error: unknown): void => {
    setImmediate(() => {
      throw error;
    });
  };

  const go = async (mine: number, how: 'once' | 'until stopped'): Promise<void> => {
    const again = () => void go(mine, how).catch(fault);
    await options.measure();
    if (turn !== mine) return;
    const last = lastMinuteEnd(calendar, hours, now());
    // REST has a minute's bars as soon as the socket sends them, within the grace.
    if (now() < last + graceMs) {
      later(last + graceMs - now(), mine, again);
      return;
    }
    const from = Math.max(options.decided(), known);
    const through = last > from + PIECE ? lastMinuteEnd(calendar, hours, from + PIECE) : last;
    const symbols = options.symbols();
    let bars: readonly MinuteBar[] = [];
    if (through > from && symbols.length > 0) {
      try {
        bars = await options.ask(symbols, from, through);
      } catch (error) {
        if (turn !== mine) return;
        const pause =
          Math.min(FIRST_PAUSE * 2 ** Math.min(failures++, 10), LONGEST_PAUSE) * (0.8 + 0.4 * options.dice());
        options.failed(error instanceof Error ? error.message : String(error), failures);
        later(pause, mine, again);
        return;
      }
      if (turn !== mine) return;
    }
    failures = 0;
    // The end of a piece may lie between two sessions, where nothing is.
    known = Math.max(through, Math.min(last, from + PIECE));
    options.found(bars, known);
    if (turn !== mine) return;
    if (known < last) again();
    else if (how === 'until stopped') later(nextMinuteEnd(calendar, hours, last) + graceMs - now(), mine, again);
  };

  return {
    start(how) {
      stop();
      void go(turn, how).catch(fault);
    },
    stop,
  };
}
