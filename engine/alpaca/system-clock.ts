import type { Clock } from '../market/clock.ts';

/** The machine's own. Its timers keep the process alive: whoever waits for leave to ask is not done. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, run) {
    const timer = setTimeout(run, milliseconds);
    return { cancel: () => clearTimeout(timer) };
  },
};
