import type { Clock } from '../engine/market/clock.ts';

export interface VirtualClock extends Clock {
  /** Runs every timer that is due by then, each at its own time, in order. */
  advanceTo(instant: number): void;
  advance(milliseconds: number): void;
  /** The same, with everything that follows from a timer before the next one. */
  pass(milliseconds: number): Promise<void>;
  /** Moves the time without running timers, as a clock that is set does. */
  set(instant: number): void;
  /** Timers that wait. */
  readonly waiting: number;
  /** When the next one is due; Infinity when none waits. */
  readonly next: number;
}

/** Lets everything run that waits for nothing but its turn. */
export const idle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A clock that goes only when it is told to. */
export function virtualClock(start: number): VirtualClock {
  let now = start;
  let order = 0;
  const timers = new Set<{ readonly at: number; readonly order: number; readonly run: () => void }>();

  const due = (until: number) => {
    let first: { readonly at: number; readonly order: number; readonly run: () => void } | undefined;
    for (const timer of timers) {
      if (timer.at > until) continue;
      if (first === undefined || timer.at < first.at || (timer.at === first.at && timer.order < first.order))
        first = timer;
    }
    return first;
  };
  const advanceTo = (instant: number): void => {
    for (let timer = due(instant); timer !== undefined; timer = due(instant)) {
      timers.delete(timer);
      now = Math.max(now, timer.at);
      timer.run();
    }
    now = Math.max(now, instant);
  };

  return {
    now: () => now,
    after(milliseconds, run) {
      const timer = { at: now + milliseconds, order: order++, run };
      timers.add(timer);
      return { cancel: () => timers.delete(timer) };
    },
    advanceTo,
    advance: (milliseconds) => advanceTo(now + milliseconds),
    async pass(milliseconds) {
      const end = now + milliseconds;
      await idle();
      for (let timer = due(end); timer !== undefined; timer = due(end)) {
        timers.delete(timer);
        now = Math.max(now, timer.at);
        timer.run();
        await idle();
      }
      now = Math.max(now, end);
    },
    set(instant) {
      now = instant;
    },
    get waiting() {
      return timers.size;
    },
    get next() {
      return due(Number.POSITIVE_INFINITY)?.at ?? Number.POSITIVE_INFINITY;
    },
  };
}
