import { describe, expect, it } from 'vitest';
import { CATALOGUE, findIndicator, RENAMED } from '../../engine/indicators/catalogue.ts';
import { optionProblem } from '../../engine/indicators/options.ts';
import { loadTulind, tulindProblem } from '../../engine/indicators/tulind.ts';
import { optionSets } from './columns.ts';

const ENTRIES = [...CATALOGUE.values()];

describe('the catalogue', () => {
  it('holds every indicator a trader expects beyond tulind', () => {
    const expected =
      'vwap donchian keltner supertrend ichimoku heikin_ashi zscore percent_rank correlation crosses_above crosses_below crosses rising falling highest lowest sum change change_pct prev bars_since count value_when';
    expect(expected.split(' ').filter((name) => !CATALOGUE.has(name))).toEqual([]);
  });

  it.skipIf(tulindProblem() !== undefined)(
    'reaches all 104 of tulind by its names, with the same inputs, options and outputs',
    () => {
      const { indicators } = loadTulind();
      const names = Object.keys(indicators);
      expect(names).toHaveLength(104);
      for (const name of names) {
        const entry = findIndicator(name);
        const theirs = indicators[name]!;
        expect(entry, name).toBeDefined();
        expect(
          entry!.inputs.map(({ role }) => role),
          `${name}: inputs`,
        ).toEqual(theirs.input_names);
        expect(entry!.options.length, `${name}: options`).toBe(theirs.option_names.length);
        expect(entry!.outputs.length, `${name}: outputs`).toBe(theirs.output_names.length);
      }
    },
  );

  it('holds each name once, in the form expressions can write', () => {
    for (const [name, entry] of CATALOGUE) {
      expect(name).toBe(entry.name);
      expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
    }
    for (const [theirs, ours] of RENAMED) {
      expect(CATALOGUE.has(theirs)).toBe(false);
      expect(findIndicator(theirs)).toBe(CATALOGUE.get(ours));
    }
    expect(findIndicator('no_such_thing')).toBeUndefined();
    expect(findIndicator('constructor')).toBeUndefined();
  });

  it.each(ENTRIES.map((entry) => [entry.name, entry] as const))('documents %s', (name, entry) => {
    expect(entry.title).toMatch(/^[A-Z]/);
    expect(entry.title).not.toMatch(/\.$/);
    expect(entry.description).toMatch(/^[A-Z0-9].{20,}/);
    expect(entry.description.trim()).toMatch(/[.)]$/);
    expect(entry.example).toContain(name);
    expect(entry.source.length).toBeGreaterThan(5);
    expect(entry.departs).not.toBe('');
    expect(entry.outputs.length).toBeGreaterThan(0);
    expect(entry.kernel).toBeDefined();
    for (const part of [...entry.inputs, ...entry.options, ...entry.outputs])
      expect(part.name).toMatch(/^[a-z][a-z0-9_]*$/);
    expect(new Set(entry.outputs.map((output) => output.name)).size).toBe(entry.outputs.length);
    for (const { range, type } of entry.outputs) {
      if (range !== 'input') expect(range[0]).toBeLessThan(range[1]);
      if (type === 'condition') expect(range).toEqual([0, 1]);
    }
    for (const option of entry.options) {
      expect(option.description).toMatch(/^[A-Z].+\.$/);
      expect(option.min).toBeLessThan(option.max);
      expect(Number.isFinite(option.max)).toBe(true);
      if (option.default === undefined) continue;
      expect(option.default).toBeGreaterThanOrEqual(option.min);
      expect(option.default).toBeLessThanOrEqual(option.max);
      if (option.integer) expect(Number.isInteger(option.default)).toBe(true);
    }
    for (const options of optionSets(entry)) {
      expect(optionProblem(entry, options)).toBeUndefined();
      expect(entry.warmup(options)).toBeGreaterThanOrEqual(1);
      expect(Number.isInteger(entry.warmup(options))).toBe(true);
      expect(entry.settle(options)).toBeGreaterThanOrEqual(entry.warmup(options));
      expect(Number.isInteger(entry.kernel!.stateSize(options))).toBe(true);
    }
  });

  it('refuses options that break a rule, naming option, rule and value', () => {
    const rsi = CATALOGUE.get('rsi')!;
    const macd = CATALOGUE.get('macd')!;
    expect(optionProblem(rsi, [0])).toBe('length must be from 1 to 10000, not 0');
    expect(optionProblem(rsi, [Number.NaN])).toBe('length must be from 1 to 10000, not NaN');
    expect(optionProblem(rsi, [14.5])).toBe('length must be a whole number, not 14.5');
    expect(optionProblem(rsi, [])).toBe('1 options are wanted (length), 0 given');
    expect(optionProblem(macd, [26, 12, 9])).toBe('the fast length (26) may not be longer than the slow length (12)');
    expect(optionProblem(CATALOGUE.get('psar')!, [0.2, 0.2])).toContain('must be smaller than the maximum');
    expect(optionProblem(macd, [12, 26, 9])).toBeUndefined();
  });

  it('gives the defaults traders know, and none where there is no convention', () => {
    const defaults = (name: string): (number | undefined)[] =>
      CATALOGUE.get(name)!.options.map((option) => option.default);
    expect(defaults('rsi')).toEqual([14]);
    expect(defaults('macd')).toEqual([12, 26, 9]);
    expect(defaults('bbands')).toEqual([20, 2]);
    expect(defaults('atr')).toEqual([14]);
    expect(defaults('stoch')).toEqual([14, 3, 3]);
    expect(defaults('cci')).toEqual([20]);
    expect(defaults('psar')).toEqual([0.02, 0.2]);
    expect(defaults('ema')).toEqual([undefined]);
    expect(defaults('sma')).toEqual([undefined]);
  });
});
