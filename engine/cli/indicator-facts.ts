import type { IndicatorEntry, InputSpec, OptionSpec, OutputSpec } from '../indicators/entry.ts';

/** Inputs that a writer has to give: all others are taken from the strategy's own bars. */
const shownInputs = (entry: IndicatorEntry): readonly InputSpec[] =>
  entry.inputs.filter((input) => input.role === 'real' || input.role === 'condition');

const written = (entry: IndicatorEntry, option: (option: OptionSpec) => string): string => {
  const inputs = shownInputs(entry).map((input) =>
    input.role === 'real' && entry.inputs.length === 1 ? 'close' : input.name,
  );
  return `${entry.name}(${[...inputs, ...entry.options.map(option)].join(', ')})`;
};

/** How it is called, options by name with their usual values: `macd(close, fast 12, slow 26, signal 9)`. */
export const signature = (entry: IndicatorEntry): string =>
  written(entry, (option) => (option.default === undefined ? option.name : `${option.name} ${option.default}`));

/** How it is typed: `macd(close, 12, 26, 9)`; an option that has no usual value by its name. */
export const call = (entry: IndicatorEntry): string =>
  written(entry, (option) => (option.default === undefined ? option.name : String(option.default)));

/** Option values to show figures at: the defaults, and 14 (inside the bounds) for one that has none. */
export const shownOptions = (entry: IndicatorEntry): number[] =>
  entry.options.map(
    (option) => option.default ?? Math.min(option.max, Math.max(option.min, option.integer ? 14 : 0.5)),
  );

/** First bar with a value, at the shown options; empty when they do not go together. */
export const warmupOf = (entry: IndicatorEntry): string => {
  const options = shownOptions(entry);
  if (entry.check?.(options) !== undefined) return '';
  return String(entry.warmup(options));
};

const bound = (value: number): string =>
  value === Number.POSITIVE_INFINITY
    ? 'no upper bound'
    : value === Number.NEGATIVE_INFINITY
      ? 'no lower bound'
      : String(value);

export const boundsOf = (option: OptionSpec): string =>
  `${option.integer ? 'whole number' : 'number'}, ${
    Number.isFinite(option.max) ? `${option.min} to ${option.max}` : `${bound(option.min)} or more`
  }`;

export const rangeOf = (output: OutputSpec): string => {
  if (output.type === 'condition') return 'true or false';
  if (output.range === 'input') return 'the range of its input';
  const [low, high] = output.range;
  if (!Number.isFinite(low) && !Number.isFinite(high)) return 'any number';
  if (!Number.isFinite(high)) return `${low} or more`;
  if (!Number.isFinite(low)) return `${high} or less`;
  return `${low} to ${high}`;
};

const UNIT_WORDS: Readonly<Record<OutputSpec['unit'], string>> = {
  price: 'price, dollars a share',
  money: 'dollars',
  volume: 'shares traded',
  shares: 'shares held',
  percent: 'percent (2 means 2 %)',
  index: 'oscillator',
  ratio: 'ratio',
  bars: 'bars',
  minutes: 'minutes',
  count: 'count',
  date: 'day',
  clock: 'time of day',
  none: 'no unit',
  input: 'the unit of its input',
};

export const unitOf = (output: OutputSpec): string => UNIT_WORDS[output.unit];
