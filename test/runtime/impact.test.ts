import { describe, expect, it } from 'vitest';
import { DEFAULT_ASSUMPTIONS } from '../../engine/brokers/assumptions.ts';
import { formatPrice } from '../../engine/ledger/money.ts';
import type { Bars } from '../../engine/market/bars.ts';
import { instant } from '../../engine/market/time.ts';
import { type Impact, type ImpactOptions, impactOf } from '../../engine/runtime/impact.ts';
import { flatBars, rulesetOf, runRules, steady, strategy } from '../core/rules.ts';

const rules = (below: number, exit = '  when: close > 105', head = ''): string =>
  strategy(`  long:\n    when: close < ${below}\n    size:\n      shares: 10`, exit, head);

/** Two dips: to 94 on bar 10, to 88 on bar 20; up to 106 on bars 15 and 25. */
const prices = (): number[] => {
  const path = steady(30, 100);
  path[10] = 94;
  path[20] = 88;
  path[15] = 106;
  path[25] = 106;
  return path;
};

const options: ImpactOptions = {
  cash: undefined,
  assumptions: { ...DEFAULT_ASSUMPTIONS, slippage: { kind: 'none' } },
};

const impact = (
  before: readonly string[],
  after: readonly string[],
  bars: readonly Bars[] = [flatBars('TEST', '1h', prices())],
  more: Partial<ImpactOptions> = {},
): Promise<Impact> =>
  impactOf(rulesetOf(...before), rulesetOf(...after), new Map(bars.map((one) => [one.symbol, one])), {
    ...options,
    ...more,
  });

const BARS = flatBars('TEST', '1h', prices());
/** End of a bar: when it is decided. */
const decided = (row: number): number => BARS.end[row]!;

