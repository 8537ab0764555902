import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bars } from '../../engine/market/bars.ts';
import { MINUTE } from '../../engine/market/time.ts';
import { iso, readText } from './written.ts';

const HEAD = 'timestamp,open,high,low,close,volume\n';
const BASE = Date.UTC(2024, 2, 8, 22);
const stamp = (i: number): string => iso(BASE + i * MINUTE);
const COLUMNS = ['start', 'end', 'open', 'high', 'low', 'close', 'volume', 'session', 'hours'] as const;

const columnsOf = (bars: Bars | undefined) => COLUMNS.map((name) => Array.from(bars![name]));

/** Rows that go up and down by cents, with prices of none to eight decimals. */
const row = (i: number): string => {
  const open = 100 + ((i * 37) % 200) / 100;
  const close = 100 + ((i * 53) % 200) / 100;
  const high = (Math.max(open, close) + 0.25).toFixed(i % 9 < 2 ? 2 : i % 9);
  return `${stamp(i)},${open},${high},${Math.min(open, close) - 0.5},${close},${(i * 7919) % 100_000}`;
};

/** The same rows in a form that the quick reader does not take: every field in quotes. */
const quoted = (line: string): string =>
  line
    .split(',')
    .map((field) => `"${field}"`)
    .join(',');

describe('rows of the usual kind', () => {
  const rows = Array.from({ length: 12_000 }, (_, i) => row(i));

  it('are the numbers that Number() reads, in the order of the file, over the ends of blocks and chunks', async () => {
    const { data } = await readText(`${HEAD}${rows.join('\n')}\n`);
    const bars = data.bars.get('BTC/USD')!;
    expect([data.rowsRead, data.barsUsed, data.quarantinedCount]).toEqual([12_000, 12_000, 0]);
    const want = rows.map((line) => line.split(','));
    expect(Array.from(bars.start)).toEqual(want.map((fields) => Date.parse(fields[0]!)));
    for (const [field, name] of (['open', 'high', 'low', 'close', 'volume'] as const).entries())
      expect(Array.from(bars[name])).toEqual(want.map((fields) => Number(fields[field + 1])));
  });

  it.each(['\n', '\r\n', '\r'])('give what the same rows in quotes give, line end %j', async (end) => {
    const all = [HEAD.trim(), ...rows.slice(0, 7000)];
    const plain = await readText(all.join(end));
    const slow = await readText([all[0]!, ...all.slice(1).map(quoted)].join(end));
    expect(columnsOf(plain.data.bars.get('BTC/USD'))).toEqual(columnsOf(slow.data.bars.get('BTC/USD')));
    expect(plain.data.warnings).toEqual(slow.data.warnings);
  });

  it('in another order, with columns that are left alone and columns behind the last, are read alike', async () => {
    const plain = await readText(`${HEAD}${rows.slice(0, 500).join('\n')}`);
    const other = rows.slice(0, 500).map((line) => {
      const [time, open, high, low, close, volume] = line.split(',');
      return `${volume};n/a;${close};${low};${high};${time};${open};x;`;
    });
    const { data } = await readText(`volume;mood;close;low;high;time;open;note;more\n${other.join('\n')}`);
    expect(columnsOf(data.bars.get('BTC/USD'))).toEqual(columnsOf(plain.data.bars.get('BTC/USD')));
  });

  it('leave every other row to the slow reader, and go on behind it: lines, causes and neighbours stay right', async () => {
    const lines = rows.slice(0, 6000);
    const bad: (readonly [number, string, string])[] = [
      [1, `${stamp(1)},10,9,11,10,5`, 'high_below_low'],
      [59, `${stamp(58)},100,101,99,100,5`, 'duplicate_time'],
      [60, `${stamp(3)},100,101,99,100,5`, 'time_backwards'],
      [161, `${stamp(161)},100,1e9,99,100,5`, 'price_spike'],
      [1000, `${stamp(1000).replace(':40:', ':60:')},100,101,99,100,5`, 'bad_time'],
      [1001, `${stamp(1001).replace('Z', 'z')}x,100,101,99,100,5`, 'bad_time'],
      [2000, `${stamp(2000)},100,101,99,-100,5`, 'not_positive'],
      [3000, `${stamp(3000)},100,101,99,100`, 'too_few_columns'],
      [4000, `${stamp(4000)},100,101,99,100,`, 'not_a_number'],
      [5000, `${stamp(5000)},0,101,0,100,5`, 'not_positive'],
      [5200, `${stamp(5200)},100,2000,99,100,5`, 'price_spike'],
      [5998, `${stamp(5998)},100,101,99,102,5`, 'close_outside_range'],
    ];
    for (const [at, text] of bad) lines[at] = text;
    // Good rows that are not plain: an exponent, quotes, a sign, many digits, a bare point, a stamp with its offset.
    lines[500] = `${stamp(500)},1e2,101,99,100,5`;
    lines[501] = quoted(rows[501]!);
    lines[502] = `${stamp(502)},+100,101.,99,100.0000000000000000,5`;
    lines[503] = `${stamp(503).replace('Z', '+00:00')},100,101,99,100,.5`;
    lines[504] = `${stamp(504)},100.00000,101.12345678,99,100,123456789012`;
    const { data } = await readText(`${HEAD}${lines.join('\n')}\n`);
    expect(data.quarantined.map((entry) => [entry.line, entry.cause])).toHaveLength(bad.length);
    const byLine = data.quarantined.map((entry) => [entry.line, entry.cause]).toSorted((a, b) => +a[0]! - +b[0]!);
    expect(byLine).toEqual(bad.map(([at, , cause]) => [at + 2, cause]));
    expect(data.barsUsed).toBe(6000 - bad.length);
    const bars = data.bars.get('BTC/USD')!;
    const at = (i: number) => bars.start.indexOf(BASE + i * MINUTE);
    expect([500, 502, 503, 504].map((i) => bars.volume[at(i)])).toEqual([5, 5, 0.5, 123_456_789_012]);
    expect(bars.high[at(504)]).toBe(101.12345678);
    expect(bars.close[at(5999)]).toBe(Number(rows[5999]!.split(',')[4]));
  });
});

