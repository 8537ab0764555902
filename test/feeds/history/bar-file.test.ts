import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { ForeignFile, openBarFile, rowOf } from '../../../engine/feeds/history/bar-file.ts';
import type { MinuteBar } from '../../../engine/market/minute-bar.ts';
import { MINUTE } from '../../../engine/market/time.ts';

const place = mkdtempSync(join(tmpdir(), 'engine-bar-file-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));
const path = join(place, 'SPY.csv');

const price = fc.double({ min: 1e-9, max: 1e6, noNaN: true, noDefaultInfinity: true });
const START = Date.UTC(2024, 2, 4, 14, 30);
const bars = fc.array(fc.tuple(price, price, fc.nat()), { minLength: 1, maxLength: 30 }).map((all) =>
  all.map(
    ([open, close, volume], i): MinuteBar => ({
      symbol: 'SPY',
      start: START + i * MINUTE,
      open,
      high: Math.max(open, close),
      low: Math.min(open, close),
      close,
      volume,
      vwap: undefined,
    }),
  ),
);

const write = async (all: readonly MinuteBar[]): Promise<string> => {
  const file = await openBarFile(path);
  await file.append(all);
  await file.close();
  return readFileSync(path, 'utf8');
};

describe('a file of bars', () => {
  it('cut at any byte, with anything behind it, comes to the same file when it is gone on with', async () => {
    await fc.assert(
      fc.asyncProperty(
        bars,
        fc.nat(),
        fc.constantFrom('', '\0\0\0\0', '2024-0', ',,,\n', 'x\n2024-03-04T14:'),
        async (all, at, behind) => {
          rmSync(path, { force: true });
          const whole = await write(all);
          const cut = at % (whole.length + 1);
          writeFileSync(path, whole.slice(0, cut) + (cut > 50 ? behind : ''));
          const file = await openBarFile(path);
          const { last } = file;
          // What is left is a beginning of what was there, up to a row.
          if (last !== undefined) expect(whole).toContain(`${last.row}\n`);
          await file.append(all);
          await file.close();
          expect(readFileSync(path, 'utf8')).toBe(whole);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('takes each bar once, in any portions, and reads back as the same numbers', async () => {
    await fc.assert(
      fc.asyncProperty(bars, fc.array(fc.nat({ max: 10 })), async (all, sizes) => {
        rmSync(path, { force: true });
        let from = 0;
        for (const size of [...sizes, all.length]) {
          // The last one again, as a fetch that goes on asks for it.
          await write(all.slice(Math.max(0, from - 1), from + size));
          from = Math.min(all.length, from + size);
        }
        const rows = readFileSync(path, 'utf8').trimEnd().split('\n').slice(1);
        expect(rows).toEqual(all.map(rowOf));
        for (const [i, row] of rows.entries()) {
          const [time, ...numbers] = row.split(',');
          expect(Date.parse(time!)).toBe(all[i]!.start);
          expect(row).not.toMatch(/e[+-]?\d/);
          const { open, high, low, close, volume } = all[i]!;
          for (const [k, value] of [open, high, low, close, volume].entries()) {
            // A number with an exponent is written out to eighteen decimals.
            if (value >= 1e-6) expect(Number(numbers[k])).toBe(value);
            else expect(Number(numbers[k])).toBeCloseTo(value, 17);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('of somebody else is left alone', async () => {
    const text = 'Date,Close\n2024-01-02,1\n';
    writeFileSync(path, text);
    await expect(openBarFile(path)).rejects.toBeInstanceOf(ForeignFile);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });
});
