import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CsvReading, readCsv } from '../../engine/feeds/csv.ts';
import { openCsvAhead } from '../../engine/feeds/csv-ahead.ts';
import type { CsvOptions } from '../../engine/feeds/csv-gathering.ts';
import { COMPANION, READER } from '../../engine/feeds/csv-segments.ts';
import { MINUTE } from '../../engine/market/time.ts';
import { threadScript } from './thread-script.ts';
import { folderWith, iso } from './written.ts';

const HEAD = 'timestamp,open,high,low,close,volume';
const BASE = Date.UTC(2024, 2, 8, 22);
const stamp = (i: number): string => iso(BASE + i * MINUTE);
const row = (i: number): string => `${stamp(i)},${100 + (i % 7) / 10},${102 + (i % 3) / 4},99.5,100.${i % 10},${i * 7}`;
const rows = Array.from({ length: 200 }, (_, i) => row(i));
const SEGMENT = 500;

/** All that a reading gives, in a form that can be compared. */
const plainOf = ({ data, diagnostics }: CsvReading) => ({
  ...data,
  diagnostics,
  bars: [...data.bars].map(([symbol, bars]) => [
    symbol,
    Object.entries(bars).map(([name, value]) => [
      name,
      ArrayBuffer.isView(value) ? [...(value as Float64Array)] : value,
    ]),
  ]),
});

interface Sharing {
  readonly segment?: number;
  /** Segments before this one are left to the reader. */
  readonly first?: number;
}

/** Reads a file after a second thread has read all of its segments from one on; the number of those that it took. */
async function readWithCompanion(
  path: string,
  options: CsvOptions,
  { segment = SEGMENT, first = 1 }: Sharing = {},
): Promise<readonly [CsvReading, number]> {
  const ahead = (await openCsvAhead(path, { worthwhile: 0, segment, script: await threadScript() }))!;
  const file = ahead.take(path);
  if (file === undefined) return [await readCsv({ ...options, ahead: { ...ahead, take: () => undefined } }), 0];
  const { owner } = file.segments;
  owner.fill(READER, 0, first);
  while (owner.includes(0)) await turn();
  const taken = owner.filter((who) => who === COMPANION).length;
  return [await readCsv({ ...options, ahead: { ...ahead, take: () => file } }), taken];
}

/** Reads a text in one thread and in two, and holds them against each other; the number of segments that the second one took. */
async function compare(
  text: string | Uint8Array,
  sharing?: Sharing,
  more: Partial<CsvOptions> = {},
  name = 'BTC-USD.csv',
) {
  const path = join(folderWith({ [name]: text }), name);
  const options: CsvOptions = { path, hours: 'regular', ...more };
  const alone = plainOf(await readCsv(options));
  const [reading, taken] = await readWithCompanion(path, options, sharing);
  expect(plainOf(reading)).toEqual(alone);
  return { taken, alone };
}

const fileOf = (lines: readonly string[], head = HEAD): string => `${[head, ...lines].join('\n')}\n`;

const quoted = (line: string): string =>
  line
    .split(',')
    .map((field) => `"${field}"`)
    .join(',');

/** What may stand in place of a row. */
const ODD: Readonly<Record<string, (i: number) => string>> = {
  'bad prices': (i) => `${stamp(i)},10,9,11,10,5`,
  'a bad time': (i) => `${stamp(i).replace('T', 'T9')},10,11,9,10,5`,
  'too few columns': (i) => `${stamp(i)},10,11`,
  nothing: () => '',
  blanks: () => '   ',
  text: () => 'end of the page',
  quotes: (i) => quoted(row(i)),
  'an exponent': (i) => `${stamp(i)},1e2,101,99,100,5`,
  'an offset': (i) => `${stamp(i).replace('Z', '+00:00')},100,101,99,100,5`,
  'a local time': (i) => `${stamp(i).replace('Z', '')},100,101,99,100,5`,
  'seconds of the epoch': (i) => `${BASE / 1000 + i * 60},100,101,99,100,5`,
  'a date': () => '2024-03-09,100,101,99,100,5',
  'a carriage return': (i) => `${row(i)}\r`,
  'two rows with a carriage return between': (i) => `${row(i)}\r${row(i + 1000)}`,
  'the row before': (i) => row(i - 1),
  'an old row': (i) => row(i - 20),
  'a row of tomorrow': (i) => row(i + 1440),
  'a spike': (i) => `${stamp(i)},100,1000000,99,100,5`,
  'many digits': (i) => `${stamp(i)},100.000000001,101.12345678901234,99,100,123456789012`,
  'a long row': (i) => `${row(i)},${'x'.repeat(3 * SEGMENT)}`,
};

