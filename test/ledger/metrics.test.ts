import { describe, expect, it } from 'vitest';
import { buyHoldPct } from '../../engine/ledger/benchmark.ts';
import { sortedByKey, tallyKinds, tallyMonths, tallyTrades, tallyYears } from '../../engine/ledger/breakdown.ts';
import { drawdownOf } from '../../engine/ledger/drawdown.ts';
import { computeMetrics, type MetricsInput, sampleOf } from '../../engine/ledger/metrics.ts';
import { moneyFrom, priceFrom, qtyFrom } from '../../engine/ledger/money.ts';
import type { EquityPoint, Trade } from '../../engine/ledger/trade.ts';
import { createTradeLog, keepTrade } from '../../engine/ledger/trade-log.ts';
import { DAY, instant } from '../../engine/market/time.ts';

const curve = (equity: readonly number[]): EquityPoint[] =>
  equity.map((value, n) => ({ time: instant((n + 1) * DAY), equity: value }));

const tradeOf = (pnl: number, more: Partial<Trade> = {}): Trade => ({
  strategy: 's',
  symbol: 'A',
  side: 'long',
  qty: qtyFrom(1),
  entryTime: instant(0),
  entryPrice: priceFrom(100),
  entryRule: 'entry.long',
  exitTime: instant(DAY),
  exitPrice: priceFrom(100 + pnl),
  exitRule: 'exit.rule',
  exitReason: 'exit_rule',
  pnl: moneyFrom(pnl),
  pnlPct: pnl,
  bars: 1,
  riskAtEntry: undefined,
  maePct: 0,
  mfePct: 0,
  legs: [],
  ...more,
});

const compute = (more: Partial<MetricsInput>) =>
  computeMetrics({
    startEquity: 100_000,
    endEquity: more.daily?.at(-1)?.equity ?? 100_000,
    from: instant(0),
    daily: [],
    trades: sampleOf([]),
    bars: 0,
    exposedBars: 0,
    barDrawdown: 0,
    annualisation: 252,
    traded: 0,
    commission: 0,
    ...more,
  });

describe('figures of equity', () => {
  const { metrics, reasons } = compute({ daily: curve([101_000, 100_500, 102_000, 99_000, 100_000, 103_000]) });

  it('are the check vector', () => {
    expect(metrics.sharpe).toBeCloseTo(3.99926054, 8);
    expect(metrics.sortino).toBeCloseTo(6.6629683, 7);
    expect(metrics.maxDrawdownPct / 100).toBeCloseTo(0.0294117647, 10);
    expect(metrics.maxDrawdown).toBe(3_000);
    expect(metrics.returnPct).toBeCloseTo(3, 12);
  });

  it('follow their definitions', () => {
    // Six days: 1.03 ^ (365.25 / 6) - 1 = 504.6 %, from logarithms: exp(60.875 × 0.0295588022) = exp(1.79939...).
    const growth = Math.exp(60.875 * 0.029558802241544);
    expect(metrics.cagrPct).toBeCloseTo((growth - 1) * 100, 6);
    expect(metrics.calmar).toBeCloseTo((growth - 1) / 0.0294117647, 4);
    // Sharpe = mean × 252 / (volatility of a year).
    const mean =
      (0.01 + (100_500 / 101_000 - 1) + (102_000 / 100_500 - 1) + (99_000 / 102_000 - 1) + 1 / 99 + 0.03) / 6;
    expect(metrics.volatilityPct).toBeCloseTo(((mean * 252) / 3.99926054) * 100, 5);
  });

  it('of few observations carry a caution', () => {
    for (const name of ['sharpe', 'sortino', 'volatilityPct', 'cagrPct', 'calmar'])
      expect(reasons[name]).toBe('few_returns');
    const long = compute({ daily: curve(Array.from({ length: 20 }, (_, n) => 100_000 + ((n * 7) % 5) * 100)) });
    expect(long.metrics.sharpe).not.toBeNull();
    expect(long.reasons.sharpe).toBeUndefined();
  });

  it('that cannot be computed are null with a reason', () => {
    const flat = compute({ daily: curve(Array.from({ length: 30 }, () => 100_000)) });
    expect(flat.metrics).toMatchObject({
      sharpe: null,
      sortino: null,
      calmar: null,
      maxDrawdownPct: 0,
      volatilityPct: 0,
    });
    expect(flat.reasons).toMatchObject({ sharpe: 'no_variance', sortino: 'no_losing_days', calmar: 'no_drawdown' });
    expect(flat.metrics.cagrPct).toBe(0);
    const rising = compute({ daily: curve(Array.from({ length: 30 }, (_, n) => 100_000 * 1.01 ** (n + 1))) });
    expect(rising.reasons.sharpe).toBe('no_variance');
    const empty = compute({});
    expect(empty.metrics).toMatchObject({ sharpe: null, cagrPct: null, returnPct: 0, exposurePct: 0, tradesPerDay: 0 });
    expect(empty.reasons).toMatchObject({ sharpe: 'too_few_returns', cagrPct: 'no_time' });
    const ruined = compute({ daily: curve([50_000, -10, 5]) });
    expect(ruined.metrics).toMatchObject({ sharpe: null, cagrPct: null, calmar: null });
    expect(ruined.reasons.cagrPct).toBe('equity_not_positive');
  });

  it('count exposure, turnover and trades a day', () => {
    const counted = compute({
      daily: curve([100_000, 110_000]),
      trades: sampleOf([tradeOf(1)]),
      bars: 8,
      exposedBars: 2,
      traded: 210_000,
      commission: 3,
      barDrawdown: 0.05,
    }).metrics;
    expect(counted).toMatchObject({
      exposurePct: 25,
      turnover: 2,
      tradesPerDay: 0.5,
      commission: 3,
      maxDrawdownBarPct: 5,
    });
  });
});

