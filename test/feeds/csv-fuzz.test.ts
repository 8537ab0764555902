import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../engine/market/time.ts';
import { readText } from './written.ts';

describe('any bars', () => {
  it('are read back as they were written', async () => {
    const price = fc.integer({ min: 1000, max: 2_000_000_000 }).map((ticks) => ticks / 10_000);
    const row = fc.tuple(
      price,
      price,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.nat(1e9),
    );
    let seen = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 20, maxLength: 200 }),
        fc.constantFrom(',', ';', '\t'),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        async (rows, cut, end, epoch) => {
          const base = Date.UTC(2024, 2, 9);
          // The same scale for all, lest a price be ten times its neighbours.
          const bars = rows.map(([a, b, up, down, volume], i) => {
            const open = 100 + (a % 100);
            const close = 100 + (b % 100);
            return [base + i * MINUTE, open, Math.max(open, close) + up, Math.min(open, close) - down, close, volume];
          });
          const lines = bars.map(([time, ...values]) =>
            [epoch ? time : new Date(time!).toISOString(), ...values].join(cut),
          );
          const text = [['timestamp', 'open', 'high', 'low', 'close', 'volume'].join(cut), ...lines].join(end);
          const { data } = await readText(text);
          const got = data.bars.get('BTC/USD')!;
          const back = bars.map((_, i) => [
            got.start[i],
            got.open[i],
            got.high[i],
            got.low[i],
            got.close[i],
            got.volume[i],
          ]);
          expect(back).toEqual(bars);
          expect([data.quarantinedCount, got.length]).toEqual([0, bars.length]);
          seen += bars.length;
        },
      ),
      { numRuns: 100 },
    );
    expect(seen).toBeGreaterThan(1000);
  });
});

describe('any file', () => {
  const shard = fc.constantFrom(
    '\n',
    '\r',
    ',',
    ';',
    '"',
    '\t',
    '2024-01-02',
    'T14:30:00Z',
    '1e309',
    '-',
    '.',
    '9999999999999999999',
    'NaN',
    '\u0000',
    'é',
    ' ',
    '0',
    '12.5',
    '1704205800',
    ':',
  );
  const soup = fc
    .array(fc.oneof(shard, fc.string({ maxLength: 12 })), { maxLength: 60 })
    .map((parts) => parts.join(''));

  it('gets an answer, and every row of it an account', async () => {
    await fc.assert(
      fc.asyncProperty(
        soup,
        fc.boolean(),
        fc.constantFrom(undefined, 'America/New_York', 'Europe/Paris'),
        async (text, header, timezone) => {
          const file = header ? `timestamp,open,high,low,close,volume\n${text}` : text;
          const { data, diagnostics } = await readText(file, { timezone });
          const used = data.barsUsed + data.outsideSession + data.quarantinedCount;
          const whole = diagnostics.some((finding) => finding.code === 'E406' || finding.code === 'E409');
          expect(whole ? used <= data.rowsRead : used).toBe(whole ? true : data.rowsRead);
          if (data.bars.size === 0) expect(diagnostics.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('of bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        const { data, diagnostics } = await readText(bytes);
        expect(data.bars.size > 0 || diagnostics.length > 0).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('longer than a chunk loses no row', async () => {
    const rows = Array.from({ length: 20_011 }, (_, i) => `${1_704_205_800 + i * 60},10,12,9,11,${i}`);
    for (const end of ['\n', '\r\n', '\r']) {
      const { data } = await readText(['timestamp,open,high,low,close,volume', ...rows].join(end));
      const bars = data.bars.get('BTC/USD')!;
      expect([bars.length, bars.volume[20_010], data.quarantinedCount]).toEqual([20_011, 20_010, 0]);
    }
  });
});