const FILES: [name: string, text: string, options?: Partial<CsvOptions>][] = [
  ['carriage returns and line feeds', fileOf(rows).replaceAll('\n', '\r\n')],
  ['carriage returns alone', fileOf(rows).replaceAll('\n', '\r')],
  ['no line end at the end', fileOf(rows).trimEnd()],
  ['half a row at the end', `${fileOf(rows)}${stamp(200)},10`],
  ['blank lines between', fileOf(rows.flatMap((line) => [line, '']))],
  ['a mark of UTF-8 before it', `\uFEFF${fileOf(rows)}`],
  ['every row in quotes', fileOf(rows.map(quoted))],
  ['rows from the newest to the oldest', fileOf(rows.toReversed())],
  ['rows out of order', fileOf([...rows.slice(100), ...rows.slice(0, 100)])],
  ['every row twice', fileOf(rows.flatMap((line) => [line, line]))],
  ['local times', fileOf(rows.map((line) => line.replace('Z', ''))), { timezone: 'America/New_York' }],
  ['local times of no zone', fileOf(rows.map((line) => line.replace('Z', '')))],
  [
    'times in UTC behind local ones',
    fileOf(rows.map((line, i) => (i < 90 ? line.replace('Z', '') : line))),
    { timezone: 'UTC' },
  ],
  [
    'local times behind those in UTC',
    fileOf(rows.map((line, i) => (i < 90 ? line : line.replace('Z', '')))),
    { timezone: 'UTC' },
  ],
  ['seconds of the epoch', fileOf(rows.map((line, i) => `${BASE / 1000 + i * 60}${line.slice(20)}`))],
  [
    'seconds of the epoch in its first half',
    fileOf(rows.map((line, i) => (i < 90 ? `${BASE / 1000 + i * 60}${line.slice(20)}` : line))),
  ],
  ['dates', fileOf(rows.map((line, i) => `${iso(BASE + i * 1440 * MINUTE).slice(0, 10)}${line.slice(20)}`))],
  [
    'dates and times in columns of their own',
    fileOf(
      rows.map((line) => line.replace('T', ',').replace('Z', '')),
      HEAD.replace('timestamp', 'date,time'),
    ),
    { timezone: 'UTC' },
  ],
  ['semicolons', fileOf(rows).replaceAll(',', ';')],
  [
    'a volume-weighted price and columns of no use',
    fileOf(
      rows.map((line, i) => `${line},x,${100 + i / 100},y`),
      `${HEAD},mood,vwap,note`,
    ),
  ],
  ['rows that grow shorter', fileOf(rows.map((line, i) => `${line},${'x'.repeat(i < 20 ? 400 : 0)}`))],
  ['rows that grow longer', fileOf(rows.map((line, i) => `${line},${'x'.repeat(i < 20 ? 0 : 400)}`))],
  ['a row of more than a buffer', fileOf(rows.with(150, `${row(150)},${'x'.repeat(300_000)}`))],
  ['a row of more than a buffer about its middle', fileOf(rows.with(1, `${row(1)},${'x'.repeat(200_000)}`))],
  ['no column of prices', fileOf(rows, 'timestamp,a,b,c,d,e')],
  ['zero bytes', fileOf(rows.with(20, '\0'))],
  ['a header alone', `${HEAD}${'\n'.repeat(2000)}`],
  [
    'a part of it wanted',
    fileOf(rows),
    { from: (BASE + 50 * MINUTE) as CsvOptions['from'], to: (BASE + 150 * MINUTE) as CsvOptions['to'] },
  ],
];

