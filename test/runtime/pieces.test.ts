import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_ASSUMPTIONS } from '../../engine/brokers/assumptions.ts';
import type { Bars } from '../../engine/market/bars.ts';
import { runBacktest } from '../../engine/runtime/backtest.ts';
import { type DryRunOptions, dryRun } from '../../engine/runtime/dry-run.ts';
import { type Feed, wholeFeed } from '../../engine/runtime/feed.ts';
import { centRows, documentOf, dollars, runs, seed, sidesArbitrary } from '../core/plain-rules.ts';
import { barsOf, marketOf, rulesetOf, strategy } from '../core/rules.ts';

type Result = Awaited<ReturnType<typeof runBacktest>>;

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

/** Everything that a run came to, but for how long it took. */
const outcome = ({ orders, trades, equity, metrics, ambiguousBars, openPositions }: Result) => ({
  orders: orders.map(({ seq, rule, decidedAt, qty, stopPrice, limitPrice, status, reason, fills }) => ({
    seq,
    rule,
    decidedAt,
    qty,
    stopPrice,
    limitPrice,
    status,
    reason,
    fills,
  })),
  trades,
  equity,
  metrics,
  ambiguousBars,
  openPositions,
});

/** The bars that end after `from` and by `to`. */
function between(bars: Bars, from: number, to: number): Bars {
  let first = 0;
  while (first < bars.length && bars.end[first]! <= from) first++;
  let past = first;
  while (past < bars.length && bars.end[past]! <= to) past++;
  return {
    ...bars,
    length: past - first,
    start: bars.start.subarray(first, past),
    end: bars.end.subarray(first, past),
    open: bars.open.subarray(first, past),
    high: bars.high.subarray(first, past),
    low: bars.low.subarray(first, past),
    close: bars.close.subarray(first, past),
    volume: bars.volume.subarray(first, past),
    session: bars.session.subarray(first, past),
    hours: bars.hours.subarray(first, past),
  };
}

/** The same bars in pieces that end at the given instants and at the last one. */
function inPieces(bars: readonly Bars[], cuts: readonly number[]): Feed {
  const ends = [...new Set(cuts)].toSorted((a, b) => a - b);
  const bounds = [Number.NEGATIVE_INFINITY, ...ends, Number.POSITIVE_INFINITY];
  const data = marketOf(bars);
  return {
    ...wholeFeed(data),
    length: bounds.length - 1,
    piece: (n) => new Map(bars.map((one) => [one.symbol, between(one, bounds[n]!, bounds[n + 1]!)])),
  };
}

const two = (rows: readonly number[][], others: readonly number[][]): Bars[] => [
  barsOf('TEST', '1h', dollars(rows)),
  barsOf('OTHER', '1h', dollars(others)),
];

/** Rules that read other sizes and other symbols too, over two symbols. */
const manyEyed = (document: string): string =>
  document.replaceAll('when: ', 'when: day.close != OTHER.close and ').replace('[TEST]', '[TEST, OTHER]');

describe('one run, however its bars arrive', () => {
  it(`in pieces it is the run of the whole (seed ${seed})`, async () => {
    let orders = 0;
    await fc.assert(
      fc.asyncProperty(
        centRows(30, 60),
        centRows(30, 60),
        sidesArbitrary,
        fc.array(fc.nat({ max: 59 }), { minLength: 1, maxLength: 12 }),
        async (rows, others, sides, at) => {
          const rules = rulesetOf(manyEyed(documentOf(sides)));
          const bars = two(rows, others);
          const whole = await runBacktest(rules, marketOf(bars), OPTIONS);
          const cuts = at.map((n) => bars[0]!.end[Math.min(n, rows.length - 1)]!);
          const pieces = await dryRun(rules, inPieces(bars, cuts), OPTIONS);
          expect(outcome(pieces)).toEqual(outcome(whole));
          orders += whole.orders.length;
        },
      ),
      { seed, numRuns: runs(60), endOnFailure: true },
    );
    expect(orders).toBeGreaterThan(300);
  });

  it(`dry it is the backtest over the same bars, closed at the end or not (seed ${seed})`, async () => {
    let orders = 0;
    await fc.assert(
      fc.asyncProperty(
        centRows(30, 60),
        centRows(30, 60),
        sidesArbitrary,
        fc.boolean(),
        async (rows, others, sides, closeAtEnd) => {
          const rules = rulesetOf(manyEyed(documentOf(sides)));
          const data = marketOf(two(rows, others));
          const options = { ...OPTIONS, closeAtEnd };
          const back = await runBacktest(rules, data, options);
          expect(outcome(await dryRun(rules, wholeFeed(data), options))).toEqual(outcome(back));
          if (closeAtEnd) expect(back.openPositions).toEqual([]);
          orders += back.orders.length;
        },
      ),
      { seed, numRuns: runs(40), endOnFailure: true },
    );
    expect(orders).toBeGreaterThan(200);
  });
});

describe('a run that is stopped', () => {
  const rules = () =>
    rulesetOf(
      strategy(
        '  long:\n    when: close > 100\n    trigger: while_true\n    size:\n      shares: 10',
        '  when: close < 100\n  stop_loss:\n    pct: 50',
      )
        .replace('1h', '1m')
        .replace('10000', '10000000'),
    );
  const rows = Array.from({ length: 120_000 }, (_, i) => {
    const price = 100 + ((i * 7919) % 11) - 5;
    return [price, price + 1, price - 1, price] as const;
  });
  const bars = barsOf('TEST', '1m', rows);

  it.each([
    [
      'backtest',
      (signal: AbortSignal, progress: () => void) =>
        runBacktest(rules(), marketOf([bars]), OPTIONS, { progress }, signal),
    ],
    [
      'dry run',
      (signal: AbortSignal, progress: () => void) =>
        dryRun(rules(), wholeFeed(marketOf([bars])), OPTIONS, { progress }, signal),
    ],
  ] as const)('%s: gives the beginning of the whole run, in balance', async (_name, run) => {
    const whole = await run(new AbortController().signal, () => undefined);
    const stop = new AbortController();
    const cut = await run(stop.signal, () => stop.abort());
    expect([whole.interrupted, cut.interrupted]).toEqual([false, true]);
    expect(cut.data.to).toBeLessThan(whole.data.to);
    expect(cut.trades.length).toBeGreaterThan(100);
    expect(cut.trades.length).toBeLessThan(whole.trades.length);
    const line = ({ entryTime, exitTime, pnl }: Result['trades'][number]): string => `${entryTime} ${exitTime} ${pnl}`;
    expect(cut.trades.map(line)).toEqual(whole.trades.slice(0, cut.trades.length).map(line));
    const realised = cut.trades.reduce((sum, trade) => sum + Number(trade.pnl), 0) / 1e18;
    const unrealised = cut.openPositions.reduce((sum, position) => sum + Number(position.unrealized), 0) / 1e18;
    expect(cut.metrics.endEquity).toBeCloseTo(10_000_000 + realised + unrealised, 6);
    expect(cut.equity).toEqual(whole.equity.slice(0, cut.equity.length));
    expect(cut.equity.length).toBeGreaterThan(4);
  });

  it('before its first bar: nothing happened, and the account is whole', async () => {
    const stop = new AbortController();
    stop.abort();
    const result = await dryRun(rules(), wholeFeed(marketOf([bars])), OPTIONS, {}, stop.signal);
    expect([result.orders, result.trades, result.metrics.endEquity]).toEqual([[], [], 10_000_000]);
  });
});
