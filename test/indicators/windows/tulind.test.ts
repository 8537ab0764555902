import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import type { IndicatorEntry } from '../../../engine/indicators/entry.ts';
import { WINDOW_ENTRIES } from '../../../engine/indicators/windows.ts';
import type { Columns } from './series.ts';
import { inputsOf, realBars, run, walk } from './series.ts';

interface Tulind {
  readonly indicators: Readonly<
    Record<
      string,
      {
        indicator(
          inputs: number[][],
          options: number[],
          done: (error: Error | null, results: number[][]) => void,
        ): void;
      }
    >
  >;
}

const load = (): Tulind | undefined => {
  try {
    return createRequire(import.meta.url)('tulind') as Tulind;
  } catch {
    return undefined;
  }
};

const tulind = load();

/** tulind's outputs, NaN where it gives none yet. */
const oracle = (name: string, inputs: readonly ArrayLike<number>[], options: readonly number[]): number[][] => {
  let results: number[][] = [];
  tulind!.indicators[name]!.indicator(
    inputs.map((column) => Array.from(column)),
    [...options],
    (error, out) => {
      if (error) throw error;
      results = out;
    },
  );
  const length = inputs[0]!.length;
  return results.map((out) => [...Array.from({ length: length - out.length }, () => NaN), ...out]);
};

const entry = (name: string): IndicatorEntry => WINDOW_ENTRIES.find((candidate) => candidate.name === name)!;

const worlds: readonly (readonly [string, Columns | undefined])[] = [
  ['hourly SPY', realBars('hour/SPY')],
  ['hourly AAPL', realBars('hour/AAPL')],
  ['daily SPY', realBars('daily/SPY')],
  ['100,000 bars of a random walk', walk(100_000, 42, false)],
];

/**
 * Entry, options, tulind's name, and the size its rounding noise is measured against: `value` the result itself,
 * `price` the inputs (results that are differences of prices), `square` their square, `hundred` an oscillator's span.
 */
const table: readonly (readonly [string, readonly number[], string, 'value' | 'price' | 'square' | 'hundred'])[] = [
  ['sma', [20], 'sma', 'value'],
  ['sma', [200], 'sma', 'value'],
  ['sma', [1], 'sma', 'value'],
  ['sum', [10], 'sum', 'value'],
  ['vwma', [20], 'vwma', 'value'],
  ['highest', [20], 'max', 'value'],
  ['lowest', [55], 'min', 'value'],
  ['md', [20], 'md', 'price'],
  ['var', [20], 'var', 'square'],
  ['willr', [14], 'willr', 'hundred'],
  ['stoch', [14, 3, 3], 'stoch', 'hundred'],
  ['stoch', [5, 1, 1], 'stoch', 'hundred'],
  ['stochrsi', [14], 'stochrsi', 'value'],
  ['aroon', [25], 'aroon', 'hundred'],
  ['aroonosc', [14], 'aroonosc', 'hundred'],
];

