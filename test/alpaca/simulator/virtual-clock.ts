import { setImmediate as breathe } from 'node:timers/promises';

/** An instant: milliseconds since the epoch, or an ISO text. */
export type When = number | string;

export const instantOf = (when: When): number => {
  const at = typeof when === 'number' ? when : Date.parse(when);
  if (!Number.isFinite(at)) throw new RangeError(`"${when}" is no instant`);
  return at;
};

/**
 * The only time there is: it moves when it is told to, and what was planned happens in order of instant, then of planning.
 * Nothing reads the machine's clock.
 */
export interface VirtualClock {
  now(): number;
  /** Runs `act` when time gets to `at`; at once past instants come with the next step. */
  plan(at: number, act: () => void): void;
  /** Runs `act` in this instant, after the answer that is being written. */
  soon(act: () => void): void;
  /** Works off what `soon` was given. */
  flush(): void;
  /**
   * Goes to an instant. After every instant in which something happened the sockets get a turn, and then `pause` is
   * awaited: there a test waits until the other side has nothing more to do, so that its answers come at that instant.
   */
  advanceTo(when: When, pause?: (at: number) => Promise<void> | void): Promise<void>;
  advanceBy(milliseconds: number, pause?: (at: number) => Promise<void> | void): Promise<void>;
  /** Instant of the next thing planned; Infinity when there is none. */
  next(): number;
}

interface Planned {
  readonly at: number;
  readonly number: number;
  readonly act: () => void;
}

/** A clock that stands at `start` (ms since the epoch). */
export function createVirtualClock(start: number): VirtualClock {
  let now = start;
  let count = 0;
  let soon: (() => void)[] = [];
  let running: Promise<void> = Promise.resolve();
  /** Sorted, the next one last. */
  const planned: Planned[] = [];

  const isLater = (a: Planned, b: Planned): boolean => a.at > b.at || (a.at === b.at && a.number > b.number);

  const flush = (): void => {
    while (soon.length > 0) {
      const acts = soon;
      soon = [];
      for (const act of acts) act();
    }
  };

  const next = (): number => planned.at(-1)?.at ?? Number.POSITIVE_INFINITY;

  const walk = async (to: number, pause: ((at: number) => Promise<void> | void) | undefined): Promise<void> => {
    flush();
    while (next() <= to) {
      now = Math.max(now, next());
      while (next() <= now) {
        planned.pop()!.act();
        flush();
      }
      await breathe();
      await pause?.(now);
      flush();
    }
    now = Math.max(now, to);
  };

  const clock: VirtualClock = {
    now: () => now,
    plan(at, act) {
      const entry = { at, number: count++, act };
      let low = 0;
      let high = planned.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (isLater(planned[middle]!, entry)) low = middle + 1;
        else high = middle;
      }
      planned.splice(low, 0, entry);
    },
    soon: (act) => void soon.push(act),
    flush,
    next,
    advanceTo(when, pause) {
      const to = instantOf(when);
      running = running.then(() => walk(to, pause));
      return running;
    },
    advanceBy(milliseconds, pause) {
      running = running.then(() => walk(now + milliseconds, pause));
      return running;
    },
  };
  return clock;
}
