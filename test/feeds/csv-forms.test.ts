import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readCsv } from '../../engine/feeds/csv.ts';
import type { Bars } from '../../engine/market/bars.ts';
import { instant } from '../../engine/market/time.ts';
import { folderWith, iso, readText } from './written.ts';

const one = async (text: string, options = {}, name?: string): Promise<Bars> => {
  const { data, diagnostics } = await readText(text, options, name);
  expect(diagnostics).toEqual([]);
  return [...data.bars.values()][0]!;
};
const rows = (bars: Bars) =>
  Array.from({ length: bars.length }, (_, i) => [
    iso(bars.start[i]),
    bars.open[i],
    bars.high[i],
    bars.low[i],
    bars.close[i],
    bars.volume[i],
  ]);
const codes = async (text: string | Uint8Array, options = {}, name?: string) =>
  (await readText(text, options, name)).diagnostics.map((finding) => finding.code);

const WANT = [
  ['2024-01-02T14:30:00Z', 10, 12, 9, 11, 100],
  ['2024-01-02T14:31:00Z', 11, 13, 10, 12.5, 200],
];

describe('the same two bars in every form', () => {
  it.each([
    [
      'plain',
      'timestamp,open,high,low,close,volume\n2024-01-02T14:30:00Z,10,12,9,11,100\n2024-01-02T14:31:00Z,11,13,10,12.5,200\n',
    ],
    [
      'no last line end',
      'timestamp,open,high,low,close,volume\n2024-01-02T14:30:00Z,10,12,9,11,100\n2024-01-02T14:31:00Z,11,13,10,12.5,200',
    ],
    [
      'CRLF, BOM, blank lines',
      '\uFEFFtimestamp,open,high,low,close,volume\r\n2024-01-02T14:30:00Z,10,12,9,11,100\r\n2024-01-02T14:31:00Z,11,13,10,12.5,200\r\n\r\n  \r\n',
    ],
    [
      'old Mac line ends',
      'timestamp,open,high,low,close,volume\r2024-01-02T14:30:00Z,10,12,9,11,100\r2024-01-02T14:31:00Z,11,13,10,12.5,200\r',
    ],
    [
      'other order and case, semicolons',
      'Volume;CLOSE;Low;High;Open;Datetime\n100;11;9;12;10;2024-01-02 14:30:00+00:00\n200;12.5;10;13;11;2024-01-02 14:31:00+00:00\n',
    ],
    ['tabs and short names', 't\to\th\tl\tc\tv\n1704205800\t10\t12\t9\t11\t100\n1704205860\t11\t13\t10\t12.50\t200\n'],
    ['epoch ms', 'ts,o,h,l,c,v\n1704205800000,10,12,9,11,100\n1704205860000,11,13,10,12.5,200\n'],
    ['epoch ns', 'ts,o,h,l,c,v\n1704205800000000000,10,12,9,11,100\n1704205860000000000,11,13,10,12.5,200\n'],
    ['epoch with a fraction', 'ts,o,h,l,c,v\n1704205800.0,10,12,9,11,100\n1704205860.000,11,13,10,12.5,200\n'],
    [
      'quotes and thousands',
      '"Date","Open","High","Low","Close","Volume"\n"2024-01-02T14:30:00Z","10","12","9","11.00","100"\n"2024-01-02T14:31:00Z",11,"13",10,"$12.50","2.00e2"\n',
    ],
    [
      'offset of New York',
      'time,open,high,low,close,volume\n2024-01-02T09:30:00-05:00,10,12,9,11,100\n2024-01-02 09:31-0500,11,13,10,12.5,200\n',
    ],
    [
      'newest first',
      'time,open,high,low,close,volume\n2024-01-02T14:31Z,11,13,10,12.5,200\n2024-01-02T14:30Z,10,12,9,11,100\n',
    ],
    [
      'unnamed first column',
      ',open,high,low,close,volume\n2024-01-02T14:30:00.000Z,10,12,9,11,100\n2024-01-02T14:31:00.000Z,11,13,10,12.5,200\n',
    ],
    [
      'slashes and UTC',
      'Date,open,high,low,close,volume\n2024/01/02 14:30:00 UTC,10,12,9,11,100\n2024/01/02 14:31:00 UTC,11,13,10,12.5,200\n',
    ],
  ])('%s', async (_, text) => {
    expect(rows(await one(text))).toEqual(WANT);
  });

  it.each([
    [
      'Date and Time',
      'Date,Time,Open,High,Low,Close,Volume\n2024-01-02,09:30,10,12,9,11,100\n2024-01-02,9:31:00,11,13,10,12.5,200\n',
    ],
    [
      'compact',
      'Date,Time,Open,High,Low,Close,Volume\n20240102,0930,10,12,9,11,100\n20240102,093100,11,13,10,12.5,200\n',
    ],
    [
      'one column',
      'datetime,Open,High,Low,Close,Volume\n2024-01-02 09:30:00,10,12,9,11,100\n2024-01-02 09:31:00,11,13,10,12.5,200\n',
    ],
  ])('%s by the clock of --tz', async (_, text) => {
    expect(rows(await one(text, { timezone: 'America/New_York' }))).toEqual(WANT);
    expect(rows(await one(text, { timezone: '-05:00' }))).toEqual(WANT);
    // Chicago is an hour behind.
    expect((await one(text, { timezone: 'America/Chicago' })).start[0]).toBe(Date.parse('2024-01-02T15:30:00Z'));
    expect(await codes(text)).toEqual(['E406']);
  });
});

