import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { shell } from '../house/command-lines.ts';
import { ROOT } from '../house/sources.ts';

const SPY = join(ROOT, '..', 'shared', 'data', 'daily', 'SPY.csv');

const STRATEGY = `id: spy_cross
symbols:
  - SPY
timeframe: 1d
capital: 100000
indicators:
  fast: sma(close, 10)
  slow: sma(close, 30)
entry:
  long:
    when: crosses_above(fast, slow)
    size:
      shares: 100
exit:
  when: crosses_below(fast, slow)
`;

interface PlainTrade {
  readonly entryDate: string;
  readonly entryCents: number;
  readonly exitDate: string;
  readonly exitCents: number;
}

/** Prices in ten-thousandths of a dollar: the file's own grid, so sums are exact. */
const grid = (text: string): number => Math.round(Number(text) * 10_000);

/** A second opinion that shares nothing with the engine: one pass over the rows of the file. */
function plainLoop(path: string): PlainTrade[] {
  const rows = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
  const closes = rows.map((row) => grid(row[4]!));
  const sum = (from: number, to: number): number => closes.slice(from, to).reduce((total, close) => total + close, 0);
  const trades: PlainTrade[] = [];
  let side = 0;
  let wanted: 'buy' | 'sell' | undefined;
  let entry: { date: string; cents: number } | undefined;
  for (let i = 0; i < rows.length; i++) {
    const open = grid(rows[i]![1]!) / 100;
    const date = rows[i]![0]!.slice(0, 10);
    // A price between two cents fills at the one that is worse for the trader.
    if (wanted === 'buy') entry = { date, cents: Math.ceil(open) };
    if (wanted === 'sell' && entry !== undefined) {
      trades.push({ entryDate: entry.date, entryCents: entry.cents, exitDate: date, exitCents: Math.floor(open) });
      entry = undefined;
    }
    wanted = undefined;
    if (i < 29) continue;
    const difference = 3 * sum(i - 9, i + 1) - sum(i - 29, i + 1);
    const now = Math.sign(difference);
    if (now === 0) continue;
    if (side < 0 && now > 0 && entry === undefined) wanted = 'buy';
    if (side > 0 && now < 0 && entry !== undefined) wanted = 'sell';
    side = now;
  }
  return trades;
}

describe.skipIf(!existsSync(SPY))('23 years of SPY by the day (skipped without the recorded bars)', () => {
  it('gives the trades of a plain loop, one for one', () => {
    const folder = mkdtempSync(join(tmpdir(), 'engine-spy-'));
    try {
      writeFileSync(join(folder, 'spy_cross.yaml'), STRATEGY);
      const ended = shell(
        `npx engine backtest spy_cross.yaml --data "${SPY}" --slippage 0 --commission 0 --risk none --format json`,
        folder,
      );
      expect(ended.status, ended.stderr).toBe(0);
      const { trades } = JSON.parse(ended.stdout) as {
        trades: {
          entryTime: string;
          entryPrice: string;
          exitTime: string;
          exitPrice: string;
          pnl: string;
          exitReason: string;
        }[];
      };
      const plain = plainLoop(SPY);
      expect(plain.length).toBeGreaterThan(80);
      expect(
        trades.map((trade) => ({
          entryDate: trade.entryTime.slice(0, 10),
          entryCents: Math.round(Number(trade.entryPrice) * 100),
          exitDate: trade.exitTime.slice(0, 10),
          exitCents: Math.round(Number(trade.exitPrice) * 100),
        })),
      ).toEqual(plain);
      expect(trades.map((trade) => Number(trade.pnl))).toEqual(
        plain.map((trade) => trade.exitCents - trade.entryCents),
      );
      expect(new Set(trades.map((trade) => trade.exitReason))).toEqual(new Set(['exit_rule']));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
