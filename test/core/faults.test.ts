import { describe, expect, it } from 'vitest';
import { DEFAULT_ASSUMPTIONS } from '../../engine/brokers/assumptions.ts';
import type { Bars } from '../../engine/market/bars.ts';
import { dryRun } from '../../engine/runtime/dry-run.ts';
import { wholeFeed } from '../../engine/runtime/feed.ts';
import { barsOf, flatBars, lineOf, marketOf, type Row, rulesetOf, runRules, steady, strategy } from './rules.ts';

const entry = (when: string, more = '    trigger: while_true\n', size = 'shares: 10'): string =>
  `  long:\n    when: ${when}\n${more}    size:\n      ${size}`;
const RISE = '    trigger: on_rise\n';
const NEVER = '  when: close < 0.01';
const minute = (time: number): string => new Date(time).toISOString().slice(5, 16);
const trades = async (...run: Parameters<typeof runRules>): Promise<string[]> =>
  (await runRules(...run)).trades.map(lineOf);
const SPLIT = [{ symbol: 'TEST', date: '2024-01-09', split: 4, dividend: 0 }];
const some = (bars: Bars, rows: readonly number[]): Bars => {
  const pick = (column: Float64Array): Float64Array => Float64Array.from(rows, (i) => column[i]!);
  return {
    ...bars,
    length: rows.length,
    start: pick(bars.start),
    end: pick(bars.end),
    open: pick(bars.open),
    high: pick(bars.high),
    low: pick(bars.low),
    close: pick(bars.close),
    volume: pick(bars.volume),
    session: Int32Array.from(rows, (i) => bars.session[i]!),
    hours: Uint8Array.from(rows, (i) => bars.hours[i]!),
  };
};

