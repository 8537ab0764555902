import { describe, expect, it } from 'vitest';
import { compile } from '../../engine/compiler/compile.ts';
import { parseStrategy } from '../../engine/documents/load.ts';
import type { Bars } from '../../engine/market/bars.ts';
import { barsOf, flatBars, lineOf, type Row, type RunChoices, rulesetOf, runRules, strategy } from './rules.ts';

const hour = (at: number): string => new Date(at).toISOString().slice(5, 16);
const NEVER = '  when: close < 1';

/** When entries were decided. Hourly bars from Monday 2024-01-08 on end at 15:00, 16:00, ... 21:00 UTC. */
async function entries(text: string, bars: readonly Bars[], choices?: RunChoices): Promise<string[]> {
  const { orders } = await runRules(rulesetOf(text), bars, choices);
  return orders.filter(({ role }) => role === 'entry').map(({ decidedAt }) => hour(decidedAt));
}

const rule = (when: string, more = '', size = 'shares: 10'): string =>
  strategy(`  long:\n    when:${when}\n    size:\n      ${size}\n${more}`, '  time_stop: 1 bar');

describe('lists of conditions', () => {
  const bars = [flatBars('TEST', '1h', [100, 85, 95, 115, 95, 105, 104])];

  it('any: one is enough', async () => {
    // 85 is below 90, 115 above 110.
    expect(await entries(rule('\n      any:\n        - close < 90\n        - close > 110'), bars)).toEqual([
      '01-08T16:00',
      '01-08T18:00',
    ]);
  });

  it('none: not one may be', async () => {
    // Before 85 it is true, for the first time known; then at 95, again at 95, where it goes on.
    expect(await entries(rule('\n      none:\n        - close < 90\n        - close > 110'), bars)).toEqual([
      '01-08T17:00',
      '01-08T19:00',
    ]);
  });

  it('lists in lists', async () => {
    const nested =
      '\n      all:\n        - close > 90\n        - any:\n            - close > 110\n            - none:\n                - close < 105\n                - close > 106';
    // 115, then 105, the only one from 105 to 106.
    expect(await entries(rule(nested), bars)).toEqual(['01-08T18:00', '01-08T20:00']);
  });
});

describe('parameters', () => {
  it('stand for their numbers wherever a number stands', async () => {
    const text = (n: (name: string) => string): string => `id: test
symbols: [TEST]
timeframe: 1h
capital: 10000
params:
  length: 3
  level:
    value: 100
    min: 50
    max: 150
    step: 5
  part: 40
  stop: 2
  goal: 3
  trail: 1.5
  wait: 0.5
  even: 1
indicators:
  ma: sma(close, ${n('length')})
entry:
  long:
    when: close > ma and close > ${n('level')}
    order:
      type: limit
      limit_price: close * (1 - ${n('wait')} / 100)
      expires: 4 bars
    size:
      purse_pct: ${n('part')}
exit:
  rules:
    - id: below
      when: crosses_below(close, ma)
  stop_loss:
    pct: ${n('stop')}
  take_profit:
    - pct: ${n('goal')}
      portion: 50
  trailing_stop:
    pct: ${n('trail')}
    activate_at_pct: ${n('wait')}
  break_even:
    at_pct: ${n('even')}
`;
    const values: Readonly<Record<string, string>> = {
      length: '3',
      level: '100',
      part: '40',
      stop: '2',
      goal: '3',
      trail: '1.5',
      wait: '0.5',
      even: '1',
    };
    const rows = Array.from({ length: 300 }, (_, k): Row => {
      const at = (n: number): number => Math.round((103 + 6 * Math.sin(n / 5) + 2 * Math.sin(n * 1.7)) * 100) / 100;
      const [open, close] = [at(k), at(k + 1)];
      return [open, Math.max(open, close) + 0.7, Math.min(open, close) - 0.7, close];
    });
    const bars = [barsOf('TEST', '1h', rows)];
    const named = await runRules(rulesetOf(text((name) => name)), bars);
    const plain = await runRules(
      rulesetOf(text((name) => values[name]!).replace(/params:[\s\S]*?(?=indicators:)/, '')),
      bars,
    );
    expect(named.trades.length).toBeGreaterThan(10);
    expect(named.trades.map(lineOf)).toEqual(plain.trades.map(lineOf));
  });
});

