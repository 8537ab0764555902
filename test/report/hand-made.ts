import { DEFAULT_ASSUMPTIONS } from '../../engine/brokers/assumptions.ts';
import { sortedByKey, tallyKinds, tallyMonths, tallyTrades } from '../../engine/ledger/breakdown.ts';
import type { Metrics } from '../../engine/ledger/figures.ts';
import { moneyFrom, priceFrom, qtyFrom } from '../../engine/ledger/money.ts';
import type { Order } from '../../engine/ledger/order.ts';
import { createOrderLog, fileOrder, openOrder, tallyRefusals } from '../../engine/ledger/order-log.ts';
import type { OpenPosition, Trade } from '../../engine/ledger/trade.ts';
import { anyShort, createTradeLog, keepTrade, latestTrades } from '../../engine/ledger/trade-log.ts';
import { instant } from '../../engine/market/time.ts';
import type { RunResult } from '../../engine/runtime/result.ts';

/** 2024-03-05 10:00 New York. */
export const ENTRY = instant(Date.UTC(2024, 2, 5, 15));
/** 2024-03-12 14:00 New York, after the clocks went forward. */
export const EXIT = instant(Date.UTC(2024, 2, 12, 18));

export const metrics: Metrics = {
  startEquity: 100_000,
  endEquity: 103_412.554,
  returnPct: 3.412554,
  cagrPct: 3.4567,
  sharpe: 1.2149,
  sortino: 1.8,
  volatilityPct: 9.123,
  maxDrawdownPct: 4.2178,
  maxDrawdown: 4312.4,
  maxDrawdownBarPct: 5.01,
  calmar: 0.819,
  trades: 1214,
  winRatePct: 48.106,
  profitFactor: 1.314,
  expectancy: 15.94,
  expectancyR: 0.21,
  sqn: 1.1,
  exposurePct: 61.2,
  turnover: 12.3,
  tradesPerDay: 4.8175,
  averageBars: 14.23,
  medianBars: 11,
  bestTrade: 512.2,
  worstTrade: -301,
  longestWinStreak: 9,
  longestLossStreak: 7,
  commission: 0,
};

export const trade: Trade = {
  strategy: 'moving_average',
  symbol: 'AAPL',
  side: 'long',
  qty: qtyFrom(112),
  entryTime: ENTRY,
  entryPrice: priceFrom(178.21),
  entryRule: 'entry.long',
  exitTime: EXIT,
  exitPrice: priceFrom(181.05),
  exitRule: 'exit.cross_back',
  exitReason: 'exit_rule',
  pnl: moneyFrom(318.08),
  pnlPct: 1.5936,
  bars: 31,
  riskAtEntry: 399.19,
  maePct: 0.4,
  mfePct: 2.2,
  legs: [
    {
      time: EXIT,
      price: priceFrom(181.05),
      qty: qtyFrom(112),
      pnl: moneyFrom(318.08),
      exitRule: 'exit.cross_back',
      exitReason: 'exit_rule',
    },
  ],
};

export const lost: Trade = {
  ...trade,
  strategy: 'mean_reversion_on_bands',
  symbol: 'BTC/USD',
  side: 'short',
  qty: qtyFrom(0.125),
  entryPrice: priceFrom(61_250.5),
  exitPrice: priceFrom(62_475.51),
  exitReason: 'stop_loss',
  exitRule: 'exit.stop_loss',
  pnl: moneyFrom(-153.12625),
  pnlPct: -2,
  riskAtEntry: undefined,
  legs: [
    {
      time: EXIT,
      price: priceFrom(62_475.51),
      qty: qtyFrom(0.125),
      pnl: moneyFrom(-153.12625),
      exitRule: 'exit.stop_loss',
      exitReason: 'stop_loss',
    },
  ],
};

export const order: Order = {
  seq: 7,
  strategy: 'moving_average',
  symbol: 'AAPL',
  symbolIndex: 0,
  rule: 'entry.long',
  role: 'entry',
  exitReason: undefined,
  side: 'buy',
  positionSide: 'long',
  type: 'market',
  qty: qtyFrom(112),
  limitPrice: undefined,
  stopPrice: undefined,
  timeInForce: 'day',
  extendedHours: false,
  decidedAt: ENTRY,
  part: 0,
  group: 0,
  status: 'filled',
  filled: qtyFrom(112),
  fills: [{ time: ENTRY, at: 'open', price: priceFrom(178.21), qty: qtyFrom(112), commission: moneyFrom(0) }],
  reason: undefined,
};