describe('faults', () => {
  it.each([
    ['trailing_stop:\n    pct: 3', 'long 10 @100 -> 97 trailing_stop bars 1'],
    ['break_even:\n    at_pct: 2', 'long 10 @100 -> 100 break_even bars 1'],
  ])('1. of two stops inside a bar price meets the nearer first: %s', async (more, line) => {
    const bars = barsOf('TEST', '1h', [
      [101, 101, 101, 101],
      [100, more.startsWith('b') ? 103 : 100, 100, 100],
      [100.5, 100.5, 94, 95],
    ]);
    const rules = rulesetOf(
      strategy(entry('close > 100', RISE.replace('on_rise', 'while_true')), `  stop_loss:\n    pct: 5\n  ${more}`),
    );
    expect(await trades(rules, [bars])).toEqual([line]);
  });

  it.each(['price: close * 0.9', 'atr:\n      length: 2\n      multiple: 2'])(
    '2. levels agreed before a split are restated: %s',
    async (stop) => {
      const rows = [100, 100, 100, 100, 100, 100, 104, 26, 26, 26].map(
        (p): Row => (p > 50 ? [p, p + 2, p - 2, p] : [p, p + 0.5, p - 0.5, p]),
      );
      const result = await runRules(
        rulesetOf(strategy(entry('close > 103', RISE), `  stop_loss:\n    ${stop}`)),
        [barsOf('TEST', '1h', rows)],
        { actions: SPLIT },
      );
      expect(result.trades).toEqual([]);
      // 104 × 0.9 / 4 = 23.4; true ranges of 4 and 6 (from 100 to 106), 26 - 2 × 5 / 4 = 23.5.
      expect(Number(result.orders[1]!.stopPrice) / 1e9).toBe(stop.startsWith('p') ? 23.4 : 23.5);
    },
  );

  it('3. a dry run knows the splits of its bars', async () => {
    const data = marketOf([flatBars('TEST', '1h', [...steady(7, 104), 26, 26, 26])], SPLIT);
    const options = {
      cash: undefined,
      from: undefined,
      to: undefined,
      assumptions: DEFAULT_ASSUMPTIONS,
      closeAtEnd: false,
    };
    const rules = rulesetOf(strategy(entry('close > 100'), '  stop_loss:\n    pct: 10'));
    const dry = await dryRun(rules, wholeFeed(data), { ...options, speed: 'max', once: true, sampleThenLive: false });
    expect(dry.trades).toEqual([]);
  });

  it('4. memory over a measure sees the measure of its own bar', async () => {
    const bars = flatBars('TEST', '1h', [99, 101, 101, 101, 110, 111, 112, 113]);
    // 8.9 % at the fifth close: decided there, filled at the sixth open.
    for (const when of ['crosses_above(position.profit_pct, 5)', 'change(equity, 1) > 0'])
      expect(await trades(rulesetOf(strategy(entry('close > 100', RISE), `  when: ${when}`)), [bars]), when).toEqual([
        'long 10 @101 -> 111 exit_rule bars 3',
      ]);
  });

  it('5. filled at the close: position.bars and cooldown count from that bar', async () => {
    const bars = flatBars('TEST', '1h', [99, 101, 102, 103, 104, 105]);
    const assumptions = { fillAt: 'close' } as const;
    expect(
      await trades(rulesetOf(strategy(entry('close > 100', RISE), '  when: position.bars >= 1')), [bars], {
        assumptions,
      }),
    ).toEqual(['long 10 @101 -> 102 exit_rule bars 1']);
    const cooled = strategy(
      entry('close > 100', '    trigger: while_true\n    cooldown: 2 bars\n'),
      '  time_stop: 1 bar',
    );
    const { orders } = await runRules(rulesetOf(cooled), [bars], { assumptions });
    expect(orders.filter(({ role }) => role === 'entry').map(({ decidedAt }) => minute(decidedAt))).toEqual([
      '01-08T16:00',
      '01-08T19:00',
    ]);
  });

  it('6. rules on bars finer than the feed are refused', async () => {
    const rules = rulesetOf(strategy(entry('close > 100'), NEVER).replace('1h', '15m'));
    const run = async () => (await runRules(rules, [flatBars('TEST', '1h', [99, 101, 101])])).orders;
    expect(await run().catch(() => [])).toEqual([]);
  });

  it('7. a cooldown in hours counts from the fill, not from the evening before', async () => {
    const text = strategy(
      entry('close > 100', '    trigger: while_true\n    cooldown: 2h\n'),
      '  when: time == "16:00"',
    );
    const { orders } = await runRules(rulesetOf(text), [flatBars('TEST', '1h', steady(14, 101))]);
    // Sold at 14:30; 16:30 is over at the bar that ends at 17:00.
    expect(orders.filter(({ role }) => role === 'entry').map(({ decidedAt }) => minute(decidedAt))).toEqual([
      '01-08T15:00',
      '01-09T17:00',
    ]);
  });

  it('8. an exit outlives a session that has no more bars', async () => {
    const bars = some(
      flatBars('TEST', '1h', [101, 101, 101, 101, 95, 95, 95, 101, 101, 101]),
      [0, 1, 2, 3, 4, 7, 8, 9],
    );
    expect(await trades(rulesetOf(strategy(entry('close > 100'), '  when: crosses_below(close, 98)')), [bars])).toEqual(
      ['long 10 @101 -> 101 exit_rule bars 4'],
    );
  });

  it('9. a resting entry does not fill past its window, into the night', async () => {
    const rows = Array.from({ length: 800 }, (_, i): Row => (i === 389 ? [101, 101, 94, 95] : [101, 101, 101, 101]));
    const order =
      '    order:\n      type: limit\n      limit_price: 95\n      time_in_force: gtc\n      expires: 30 bars\n';
    const session = 'session:\n  flat_by: 5m before close\n  entries_until: 8m before close\n';
    const text = strategy(entry('close > 100 and minutes_to_close == 10', order), NEVER, session).replace('1h', '1m');
    expect(await trades(rulesetOf(text), [barsOf('TEST', '1m', rows)])).toEqual([]);
  });

  it('10. a bar of the extended hours does not move the trailing stop of a regular strategy', async () => {
    const bars = barsOf(
      'TEST',
      '1h',
      [101, 101, 101, 101, 101, 101].map((p, i) => [p, i === 3 ? 110 : p, p, p] as const),
    );
    const rules = rulesetOf(
      strategy(entry('close > 100', '    trigger: while_true\n'), '  trailing_stop:\n    pct: 5'),
    );
    expect(await trades(rules, [{ ...bars, hours: Uint8Array.from([0, 0, 0, 1, 0, 0]) }])).toEqual([]);
  });

  it('11. a reverse split that leaves no share leaves no position', async () => {
    const actions = [{ symbol: 'TEST', date: '2024-01-09', split: 0.1, dividend: 0 }];
    const text = strategy(entry('close > 3', undefined, 'shares: 5'), '  time_stop: 8 bars');
    const { orders } = await runRules(rulesetOf(text), [flatBars('TEST', '1h', [...steady(7, 4), ...steady(7, 40)])], {
      actions,
    });
    expect(orders.filter(({ status }) => status === 'refused')).toEqual([]);
    expect(orders.filter(({ role }) => role === 'entry').length).toBeGreaterThan(1);
  });

  it('12. the higher priority goes first, as the schema says', async () => {
    const mk = (id: string, priority: number) =>
      strategy(entry('close > 100', RISE, 'purse_pct: 90'), NEVER, `priority: ${priority}\n`).replace(
        'id: test',
        `id: ${id}`,
      );
    const { orders } = await runRules(rulesetOf(mk('one', 1), mk('two', 2)), [flatBars('TEST', '1h', [99, 101, 101])], {
      cash: 10_000,
    });
    expect(orders.map(({ strategy: id }) => id)).toEqual(['two', 'one']);
  });

  it('13. daily measures at the close are those of the day, also when its last minutes are missing', async () => {
    const whole = flatBars('TEST', '1m', steady(780, 101));
    const first = strategy(entry('minutes_since_open == 30'), NEVER).replace('id: test', 'id: first');
    const second = strategy(entry('daily_trades >= 1 and minutes_to_close == 0'), NEVER);
    for (const bars of [
      whole,
      some(
        whole,
        [...Array(780).keys()].filter((i) => i < 385 || i >= 390),
      ),
    ])
      expect(
        (await runRules(rulesetOf(first, second), [bars])).orders.map(({ decidedAt }) => minute(decidedAt)),
      ).toEqual(['01-08T15:00', '01-08T21:00']);
  });

  it('14. parts of an entry: stopped between two of them, what comes later is protected or cancelled', async () => {
    const rows: Row[] = [
      [101, 101, 101, 101, 1000],
      [101, 101, 101, 101, 40],
      [101, 101, 90, 95, 40],
      [96, 97, 95, 96, 40],
      [96, 97, 80, 85, 1000],
      [85, 86, 84, 85, 1000],
    ];
    const rules = rulesetOf(
      strategy(
        entry('close > 100', '    trigger: while_true\n    order:\n      time_in_force: gtc\n'),
        '  stop_loss:\n    pct: 5',
      ),
    );
    const { openPositions } = await runRules(rules, [barsOf('TEST', '1h', rows)], {
      assumptions: { participationPct: 10 },
    });
    expect(openPositions).toEqual([]);
  });

  it('15. parts of an exit: a target beside it or a reversal behind it never oversells', async () => {
    const at = (p: number, volume = 1000): Row => [p, p, p, p, volume];
    const assumptions = { participationPct: 10 };
    const ladder = '  when: close > 104\n  take_profit:\n    - pct: 5\n      portion: 50\n    - pct: 10\n';
    const rows = [at(99), at(101), at(101), at(105), [105, 107, 105, 105, 30] as const, at(105), at(105)];
    await expect(
      runRules(rulesetOf(strategy(entry('close > 100', RISE), ladder)), [barsOf('TEST', '1h', rows)], { assumptions }),
    ).resolves.toBeDefined();
    const side = (sign: string) => `    when: close ${sign} 100\n    size:\n      shares: 10\n`;
    const text = `id: test\nsymbols: [TEST]\ntimeframe: 1h\ncapital: 10000\nentry:\n  long:\n${side('>')}  short:\n${side('<')}exit:\n  long:\n    when: close < 100\n  short:\n    when: close > 100\n`;
    const turn = [at(99), at(101), at(101), at(99), at(98, 50), at(98), at(98)];
    await expect(runRules(rulesetOf(text), [barsOf('TEST', '1h', turn)], { assumptions })).resolves.toBeDefined();
  });

  it('16. a level between two cents rounds half up, whatever doubles make of it', async () => {
    const bars = barsOf('TEST', '1h', [
      [147, 147.75, 147, 147.75],
      [147.75, 148, 147, 147.75],
      [147, 147.75, 140, 147.75],
    ]);
    expect(await trades(rulesetOf(strategy(entry('close > 100'), '  stop_loss:\n    pct: 2')), [bars])).toEqual([
      'long 10 @147.75 -> 144.8 stop_loss bars 1',
    ]);
  });
});