describe('a file that extends another', () => {
  it('runs as the two would in one', async () => {
    const base =
      'timeframe: 1h\ncapital: 10000\nparams:\n  level: 100\n  stop: 9\nentry:\n  long:\n    when: close > level\n    size:\n      shares: 10\nexit:\n  stop_loss:\n    pct: stop\n  time_stop: 2 bars\n';
    const own =
      'id: test\nextends: _base.yaml\nsymbols: [TEST]\nparams:\n  stop: 4\nentry:\n  long:\n    cooldown: 3 bars\n';
    const { document } = parseStrategy(
      { path: 'own.yaml', text: own },
      new Map([['_base.yaml', { path: '_base.yaml', text: base }]]),
    );
    const ruleset = compile({ strategies: [document!], risk: undefined, revision: '' }).ruleset!();
    const whole =
      'id: test\nsymbols: [TEST]\ntimeframe: 1h\ncapital: 10000\nparams:\n  level: 100\n  stop: 4\nentry:\n  long:\n    when: close > level\n    size:\n      shares: 10\n    cooldown: 3 bars\nexit:\n  stop_loss:\n    pct: stop\n  time_stop: 2 bars\n';
    const prices = Array.from({ length: 80 }, (_, n) => 100 + ((n * 37) % 13) - 6);
    const bars = [flatBars('TEST', '1h', prices)];
    const [joined, one] = [await runRules(ruleset, bars), await runRules(rulesetOf(whole), bars)];
    expect(joined.trades.length).toBeGreaterThan(5);
    expect(joined.trades.map(lineOf)).toEqual(one.trades.map(lineOf));
  });
});

describe('capital', () => {
  it('in percent is a part of the account at the start', async () => {
    const text = strategy('  long:\n    when: close > 100\n    size:\n      purse_pct: 50', NEVER).replace(
      'capital: 10000',
      'capital: 30% of account',
    );
    const { orders } = await runRules(rulesetOf(text), [flatBars('TEST', '1h', [99, 101, 101])], { cash: 50_000 });
    // Half of 15,000 dollars at 101.
    expect(orders.map(({ qty }) => Number(qty) / 1e9)).toEqual([74]);
  });
});

describe('measures of the position', () => {
  it('peak_profit_pct is the best close since the entry', async () => {
    const text = strategy(
      '  long:\n    when: close > 100\n    size:\n      shares: 10',
      '  when: position.peak_profit_pct - position.profit_pct >= 3',
    );
    // Bought at 100: best close 105, in the bar's high of 120 nobody looks; 103 gives 2 back, 102 gives 3.
    const rows: Row[] = [
      [99, 99, 99, 99],
      [101, 101, 101, 101],
      [100, 101, 100, 101],
      [101, 120, 101, 105],
      [105, 105, 103, 103],
      [103, 103, 102, 102],
      [102, 102, 102, 102],
    ];
    const { trades } = await runRules(rulesetOf(text), [barsOf('TEST', '1h', rows)]);
    expect(trades.map(lineOf)).toEqual(['long 10 @100 -> 102 exit_rule bars 4']);
  });
});

describe('days', () => {
  // Tuesday 2024-01-02 is the first session of the year; January 1st and 15th are holidays.
  const daily = (from: string, count: number): Bars[] => [
    barsOf(
      'TEST',
      '1d',
      Array.from({ length: count }, (): Row => [100, 100, 100, 100]),
      from,
    ),
  ];
  const on = async (when: string): Promise<string[]> =>
    (await entries(rule(` ${when}`, '    trigger: while_true').replace('1h', '1d'), daily('2023-12-27', 44))).map(
      (at) => at.slice(0, 5),
    );

  it('of the month, first and last sessions', async () => {
    expect(await on('is_first_session_of_month')).toEqual(['01-02', '02-01']);
    expect(await on('is_last_session_of_month')).toEqual(['12-29', '01-31', '02-29']);
    expect(await on('day_of_month == 16')).toEqual(['01-16', '02-16']);
    // The 15th has no session.
    expect(await on('day_of_month == 15')).toEqual(['02-15']);
    expect(await on('weekday == "fri" and day_of_month <= 5')).toEqual(['01-05', '02-02']);
  });
});

