import { priceFrom, qtyFrom } from '../../engine/ledger/money.ts';
import { instant } from '../../engine/market/time.ts';
import type { RunView, StrategyView } from '../../engine/runtime/view.ts';

/** 2024-10-01 10:47 New York. */
const MARKET = instant(Date.UTC(2024, 9, 1, 14, 47));
/** The wall clock: 2025-11-25 14:05:00 UTC. */
export const NOW = Date.UTC(2025, 10, 25, 14, 5);

const strategy = (id: string, pnl: number, trades: number, winRatePct: number | null): StrategyView => ({
  id,
  equity: 20_000 + pnl,
  pnl,
  pnlPct: pnl / 200,
  trades,
  winRatePct,
});

/** A run as a person may find it: every number chosen by hand. */
export const view: RunView = {
  account: { equity: 99_243.11, pnl: -756.89, pnlPct: -0.75689, today: 12.3, todayPct: 0.0124, trades: 329 },
  strategies: [
    strategy('breakout', -1582.42, 29, 17.24),
    strategy('macd_advanced', -1199.45, 63, 53.97),
    strategy('mean_reversion', 315.2, 70, 64.29),
    strategy('moving_average', 593.17, 139, 29.5),
    strategy('rsi', 1116.61, 0, null),
  ],
  positions: [
    {
      strategy: 'mean_reversion',
      symbol: 'SPY',
      side: 'long',
      qty: qtyFrom(16),
      entryPrice: priceFrom(548.97),
      lastPrice: 543.56,
      unrealized: -86.56,
      unrealizedPct: -0.9855,
      stop: 541.38,
      target: null,
      toStopPct: -0.401,
      toTargetPct: null,
    },
    {
      strategy: 'mean_reversion',
      symbol: 'BTC/USD',
      side: 'short',
      qty: qtyFrom(0.125),
      entryPrice: priceFrom(61_250.5),
      lastPrice: 60_001.25,
      unrealized: 156.16,
      unrealizedPct: 2.04,
      stop: 62_475.51,
      target: 55_125.45,
      toStopPct: -4.12,
      toTargetPct: 8.13,
    },
    {
      strategy: 'rsi',
      symbol: 'JPM',
      side: 'long',
      qty: qtyFrom(1_250),
      entryPrice: priceFrom(294.29),
      lastPrice: 285.57,
      unrealized: -10_900,
      unrealizedPct: -2.963,
      stop: 282.52,
      target: 309,
      toStopPct: -1.07,
      toTargetPct: 8.2,
    },
  ],
  orders: { sent: 2, protective: 5 },
  breakers: {
    armed: 6,
    tripped: [
      {
        breaker: 'max_consecutive_losses',
        scope: 'strategy',
        place: 'breakout',
        action: 'pause_entries',
        since: instant(Date.UTC(2024, 9, 1, 13, 31)),
        until: { kind: 'time', at: instant(Date.UTC(2024, 9, 2, 13, 31)) },
        heldBack: 3,
        values: 'consecutive_losses 5',
      },
      {
        breaker: 'max_daily_loss',
        scope: 'account',
        place: 'account',
        action: 'halt',
        since: instant(Date.UTC(2024, 9, 1, 14, 2)),
        until: { kind: 'manual' },
        heldBack: 1,
        values: 'daily_loss_pct 5.2',
      },
    ],
  },
  rules: {
    revision: '3f9c1d2aa0',
    reloaded: { at: NOW - 109_000, text: 'ema.yaml: rsi < 30 → rsi < 35' },
    stale: {
      since: NOW - 12_000,
      place: 'strategies.d/ema.yaml:9:19',
      text: 'E201 unknown name `slwo`',
    },
  },
  feed: {
    source: 'sample market (SYNTHETIC)',
    synthetic: true,
    marketTime: MARKET,
    clock: 'SPY',
    pace: 'paced',
    barsDone: 700_000,
    barsTotal: undefined,
    barsPerSecond: 11,
    paceMs: 1_000,
    lastBarAt: NOW - 400,
  },
};

/** Before the first bar. */
export const fresh: RunView = {
  ...view,
  account: { equity: 100_000, pnl: 0, pnlPct: 0, today: 0, todayPct: 0, trades: 0 },
  positions: [],
  orders: { sent: 0, protective: 0 },
  breakers: { armed: 6, tripped: [] },
  rules: { revision: '3f9c1d2aa0', reloaded: undefined, stale: undefined },
  feed: {
    ...view.feed,
    marketTime: undefined,
    pace: 'warming',
    barsDone: 0,
    barsPerSecond: undefined,
    lastBarAt: undefined,
  },
};
