/** What is left of a seed's weight once it no longer counts: a hundredth of the 1e-9 that is promised. */
const FORGOTTEN = 1e-11;

/** Number of bars in which something kept by the factor `keep` a bar (0 to below 1) is forgotten. */
export const barsToForget = (keep: number): number => (keep <= 0 ? 1 : Math.ceil(Math.log(FORGOTTEN) / Math.log(keep)));

/** Bars in which an exponential average of `length` (weight 2 / (length + 1)) forgets its seed. */
export const emaForgets = (length: number): number => barsToForget((length - 1) / (length + 1));

/** Bars in which Wilder's average of `length` (weight 1 / length) forgets its seed. */
export const wilderForgets = (length: number): number => barsToForget((length - 1) / length);

/** The same for exponential averages of `length` fed into one another, whose error is a polynomial times the decay. */
export const cascadeForgets = (length: number, stages: number): number =>
  Math.ceil(emaForgets(length) * (1 + 0.15 * (stages - 1)));
