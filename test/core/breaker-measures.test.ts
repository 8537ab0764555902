import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFAULT_ASSUMPTIONS } from '../../engine/brokers/assumptions.ts';
import { MEASURES } from '../../engine/compiler/measures.ts';
import { type Guard, readerOf, type View } from '../../engine/core/breaker-measures.ts';
import { instant } from '../../engine/market/time.ts';
import { createSession } from '../../engine/runtime/session.ts';
import { barsOf, findingsUnder, flatBars, rulesetUnder, runRules, strategy } from './rules.ts';

const guard = (when: string, until = 'manual', scope = 'account'): string =>
  `circuit_breakers:\n  - id: guard\n    when: ${when}\n    scope: ${scope}\n    action: pause_entries\n    until: ${until}\n`;

/** Buys 100 shares at the second day's open and keeps them. */
const holding = strategy('  long:\n    when: close > 80\n    size:\n      shares: 100', '  when: close < 1').replace(
  '1h',
  '1d',
);
const day = (at: number): string => new Date(at).toISOString().slice(5, 10);

describe('equity_volatility_pct', () => {
  // 10,000 dollars, 100 shares bought at 90: days that end at 10,000, 10,200, 10,000, 10,300, 10,300, 10,300 ...
  const closes = [79, 90, 90, 92, 90, 93, 93, 93, 93, 93, 93];
  const bars = barsOf(
    'TEST',
    '1d',
    closes.map((close, n) =>
      n < 3
        ? [close, close, close, close]
        : [closes[n - 1]!, Math.max(close, closes[n - 1]!), Math.min(close, closes[n - 1]!), close],
    ),
  );

  it('is the deviation of daily returns, a year of 252, as worked out by hand', async () => {
    // Returns 0.02, -0.0196078, 0.03: mean 0.0101307, squares of the distances 0.0000974, 0.0008844, 0.0003948, together
    // 0.00137657; half of it is 0.000688287, whose root times that of 252 is 0.41647.
    const rules = rulesetUnder(guard('equity_volatility_pct("3d") > 40'), holding);
    const { breakers } = await runRules(rules, [bars], { operator: 'never' });
    // The sixth day, January 15th being a holiday, closes at 10,300; it is seen at the next bar.
    expect(breakers.map(({ trippedAt, values }) => `${day(trippedAt)} ${values}`)).toEqual([
      '01-17 equity_volatility_pct("3d") 41.65',
    ]);
  });

  it('is unknown until there are enough sessions, and counts anew after a clearing', async () => {
    const rules = rulesetUnder(guard('equity_volatility_pct("3d") >= 0', 'next_session'), holding);
    const { breakers } = await runRules(rules, [bars], { operator: 'never' });
    // Three sessions are over on the fourth day. Cleared on the fifth, whose rest is no day: the sixth to the eighth count.
    expect(breakers.map(({ trippedAt, clearedAt }) => `${day(trippedAt)} ${day(clearedAt ?? 0)}`)).toEqual([
      '01-11 01-12',
      '01-19 01-22',
    ]);
  });

  it('a session of the warm-up is no session', async () => {
    const rules = rulesetUnder(guard('equity_volatility_pct("2d") >= 0'), holding);
    const from = bars.start[4]!;
    const { breakers } = await runRules(rules, [bars], { operator: 'never', from });
    expect(breakers.map(({ trippedAt }) => trippedAt)).toEqual([bars.end[6]!]);
  });

  it('of coins alone has 365 days a year', async () => {
    const coin = holding.replace('[TEST]', '[BTC/USD]');
    const rows = closes.map((close, n): [number, number, number, number] =>
      n < 3
        ? [close, close, close, close]
        : [closes[n - 1]!, Math.max(close, closes[n - 1]!), Math.min(close, closes[n - 1]!), close],
    );
    const rules = rulesetUnder(guard('equity_volatility_pct("3d") > 45'), coin);
    const { breakers } = await runRules(rules, [barsOf('BTC/USD', '1d', rows)], {
      operator: 'never',
      assumptions: { commission: { kind: 'none' } },
    });
    // 0.0262352 times the root of 365, less what the coin's own commission takes.
    const shown = /([\d.]+)$/.exec(breakers[0]?.values ?? '')?.[1];
    expect(Number(shown)).toBeCloseTo(50.12, 1);
  });

  it.each(['"1d"', '"20m"', '"300d"', '"48h"', '20'])('takes 2 to 252 sessions, not %s', (length) => {
    const found = findingsUnder(guard(`equity_volatility_pct(${length}) > 40`), holding);
    expect(found).toHaveLength(1);
    expect(found[0]!.code).toMatch(/^E23[89]$/);
    expect(found[0]!.help).toContain('equity_volatility_pct("20d")');
  });
});

