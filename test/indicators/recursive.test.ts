import { describe, expect, it } from 'vitest';
import { findIndicator } from '../../engine/indicators/catalogue.ts';
import { tulindBatch, tulindProblem } from '../../engine/indicators/tulind.ts';
import { type Columns, inputsOf, optionSets, realBars, stream, walk } from './columns.ts';

// A compiler may fuse multiply and add on other processors; there the last bits of tulind itself differ.
const EXACT = process.arch === 'x64';

const close = (x: number, y: number): boolean =>
  Object.is(x, y) || x === y || (!EXACT && Math.abs(x - y) <= 1e-12 * Math.max(Math.abs(x), Math.abs(y)));

/** Every indicator whose order of operations is tulind's, where tulind follows the published definition. */
const SAME_BITS =
  'ema wilders dema tema zlema rsi atr natr tr di dm dx adx adxr obv ad adosc nvi pvi wad emv kvo psar apo ppo trix cvi mom roc rocr lag decay edecay crossover crossany avgprice medprice typprice wcprice bop marketfi'.split(
    ' ',
  );

const MARKETS: readonly (readonly [string, Columns | undefined])[] = [
  ['hour/AAPL', realBars('hour/AAPL')],
  ['hour/SPY', realBars('hour/SPY')],
  ['daily/SPY', realBars('daily/SPY')],
  ['minute/AAPL', realBars('minute/AAPL')],
  ['a random walk of 100,000 bars', walk(20260101, 100_000)],
];

describe.skipIf(tulindProblem() !== undefined)('kernels in the order of tulind equal it in the last bit', () => {
  for (const [market, bars] of MARKETS) {
    // Its first bars have no range, which tulind divides by: the mended forms are tested by name elsewhere.
    const names = market === 'minute/AAPL' ? SAME_BITS.filter((name) => name !== 'kvo' && name !== 'cvi') : SAME_BITS;
    it.skipIf(bars === undefined).each(names)(
      `%s on ${market}${bars === undefined ? ' (../shared/data is missing)' : ''}`,
      (name) => {
        const entry = findIndicator(name)!;
        const inputs = inputsOf(entry, bars!);
        for (const options of optionSets(entry)) {
          const ours = stream(entry, inputs, options);
          const theirs = tulindBatch(name, inputs, options);
          const warmup = entry.warmup(options);
          let compared = 0;
          ours.forEach((column, k) => {
            for (let i = 0; i < column.length; i++) {
              if (i < warmup - 1) expect(column[i]).toBeNaN();
              else if (!close(column[i]!, theirs[k]![i]!)) {
                expect.fail(`${name}(${options.join(', ')}) bar ${i}: ${column[i]} is not tulind's ${theirs[k]![i]}`);
              } else compared += 1;
            }
          });
          expect(compared).toBe(ours.length * (inputs[0]!.length - warmup + 1));
        }
      },
    );
  }

  it('macd equals tulind in the last bit wherever tulind does not put its own constants in', () => {
    const entry = findIndicator('macd')!;
    const inputs = inputsOf(entry, walk(5, 100_000));
    for (const options of [
      [12, 27, 9],
      [5, 35, 5],
      [3, 10, 16],
    ]) {
      const ours = stream(entry, inputs, options);
      const theirs = tulindBatch('macd', inputs, options);
      const from = entry.warmup(options) - 1;
      ours.forEach((column, k) => {
        expect(column.findIndex((x, i) => i >= from && !close(x, theirs[k]![i]!))).toBe(-1);
        expect(column.findIndex((x) => !Number.isNaN(x))).toBe(from);
      });
    }
  });
});
