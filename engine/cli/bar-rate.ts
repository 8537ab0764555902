/** Milliseconds that a rate looks back. */
const WINDOW_MS = 5_000;
/** Nothing is said of less than this. */
const LEAST_MS = 250;

export interface BarRate {
  /** @param at ms of a steady clock */
  readonly note: (bars: number, at: number) => void;
  /** Bars a second over the last seconds; undefined before enough time has gone by. */
  readonly perSecond: () => number | undefined;
  /** Forgets the past: the pace is another from now on. */
  readonly restart: () => void;
}

/** Measures how fast bars come. */
export const createBarRate = (): BarRate => {
  const marks: { readonly bars: number; readonly at: number }[] = [];
  return {
    note(bars, at) {
      const last = marks.at(-1);
      if (last !== undefined && at - last.at < 50) return;
      marks.push({ bars, at });
      while (marks.length > 2 && at - marks[1]!.at >= WINDOW_MS) marks.shift();
    },
    perSecond() {
      const [first] = marks;
      const last = marks.at(-1);
      if (first === undefined || last === undefined || last.at - first.at < LEAST_MS) return undefined;
      return ((last.bars - first.bars) * 1000) / (last.at - first.at);
    },
    restart() {
      marks.length = 0;
    },
  };
};
