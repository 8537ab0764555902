import { describe, expect, it } from 'vitest';
import { DEFAULT_ASSUMPTIONS } from '../../engine/brokers/assumptions.ts';
import type { Bars, CorporateAction, MarketData } from '../../engine/market/bars.ts';
import { runBacktest } from '../../engine/runtime/backtest.ts';
import { rulesetOf } from '../core/rules.ts';
import { MISSING_DATA } from '../market/shared-data.ts';
import { plainRows, plainSessions, recorded } from './recorded.ts';

/** Apple's splits, from its investor relations page: new shares per old, first day at the new price. */
const SPLITS: readonly CorporateAction[] = [
  ['2000-06-21', 2],
  ['2005-02-28', 2],
  ['2014-06-09', 7],
  ['2020-08-31', 4],
].map(([date, split]) => ({ symbol: 'AAPL', date: date as string, split: split as number, dividend: 0 }));

const SEVEN = SPLITS.filter(({ split }) => split === 7);

const run = (text: string, data: MarketData, actions: readonly CorporateAction[]) =>
  runBacktest(
    rulesetOf(text),
    { ...data, actions },
    {
      cash: undefined,
      from: undefined,
      to: undefined,
      assumptions: { ...DEFAULT_ASSUMPTIONS, slippage: { kind: 'none' } },
      closeAtEnd: false,
    },
  );

const hold = (exit: string, timeframe: string): string => `id: hold
symbols: [AAPL]
timeframe: ${timeframe}
capital: 1000000
entry:
  long:
    when: bars_since_exit > 1000000
    trigger: while_true
    size:
      shares: 100
exit:
${exit}
`;

/** Raw minutes of the regular sessions. */
function regularMinutes() {
  const sessions = plainSessions();
  return plainRows('minute', 'AAPL').filter(({ time }) =>
    sessions.some(({ open, close }) => time >= open && time < close),
  );
}

/** Every price before a split divided by its ratio, as a chart shows it. */
function adjusted(bars: Bars): Bars {
  const factor = Float64Array.from({ length: bars.length }, (_, i) => {
    const date = new Date(bars.start[i]!).toISOString().slice(0, 10);
    return SPLITS.reduce((product, split) => (date < split.date ? product * split.split : product), 1);
  });
  const divided = (column: Float64Array): Float64Array => Float64Array.from(factor, (f, i) => column[i]! / f);
  return {
    ...bars,
    open: divided(bars.open),
    high: divided(bars.high),
    low: divided(bars.low),
    close: divided(bars.close),
  };
}

const CROSS = `id: cross
symbols: [AAPL]
timeframe: 1h
capital: 100000000
entry:
  long:
    when: crosses_above(sma(close, 10), ema(day.close, 20))
    size:
      shares: 100
exit:
  when: crosses_below(sma(close, 10), ema(day.close, 20))
`;