describe('other series', () => {
  const own = (prices: readonly number[]): Bars => flatBars('TEST', '1h', prices);

  it('a name under sources reads a symbol that is no name', async () => {
    const head = 'sources:\n  brk: BRK.B\n';
    const text = strategy(
      '  long:\n    when: brk.close > 100\n    size:\n      shares: 10',
      '  when: brk.close < 90',
      head,
    );
    const bars = [own([50, 50, 51, 52, 53, 54]), flatBars('BRK.B', '1h', [99, 101, 101, 80, 80, 80])];
    const { trades } = await runRules(rulesetOf(text), bars);
    expect(trades.map(lineOf)).toEqual(['long 10 @51 -> 53 exit_rule bars 2']);
  });

  it('another symbol stands in an order, a stop, a size and an exit', async () => {
    const text = strategy(
      '  long:\n    when: close > 100\n    order:\n      type: limit\n      limit_price: close - SPY.close / 100\n      expires: 2 bars\n    size:\n      risk_pct: 1',
      '  stop_loss:\n    price: close - SPY.close / 50\n  when: SPY.close > 500',
    );
    const rows: Row[] = [
      [99, 99, 99, 99],
      [101, 101, 101, 101],
      [100, 100, 95, 99],
      [99, 99, 99, 99],
      [98, 98, 98, 98],
    ];
    const bars = [barsOf('TEST', '1h', rows), flatBars('SPY', '1h', [400, 400, 400, 501, 501])];
    const { orders, trades } = await runRules(rulesetOf(text), bars);
    // Limit 101 - 4 = 97. Stop 101 - 8 = 93: 1 % of 10,000 over a distance of 8 is 12.5 shares.
    expect(
      orders
        .slice(0, 2)
        .map(({ qty, limitPrice, stopPrice }) => [qty, limitPrice, stopPrice].map((one) => Number(one ?? 0) / 1e9)),
    ).toEqual([
      [12, 97, 0],
      [12, 0, 93],
    ]);
    // SPY above 500 is seen at the end of the fourth bar.
    expect(trades.map(lineOf)).toEqual(['long 12 @97 -> 98 exit_rule bars 2']);
  });
});

describe('measures of the account in a strategy', () => {
  const buying = (when: string, exit = NEVER): string =>
    strategy(`  long:\n    when: close > 100 and ${when}\n    trigger: while_true\n    size:\n      shares: 10`, exit);
  const prices = [101, 101, 102, 103, 104, 105];
  const two = [flatBars('TEST', '1h', prices), flatBars('OTHER', '1h', prices)];
  const both = (text: string): string => text.replace('[TEST]', '[TEST, OTHER]');

  it('open_positions and gross_exposure_pct hold the second symbol back once the first is bought', async () => {
    // Both are decided on the first bar, at one instant; with OTHER a bar late the first is seen.
    const late = [two[0]!, flatBars('OTHER', '1h', [99, ...prices.slice(1)])];
    for (const when of ['open_positions < 1', 'gross_exposure_pct < 5'])
      expect(await entries(both(buying(when)), late), when).toEqual(['01-08T15:00']);
    expect(await entries(both(buying('open_positions < 2')), late)).toEqual(['01-08T15:00', '01-08T16:00']);
  });

  it('daily_trades counts the fills of the day', async () => {
    const text = buying('daily_trades < 2', '  time_stop: 1 bar');
    // Bought at 15:00 and, sold at 16:00, again at 16:00: two fills; the bar that ends the day
    // still belongs to it, and the next day has two again.
    const bars = [
      flatBars(
        'TEST',
        '1h',
        Array.from({ length: 11 }, () => 101),
      ),
    ];
    expect(await entries(text, bars)).toEqual(['01-08T15:00', '01-08T16:00', '01-09T15:00', '01-09T16:00']);
  });

  it('consecutive_losses stops after two, for good', async () => {
    const text = buying('consecutive_losses < 2', '  time_stop: 1 bar');
    const falling = [flatBars('TEST', '1h', [200, 199, 198, 197, 196, 195, 194])];
    // Bought at 199, sold at 198, bought there, sold at 197.
    expect(await entries(text, falling)).toEqual(['01-08T15:00', '01-08T16:00', '01-08T17:00']);
  });

  it('equity, purse, cash, drawdown_pct and daily_loss_pct move with the marks', async () => {
    const holding =
      'id: holder\nsymbols: [OTHER]\ntimeframe: 1h\ncapital: 10000\nentry:\n  long:\n    when: close > 1\n    trigger: while_true\n    size:\n      shares: 100\nexit:\n  when: close < 1\n';
    const bars = [flatBars('TEST', '1h', [101, 101, 101, 101, 101]), flatBars('OTHER', '1h', [90, 90, 90, 85, 92])];
    const decided = async (when: string): Promise<string[]> => {
      const { orders } = await runRules(rulesetOf(buying(when), holding), bars);
      return orders.filter(({ strategy: id }) => id === 'test').map(({ decidedAt }) => hour(decidedAt));
    };
    // 100 shares at 90, bought at 15:00: 20,000 in all, 19,500 when they are at 85, 20,200 at 92.
    expect(await decided('equity < 19600')).toEqual(['01-08T18:00']);
    expect(await decided('equity > 20100')).toEqual(['01-08T19:00']);
    expect(await decided('drawdown_pct > 2.4 and drawdown_pct < 2.6')).toEqual(['01-08T18:00']);
    expect(await decided('daily_loss_pct > 2.4 and daily_loss_pct < 2.6')).toEqual(['01-08T18:00']);
    expect(await decided('cash < 11100')).toEqual(['01-08T16:00']);
    // The purse is its own, which nothing has moved.
    expect(await decided('purse < 9999')).toEqual([]);
    expect(await decided('purse == 10000')).toEqual(['01-08T15:00']);
  });
});