describe('what other rules would have done', () => {
  it('is nothing for the same rules', async () => {
    const found = await impact([rules(95)], [rules(95)]);
    expect(found).toMatchObject({
      added: [],
      removed: [],
      moved: [],
      resized: 0,
      bars: 30,
      missing: [],
      interrupted: false,
    });
    expect(found.after).toEqual(found.before);
    expect(found.before.trades).toBe(2);
  });

  it('adds the entry that a wider bound lets in, with its time and price', async () => {
    const found = await impact([rules(90)], [rules(95)]);
    expect(found.added).toHaveLength(1);
    expect(found.added[0]).toMatchObject({
      strategy: 'test',
      symbol: 'TEST',
      side: 'long',
      rule: 'entry.long',
      at: decided(10),
    });
    // Bought at the open of bar 11, which is at 100.
    expect(formatPrice(found.added[0]!.price!)).toBe('100');
    expect(found.removed).toEqual([]);
    expect(found.moved).toEqual([]);
    expect([found.before.trades, found.after.trades]).toEqual([1, 2]);
    expect(found.strategies).toMatchObject([{ id: 'test', added: 1, removed: 0, moved: 0 }]);
  });

  it('removes it the other way round', async () => {
    const found = await impact([rules(95)], [rules(90)]);
    expect(found.added).toEqual([]);
    expect(found.removed.map(({ at }) => at)).toEqual([decided(10)]);
  });

  it('moves exits, and tells both', async () => {
    // Bought at 100 after bar 10; bar 15 is at 106. Sold after it at 100, or at once at 106 by a target 5 % up.
    const found = await impact([rules(95)], [rules(95, '  when: close > 105\n  take_profit:\n    pct: 5')]);
    expect(found.added).toEqual([]);
    expect(found.moved).toHaveLength(2);
    const [first] = found.moved;
    expect(first).toMatchObject({ strategy: 'test', entryTime: BARS.start[11] });
    expect(first!.before).toMatchObject({ time: BARS.start[16], reason: 'exit_rule', rule: 'exit.when' });
    expect(first!.after).toMatchObject({ time: BARS.start[15], reason: 'take_profit' });
    expect([formatPrice(first!.before!.price), formatPrice(first!.after!.price)]).toEqual(['100', '106']);
    // 10 shares, twice, 6 dollars more each.
    expect(found.before.pnl).toBeCloseTo(0, 9);
    expect(found.after.pnl).toBeCloseTo(120, 9);
  });

  it('tells an exit that never came', async () => {
    const found = await impact([rules(90)], [rules(90, '  when: close > 200')]);
    expect(found.moved).toHaveLength(1);
    expect(found.moved[0]!.before).toBeDefined();
    expect(found.moved[0]!.after).toBeUndefined();
  });

  it('counts entries of another size apart', async () => {
    const found = await impact([rules(95)], [rules(95).replace('shares: 10', 'shares: 11')]);
    expect(found).toMatchObject({ added: [], removed: [], moved: [], resized: 2 });
  });

  it('shows a signal on the last bar, whose order is not filled yet', async () => {
    const path = [...steady(10, 100), 94];
    const found = await impact([rules(90)], [rules(95)], [flatBars('TEST', '1h', path)]);
    expect(found.added.map(({ at, price }) => [at, price])).toEqual([[decided(10), undefined]]);
  });

  it('finds a renamed strategy, and without the word two others', async () => {
    const other = rules(95).replace('id: test', 'id: other');
    const renamed = new Map([['other', 'test']]);
    const same = await impact([rules(95)], [other], [BARS], { renamed });
    expect(same).toMatchObject({ added: [], removed: [], moved: [] });
    expect(same.strategies).toMatchObject([{ id: 'other', before: { trades: 2 }, after: { trades: 2 } }]);
    const different = await impact([rules(95)], [other]);
    expect([different.added.length, different.removed.length]).toEqual([2, 2]);
    expect(different.strategies).toMatchObject([
      { id: 'other', added: 2, before: undefined },
      { id: 'test', removed: 2, after: undefined },
    ]);
  });

  it('counts the last bars only, the others warm up', async () => {
    const found = await impact([rules(90)], [rules(95)], [BARS], { last: 15 });
    expect(found).toMatchObject({ bars: 15, added: [], removed: [], from: BARS.start[15], to: BARS.end[29] });
    const all = await impact([rules(90)], [rules(95)], [BARS], { last: 500 });
    expect(all).toMatchObject({ bars: 30, from: BARS.start[0] });
    expect(all.added).toHaveLength(1);
  });

  it('reads no more history than it is asked to', async () => {
    const wave = flatBars(
      'TEST',
      '1h',
      Array.from({ length: 900 }, (_, k) => 100 + Math.sin(k / 7) * 9),
    );
    const [before, after] = ['close > sma(close, 20)', 'close > sma(close, 30)'].map((exit) =>
      rules(95, `  when: ${exit}`),
    );
    const read: number[] = [];
    const count = (): ((progress: { total: number | undefined }) => void) => (progress) => {
      read.push(progress.total ?? 0);
    };
    // A window of 30 bars is full after 30: more history tells it nothing.
    const some = await impact([before!], [after!], [wave], { last: 300, warmup: 30, slice: 100, progress: count() });
    const all = await impact([before!], [after!], [wave], { last: 300, slice: 100, progress: count() });
    expect(some).toEqual(all);
    expect(some.moved.length).toBeGreaterThan(3);
    expect([...new Set(read)]).toEqual([2 * 330, 2 * 900]);
  });

  it('names the symbols that it has no bars of', async () => {
    const found = await impact([rules(90)], [rules(95).replace('[TEST]', '[TEST, AAPL]')]);
    expect(found.missing).toEqual(['AAPL']);
    expect(found.added).toHaveLength(1);
  });

  it('refuses bars that are too coarse, in words', async () => {
    const day = [flatBars('TEST', '1d', prices())];
    await expect(impact([rules(90)], [rules(95)], day)).rejects.toThrow(/decides on 1h bars, and those of TEST are 1d/);
  });

  it('leaves the bars as they were and comes to what backtests come to', async () => {
    const bars = flatBars('TEST', '1h', prices());
    const kept = structuredClone(bars);
    const found = await impact([rules(90)], [rules(95)], [bars]);
    expect(bars).toEqual(kept);
    for (const [below, figures] of [
      [90, found.before],
      [95, found.after],
    ] as const) {
      const { metrics } = await runRules(rulesetOf(rules(below)), [bars]);
      expect(figures.trades).toBe(metrics.trades);
      expect(figures.pnl).toBeCloseTo(metrics.endEquity - metrics.startEquity, 9);
    }
  });

  it('gives way to others while it runs, and stops when it is told to', async () => {
    const long = flatBars(
      'TEST',
      '1h',
      Array.from({ length: 2_000 }, (_, k) => 100 + Math.sin(k / 5) * 8),
    );
    let turns = 0;
    let running = true;
    const count = (): void => {
      turns++;
      if (running) setImmediate(count);
    };
    setImmediate(count);
    const found = await impact([rules(95)], [rules(96)], [long], { slice: 100 });
    running = false;
    // Twenty slices a side.
    expect(turns).toBeGreaterThanOrEqual(30);
    expect(found.interrupted).toBe(false);
    const aborted = await impactOf(
      rulesetOf(rules(95)),
      rulesetOf(rules(96)),
      new Map([['TEST', long]]),
      options,
      AbortSignal.abort(),
    );
    expect(aborted.interrupted).toBe(true);
  });

  it('does not hang on the size of a slice', async () => {
    const wave = flatBars(
      'TEST',
      '1h',
      Array.from({ length: 700 }, (_, k) => 100 + Math.sin(k / 7) * 9),
    );
    const [one, many] = await Promise.all(
      [1, 5_000].map((slice) => impact([rules(95)], [rules(97)], [wave], { slice, from: instant(wave.start[100]!) })),
    );
    expect(one).toEqual(many);
    expect(one!.added.length + one!.removed.length).toBeGreaterThan(3);
  });
});
