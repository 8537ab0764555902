import type { CorporateAction } from '../../market/bars.ts';
import type { Calendar, Hours } from '../../market/calendar.ts';
import type { Clock } from '../../market/clock.ts';
import { instant, MINUTE, SECOND } from '../../market/time.ts';
import { nextMinuteEnd } from './trading-minutes.ts';

export interface SplitWatchOptions {
  readonly clock: Clock;
  /** The server's time, ms. */
  readonly now: () => number;
  readonly calendar: Calendar;
  readonly hours: Hours;
  /** End of the last minute decided, ms. */
  readonly decided: () => number;
  /** Splits that take effect on a date, `YYYY-MM-DD`. */
  readonly ask: (date: string) => Promise<readonly CorporateAction[]>;
  /** All splits of a session are known: it may be decided until `until` (ms). */
  readonly known: (splits: readonly CorporateAction[], until: number) => void;
  /** They cannot be asked for, and are asked for again; told once a session. */
  readonly failed: (words: string) => void;
}

/** Sees to it that the splits of a session are known before its first minute. */
export interface SplitWatch {
  /** Looks whether it is time to ask. */
  look(): void;
  close(): void;
}

/** The broker works splits in overnight; by now it has. */
const BEFORE_OPEN = 10 * MINUTE;
const PAUSE = 5 * SECOND;

/**
 * @param until what is traded up to here (ms) stands on the footing of the history that the run began with
 */
export function createSplitWatch(options: SplitWatchOptions, until: number): SplitWatch {
  const { clock, now, calendar, hours } = options;
  let limit = until;
  let asking = false;
  let closed = false;
  let timer: { cancel(): void } | undefined;

  const look = (): void => {
    if (asking || closed) return;
    const first = nextMinuteEnd(calendar, hours, options.decided());
    const start = first - MINUTE;
    // What stands on the old footing is decided first, however late it comes.
    if (!Number.isFinite(first) || first <= limit || now() < start - BEFORE_OPEN) return;
    const session = calendar.sessionOn(instant(start));
    asking = true;
    ask(calendar.date(session), calendar.extendedClose(session), false);
  };

  const ask = (date: string, end: number, told: boolean): void => {
    options.ask(date).then(
      (splits) => {
        if (closed) return;
        asking = false;
        limit = end;
        options.known(splits, end);
        look();
      },
      (error: unknown) => {
        if (closed) return;
        const words = error instanceof Error ? error.message : String(error);
        if (!told)
          options.failed(`the splits of ${date} cannot be asked for, and the session waits for them: ${words}`);
        timer = clock.after(PAUSE, () => ask(date, end, true));
      },
    );
  };

  return {
    look,
    close() {
      closed = true;
      timer?.cancel();
    },
  };
}

/** Up to when minutes stand on the footing of a history that was asked for at `at`: the end of that day's trading. */
export function footingUntil(calendar: Calendar, at: number): number {
  const midnight = calendar.midnight(instant(at));
  const session = calendar.sessionOn(instant(at));
  // A day without a session belongs to the one before it: its splits come with the next.
  return session >= 0 && calendar.open(session) > midnight ? calendar.extendedClose(session) : midnight;
}