for (const [world, bars] of worlds) {
  describe.skipIf(!tulind || !bars)(`${world} (skipped without tulind or ../shared/data)`, () => {
    it.each(table)('%s %j equals tulind %s to 1e-12', (name, options, theirs, measure) => {
      const own = entry(name);
      const inputs = inputsOf(own, bars!);
      const ours = run(own, options, inputs);
      const expected = oracle(theirs, inputs, options);
      expect(ours.length).toBe(expected.length);
      let compared = 0;
      for (let k = 0; k < ours.length; k++) {
        for (let i = 0; i < ours[k]!.length; i++) {
          const a = ours[k]![i]!;
          const b = expected[k]![i]!;
          if (Number.isNaN(b)) {
            expect(a).toBeNaN();
            continue;
          }
          // A range of nothing, or an RSI that stands still, is unknown here and 0 there.
          if (Number.isNaN(a) && b === 0) continue;
          const price = inputs[0]![i]!;
          const scale =
            measure === 'value'
              ? Math.abs(b)
              : measure === 'price'
                ? price
                : measure === 'square'
                  ? price * price
                  : 100;
          if (!(Math.abs(a - b) <= 1e-12 * scale)) expect.fail(`bar ${i}, output ${k}: ${a}, tulind ${b}`);
          compared += 1;
        }
      }
      expect(compared).toBeGreaterThan(0.99 * ours.length * (bars!.close.length - 200));
    });

    it.each([['stddev'], ['stderr'], ['bbands']])('%s squared equals tulind to its own cancellation', (name) => {
      const own = entry(name);
      const options = name === 'bbands' ? [20, 2] : [20];
      const inputs = inputsOf(own, bars!);
      const ours = run(own, options, inputs);
      const expected = oracle(name, inputs, options);
      let compared = 0;
      for (let i = 19; i < bars!.close.length; i++) {
        const price = bars!.close[i]!;
        if (name === 'bbands') {
          expect(Math.abs(ours[1]![i]! - expected[1]![i]!)).toBeLessThanOrEqual(1e-12 * price);
          const width = ours[2]![i]! - ours[0]![i]!;
          const theirs = expected[2]![i]! - expected[0]![i]!;
          if (Number.isNaN(theirs)) continue;
          if (!(Math.abs(width * width - theirs * theirs) <= 16e-12 * price * price)) expect.fail(`bar ${i}`);
        } else {
          const a = ours[0]![i]!;
          const b = Math.max(0, expected[0]![i]!);
          if (!(Math.abs(a * a - b * b) <= 1e-12 * price * price)) expect.fail(`bar ${i}: ${a}, tulind ${b}`);
        }
        compared += 1;
      }
      expect(compared).toBeGreaterThan(0.99 * (bars!.close.length - 20));
    });

    it('donchian is tulind max and min', () => {
      const inputs = [bars!.high, bars!.low];
      const [upper, middle, lower] = run(entry('donchian'), [20], inputs);
      const max = oracle('max', [bars!.high], [20])[0]!;
      const min = oracle('min', [bars!.low], [20])[0]!;
      expect([...upper!]).toEqual(max);
      expect([...lower!]).toEqual(min);
      expect([...middle!]).toEqual(max.map((x, i) => (x + min[i]!) / 2));
    });

    it('ichimoku is tulind max and min, the spans of 26 bars ago', () => {
      const [conversion, base, spanA, spanB] = run(entry('ichimoku'), [9, 26, 52], [bars!.high, bars!.low]);
      const middle = (n: number): number[] => {
        const min = oracle('min', [bars!.low], [n])[0]!;
        return oracle('max', [bars!.high], [n])[0]!.map((x, i) => (x + min[i]!) / 2);
      };
      const [nine, twentySix, fiftyTwo] = [middle(9), middle(26), middle(52)];
      for (let i = 77; i < bars!.close.length; i++) {
        if (
          conversion![i] !== nine[i] ||
          base![i] !== twentySix[i] ||
          spanA![i] !== (nine[i - 26]! + twentySix[i - 26]!) / 2 ||
          spanB![i] !== fiftyTwo[i - 26]
        )
          expect.fail(`bar ${i}`);
      }
      expect(conversion![76]).toBeNaN();
      expect(conversion![77]).not.toBeNaN();
    });

    it('keltner is tulind ema and atr', () => {
      const [upper, middle, lower] = run(entry('keltner'), [20, 2, 10], [bars!.high, bars!.low, bars!.close]);
      const ema = oracle('ema', [bars!.close], [20])[0]!;
      const atr = oracle('atr', [bars!.high, bars!.low, bars!.close], [10])[0]!;
      for (let i = 19; i < bars!.close.length; i++) {
        if (middle![i] !== ema[i]) expect.fail(`bar ${i}: ${middle![i]}, tulind ${ema[i]}`);
        if (upper![i] !== ema[i]! + 2 * atr[i]! || lower![i] !== ema[i]! - 2 * atr[i]!) expect.fail(`bar ${i}`);
      }
    });

    it('change is tulind mom and change_pct tulind roc in percent', () => {
      const change = run(entry('change'), [5], [bars!.close])[0]!;
      const percent = run(entry('change_pct'), [5], [bars!.close])[0]!;
      const mom = oracle('mom', [bars!.close], [5])[0]!;
      const roc = oracle('roc', [bars!.close], [5])[0]!;
      for (let i = 5; i < bars!.close.length; i++) {
        if (!(Math.abs(change[i]! - mom[i]!) <= 1e-12 * bars!.close[i]!)) expect.fail(`bar ${i}`);
        if (!(Math.abs(percent[i]! - 100 * roc[i]!) <= 1e-10)) expect.fail(`bar ${i}`);
      }
    });
  });
}

describe.skipIf(!tulind)('flat stretches (skipped without tulind)', () => {
  const bars = walk(100_000, 5, true);

  it('a range of nothing is unknown, everything else is tulind again', () => {
    const inputs = [bars.high, bars.low, bars.close];
    const ours = run(entry('willr'), [14], inputs)[0]!;
    const theirs = oracle('willr', inputs, [14])[0]!;
    let flat = 0;
    for (let i = 13; i < ours.length; i++) {
      const top = Math.max(...bars.high.subarray(i - 13, i + 1));
      const bottom = Math.min(...bars.low.subarray(i - 13, i + 1));
      if (top === bottom) {
        flat += 1;
        expect(ours[i]).toBeNaN();
      } else if (!(Math.abs(ours[i]! - theirs[i]!) <= 1e-10)) expect.fail(`bar ${i}`);
    }
    expect(flat).toBeGreaterThan(100);
  });

  it('a window of equal prices has no spread, where tulind has noise or NaN', () => {
    const [lower, middle, upper] = run(entry('bbands'), [20, 2], [bars.close]);
    const theirs = oracle('bbands', [bars.close], [20, 2]);
    let flat = 0;
    let wrong = 0;
    for (let i = 19; i < bars.close.length; i++) {
      const window = bars.close.subarray(i - 19, i + 1);
      if (!window.every((x) => x === window[0])) continue;
      flat += 1;
      expect([lower![i], middle![i], upper![i]]).toEqual([window[0], window[0], window[0]]);
      if (theirs[0]![i] !== window[0]) wrong += 1;
    }
    expect(flat).toBeGreaterThan(100);
    expect(wrong).toBeGreaterThan(0);
  });
});
