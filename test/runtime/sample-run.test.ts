import { describe, expect, it } from 'vitest';
import { DEFAULT_ASSUMPTIONS } from '../../engine/brokers/assumptions.ts';
import { createSampleMarket, sampleData } from '../../engine/feeds/sample.ts';
import { calendarOf } from '../../engine/market/calendars.ts';
import { instant } from '../../engine/market/time.ts';
import { runBacktest } from '../../engine/runtime/backtest.ts';
import { type DryRunOptions, dryRun } from '../../engine/runtime/dry-run.ts';
import type { Feed } from '../../engine/runtime/feed.ts';
import { rulesetOf } from '../core/rules.ts';

const OPTIONS: DryRunOptions = {
  cash: undefined,
  from: undefined,
  to: undefined,
  assumptions: DEFAULT_ASSUMPTIONS,
  closeAtEnd: false,
  speed: 'max',
  once: true,
  sampleThenLive: false,
};

const fast = (id: string, symbols: string, timeframe: string): string => `id: ${id}
symbols: [${symbols}]
timeframe: ${timeframe}
capital: 50000
entry:
  long:
    when: crosses_above(close, ema(close, 9)) and close != day.close
    size:
      purse_pct: 40
    cooldown: 2 bars
exit:
  when: rsi(close, 7) > 65
  stop_loss:
    atr:
      length: 10
      multiple: 2
  take_profit:
    - pct: 0.4
      portion: 50
    - pct: 1
`;

const resting = `id: resting
symbols: [QQQ]
timeframe: 30m
capital: 50000
session:
  entries_from: 30m after open
  flat_by: 5m before close
entry:
  long:
    when: close < sma(close, 20) and SPY.close > 0
    trigger: while_true
    order:
      type: limit
      limit_price: close * 0.999
      expires: 2 bars
    size:
      risk_pct: 1
exit:
  time_stop: 5 bars
  stop_loss:
    pct: 1
  break_even:
    at_pct: 0.3
`;

describe('a dry run over the sample market', () => {
  const rules = rulesetOf(fast('shares', 'SPY, QQQ', '15m'), fast('coin', 'BTC/USD', '1h'), resting);
  const market = createSampleMarket({ symbols: rules.symbols, sessions: 12, warmup: 8 });
  const { bars: columns, ...account } = sampleData(market, 0, market.warmup + market.sessions);
  const noon = instant(Date.parse(`${market.date(market.warmup)}T17:00:00Z`));
  const from = calendarOf('SPY').midnight(noon);

  /** The market session by session, the first of them for the indicators alone. */
  const feed = (warmup: number): Feed => ({
    bases: new Map(rules.symbols.map((symbol) => [symbol, '1m' as const])),
    warmup,
    length: market.sessions + market.warmup - warmup,
    bars: undefined,
    endless: true,
    identity: '',
    actions: [],
    piece: (n) => market.session(n),
    past: () => new Map(),
    widened: async () => ({ feed: feed(warmup) }),
    account: () => account,
  });

  it('gives the orders, trades and figures of the backtest over the same bars', async () => {
    const back = await runBacktest(rules, { ...account, bars: columns }, OPTIONS);
    const dry = await dryRun(rules, feed(0), OPTIONS);
    for (const id of ['shares', 'coin', 'resting']) {
      expect(back.trades.filter((trade) => trade.strategy === id).length, id).toBeGreaterThan(3);
    }
    expect(dry.orders).toEqual(back.orders);
    expect(dry.trades).toEqual(back.trades);
    expect(dry.equity).toEqual(back.equity);
    expect(dry.metrics).toEqual(back.metrics);
  });

  it('with a warm-up decides what the backtest decides from that day on', async () => {
    const back = await runBacktest(rules, { ...account, bars: columns }, { ...OPTIONS, from });
    const dry = await dryRun(rules, feed(market.warmup), OPTIONS);
    expect(dry.trades.length).toBeGreaterThan(10);
    // The coin trades on through the night before the first session, where the two begin a few hours apart.
    const shares = (result: typeof dry) => result.trades.filter((trade) => trade.symbol !== 'BTC/USD');
    const line = ({
      strategy,
      symbol,
      entryTime,
      entryPrice,
      exitTime,
      exitPrice,
      exitReason,
    }: (typeof dry.trades)[number]) =>
      `${strategy} ${symbol} ${entryTime} ${entryPrice} ${exitTime} ${exitPrice} ${exitReason}`;
    expect(shares(dry).map(line)).toEqual(shares(back).map(line));
    expect(Math.min(...dry.trades.map((trade) => trade.entryTime))).toBeGreaterThanOrEqual(from - 86_400_000);
  });
});