describe.skipIf(MISSING_DATA)("Apple's splits on raw bars (skipped when ../shared/data is missing)", () => {
  it('minutes across 7:1: the position is restated, nothing is stopped, the profit is exact', async () => {
    const data = await recorded('minute', 'AAPL');
    const rows = regularMinutes();
    const exit = '  stop_loss:\n    pct: 5\n  trailing_stop:\n    pct: 5\n  take_profit:\n    pct: 5';
    const result = await run(hold(exit, '1m'), data, SEVEN);
    expect(result.trades).toEqual([]);
    const [position] = result.openPositions;
    // Bought at the second minute's open, 100 shares; 700 at the end.
    const cents = Math.ceil(rows[1]!.open / 100);
    expect(position?.qty).toBe(700n * 10n ** 9n);
    expect(Number(position?.entryPrice) / 1e7).toBeCloseTo(cents / 7, 6);
    const profit = BigInt(7 * rows.at(-1)!.close - cents * 100);
    // 100 shares of ten-thousandths of a dollar are hundredths of one.
    expect(position?.unrealized).toBe(profit * 10n ** 16n);
    const stop = result.orders.find((order) => order.role === 'stop_loss');
    expect([stop?.status, stop?.qty]).toEqual(['working', 700n * 10n ** 9n]);
    expect(Math.abs(Number(stop?.stopPrice) / 1e7 - (cents * 0.95) / 7)).toBeLessThanOrEqual(1);
    const target = result.orders.find((order) => order.role === 'take_profit');
    expect(Math.abs(Number(target?.limitPrice) / 1e7 - (cents * 1.05) / 7)).toBeLessThanOrEqual(1);
    const trail = result.orders.find((order) => order.role === 'trailing_stop');
    const best = Math.max(
      ...rows.slice(1).map(({ time, high }) => (time < Date.parse('2014-06-09') ? high / 7 : high)),
    );
    expect(Math.abs(Number(trail?.stopPrice) / 1e7 - (best * 0.95) / 100)).toBeLessThanOrEqual(1);
    const first = rows[0]!.open;
    expect(result.metrics.buyHoldPct).toBeCloseTo(((7 * rows.at(-1)!.close) / first - 1) * 100, 9);
  });

  it('without the list the same rules sell at a seventh', async () => {
    const result = await run(hold('  stop_loss:\n    pct: 5', '1m'), await recorded('minute', 'AAPL'), []);
    expect(result.trades.map((trade) => [trade.exitReason, new Date(trade.exitTime).toISOString()])).toEqual([
      ['stop_loss', '2014-06-09T13:30:00.000Z'],
    ]);
    expect(result.trades[0]!.pnlPct).toBeLessThan(-80);
  });

  it('extended hours: the split is there with the first bar of its day', async () => {
    const data = await recorded('minute', 'AAPL', { hours: 'extended' });
    const text = hold('  stop_loss:\n    pct: 5', '1m').replace('entry:', 'session:\n  hours: extended\nentry:');
    const result = await run(text, data, SEVEN);
    expect(
      data.bars
        .get('AAPL')!
        .start.some((start) => new Date(start).toISOString() < '2014-06-09T13:30' && start > Date.parse('2014-06-09')),
    ).toBe(true);
    expect(result.trades).toEqual([]);
    expect(result.openPositions.map((position) => position.qty)).toEqual([700n * 10n ** 9n]);
  });

  it('21 years by the hour: 100 shares held become 11,200', async () => {
    const data = await recorded('hour', 'AAPL');
    const result = await run(hold('  stop_loss:\n    pct: 97', '1h'), data, SPLITS);
    expect(result.openPositions.map((position) => position.qty)).toEqual([11_200n * 10n ** 9n]);
    const rows = plainRows('hour', 'AAPL');
    const { bars } = data;
    const close = bars.get('AAPL')!.close.at(-1)!;
    const entry = Number(result.orders[0]!.fills[0]!.price) / 1e9;
    expect(entry).toBe(rows[1]!.open / 10_000);
    expect(result.metrics.endEquity).toBeCloseTo(1_000_000 - 100 * entry + 11_200 * close, 4);
  });

  it('21 years by the hour: averages decide as they do on split-adjusted prices', async () => {
    const data = await recorded('hour', 'AAPL');
    const raw = await run(CROSS, data, SPLITS);
    const chart = await run(CROSS, { ...data, bars: new Map([['AAPL', adjusted(data.bars.get('AAPL')!)]]) }, []);
    const decided = (result: typeof raw): string[] =>
      result.orders.map((order) => `${order.rule} ${new Date(order.decidedAt).toISOString()}`);
    expect(chart.orders.length).toBeGreaterThan(300);
    expect(decided(raw)).toEqual(decided(chart));
    const blind = await run(CROSS, data, []);
    expect(decided(blind)).not.toEqual(decided(chart));
  });

  it('a dividend is paid on the shares of its day, and is part of the profit', async () => {
    const data = await recorded('minute', 'AAPL');
    const actions = [...SEVEN, { symbol: 'AAPL', date: '2014-06-06', split: 1, dividend: 3.29 }];
    const plain = await run(hold('  stop_loss:\n    pct: 50', '1m'), data, SEVEN);
    const paid = await run(hold('  stop_loss:\n    pct: 50', '1m'), data, actions);
    expect(paid.metrics.endEquity - plain.metrics.endEquity).toBeCloseTo(329, 6);
    const late = await run(hold('  stop_loss:\n    pct: 50', '1m'), data, [
      ...SEVEN,
      { symbol: 'AAPL', date: '2014-06-09', split: 1, dividend: 0.47 },
    ]);
    expect(late.metrics.endEquity - plain.metrics.endEquity).toBeCloseTo(329, 6);
  });
});