describe('spread_pct', () => {
  const rules = (scope: string, when = 'spread_pct > 0.5'): Parameters<typeof createSession>[0] =>
    rulesetUnder(
      guard(when, 'clear', scope),
      holding.replace('1d', '1h').replace('[TEST]', '[AAA, BBB]').replace('shares: 100', 'shares: 1'),
    );
  const bars = new Map(['AAA', 'BBB'].map((symbol) => [symbol, flatBars(symbol, '1h', [90, 90, 90, 90, 90, 90])]));
  const started = (ruleset: Parameters<typeof createSession>[0]) => {
    const session = createSession(
      ruleset,
      new Map([
        ['AAA', '1h'],
        ['BBB', '1h'],
      ]),
      {
        cash: undefined,
        from: undefined,
        to: undefined,
        assumptions: DEFAULT_ASSUMPTIONS,
        closeAtEnd: false,
      },
      {},
    );
    session.feed(bars);
    const quote = (symbol: number, bid: number, ask: number): void =>
      session.core.process({ kind: 'quote', symbol, bid, ask });
    const trips = (): string[] =>
      session.core.trips.map(
        ({ place, values, clearedAt }) => `${place} ${values} ${clearedAt === undefined ? 'holds' : 'cleared'}`,
      );
    return { session, quote, trips };
  };

  it('is unknown without quotes: nothing trips', () => {
    const { session, trips } = started(rules('symbol', 'spread_pct >= 0'));
    session.advance(6);
    expect(trips()).toEqual([]);
  });

  it('is that of the last quote, in percent of the middle, and trips the symbol that it is of', () => {
    const { session, quote, trips } = started(rules('symbol'));
    session.advance(1);
    quote(0, 89.9, 90.1);
    quote(1, 89.5, 90.5);
    session.advance(1);
    // 1 dollar of 90 is 1.11 %; 20 cents are 0.22 %.
    expect(trips()).toEqual(['BBB spread_pct 1.11 holds']);
    quote(1, 89.9, 90.1);
    session.advance(1);
    expect(trips()).toEqual(['BBB spread_pct 1.11 cleared']);
  });

  it('of an account is the widest; a quote of one side, or with its sides crossed, is none', () => {
    const { session, quote, trips } = started(rules('account'));
    quote(0, 89.9, 90.1);
    quote(1, 0, 90.5);
    session.advance(1);
    quote(1, 95, 90);
    session.advance(1);
    expect(trips()).toEqual([]);
    quote(1, 89.5, 90.5);
    session.advance(1);
    expect(trips()).toEqual(['account spread_pct 1.11 holds']);
  });

  it('every run over bars says that it does not act', () => {
    const ruleset = rulesetUnder(guard('spread_pct > 0.05'), holding);
    expect(ruleset.notActing).toEqual([
      'circuit breaker guard: spread_pct is of live feeds; simulated bars have no bid and no ask',
    ]);
    // Five hundredths of a percent are a spread, not a fraction that was meant as percent.
    expect(findingsUnder(guard('spread_pct > 0.05', '1d', 'symbol'), holding)).toEqual([]);
  });
});

