import { existsSync, statSync } from 'node:fs';
import { readCsv } from '../../../engine/feeds/csv.ts';
import { createSampleMarket, sampleData } from '../../../engine/feeds/sample.ts';
import type { Bars, CorporateAction } from '../../../engine/market/bars.ts';
import { MINUTE } from '../../../engine/market/time.ts';
import type { BarScript } from './tape.ts';
import { instantOf, type When } from './virtual-clock.ts';

/** Open, high, low, close and volume of a minute; null where nobody traded. */
export type WrittenBar = readonly [open: number, high: number, low: number, close: number, volume?: number] | null;

/** Bars of one symbol, minute after minute from `start` on. */
export function writtenBars(symbol: string, start: When, rows: readonly WrittenBar[]): Bars {
  const from = instantOf(start);
  const there = rows.map((row, i) => ({ row, at: from + i * MINUTE })).filter(({ row }) => row !== null);
  const column = (of: (one: { row: WrittenBar; at: number }) => number): Float64Array => Float64Array.from(there, of);
  return {
    symbol,
    timeframe: '1m',
    length: there.length,
    start: column(({ at }) => at),
    end: column(({ at }) => at + MINUTE),
    open: column(({ row }) => row![0]),
    high: column(({ row }) => row![1]),
    low: column(({ row }) => row![2]),
    close: column(({ row }) => row![3]),
    volume: column(({ row }) => row![4] ?? 1_000),
    vwap: undefined,
    session: new Int32Array(there.length),
    hours: new Uint8Array(there.length),
  };
}

/** A market of these bars. */
export function scriptOf(bars: readonly Bars[], actions: readonly CorporateAction[] = []): BarScript {
  return { bars: new Map(bars.map((one) => [one.symbol, one])), actions };
}

/**
 * Bars of CSV files, one a symbol, or of a folder of them, with the extended hours; `known` are splits beside those of an
 * `actions.csv`. Error when a file is not there or holds no bars.
 */
export async function scriptOfFiles(
  paths: readonly string[],
  known: readonly CorporateAction[] = [],
): Promise<BarScript> {
  const bars: Bars[] = [];
  const actions: CorporateAction[] = [...known];
  for (const path of paths) {
    if (!existsSync(path)) throw new Error(`${path}: no such file or folder`);
    const { data } = await readCsv({ path, hours: 'always' });
    bars.push(...data.bars.values());
    actions.push(...data.actions);
    if (data.bars.size === 0)
      throw new Error(`${path}: no bars${statSync(path).isDirectory() ? ' in this folder' : ''}`);
  }
  const coarse = bars.find((one) => one.timeframe !== '1m');
  if (coarse !== undefined)
    throw new Error(`${coarse.symbol}: bars of ${coarse.timeframe}; the tape plays bars of one minute`);
  return scriptOf(bars, actions);
}

/** `sessions` sessions of the sample market, the last of them 2024-12-31. */
export function sampleScript(symbols: readonly string[], sessions: number): BarScript {
  const market = createSampleMarket({ symbols, sessions, warmup: 0 });
  return { bars: sampleData(market, 0, sessions).bars, actions: [] };
}
