import { MINUTE } from '../../../engine/market/time.ts';

/** What the headers of an answer say, and whether the request is over the limit. */
export interface Allowance {
  readonly limit: number;
  readonly remaining: number;
  /** Unix seconds at which the window begins anew. */
  readonly reset: number;
  readonly exceeded: boolean;
}

/** So many requests a minute of the virtual clock, counted in whole minutes. Trading and data have one each. */
export function createRateLimit(limit: number): (now: number) => Allowance {
  let window = Number.NEGATIVE_INFINITY;
  let used = 0;
  return (now) => {
    const minute = Math.floor(now / MINUTE);
    if (minute !== window) {
      window = minute;
      used = 0;
    }
    used++;
    return {
      limit,
      remaining: Math.max(0, limit - used),
      reset: ((minute + 1) * MINUTE) / 1_000,
      exceeded: used > limit,
    };
  };
}
