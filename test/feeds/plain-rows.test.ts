import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createColumns } from '../../engine/feeds/columns.ts';
import { type Layout, readLayout } from '../../engine/feeds/csv-layout.ts';
import { createPlainRows } from '../../engine/feeds/csv-plain-rows.ts';
import { createScan } from '../../engine/feeds/csv-scan.ts';
import { ABSOLUTE } from '../../engine/feeds/csv-time.ts';
import { PLAIN_ROWS } from '../../engine/feeds/generated/plain-rows.ts';
import { createQuarantine } from '../../engine/feeds/quarantine.ts';
import { ROOT } from '../house/sources.ts';

const layout = readLayout('timestamp,open,high,low,close,volume') as Layout;

/** One row as its numbers: time, open, high, low, close, volume. */
type Numbers = readonly number[];

/** Reads the lines as the engine does; gives the rows taken, those that are breaks, and the bytes that they take. */
function readPlain(lines: readonly string[]) {
  const plain = createPlainRows();
  const text = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  plain.buffer.set(text);
  const columns = createColumns(lines.length, false);
  const scan = createScan('', layout, columns, createQuarantine(), undefined);
  scan.kind = ABSOLUTE;
  const end = plain.read(scan, 0, text.length);
  const rows = Array.from({ length: columns.length }, (_, n) =>
    [columns.time, columns.open, columns.high, columns.low, columns.close, columns.volume].map((column) => column[n]!),
  );
  return { rows, breaks: scan.breaks, end };
}

const STAMP = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)Z$/;
const NUMBER = /^\d+(\.\d*)?$/;

/** The instant of a stamp as JavaScript's own calendar has it; undefined when there is none. */
function instantOf(stamp: string): number | undefined {
  const [year, month, day, hour, minute, second] = (STAMP.exec(stamp) ?? []).slice(1).map(Number);
  if (year === undefined || year < 1800 || year > 2200 || hour! > 23 || minute! > 59 || second! > 59) return undefined;
  const at = new Date(Date.UTC(year, month! - 1, day!, hour!, minute!, second!));
  return at.getUTCMonth() === month! - 1 && at.getUTCDate() === day ? at.getTime() : undefined;
}

/** What a plain row says, by regular expressions and `Number`; undefined for any other row. */
function numbersOf(line: string): Numbers | undefined {
  const [stamp, ...fields] = line.split(',');
  const time = instantOf(stamp!);
  const isPlain = (field: string) => NUMBER.test(field) && field.replace('.', '').length <= 15;
  // Fields behind the last one that is named are left alone.
  const read = fields.slice(0, 5);
  if (time === undefined || read.length < 5 || !read.every(isPlain)) return undefined;
  const [open, high, low, close, volume] = read.map(Number) as [number, number, number, number, number];
  const agree = low > 0 && Math.min(open, close) >= low && Math.max(open, close) <= high;
  return agree ? [time, open, high, low, close, volume] : undefined;
}

const isBreak = (row: Numbers, before: Numbers | undefined): boolean =>
  before === undefined || !(row[0]! > before[0]! && row[2]! < 10 * before[4]! && row[3]! * 10 > before[4]!);

const wholes = fc.oneof(fc.nat(999), fc.nat(2 ** 31), fc.bigInt(0n, 10n ** 17n)).map(String);
const decimals = fc.oneof(
  fc.constant(''),
  fc.nat(99).map((cents) => `.${String(cents).padStart(2, '0')}`),
  fc.stringMatching(/^\.\d{0,12}$/),
);
const amount = fc.tuple(wholes, decimals).map((parts) => parts.join(''));
const time = fc.date({
  min: new Date('1799-12-01T00:00:00Z'),
  max: new Date('2201-02-01T00:00:00Z'),
  noInvalidDate: true,
});
const minutes = fc.nat(300).map((minute) => new Date(Date.UTC(2024, 1, 28, 22, minute)));
const stamp = fc
  .tuple(fc.oneof(minutes, time), fc.constantFrom('T', ' '))
  .map(([at, between]) => `${at.toISOString().slice(0, 19).replace('T', between)}Z`);
/** Prices near each other, so that most rows agree. */
const prices = fc.tuple(fc.nat(40), fc.nat(300), fc.nat(300)).map(([down, open, close]) => {
  const cents = (value: number) => String(value / 100);
  return [9000 + open, 9300 + down, 9000 - down, 9000 + close].map(cents);
});
const good = fc
  .tuple(stamp, prices, amount)
  .map(([at, [open, high, low, close], volume]) => [at, open, high, low, close, volume]);
const loose = fc.tuple(stamp, amount, amount, amount, amount, amount).map((fields) => [...fields]);
const row = fc.oneof({ weight: 8, arbitrary: good }, loose).map((fields) => fields.join(','));
/** A row with one character that should not be there, or is missing, or is another. */
const spoilt = fc
  .tuple(
    row,
    fc.nat(),
    fc.constantFrom('', '0', '9', '5', '.', ',', '-', 'Z', 'T', ':', ' ', '"', 'é', '\t', '/'),
    fc.boolean(),
  )
  .map(([text, at, byte, over]) => {
    const place = at % (text.length + 1);
    return text.slice(0, place) + byte + text.slice(place + (over ? 1 : 0));
  });

describe('the program that reads plain rows', () => {
  it('is what its text says, byte for byte', async () => {
    const { assembled } = (await import('../../engine/feeds/assemble.mjs' as string)) as {
      readonly assembled: (text: string) => Promise<string>;
    };
    expect(PLAIN_ROWS).toBe(await assembled(readFileSync(join(ROOT, 'engine/feeds/plain-rows.wat'), 'utf8')));
  });

  it('takes plain rows up to the first that is none, and reads what Number and Date read', () => {
    let taken = 0;
    let left = 0;
    fc.assert(
      fc.property(fc.array(fc.oneof({ weight: 6, arbitrary: row }, spoilt), { maxLength: 12 }), (lines) => {
        const wanted: Numbers[] = [];
        for (const line of lines) {
          const numbers = numbersOf(line);
          if (numbers === undefined) break;
          wanted.push(numbers);
        }
        const bytes = Buffer.byteLength(
          lines
            .slice(0, wanted.length)
            .map((line) => `${line}\n`)
            .join(''),
        );
        const breaks = wanted.flatMap((numbers, n) => (isBreak(numbers, wanted[n - 1]) ? [n] : []));
        expect(readPlain(lines)).toEqual({ rows: wanted, breaks, end: bytes });
        taken += wanted.length;
        if (wanted.length < lines.length) left++;
      }),
      { numRuns: 3000 },
    );
    expect(taken).toBeGreaterThan(1000);
    expect(left).toBeGreaterThan(300);
  });

  it('knows every day of two leap years, a century and the borders of its calendar', () => {
    const days = [1800, 1899, 1900, 1999, 2000, 2024, 2100, 2200].flatMap((year) =>
      Array.from({ length: 12 * 33 }, (_, n) => {
        const [month, day] = [Math.floor(n / 33) + 1, n % 33];
        return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}T23:59:59Z`;
      }),
    );
    let known = 0;
    for (const day of days) {
      const { rows } = readPlain([`${day},10,11,9,10,5`]);
      const at = instantOf(day);
      expect(rows.map(([time]) => time)).toEqual(at === undefined ? [] : [at]);
      if (at !== undefined) known++;
    }
    expect(known).toBe(8 * 365 + 2);
  });
});
