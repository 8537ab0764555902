import { describe, expect, it } from 'vitest';
import { CATALOGUE, findIndicator } from '../../engine/indicators/catalogue.ts';
import { kernelOf, loadTulind, tulindBatch, tulindKernel, tulindProblem } from '../../engine/indicators/tulind.ts';
import { inputsOf, stream, walk } from './columns.ts';

const absent = (): never => {
  throw new Error("Cannot find module 'tulind'\nRequire stack:\n- somewhere");
};

describe('without tulind', () => {
  it('says plainly what is missing and what to do', () => {
    const problem = tulindProblem(absent)!;
    expect(problem).toBe(
      "tulind cannot be loaded: Cannot find module 'tulind'. It is compiled at install: install python3, make and g++, then run `npm rebuild tulind` (or `npm install tulind` if it is not there)",
    );
    expect(problem).not.toContain('\n');
    expect(() => loadTulind(absent)).toThrow('npm rebuild tulind');
  });

  it('every indicator works all the same', () => {
    expect([...CATALOGUE.values()].filter((entry) => kernelOf(entry) !== entry.kernel)).toEqual([]);
  });
});

describe.skipIf(tulindProblem() !== undefined)('the door to tulind', () => {
  const bars = walk(3, 1200);

  it('gives unknown bars for short input, where tulind answers with nothing', () => {
    expect(
      tulindBatch('adx', [bars.high.subarray(0, 5), bars.low.subarray(0, 5), bars.close.subarray(0, 5)], [14]),
    ).toEqual([new Float64Array(5).fill(Number.NaN)]);
    expect(tulindBatch('rsi', [[]], [14])).toEqual([new Float64Array(0)]);
    expect(tulindBatch('sma', [[1, 2, 3]], [2])[0]).toEqual(Float64Array.of(Number.NaN, 1.5, 2.5));
  });

  it('names the indicator and the options that tulind refuses', () => {
    expect(() => tulindBatch('sma', [[1, 2, 3]], [0])).toThrow('tulind refuses sma(0): Invalid options');
    expect(() => tulindBatch('smaa', [[1]], [1])).toThrow('tulind has no indicator called smaa');
  });

  it.each(['rsi', 'atr', 'ema', 'di', 'bbands', 'stddev', 'adx'])(
    'serves %s from a bounded window as its kernel does',
    (name) => {
      const entry = findIndicator(name)!;
      const options = entry.options.map((option) => option.default ?? 5);
      const inputs = inputsOf(entry, bars);
      const served = stream({ ...entry, kernel: tulindKernel({ ...entry, kernel: undefined }) }, inputs, options);
      const ours = stream(entry, inputs, options);
      let compared = 0;
      served.forEach((column, k) => {
        for (let i = 0; i < column.length; i++) {
          const x = column[i]!;
          const y = ours[k]![i]!;
          if (Number.isNaN(x) && (Number.isNaN(y) || name === 'bbands' || name === 'stddev')) continue;
          // tulind's sum of squares leaves a residue on flat windows.
          const allowed = name === 'bbands' || name === 'stddev' ? 1e-4 : 1e-8;
          if (!(Math.abs(x - y) <= allowed * Math.max(1, Math.abs(y)))) expect.fail(`bar ${i}: ${x} is not ${y}`);
          compared += 1;
        }
      });
      expect(compared).toBeGreaterThan(1000);
    },
  );

  it('gives the same bits wherever history began', () => {
    const entry = findIndicator('rsi')!;
    const windowed = { ...entry, kernel: tulindKernel({ ...entry, kernel: undefined }) };
    const settle = entry.settle([3]);
    const whole = stream(windowed, [bars.close], [3])[0]!;
    const later = stream(windowed, [bars.close.subarray(200)], [3])[0]!;
    expect(later.subarray(settle - 1)).toEqual(whole.subarray(200 + settle - 1));
  });

  it('passes over unknown bars and refuses what a window cannot serve', () => {
    const entry = findIndicator('ema')!;
    const kernel = tulindKernel({ ...entry, kernel: undefined });
    const values = Float64Array.of(Number.NaN, 7);
    const step = kernel.bind([2], new Float64Array(kernel.stateSize([2])), values, [0], [1]);
    const answers = [1, Number.NaN, 2, 3].map((x) => {
      values[0] = x;
      step(0, 1);
      return values[1]!;
    });
    expect(answers.slice(0, 2)).toEqual([Number.NaN, Number.NaN]);
    expect(answers[2]).toBeCloseTo(1 + 2 / 3, 12);
    expect(() => kernel.bind([0], new Float64Array(9), values, [0], [1])).toThrow(
      'ema: length must be from 1 to 10000, not 0',
    );
    expect(() => tulindKernel({ ...findIndicator('obv')!, kernel: undefined }).stateSize([])).toThrow(
      'obv depends on all of its history',
    );
  });
});