describe('rows that do not follow the one before', () => {
  const spike = (i: number) => `${stamp(i)},100,5000,100,101,7`;
  const slump = (i: number) => `${stamp(i)},100,101,0.5,100,7`;
  /** What may stand in place of row `i` of `count`. */
  const odd = fc.constantFrom<(i: number, count: number) => string>(
    (i) => row(Math.max(0, i - 1)),
    (i) => row(Math.floor(i / 2)),
    (i, count) => row(count + i),
    (i) => row(i + 1),
    spike,
    slump,
    (i) => `${stamp(i)},1000,1001,999,1000,7`,
    (i) => quoted(row(i)),
    () => 'nothing',
  );
  const places = fc.array(fc.tuple(fc.nat(59), odd), { maxLength: 8 });
  const hours = fc.constantFrom('regular' as const, 'always' as const);

  it('are found whether the reader has looked at the others or not', async () => {
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(
        places,
        hours,
        fc.boolean(),
        fc.constantFrom('BTC-USD.csv', 'SPY.csv'),
        async (changes, open, turned, name) => {
          const lines = Array.from({ length: 60 }, (_, i) => row(i));
          for (const [i, of] of changes) lines[i] = of(i, 60);
          if (turned) lines.reverse();
          const plain = await readText(`${HEAD}${lines.join('\n')}\n`, { hours: open }, name);
          const slow = await readText(`${HEAD}${lines.map(quoted).join('\n')}\n`, { hours: open }, name);
          const told = ({ data, diagnostics }: typeof plain) => ({
            bars: [...data.bars.values()].map(columnsOf),
            bad: data.quarantined.map(({ line, cause }) => [line, cause]),
            codes: diagnostics.map(({ code }) => code),
            warnings: data.warnings.map((text) => text.replace(/^\S+: /, '')),
            rest: [data.rowsRead, data.barsUsed, data.outsideSession],
          });
          expect(told(plain)).toEqual(told(slow));
          refused += plain.data.quarantinedCount;
        },
      ),
      { numRuns: 300 },
    );
    expect(refused).toBeGreaterThan(200);
  });
});

describe('a file of many bytes', () => {
  it('has the hash of its bytes and of the actions before them, and every row, with a line over each seam', async () => {
    const rows = Array.from({ length: 170_000 }, (_, i) => `${stamp(i)},100,101,99,100.5,${i}`);
    // A row that is cut by the end of a chunk is bad: its line must be told.
    rows[99_999] = `${stamp(99_999)},100,101,99,200,5`;
    const text = `${HEAD}${rows.join('\n')}`;
    expect(text.length).toBeLessThan(8 << 20);
    const small = await readText(text);
    expect(small.data.hash).toBe(createHash('sha256').update(text).digest('hex'));
    const padded = `${HEAD}${rows.map((line) => `${line},${'x'.repeat(20)}`).join('\n')}`;
    expect(padded.length).toBeGreaterThan(8 << 20);
    const large = await readText(padded);
    expect(large.data.hash).toBe(createHash('sha256').update(padded).digest('hex'));
    expect(columnsOf(large.data.bars.get('BTC/USD'))).toEqual(columnsOf(small.data.bars.get('BTC/USD')));
    expect(large.data.quarantined.map(({ line, cause }) => [line, cause])).toEqual([[100_001, 'close_outside_range']]);
    expect(large.data.rowsRead).toBe(170_000);
  });
});
