import { describe, expect, it } from 'vitest';
import { findIndicator } from '../../engine/indicators/catalogue.ts';
import { tulindBatch, tulindProblem } from '../../engine/indicators/tulind.ts';
import { type Columns, inputsOf, optionSets, realBars, stream, walk } from './columns.ts';

/**
 * Indicators of a window. tulind lets rounding errors add up over its history (1e-10 and more after 100,000 bars), so it is
 * asked about each sampled window alone. The tolerance is relative to the size of what goes into the sum: differences of
 * prices cannot be better known than the prices.
 */
const WINDOWED: Readonly<
  Record<string, { readonly scale: (price: number, volume: number) => number; readonly tolerance?: number }>
> = {
  wma: { scale: (price) => price },
  hma: { scale: (price) => 10 * price },
  trima: { scale: (price) => price },
  linreg: { scale: (price) => 10 * price },
  linregintercept: { scale: (price) => 10 * price },
  linregslope: { scale: (price) => price },
  tsf: { scale: (price) => 10 * price },
  fosc: { scale: () => 1000 },
  cmo: { scale: () => 100, tolerance: 1e-10 },
  ao: { scale: (price) => price },
  dpo: { scale: (price) => price },
  qstick: { scale: (price) => price },
  vosc: { scale: () => 100 },
  vhf: { scale: () => 1, tolerance: 1e-11 },
  volatility: { scale: () => 1, tolerance: 1e-9 },
  msw: { scale: () => 1, tolerance: 1e-7 },
  ultosc: { scale: () => 100, tolerance: 1e-10 },
};

const MARKETS: readonly (readonly [string, Columns | undefined])[] = [
  ['hour/AAPL', realBars('hour/AAPL')],
  ['daily/SPY', realBars('daily/SPY')],
  ['a random walk of 100,000 bars', walk(77, 100_000, false)],
];

describe.skipIf(tulindProblem() !== undefined)('kernels of windows equal tulind over that window', () => {
  for (const [market, bars] of MARKETS) {
    it.skipIf(bars === undefined).each(Object.entries(WINDOWED))(
      `%s on ${market}`,
      (name, { scale, tolerance = 1e-12 }) => {
        const entry = findIndicator(name)!;
        const inputs = inputsOf(entry, bars!);
        // tulind takes the wrong bar out of the sum when two of the ultimate oscillator's lengths are equal.
        const sets = name === 'ultosc' ? [[7, 14, 28]] : optionSets(entry);
        let compared = 0;
        for (const options of sets) {
          const ours = stream(entry, inputs, options);
          const warmup = entry.warmup(options);
          for (let i = warmup - 1; i < inputs[0]!.length; i += 29) {
            const theirs = tulindBatch(
              name,
              inputs.map((column) => column.subarray(i - warmup + 1, i + 1)),
              options,
            );
            ours.forEach((column, k) => {
              const x = column[i]!;
              const y = theirs[k]!.at(-1)!;
              // 0 / 0 in a flat window: mended here, tested by name elsewhere.
              if (!Number.isFinite(y)) return;
              const allowed = tolerance * Math.max(Math.abs(y), scale(bars!.close[i]!, bars!.volume[i]!));
              if (!(Math.abs(x - y) <= allowed))
                expect.fail(`${name}(${options.join(', ')}) bar ${i}: ${x} is not tulind's ${y}`);
              compared += 1;
            });
          }
        }
        expect(compared).toBeGreaterThan(bars!.close.length / 30);
      },
    );
  }
});

describe.skipIf(tulindProblem() !== undefined)('kernels that tulind follows with other rounding', () => {
  const bars = walk(78, 20_000, false);
  it.each([
    ['kama', 1e-12],
    ['mass', 1e-12],
    ['fisher', 1e-7],
    ['vidya', 1e-8],
  ] as const)('%s', (name, tolerance) => {
    const entry = findIndicator(name)!;
    const inputs = inputsOf(entry, bars);
    const options = entry.options.map((option) => option.default ?? 10);
    const ours = stream(entry, inputs, options);
    const theirs = tulindBatch(name, inputs, options);
    let compared = 0;
    ours.forEach((column, k) => {
      for (let i = entry.warmup(options) - 1; i < column.length; i++) {
        const x = column[i]!;
        const y = theirs[k]![i]!;
        if (!(Math.abs(x - y) <= tolerance * Math.max(1, Math.abs(y))))
          expect.fail(`${name} bar ${i}: ${x} is not tulind's ${y}`);
        compared += 1;
      }
    });
    expect(compared).toBeGreaterThan(19_000);
  });

  it('the simple functions, to the last digits a mathematical library may differ in', () => {
    const names =
      'abs ceil floor round trunc sqrt exp ln log10 sin cos tan asin acos atan sinh cosh tanh todeg torad add sub mul div'.split(
        ' ',
      );
    const a = Float64Array.from({ length: 2001 }, (_, i) => (i - 1000) / 333);
    const b = Float64Array.from({ length: 2001 }, (_, i) => (i - 700) / 57);
    for (const name of names) {
      const entry = findIndicator(name)!;
      const inputs = entry.inputs.length === 1 ? [a] : [a, b];
      const ours = stream(entry, inputs, [])[0]!;
      const theirs = tulindBatch(name, inputs, [])[0]!;
      ours.forEach((x, i) => {
        const y = theirs[i]!;
        if (Number.isNaN(x) && Number.isNaN(y)) return;
        if (!(x === y || Math.abs(x - y) <= 1e-15 * Math.max(1, Math.abs(y))))
          expect.fail(`${name}(${a[i]}): ${x} is not tulind's ${y}`);
      });
    }
  });
});
