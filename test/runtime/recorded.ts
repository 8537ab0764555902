import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCsv } from '../../engine/feeds/csv.ts';
import type { Trade } from '../../engine/ledger/trade.ts';
import type { MarketData } from '../../engine/market/bars.ts';
import type { Hours } from '../../engine/market/calendar.ts';
import { instant } from '../../engine/market/time.ts';
import { SHARED } from '../market/shared-data.ts';

/** A row of a file as a plain split gives it; prices in ten-thousandths of a dollar, the files' own grid. */
export interface PlainRow {
  readonly time: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** The rows of a recorded file, read with nothing of the engine. */
export function plainRows(folder: string, symbol: string): PlainRow[] {
  const lines = readFileSync(join(SHARED, folder, `${symbol}.csv`), 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1);
  return lines.map((line) => {
    const cells = line.split(',');
    const price = (k: number): number => Math.round(Number(cells[k]) * 10_000);
    return {
      time: Date.parse(cells[0]!),
      open: price(1),
      high: price(2),
      low: price(3),
      close: price(4),
      volume: Number(cells[5]),
    };
  });
}

/** Open and close of every session, in milliseconds, from the published table. */
export function plainSessions(): { readonly open: number; readonly close: number }[] {
  const lines = readFileSync(join(SHARED, 'xnys-sessions.csv'), 'utf8').trimEnd().split('\n').slice(1);
  return lines.map((line) => {
    const cells = line.split(',');
    return { open: Date.parse(cells[1]!), close: Date.parse(cells[2]!) };
  });
}

/** The same file through the feed. */
export async function recorded(
  folder: string,
  symbol: string,
  choices: { readonly hours?: Hours; readonly from?: string; readonly to?: string } = {},
): Promise<MarketData> {
  const { data } = await readCsv({
    path: join(SHARED, folder),
    symbols: [symbol],
    hours: choices.hours ?? 'regular',
    from: choices.from === undefined ? undefined : instant(Date.parse(choices.from)),
    to: choices.to === undefined ? undefined : instant(Date.parse(choices.to)),
  });
  return data;
}

const SCALE = 10_000_000_000_000_000n;

/** `2013-10-04T13:30 16791 -> 2013-10-04T14:00 16800 +900 stop_loss`: times of the fills' bars, prices and profit in cents. */
export const centLine = (trade: Trade): string => {
  const cents = (scaled: bigint, unit: bigint): string => {
    if (scaled % unit !== 0n) throw new Error(`${scaled} is no whole number of cents`);
    return (scaled / unit).toString();
  };
  return tradeLine({
    entryTime: trade.entryTime,
    entry: Number(cents(trade.entryPrice, 10_000_000n)),
    exitTime: trade.exitTime,
    exit: Number(cents(trade.exitPrice, 10_000_000n)),
    profit: Number(cents(trade.pnl, SCALE)),
    reason: trade.exitReason,
  });
};

export interface PlainTrade {
  readonly entryTime: number;
  readonly entry: number;
  readonly exitTime: number;
  readonly exit: number;
  readonly profit: number;
  readonly reason: string;
}

export const tradeLine = ({ entryTime, entry, exitTime, exit, profit, reason }: PlainTrade): string =>
  `${new Date(entryTime).toISOString().slice(0, 16)} ${entry} -> ${new Date(exitTime).toISOString().slice(0, 16)} ${exit} ${profit} ${reason}`;
