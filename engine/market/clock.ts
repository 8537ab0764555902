/** Time as a part that runs live sees it, handed in so that its tests need none. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** Calls back once, after so many milliseconds, unless cancelled before. */
  after(milliseconds: number, run: () => void): { cancel(): void };
}
