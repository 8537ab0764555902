import { join } from 'node:path';
import { DEFAULT_ASSUMPTIONS } from '../engine/brokers/assumptions.ts';
import type { Ruleset } from '../engine/compiler/ruleset.ts';
import type { Bars, MarketData } from '../engine/market/bars.ts';
import { runBacktest } from '../engine/runtime/backtest.ts';
import type { RunResult } from '../engine/runtime/result.ts';
import { loadWorkspace } from '../engine/runtime/workspace.ts';
import { generateBars } from './market.ts';

export const W3_SYMBOLS: readonly string[] = Array.from({ length: 20 }, (_, i) => `B${String(i + 1).padStart(2, '0')}`);

/** Bars of one symbol for W1 and W2. */
export const oneSymbol = (count: number): Bars => generateBars('BENCH', count, 1);

/** Bars of twenty symbols at the same times for W3, `count` each. */
export const twentySymbols = (count: number): Bars[] =>
  W3_SYMBOLS.map((symbol, i) => generateBars(symbol, count, i + 1));

export function marketData(bars: readonly Bars[]): MarketData {
  const rows = bars.reduce((sum, one) => sum + one.length, 0);
  return {
    source: 'generated',
    synthetic: true,
    bars: new Map(bars.map((one) => [one.symbol, one])),
    actions: [],
    rowsRead: rows,
    barsUsed: rows,
    outsideSession: 0,
    quarantined: [],
    quarantinedCount: 0,
    hash: '',
    warnings: [],
  };
}

/** The ruleset of one strategy file, without account limits unless a risk file is named; what the checker says goes into the error. */
export async function ruleset(dir: string, file: string, risk?: string): Promise<Ruleset> {
  const workspace = await loadWorkspace({
    dir,
    paths: [join(dir, file)],
    risk: risk === undefined ? 'none' : join(dir, risk),
  });
  if (workspace.ruleset === undefined) {
    throw new Error(workspace.diagnostics.map((finding) => `${finding.code} ${finding.message}`).join('\n'));
  }
  return workspace.ruleset;
}

/** A backtest at the next open without slippage or commission. */
export const backtest = (rules: Ruleset, data: MarketData): Promise<RunResult> =>
  runBacktest(rules, data, {
    cash: undefined,
    from: undefined,
    to: undefined,
    assumptions: { ...DEFAULT_ASSUMPTIONS, slippage: { kind: 'none' } },
    closeAtEnd: false,
  });