describe('the measures that risk.yaml can read', () => {
  const readable = [...MEASURES.values()].filter(({ readIn }) => readIn !== 'strategy');
  const schema = JSON.parse(readFileSync(join(import.meta.dirname, '../../schemas/risk.schema.json'), 'utf8')) as {
    definitions: { Breaker: { properties: { when: { markdownDescription: string } } } };
  };

  it.each(readable.map(({ name }) => name))('%s stands in the hover text of `when` and in the README', (name) => {
    expect(schema.definitions.Breaker.properties.when.markdownDescription).toMatch(new RegExp(`\\b${name}\\b`));
    expect(readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')).toContain(`\`${name}`);
  });

  /** A world in which everything that a symbol or a strategy has of its own differs from the account's. */
  const view = {
    book: {
      equity: () => 1000,
      strategyEquity: () => 400,
      cash: () => 0n,
      exposure: (counts: (strategy: number, symbol: number) => boolean) => {
        const held = [0, 1, 2].flatMap((s) => [0, 1, 2].map((k) => [s, k] as const)).filter(([s, k]) => counts(s, k));
        return { gross: held.length * 10, positions: held.length };
      },
    } as unknown as View['book'],
    recent: {
      count: 3,
      stops: [0, 1, 2].map((n) => ({ number: n, time: 1, strategy: n, symbol: n, pnl: -1 })),
      closed: [0, 1, 2].map((n) => ({ number: n, time: 1, strategy: n, symbol: n, pnl: -1 })),
      refusals: [0, 1, 2].map((n) => ({ number: n, time: 1, strategy: n, symbol: n, pnl: 0 })),
    },
    now: 2,
    exitUnknownBars: (one: Guard) => one.place,
    spreadPct: (one: Guard) => one.place,
    sessionsAYear: 252,
  } satisfies View;
  // What a guard counts for itself is told apart by what reaches it, which the tests of breakers show.
  const counted = ['daily_trades', 'consecutive_losses', 'losing_days', 'equity_volatility_pct', 'bars_late'];

  it.each(readable.filter(({ name }) => !counted.includes(name)))(
    '$name is the account’s wherever it is not kept ($scopes)',
    ({ name, scopes }) => {
      const one = { place: 1, since: Number.NEGATIVE_INFINITY, sinceCount: 0, peak: 2000, dayStart: 2000, returns: [] };
      const read = readerOf(MEASURES.get(name)!.takesDuration ? `${name}:60` : name);
      const at = (scope: 'account' | 'strategy' | 'symbol') => read(one as unknown as Guard, scope, view);
      const seen = view.exitUnknownBars(one as unknown as Guard);
      for (const scope of ['strategy', 'symbol'] as const) {
        const same = Object.is(at(scope), at('account'));
        // The two that the world tells by the guard itself are right at every place.
        if (['exit_unknown_bars', 'spread_pct'].includes(name)) expect(at(scope)).toBe(seen);
        else expect(same, scope).toBe(!scopes!.includes(scope));
      }
    },
  );
});

const findings = (risk: string, ...texts: string[]): string[] =>
  findingsUnder(risk, ...(texts.length === 0 ? [holding] : texts)).map(({ code, message }) => `${code} ${message}`);

const breaker = (when: string, scope: string, action = 'pause_entries', until = '1d'): string =>
  `circuit_breakers:\n  - id: guard\n    when: ${when}\n    scope: ${scope}\n    action: ${action}\n    until: ${until}\n`;

describe('a scope that does not go with a measure', () => {
  it.each([
    ['drawdown_pct > 10', 'symbol', "not for each symbol: here it is the whole account's, the same at every place"],
    ['daily_loss_pct > 3', 'symbol', "the whole account's"],
    ['losing_days >= 3', 'symbol', "the whole account's"],
    [
      'equity_volatility_pct("20d") > 40',
      'symbol',
      '`equity_volatility_pct("20d")` is kept for the account and each strategy',
    ],
    ['equity < 5000', 'symbol', "the whole account's equity"],
    ['cash < 100', 'strategy', 'kept for the account, not for each strategy'],
    ['cash < 100', 'symbol', 'kept for the account, not for each symbol'],
    ['purse < 5000', 'account', "at the scope of the account it is the whole account's equity"],
    ['purse < 5000', 'symbol', "the whole account's equity"],
    ['stop_outs("1d") >= 3 and drawdown_pct > 10', 'symbol', '`drawdown_pct`'],
  ])('%s at %s', (when, scope, words) => {
    const found = findings(breaker(when, scope));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^W393 /);
    expect(found[0]).toContain(words);
  });

  it.each(
    [...MEASURES.values()].flatMap(({ name, readIn, scopes, takesDuration }) =>
      readIn === 'strategy' ? [] : scopes!.map((scope) => [takesDuration ? `${name}("20d")` : name, scope] as const),
    ),
  )('%s at %s is told nothing', (name, scope) => {
    expect(findings(breaker(`${name} > 5`, scope))).toEqual([]);
  });
});