describe('daily bars', () => {
  it.each(['2024-11-29', '2024-11-29T05:00:00Z', '2024-11-29T00:00:00Z', '2024-11-29 00:00:00', '20241129'])(
    'stamped %s are the session of 29 November and complete at 13:00',
    async (stamp) => {
      const before = stamp.replace('11-29', '11-27').replace('1129', '1127');
      const text = `date,open,high,low,close,volume\n${before},1,1,1,1,5\n${stamp},1,1,1,1,5\n`;
      const bars = await one(text, {}, 'SPY.csv');
      expect([iso(bars.start[1]), iso(bars.end[1]), bars.timeframe]).toEqual([
        '2024-11-29T14:30:00Z',
        '2024-11-29T18:00:00Z',
        '1d',
      ]);
    },
  );

  it('on a day without a session are outside', async () => {
    const { data } = await readText(
      'date,open,high,low,close\n2024-11-27,1,1,1,1\n2024-11-28,1,1,1,1\n2024-11-29,1,1,1,1\n',
      {},
      'SPY.csv',
    );
    expect([data.rowsRead, data.barsUsed, data.outsideSession]).toEqual([3, 2, 1]);
    expect(data.warnings.join()).toContain('no volume column');
  });

  it('of a week run from its first open to its last close', async () => {
    const bars = await one(
      'date,open,high,low,close,volume\n2024-08-26,1,1,1,1,5\n2024-09-02,1,1,1,1,5\n2024-09-09,1,1,1,1,5\n',
      {},
      'SPY.csv',
    );
    expect([bars.timeframe, iso(bars.start[1]), iso(bars.end[1])]).toEqual([
      '1w',
      '2024-09-03T13:30:00Z',
      '2024-09-06T20:00:00Z',
    ]);
  });
});

