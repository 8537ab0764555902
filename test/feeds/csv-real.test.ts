import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCsv } from '../../engine/feeds/csv.ts';
import { MISSING_DATA, SHARED } from '../market/shared-data.ts';

interface Row {
  time: number;
  values: number[];
}

const rowsOf = (file: string): Row[] =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => {
      const [time, ...values] = line.split(',');
      return { time: Date.parse(time!), values: values.map(Number) };
    });

/** Open and close by date, from the published list of sessions. */
function published(): Map<string, [number, number]> {
  const out = new Map<string, [number, number]>();
  for (const line of readFileSync(join(SHARED, 'xnys-sessions.csv'), 'utf8').trim().split('\n').slice(1)) {
    const [date, open, close] = line.split(',');
    out.set(date!.slice(0, 10), [Date.parse(open!), Date.parse(close!)]);
  }
  return out;
}

/** Rows ten times off both neighbours, by a loop over the raw lines. */
const misprints = (rows: readonly Row[]): number =>
  rows.filter((row, i) => {
    const before = rows[i - 1]?.values[3];
    const after = rows[i + 1]?.values[0];
    if (before === undefined || after === undefined) return false;
    return row.values[1]! >= 10 * Math.max(before, after) || row.values[2]! <= Math.min(before, after) / 10;
  }).length;

describe.skipIf(MISSING_DATA)('real files', () => {
  it.each([
    ['hour', 'SPY', 60, 40_832, 40_785, 47, 0],
    ['hour', 'AAPL', 60, 40_831, 40_782, 47, 2],
    ['minute', 'SPY', 1, 4_839, 2_340, 2_499, 0],
    ['minute', 'AAPL', 1, 2_303, 1_170, 1_133, 0],
  ] as const)(
    '%s/%s has the bars that overlap a session',
    async (folder, symbol, minutes, read, used, outside, bad) => {
      const file = join(SHARED, folder, `${symbol}.csv`);
      const rows = rowsOf(file);
      const sessions = published();
      const clipped = rows.flatMap((row) => {
        // Both clocks lie within the same date for every hour that can touch a session.
        const session = sessions.get(new Date(row.time).toISOString().slice(0, 10));
        if (session === undefined) return [];
        const start = Math.max(row.time, session[0]);
        const end = Math.min(row.time + minutes * 60_000, session[1]);
        return start < end ? [[start, end, ...row.values]] : [];
      });
      const { data, diagnostics } = await readCsv({ path: join(SHARED, folder), symbols: [symbol], hours: 'regular' });
      const bars = data.bars.get(symbol)!;
      expect([data.rowsRead, data.barsUsed, data.outsideSession, data.quarantinedCount]).toEqual([
        read,
        used,
        outside,
        bad,
      ]);
      expect(rows.length).toBe(read);
      expect(misprints(rows)).toBe(bad);
      expect(diagnostics.length).toBe(bad > 0 ? 1 : 0);
      const refused = new Set(data.quarantined.map((row) => rows[row.line - 2]!.time));
      const want = clipped.filter(
        ([start]) => ![...refused].some((time) => time <= start! && start! < time + minutes * 60_000),
      );
      expect(want.length).toBe(used);
      const { start, end, open, high, low, close, volume } = bars;
      const got = want.map((_, i) => [start[i], end[i], open[i], high[i], low[i], close[i], volume[i]]);
      expect(got).toEqual(want);
      expect(bars.timeframe).toBe(minutes === 60 ? '1h' : '1m');
      expect(data.hash).toBe(createHash('sha256').update(readFileSync(file)).digest('hex'));
    },
  );

  it('daily bars belong to the session of their New York date', async () => {
    const rows = rowsOf(join(SHARED, 'daily/SPY.csv'));
    const sessions = [...published().values()];
    const { data } = await readCsv({ path: join(SHARED, 'daily'), symbols: ['SPY'], hours: 'regular' });
    const bars = data.bars.get('SPY')!;
    expect([bars.timeframe, data.rowsRead, data.barsUsed, data.outsideSession]).toEqual(['1d', 5849, 5849, 0]);
    const first = sessions.findIndex(([open]) => open > rows[0]!.time);
    rows.forEach((row, i) => {
      const [open, close] = sessions[first + i]!;
      if (bars.start[i] !== open || bars.end[i] !== close || bars.close[i] !== row.values[3]) expect.fail(`row ${i}`);
    });
  });

  it('names the days of real splits, and the fall that was none', async () => {
    const { data } = await readCsv({ path: join(SHARED, 'daily'), symbols: ['AAPL'], hours: 'regular' });
    const dates = data.warnings
      .filter((text) => text.includes('looks like a'))
      .map((text) => /\d{4}-\d\d-\d\d/.exec(text)![0]);
    expect(dates).toEqual(['2000-06-21', '2000-09-29', '2005-02-28', '2014-06-09', '2020-08-31']);
    expect(data.warnings.join()).toContain('ratio 6.96), which looks like a 7:1 split');
    expect(data.quarantined[0]).toMatchObject({ line: 2949, cause: 'price_spike' });
  });

  it('keeps the extended hours when they are wanted', async () => {
    const wide = await readCsv({ path: join(SHARED, 'minute'), hours: 'extended' });
    expect([...wide.data.bars.keys()]).toEqual(['AAPL', 'SPY']);
    expect([wide.data.rowsRead, wide.data.barsUsed, wide.data.outsideSession]).toEqual([7142, 7142, 0]);
    expect(wide.data.bars.get('SPY')!.hours.filter((part) => part === 0).length).toBe(2340);
  });
});
