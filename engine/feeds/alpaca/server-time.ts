import type { Clock } from '../../market/clock.ts';
import { HOUR, SECOND } from '../../market/time.ts';

export interface ServerTimeOptions {
  readonly clock: Clock;
  /** Asks the server for its time, ms since 1970. */
  readonly ask: () => Promise<number>;
  /** The machine's clock is off by so many ms (positive: it is behind); told when that becomes more than two seconds. */
  readonly skewed: (behindMs: number) => void;
}

/** The server's time, as far as it is known. */
export interface ServerTime {
  now(): number;
  /**
   * Asks anew, unless that was done in the last ten seconds. An answer that does not come within three is not waited for, and
   * changes nothing.
   */
  measure(): Promise<void>;
}

/** A clock that is off by less decides nothing otherwise: minutes wait for their bars longer than that. */
const TOLERATED = 2 * SECOND;

const FRESH = 10 * SECOND;
const PATIENCE = 3 * SECOND;
const GOOD_FOR = HOUR;

/**
 * Corrects the machine's clock by the server's, from which the minutes of bars are counted: by a clock that runs ten seconds
 * ahead every minute would end before its bars have come.
 */
export function createServerTime({ clock, ask, skewed }: ServerTimeOptions): ServerTime {
  let offset = 0;
  let told = 0;
  let askedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | undefined;

  const measureNow = async (): Promise<void> => {
    const sent = clock.now();
    askedAt = sent;
    try {
      const server = await ask();
      const got = clock.now();
      // A clock that was set meanwhile, or an answer that took long, says nothing about the middle of its way.
      if (!Number.isFinite(server) || got < sent || got - sent > FRESH) return;
      const found = server - (sent + got) / 2;
      // Half the way there and back is the error of the measure.
      offset = Math.abs(found) <= (got - sent) / 2 ? 0 : found;
      if (Math.abs(offset) > TOLERATED && Math.abs(offset - told) > TOLERATED) skewed(offset);
      told = Math.abs(offset) > TOLERATED ? offset : 0;
    } catch {
      // The next bar that does not fit, or the next hour, asks again.
    } finally {
      asking = undefined;
    }
  };

  const measure = (): Promise<void> => {
    const since = clock.now() - askedAt;
    if (asking === undefined && since >= 0 && since < FRESH) return Promise.resolve();
    asking ??= measureNow();
    const answer = asking;
    return new Promise((resolve) => {
      const timer = clock.after(PATIENCE, resolve);
      void answer.then(() => {
        timer.cancel();
        resolve();
      });
    });
  };

  return {
    now() {
      const since = clock.now() - askedAt;
      if (since > GOOD_FOR && asking === undefined) void measure();
      return clock.now() + offset;
    },
    measure,
  };
}