describe('until: clear where the pause itself keeps the condition true', () => {
  const two = holding.replace('[TEST]', '[TEST, OTHER]');
  const other = holding.replace('id: test', 'id: other');

  it.each<[string, string, string, string[], string]>([
    ['consecutive_losses >= 3', 'account', 'pause_entries', [holding], 'can never let go'],
    ['consecutive_losses >= 3', 'strategy', 'pause_entries', [holding, other], 'can never let go'],
    ['consecutive_losses >= 3', 'symbol', 'pause_entries', [two], 'can never let go'],
    [
      'consecutive_losses >= 3',
      'symbol',
      'pause_entries',
      [holding, other],
      'unless a position that is still open ends with a gain',
    ],
    [
      'consecutive_losses >= 3',
      'account',
      'pause_entries',
      [two],
      'unless a position that is still open ends with a gain',
    ],
    ['consecutive_losses >= 3', 'strategy', 'flatten', [two], 'unless a position that it closes ends with a gain'],
    ['daily_loss_pct > 5 or consecutive_losses >= 3', 'account', 'pause_entries', [holding], 'can never let go'],
    [
      'drawdown_pct > 20',
      'account',
      'flatten',
      [two],
      'once it has closed the positions, nothing moves `drawdown_pct`',
    ],
    ['purse < 5000', 'strategy', 'flatten', [two], 'nothing moves `purse`'],
    ['equity < 5000 and drawdown_pct > 5', 'account', 'flatten', [two], 'nothing moves `equity`'],
    [
      'open_positions < 1',
      'account',
      'pause_entries',
      [two],
      'nothing makes `open_positions < 1` false while entries rest',
    ],
    ['closed_trades("1d") < 1', 'strategy', 'pause_entries', [two], 'may hold for ever'],
  ])('%s at %s, %s', (when, scope, action, texts, words) => {
    const found = findings(breaker(when, scope, action, 'clear'), ...texts);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^W394 /);
    expect(found[0]).toContain(words);
  });

  it.each([
    // Marks of open positions, the next session, and time make these false again.
    ['drawdown_pct > 20', 'account', 'pause_entries', 'clear'],
    ['daily_loss_pct > 5', 'account', 'flatten', 'clear'],
    ['daily_trades >= 50', 'account', 'pause_entries', 'clear'],
    ['losing_days >= 3', 'account', 'flatten', 'clear'],
    ['equity_volatility_pct("20d") > 40', 'account', 'flatten', 'clear'],
    ['stop_outs("1d") >= 3', 'symbol', 'pause_entries', 'clear'],
    ['closed_profit_pct("1d") < -2', 'account', 'pause_entries', 'clear'],
    ['rejections("10m") >= 5', 'account', 'pause_entries', 'clear'],
    ['open_positions >= 8', 'account', 'pause_entries', 'clear'],
    ['gross_exposure_pct > 80', 'account', 'flatten', 'clear'],
    ['bars_late > 2', 'symbol', 'pause_entries', 'clear'],
    ['spread_pct > 1', 'symbol', 'pause_entries', 'clear'],
    ['cash < 100', 'account', 'flatten', 'clear'],
    // One of the two comes back.
    ['consecutive_losses >= 3 and daily_loss_pct > 1', 'account', 'pause_entries', 'clear'],
    // A person, a session or a time lets go, and the losses are counted anew.
    ['consecutive_losses >= 3', 'account', 'halt', 'clear'],
    ['consecutive_losses >= 3', 'account', 'pause_entries', 'next_session'],
    ['drawdown_pct > 20', 'account', 'flatten', 'manual'],
  ])('%s at %s, %s until %s is told nothing', (when, scope, action, until) => {
    expect(findings(breaker(when, scope, action, until), two)).toEqual([]);
  });

  it('a run agrees: what is called certain never lets go', async () => {
    const rows = Array.from({ length: 60 }, (_, n) =>
      n % 2 === 0 ? ([99, 101, 99, 101] as const) : ([101, 101, 99, 99] as const),
    );
    const losing = strategy(
      '  long:\n    when: close > 100\n    trigger: while_true\n    size:\n      shares: 10',
      '  when: close < 100',
    );
    const rules = rulesetUnder(breaker('consecutive_losses >= 3', 'account', 'pause_entries', 'clear'), losing);
    const { breakers, trades } = await runRules(rules, [barsOf('TEST', '1h', rows)]);
    expect(trades).toHaveLength(3);
    expect(breakers.map(({ clearedAt }) => clearedAt)).toEqual([undefined]);
    expect(instant(breakers[0]!.trippedAt)).toBeGreaterThan(0);
  });
});