describe('the size of bars', () => {
  const HEAD = 'timestamp,open,high,low,close,volume\n';
  const days = ['2024-03-07', '2024-03-08', '2024-03-11', '2024-03-12', '2024-03-13'];
  const sample = (clocks: readonly string[]) =>
    HEAD + days.flatMap((day) => clocks.map((clock) => `${day} ${clock}:00,1,1,1,1,1\n`)).join('');
  const every = (minutes: number, from: number) =>
    Array.from({ length: Math.ceil((16 * 60 - from) / minutes) }, (_, i) => from + i * minutes).map(
      (minute) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`,
    );
  it.each([
    ['1m', every(1, 570)],
    ['1m', every(1, 570).filter((_, i) => i % 3 !== 1)],
    ['5m', every(5, 570)],
    ['15m', every(15, 570)],
    ['30m', every(30, 570)],
    ['1h', every(60, 540)],
    ['1h', every(60, 570)],
    ['1h', ['09:30', ...every(60, 600)]],
    ['2h', every(120, 480)],
    ['4h', every(240, 480)],
    ['1d', ['09:30']],
  ] as const)('%s is seen, case %#', async (timeframe, clocks) => {
    const bars = await one(sample(clocks), { timezone: 'America/New_York' }, 'SPY.csv');
    expect(bars.timeframe).toBe(timeframe);
    expect(bars.length).toBe(clocks.length * days.length);
    expect(iso(bars.start[0])).toBe('2024-03-07T14:30:00Z');
    // Summer time began between the two.
    expect(iso(bars.end[bars.length - 1])).toBe('2024-03-13T20:00:00Z');
  });
});

describe('rows that cannot be true', () => {
  const HEAD = 'timestamp,open,high,low,close,volume\n';
  const line = (minute: number, rest: string) => `2024-01-02T14:${String(minute).padStart(2, '0')}:00Z,${rest}\n`;
  it.each([
    ['high_below_low', line(31, '10,9,11,10,5')],
    ['open_outside_range', line(31, '13,12,9,11,5')],
    ['close_outside_range', line(31, '10,12,9,8.9,5')],
    ['not_positive', line(31, '0,12,0,11,5')],
    ['not_positive', line(31, '-10,12,9,11,5')],
    ['negative_volume', line(31, '10,12,9,11,-5')],
    ['not_a_number', line(31, 'NaN,12,9,11,5')],
    ['not_a_number', line(31, '10,12,,11,5')],
    ['not_a_number', line(31, '10,12,9,Infinity,5')],
    ['not_a_number', line(31, '10,12,9,1.2.3,5')],
    ['too_few_columns', line(31, '10,12,9,11')],
    ['bad_time', '2024-02-30T14:31:00Z,10,12,9,11,5\n'],
    ['bad_time', '02/01/2024 14:31,10,12,9,11,5\n'],
    ['bad_time', '2024-01-02T24:31:00Z,10,12,9,11,5\n'],
    ['mixed_time_format', '2024-01-02,10,12,9,11,5\n'],
    ['duplicate_time', line(30, '10,12,9,11,5')],
    ['price_spike', line(31, '10,120,9,11,5')],
    ['price_spike', line(31, '10,12,0.9,11,5')],
  ])('%s: %s', async (cause, bad) => {
    const good = [30, 32, 33, 34].map((minute) => line(minute, '10,12,9,11,100'));
    const { data, diagnostics } = await readText(HEAD + good[0] + bad + good.slice(1).join(''));
    expect([data.rowsRead, data.barsUsed, data.quarantinedCount]).toEqual([5, 4, 1]);
    expect(data.quarantined).toMatchObject([{ line: 3, cause }]);
    expect(diagnostics).toMatchObject([{ code: 'E410', severity: 'warning' }]);
    expect(diagnostics[0]!.message).toContain('line 3');
    expect([...data.bars.values()][0]!.volume).toEqual(new Float64Array([100, 100, 100, 100]));
  });

  it('are found by their line behind blank lines and other bad rows, newest first as well', async () => {
    const minutes = [30, 31, 32, 33, 34, 35];
    const lines = minutes.map((minute) => line(minute, '10,12,9,11,100'));
    lines[2] = `\n${line(32, '10,12,9,NaN,100')}`;
    lines[4] = line(34, '10,500,9,11,100');
    const forwards = await readText(HEAD + lines.join(''));
    expect(forwards.data.quarantined.map((row) => [row.line, row.cause])).toEqual([
      [5, 'not_a_number'],
      [7, 'price_spike'],
    ]);
    const backwards = await readText(HEAD + lines.toReversed().join(''));
    expect(backwards.data.quarantined.map((row) => [row.line, row.cause])).toEqual([
      [6, 'not_a_number'],
      [3, 'price_spike'],
    ]);
  });

  it('are all counted, a thousand of them kept', async () => {
    const bad = Array.from({ length: 1500 }, () => 'x,1,1,1,1,1').join('\n');
    const good = Array.from({ length: 1500 }, (_, i) => `${1_704_205_800 + i * 60},1,1,1,1,1`).join('\n');
    const { data } = await readText(`${HEAD}${bad}\n${good}\n`);
    expect([data.quarantinedCount, data.quarantined.length, data.barsUsed]).toEqual([1500, 1000, 1500]);
  });
});

describe('what cannot be read is one finding', () => {
  const HEAD = 'timestamp,open,high,low,close,volume\n';
  it.each([
    ['E404', gzipSync(HEAD)],
    ['E404', Buffer.from(HEAD, 'utf16le')],
    ['E405', ''],
    ['E405', '2024-01-02,1,1,1,1,1\n'],
    ['E405', 'timestamp,open,high,low\n2024-01-02,1,1,1\n'],
    ['E405', 'open,high,low,close\n1,1,1,1\n'],
    ['E405', 'timestamp,open,high,low,close,close\n'],
    ['E408', HEAD],
    ['E408', `${HEAD}01/02/2024,1,1,1,1,1\n`],
    ['E409', `${HEAD}2024-01-02T14:30Z,1,1,1,1,1\n2024-01-02T14:33Z,1,1,1,1,1\n2024-01-02T14:36Z,1,1,1,1,1\n`],
    ['E409', `${HEAD}1704205800,1,1,1,1,1\n1704205801,1,1,1,1,1\n1704205802,1,1,1,1,1\n`],
  ])('%s', async (code, content) => {
    const { data, diagnostics } = await readText(content);
    expect(diagnostics.map((finding) => finding.code)).toEqual([code]);
    expect(diagnostics[0]!.severity).toBe('error');
    expect(diagnostics[0]!.help).toBeTruthy();
    expect(data.bars.size).toBe(0);
  });

  it('for a zone, a path and symbols that are not there', async () => {
    expect(await codes(HEAD, { timezone: 'Mars/Olympus' })).toEqual(['E407']);
    expect(await codes('x', { path: '/no/such/folder' })).toEqual(['E402']);
    expect(await codes('x', { path: folderWith({ 'notes.txt': 'x' }) })).toEqual(['E402']);
    const path = folderWith({
      'SPY.csv': `${HEAD}2024-01-02,1,1,1,1,1\n2024-01-03,1,1,1,1,1\n`,
      'actions.csv': 'date,symbol,split\n',
    });
    const { data, diagnostics } = await readCsv({ path, symbols: ['SPY', 'QQQ', 'BTC/USD'], hours: 'regular' });
    expect(diagnostics).toMatchObject([{ code: 'E401', message: 'no data for QQQ, BTC/USD' }]);
    expect(diagnostics[0]!.help).toContain('holds SPY.csv;');
    expect(data.barsUsed).toBe(2);
  });
});

describe('files and symbols', () => {
  const bars = 'date,open,high,low,close,volume\n2024-01-02,1,1,1,1,1\n2024-01-03,1,1,1,1,1\n';
  it('finds a symbol under its usual spellings', async () => {
    const path = folderWith({ 'BTCUSD.csv': bars, 'brk-b.CSV': bars, 'ETH-USD.csv': bars });
    const named = await readCsv({ path, symbols: ['BTC/USD', 'BRK.B', 'ETH/USD'], hours: 'regular' });
    expect([...named.data.bars.keys()]).toEqual(['BTC/USD', 'BRK.B', 'ETH/USD']);
    const all = await readCsv({ path: folderWith({ 'ETH-USD.csv': bars, 'brk-b.csv': bars }), hours: 'regular' });
    expect([...all.data.bars.keys()]).toEqual(['ETH/USD', 'BRK.B']);
  });

  it('reads splits and dividends beside the bars, and refuses a row it cannot understand', async () => {
    const path = folderWith({
      'AAPL.csv': bars,
      'actions.csv': 'date,symbol,split,dividend\n2024-01-03,AAPL,7:1,\n2024-01-02,AAPL,,0.24\n2024-01-02,KO,1,0.5\n',
    });
    const { data } = await readCsv({ path, hours: 'regular' });
    expect(data.actions).toEqual([
      { date: '2024-01-02', symbol: 'AAPL', split: 1, dividend: 0.24 },
      { date: '2024-01-03', symbol: 'AAPL', split: 7, dividend: 0 },
    ]);
    // The prices do not jump: they were adjusted already.
    expect(data.warnings.join()).toContain('look adjusted already');
    const bad = folderWith({
      'AAPL.csv': bars,
      'actions.csv': 'date,symbol,split,dividend\n2024-01-03,AAPL,seven,0\n',
    });
    const refused = await readCsv({ path: bad, hours: 'regular' });
    expect(refused.diagnostics).toMatchObject([{ code: 'E411' }]);
    expect(refused.diagnostics[0]!.message).toContain('line 2');
  });

  it('leaves out what lies before from, and at or after to', async () => {
    const from = instant(Date.parse('2024-01-03T00:00Z'));
    const { data } = await readText(bars, { from }, 'SPY.csv');
    expect([data.rowsRead, data.barsUsed]).toEqual([2, 1]);
    const to = instant(Date.parse('2024-01-03T14:30Z'));
    expect((await readText(bars, { to }, 'SPY.csv')).data.barsUsed).toBe(1);
  });

  it('tells how far it is, and the hash of what it read', async () => {
    const path = folderWith({ 'A.csv': bars, 'B.csv': bars });
    const seen: number[] = [];
    const { data } = await readCsv({ path, hours: 'regular' }, (progress) => {
      seen.push(progress.bytes / progress.totalBytes);
      expect(progress.files).toBe(2);
    });
    expect(seen).toEqual([0.5, 1]);
    expect(data.hash).toBe(
      createHash('sha256')
        .update(bars + bars)
        .digest('hex'),
    );
    expect([data.rowsRead, data.barsUsed, data.source, data.synthetic]).toEqual([4, 4, path, false]);
  });

  it('tells of columns it does not use', async () => {
    const { data } = await readText(
      'Date,Open,High,Low,Close,Adj Close,Volume\n2024-01-02,1,1,1,1,0.9,1\n2024-01-03,1,1,1,1,0.9,1\n',
      {},
      'SPY.csv',
    );
    expect(data.warnings).toEqual([expect.stringContaining('columns not used: Adj Close')]);
  });

  it('reads the first of two files of one symbol, and says so', async () => {
    const path = folderWith({ 'BTC-USD.csv': bars, 'BTCUSD.csv': bars });
    const { data } = await readCsv({ path, hours: 'regular' });
    expect([[...data.bars.keys()], data.rowsRead]).toEqual([['BTC/USD'], 2]);
    expect(data.warnings).toEqual([expect.stringContaining('BTCUSD.csv is not read')]);
  });

  it('lets nothing out of a file drive the terminal', async () => {
    const { data, diagnostics } = await readText(
      'date,open,high,low,close,\u001b[2J\n2024-01-02,\u001b[31m,1,1,1\n',
      {},
      'SPY.csv',
    );
    const shown = JSON.stringify([
      data.warnings,
      data.quarantined,
      diagnostics.map(({ message, help }) => [message, help]),
    ]);
    expect(data.quarantinedCount).toBe(1);
    expect(shown).not.toContain('\\u001b');
    expect(await codes('', { path: '/dev/zero' })).toEqual(['E403']);
  });

  it('reads an hour that the clock shows twice as two', async () => {
    const text = ['00:30', '01:00', '01:30', '01:00', '01:30', '02:00', '02:30']
      .map((clock) => `2024-11-03 ${clock}:00,1,1,1,1,1\n`)
      .join('');
    const { data } = await readText(`datetime,open,high,low,close,volume\n${text}`, { timezone: 'America/New_York' });
    const starts = [...data.bars.values()][0]!.start;
    expect(starts.length).toBe(7);
    expect(iso(starts[0])).toBe('2024-11-03T04:30:00Z');
    expect(iso(starts[6])).toBe('2024-11-03T07:30:00Z');
  });
});