describe('a file that is read by two threads', () => {
  it('gives the rows that one thread reads, wherever they meet', async () => {
    const count = Math.ceil(fileOf(rows).length / SEGMENT);
    for (const first of [1, 2, count >> 1, count - 1, count]) {
      const { taken, alone } = await compare(fileOf(rows), { first });
      expect(taken).toBe(count - first);
      expect([alone.rowsRead, alone.barsUsed]).toEqual([200, 200]);
    }
  });

  it.each([40, 51, 64, 333, 4000, 9000])('may be cut into segments of %i bytes', async (segment) => {
    const { taken } = await compare(fileOf(rows), { segment });
    expect(taken).toBeGreaterThan(0);
  });

  it.each(Object.keys(ODD))(
    'with %s in place of a row, anywhere about a border, in both halves, first and last',
    async (name) => {
      // Rows about two borders in either half, by their bytes.
      const borders = [4, 14].map((k) => Math.floor((k * SEGMENT * 200) / fileOf(rows).length));
      const places = [0, 1, ...borders.flatMap((at) => [at - 2, at - 1, at, at + 1, at + 2]), 198, 199];
      for (const place of places) {
        const lines = rows.with(place, ODD[name]!(place));
        const { taken } = await compare(fileOf(lines));
        expect(taken).toBeGreaterThan(10);
      }
    },
  );

  it.each(FILES)('with %s', async (_, text, options) => {
    for (const first of [1, 10]) await compare(text, { first }, options);
  });

  it('with any rows in place of any others', async () => {
    const change = fc.tuple(fc.nat(199), fc.constantFrom(...Object.keys(ODD)));
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { maxLength: 12 }),
        fc.integer({ min: 60, max: 3000 }),
        fc.integer({ min: 1, max: 20 }),
        async (changes, segment, first) => {
          const lines = [...rows];
          for (const [at, name] of changes) lines[at] = ODD[name]!(at);
          await compare(fileOf(lines), { segment, first });
        },
      ),
      { numRuns: 60 },
    );
  }, 120_000);
});

describe('a folder that is read by two threads', () => {
  it('gives what one thread reads of it', async () => {
    const names = ['ETH-USD.csv', 'BTC-USD.csv', 'SOL-USD.csv', 'LTC-USD.csv'];
    const path = folderWith({
      'actions.csv': 'date,symbol,split,dividend\n2014-06-09,AAPL,7,0\n',
      ...Object.fromEntries(names.map((name, k) => [name, fileOf(rows.with(50 * k, 'odd'))])),
    });
    const script = await threadScript();
    for (const symbols of [undefined, ['BTC/USD', 'LTC/USD'], ['BTC/USD', 'BTC-USD', 'NONE/USD']]) {
      const options: CsvOptions = { path, symbols, hours: 'regular' };
      const ahead = await openCsvAhead(path, { worthwhile: 0, segment: SEGMENT, script });
      expect(ahead).toBeDefined();
      expect(plainOf(await readCsv({ ...options, ahead }))).toEqual(plainOf(await readCsv(options)));
    }
  });
});

describe('where the second thread', () => {
  const path = join(folderWith({ 'BTC-USD.csv': fileOf(rows.with(70, 'odd')) }), 'BTC-USD.csv');
  const options: CsvOptions = { path, hours: 'regular' };

  it('does not start, one reads it all', async () => {
    const script = new URL('./no-such-thread.cjs', import.meta.url);
    const ahead = await openCsvAhead(path, { worthwhile: 0, segment: SEGMENT, script });
    expect(plainOf(await readCsv({ ...options, ahead }))).toEqual(plainOf(await readCsv(options)));
  });

  it('dies with a segment in its hands, the other reads that too', async () => {
    const script = new URL(
      `data:text/javascript,${encodeURIComponent(`
      import { parentPort } from 'node:worker_threads';
      parentPort.on('message', ({ segments }) => { segments?.owner.fill(2, 9); process.exit(); });
    `)}`,
    );
    const ahead = (await openCsvAhead(path, { worthwhile: 0, segment: SEGMENT, script }))!;
    const file = ahead.take(path)!;
    while (!file.segments.owner.includes(COMPANION)) await turn();
    const reading = await readCsv({ ...options, ahead: { ...ahead, take: () => file } });
    expect(plainOf(reading)).toEqual(plainOf(await readCsv(options)));
  });

  it('is not wanted, nothing is left of it', async () => {
    const ahead = await openCsvAhead(path, { worthwhile: 0, segment: SEGMENT, script: await threadScript() });
    ahead!.close();
    expect((await readCsv(options)).data.barsUsed).toBe(199);
  });

  it('is not worth it, none is started', async () => {
    expect(await openCsvAhead(path)).toBeUndefined();
    expect(await openCsvAhead(join(path, 'nowhere'))).toBeUndefined();
  });
});