describe('figures of trades', () => {
  const profits = [500, -200, 300, -400, 0, 250];

  it('are the check vector', () => {
    const { metrics, reasons } = compute({ trades: sampleOf(profits.map((pnl) => tradeOf(pnl))) });
    expect(metrics.profitFactor).toBe(1.75);
    expect(metrics.expectancy).toBe(75);
    expect(metrics.winRatePct).toBe(50);
    expect(metrics.sqn).toBeCloseTo(0.54470478, 8);
    expect(metrics).toMatchObject({
      trades: 6,
      bestTrade: 500,
      worstTrade: -400,
      longestWinStreak: 1,
      longestLossStreak: 1,
    });
    expect(reasons).toMatchObject({ profitFactor: 'few_trades', sqn: 'few_trades', winRatePct: 'few_trades' });
  });

  it('without losers or trades are null with a reason, never infinite', () => {
    const winners = compute({ trades: sampleOf([tradeOf(5), tradeOf(5)]) });
    expect(winners.metrics).toMatchObject({ profitFactor: null, sqn: null, winRatePct: 100 });
    expect(winners.reasons).toMatchObject({ profitFactor: 'no_losing_trades', sqn: 'no_variance' });
    const losers = compute({ trades: sampleOf([tradeOf(-5), tradeOf(-6)]) });
    expect(losers.metrics.profitFactor).toBe(0);
    const none = compute({});
    expect(none.metrics).toMatchObject({
      profitFactor: null,
      expectancy: null,
      winRatePct: null,
      averageBars: null,
      bestTrade: null,
    });
    expect(none.reasons).toMatchObject({ profitFactor: 'no_trades', winRatePct: 'no_trades' });
    expect(compute({ trades: sampleOf([tradeOf(1)]) }).reasons.sqn).toBe('one_trade');
  });

  it('measure expectancy in R where there was a stop', () => {
    const { metrics, reasons } = compute({
      trades: sampleOf([tradeOf(20, { riskAtEntry: 10 }), tradeOf(-10, { riskAtEntry: 10 }), tradeOf(7)]),
    });
    expect(metrics.expectancyR).toBe(0.5);
    expect(reasons.expectancyR).toBe('some_without_stop');
    expect(compute({ trades: sampleOf([tradeOf(1)]) }).reasons.expectancyR).toBe('no_stop');
  });

  it('count streaks and holding times', () => {
    const trades = [1, 2, 3, -1, -2, 0, -3, 4].map((pnl, n) => tradeOf(pnl, { bars: n }));
    const { metrics } = compute({ trades: sampleOf(trades) });
    expect(metrics).toMatchObject({ longestWinStreak: 3, longestLossStreak: 2, averageBars: 3.5, medianBars: 3.5 });
  });
});

