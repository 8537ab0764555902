import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type HandResult, w1, w2, w3 } from '../../bench/hand-loop.ts';
import { backtest, marketData, oneSymbol, ruleset, twentySymbols } from '../../bench/workload.ts';
import { PRICE_SCALE, QTY_SCALE } from '../../engine/ledger/money.ts';
import type { RunResult } from '../../engine/runtime/result.ts';
import { ROOT } from '../house/sources.ts';

const CENT = PRICE_SCALE / 100n;
const STRATEGIES = join('bench', 'strategies');

/** The engine's trades in the hand loop's terms; a price that is no whole cent stays visible as a fraction. */
const inCents = (price: bigint): number => Number(price / CENT) + Number(price % CENT) / Number(CENT);

function engineTrades(result: RunResult, symbols: readonly string[]) {
  return result.trades.map((trade) => {
    expect(trade.qty).toBe(100n * QTY_SCALE);
    return {
      symbol: symbols.indexOf(trade.symbol),
      entryTime: Number(trade.entryTime),
      entryCents: inCents(trade.entryPrice),
      exitTime: Number(trade.exitTime),
      exitCents: inCents(trade.exitPrice),
      pnlCents: Number(trade.pnl / 10n ** 16n),
    };
  });
}

interface Row {
  readonly symbol: number;
  readonly entryTime: number;
  readonly exitTime: number;
}

/** One order for both: by exit, then symbol, then entry. */
const inOrder = <T extends Row>(rows: readonly T[]): T[] =>
  [...rows].sort((a, b) => a.exitTime - b.exitTime || a.symbol - b.symbol || a.entryTime - b.entryTime);

function expectSame(result: RunResult, hand: HandResult, symbols: readonly string[], least: number): void {
  expect(hand.trades.length).toBeGreaterThan(least);
  expect(inOrder(engineTrades(result, symbols))).toEqual(inOrder(hand.trades));
  const open = result.openPositions.map((position) => ({
    symbol: symbols.indexOf(position.symbol),
    entryTime: Number(position.entryTime),
    entryCents: inCents(position.entryPrice),
  }));
  expect(open.sort((a, b) => a.symbol - b.symbol)).toEqual(hand.open);
  expect(result.metrics.endEquity - result.metrics.startEquity).toBeCloseTo(hand.profitCents / 100, 6);
}

describe('the engine makes the trades of a loop written by hand, to the bar and the cent', () => {
  it('W1, averages crossing', async () => {
    const bars = oneSymbol(40_000);
    const result = await backtest(await ruleset(ROOT, join(STRATEGIES, 'w1.yaml')), marketData([bars]));
    expectSame(result, w1(bars), [bars.symbol], 500);
  });

  it('W2, RSI levels and a loss measured from the entry', async () => {
    const bars = oneSymbol(40_000);
    const result = await backtest(await ruleset(ROOT, join(STRATEGIES, 'w2.yaml')), marketData([bars]));
    expectSame(result, w2(bars), [bars.symbol], 100);
  });

  it('W3, four indicators over twenty symbols in one portfolio', async () => {
    const bars = twentySymbols(4_000);
    const result = await backtest(await ruleset(ROOT, join(STRATEGIES, 'w3.yaml')), marketData(bars));
    expectSame(
      result,
      w3(bars),
      bars.map((one) => one.symbol),
      1_000,
    );
  });
});