export const refused: Order = {
  ...order,
  seq: 8,
  strategy: 'breakout',
  qty: qtyFrom(0),
  filled: qtyFrom(0),
  status: 'refused',
  fills: [],
  reason: 'size_zero',
};

const position: OpenPosition = {
  strategy: 'rsi',
  symbol: 'SPY',
  side: 'long',
  qty: qtyFrom(1250),
  entryTime: ENTRY,
  entryPrice: priceFrom(511.333333333),
  lastPrice: 512.5,
  unrealized: moneyFrom(1458.33),
};

/** A result's trades and orders, with what a run counts of them. */
export function counted(trades: readonly Trade[], orders: readonly Order[]) {
  const closed = createTradeLog();
  for (const one of trades) keepTrade(closed, 0, one);
  const filed = createOrderLog();
  orders.forEach((one, n) => {
    const numbered = { ...one, seq: n + 1 };
    openOrder(filed, n, numbered);
    fileOrder(filed, numbered);
  });
  return {
    trades,
    orders,
    breakdown: {
      byExitReason: tallyTrades(tallyKinds(closed), ({ exitReason }) => exitReason),
      bySymbol: sortedByKey(tallyTrades(tallyKinds(closed), ({ symbol }) => symbol)),
      byEntryRule: sortedByKey(
        tallyTrades(tallyKinds(closed), ({ strategy, entryRule }) => `${strategy}.${entryRule}`),
      ),
      byMonth: tallyMonths(
        closed,
        100_000,
        trades.length === 0
          ? []
          : [
              { time: instant(Date.UTC(2024, 1, 29)), equity: 101_000 },
              { time: EXIT, equity: 103_412.554 },
            ],
        (at) => new Date(at).toISOString().slice(0, 7),
      ),
    },
    latest: latestTrades(closed, 8),
    refusals: tallyRefusals(filed),
    soldShort: anyShort(closed),
  };
}

/** A result as a run would give it, every number chosen by hand. */
export const result: RunResult = {
  engine: '1.2.3',
  revision: '3f9c1d2aa0',
  data: {
    source: 'sample market (SYNTHETIC)',
    synthetic: true,
    symbols: ['AAPL', 'SPY', 'BTC/USD'],
    timeframe: '1m',
    from: ENTRY,
    to: EXIT,
    rowsRead: 97_510,
    barsUsed: 97_500,
    outsideSession: 8,
    quarantined: 2,
    hash: '81abcdef00',
    warnings: ['AAPL fell by 75 % on 2024-03-11: it looks like a split of 4 for 1, and no actions.csv names one'],
  },
  assumptions: DEFAULT_ASSUMPTIONS,
  ambiguousBars: 3,
  drawdown: { start: undefined, bottom: undefined, recovery: undefined },
  metrics: { ...metrics, buyHoldPct: null },
  reasons: { buyHoldPct: 'no_data', sharpe: 'few_returns', sortino: 'few_returns' },
  shadows: [],
  strategies: [
    { id: 'moving_average', capital: 20_000, metrics: { ...metrics, endEquity: 101_000, returnPct: 1 }, reasons: {} },
    {
      id: 'mean_reversion_on_bands',
      capital: 20_000,
      metrics: { ...metrics, endEquity: 99_846.87, returnPct: -0.15313, profitFactor: null },
      reasons: { profitFactor: 'no_losing_trades' },
    },
  ],
  ...counted([trade, lost], [order, refused]),
  openPositions: [position],
  equity: [{ time: EXIT, equity: 103_412.554 }],
  breakers: [
    {
      breaker: 'max_daily_loss',
      scope: 'account',
      place: 'account',
      action: 'pause_entries',
      trippedAt: ENTRY,
      values: 'daily_loss_pct 5.23',
      clearedAt: EXIT,
      heldBack: 4,
      heldFlatDays: 1,
    },
    {
      breaker: 'five_losses',
      scope: 'strategy',
      place: 'mean_reversion_on_bands',
      action: 'flatten',
      trippedAt: EXIT,
      values: 'consecutive_losses 5',
      clearedAt: undefined,
      heldBack: 0,
      heldFlatDays: 0,
    },
  ],
  notActing: ['circuit_breakers: checked, but no breaker acts yet'],
  interrupted: false,
  seconds: 4.236,
};