it('a drawdown tells its peak, bottom and recovery', () => {
  const points = curve([101_000, 100_500, 102_000, 99_000, 100_000, 103_000]);
  expect(drawdownOf(100_000, points)).toEqual({
    fraction: 3_000 / 102_000,
    dollars: 3_000,
    start: instant(3 * DAY),
    bottom: instant(4 * DAY),
    recovery: instant(6 * DAY),
  });
  expect(drawdownOf(100, curve([90, 95]))).toMatchObject({ fraction: 0.1, start: undefined, recovery: undefined });
  expect(drawdownOf(100, curve([90, 100, 80, 85]))).toMatchObject({
    fraction: 0.2,
    bottom: instant(3 * DAY),
    recovery: undefined,
  });
  expect(drawdownOf(100, curve([101, 102]))).toMatchObject({ fraction: 0, bottom: undefined });
});

it('tables group trades, their money exact', () => {
  const log = createTradeLog();
  const trades = [
    tradeOf(10, { symbol: 'B', exitTime: instant(0) }),
    tradeOf(-5, { symbol: 'A', exitTime: instant(40 * DAY), exitReason: 'stop_loss' }),
    tradeOf(20, { symbol: 'A', strategy: 't', exitTime: instant(40 * DAY) }),
  ];
  trades.forEach((trade, key) => {
    keepTrade(log, key, trade);
  });
  const monthOf = (at: number): string => new Date(at).toISOString().slice(0, 7);
  const symbols = sortedByKey(tallyTrades(tallyKinds(log), ({ symbol }) => symbol));
  expect(symbols).toEqual([
    { key: 'A', trades: 2, wins: 1, losses: 1, pnl: moneyFrom(15) },
    { key: 'B', trades: 1, wins: 1, losses: 0, pnl: moneyFrom(10) },
  ]);
  expect(
    tallyTrades(tallyKinds(log), ({ exitReason }) => exitReason).map(({ key, trades: count }) => [key, count]),
  ).toEqual([
    ['exit_rule', 2],
    ['stop_loss', 1],
  ]);
  const months = tallyMonths(
    log,
    100,
    [
      { time: instant(DAY), equity: 105 },
      { time: instant(20 * DAY), equity: 110 },
      { time: instant(40 * DAY), equity: 99 },
      { time: instant(70 * DAY), equity: 99 },
    ],
    monthOf,
  );
  expect(months.map(({ key, trades: count, pnl }) => [key, count, pnl])).toEqual([
    ['1970-01', 1, moneyFrom(10)],
    ['1970-02', 2, moneyFrom(15)],
    ['1970-03', 0, moneyFrom(0)],
  ]);
  expect(months.map(({ returnPct }) => returnPct!.toFixed(6))).toEqual(['10.000000', '-10.000000', '0.000000']);
  const [year, ...more] = tallyYears(months);
  expect(more).toEqual([]);
  expect(year).toMatchObject({ key: '1970', trades: 3, wins: 2, losses: 1, pnl: moneyFrom(25) });
  expect(year!.returnPct).toBeCloseTo(-1, 10);
});

it('buy and hold weighs its symbols alike from the first open', () => {
  expect(buyHoldPct([])).toBeNull();
  expect(
    buyHoldPct([
      { firstOpen: 100, lastClose: 110 },
      { firstOpen: 10, lastClose: 13 },
    ]),
  ).toBeCloseTo(20, 10);
  expect(buyHoldPct([{ firstOpen: 700, lastClose: 105, split: 7, dividends: 35 }])).toBeCloseTo(10, 10);
});
