import type { IndicatorEntry, OptionSpec } from './entry.ts';

/** Longest window or smoothing an indicator takes, in bars. */
export const LONGEST = 10_000;

interface BarsOption {
  readonly default?: number;
  readonly min?: number;
}

/** An option that counts bars: a whole number from `min` (1) to 10,000; without a default it must be given. */
export const bars = (name: string, description: string, option: BarsOption = {}): OptionSpec => ({
  name,
  description,
  min: option.min ?? 1,
  max: LONGEST,
  integer: true,
  default: option.default,
});

/** The rule of indicators with a fast and a slow side: option `fast` may not be longer than option `slow`. */
export const fastBelowSlow =
  (fast: number, slow: number) =>
  (options: readonly number[]): string | undefined =>
    options[fast]! <= options[slow]!
      ? undefined
      : `the fast length (${options[fast]}) may not be longer than the slow length (${options[slow]})`;

/** What is wrong with option values for an entry, as a sentence that names option, rule and value; undefined when nothing is. */
export const optionProblem = (
  entry: Pick<IndicatorEntry, 'options' | 'check'>,
  options: readonly number[],
): string | undefined => {
  if (options.length !== entry.options.length) {
    return `${entry.options.length} options are wanted (${entry.options.map((option) => option.name).join(', ')}), ${options.length} given`;
  }
  for (const [k, option] of entry.options.entries()) {
    const value = options[k]!;
    if (!(value >= option.min && value <= option.max)) {
      return `${option.name} must be from ${option.min} to ${option.max}, not ${value}`;
    }
    if (option.integer && !Number.isInteger(value)) return `${option.name} must be a whole number, not ${value}`;
  }
  return entry.check?.(options);
};
