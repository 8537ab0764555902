/** What the reload knows of time, so that its tests need none. */
export interface ReloadClock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** Calls back once, after so many milliseconds, unless cancelled before. */
  after(milliseconds: number, run: () => void): { cancel(): void };
}

/** The machine's own. A timer of it keeps no process alive. */
export const systemClock: ReloadClock = {
  now: () => Date.now(),
  after(milliseconds, run) {
    const timer = setTimeout(run, milliseconds).unref();
    return { cancel: () => clearTimeout(timer) };
  },
};
