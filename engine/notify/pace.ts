/** How often a chat may be written to (core.telegram.org/bots/faq, "My bot is hitting limits"). */
export interface PaceLimits {
  /** Milliseconds between two messages. */
  readonly gapMs: number;
  /** Messages in any window of that many milliseconds. */
  readonly most: number;
  readonly windowMs: number;
}

/** A message a second to any chat; twenty a minute to groups and channels. */
export const paceOf = (chat: string): PaceLimits =>
  /^[-@]/.test(chat) ? { gapMs: 1_000, most: 20, windowMs: 60_000 } : { gapMs: 1_000, most: 60, windowMs: 60_000 };

export interface Pace {
  /** Milliseconds until a message may go; 0: now. */
  wait(now: number): number;
  /** One went. */
  note(now: number): void;
}

/** Keeps to the limits. Times are of a clock that never goes back, ms. */
export const createPace = ({ gapMs, most, windowMs }: PaceLimits): Pace => {
  /** When the last `most` went, oldest first. */
  const gone: number[] = [];
  return {
    wait(now) {
      const last = gone.at(-1);
      const gap = last === undefined ? 0 : last + gapMs - now;
      const first = gone.length < most ? undefined : gone[0]!;
      return Math.max(0, gap, first === undefined ? 0 : first + windowMs - now);
    },
    note(now) {
      gone.push(now);
      if (gone.length > most) gone.shift();
    },
  };
};
