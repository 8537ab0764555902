import { describe, expect, it } from 'vitest';
import { DEFAULT_ASSUMPTIONS } from '../../engine/brokers/assumptions.ts';
import { formatPrice, formatQty } from '../../engine/ledger/money.ts';
import { resultOf } from '../../engine/runtime/outcome.ts';
import type { RunOptions } from '../../engine/runtime/run.ts';
import { createSession, type Session } from '../../engine/runtime/session.ts';
import { type RunView, viewOf } from '../../engine/runtime/view.ts';
import { barsOf, marketOf, type Row, rulesetUnder } from '../core/rules.ts';

const options: RunOptions = {
  cash: undefined,
  from: undefined,
  to: undefined,
  assumptions: { ...DEFAULT_ASSUMPTIONS, slippage: { kind: 'none' } },
  closeAtEnd: false,
};

const strategy = (id: string, symbol: string, side: 'long' | 'short', exit: string): string => `id: ${id}
symbols: [${symbol}]
timeframe: 1h
capital: 10000
entry:
  ${side}:
    when: close == 100
    trigger: while_true
    size: {shares: 10}
${exit}
`;

const LEVELS = `exit:
  stop_loss: {pct: 2}
  take_profit:
    - {pct: 5, portion: 50}
    - {pct: 10, portion: 50}
`;

const RISK = `limits: {allow_short: true, max_position_pct: 100}
circuit_breakers:
  - {id: busy, when: daily_trades >= 2, scope: account, action: pause_entries, until: 30 bars}
  - {id: armed, when: daily_loss_pct > 50, scope: account, action: halt, until: manual}
`;

const NO_BREAKERS = 'limits: {max_position_pct: 100}\ncircuit_breakers: []\n';

/** Seven clock hours to a session. */
const flat: Row = [100, 100.5, 99.5, 100];
const rows = (last: number, n = 5): Row[] => [
  ...Array.from({ length: n - 1 }, () => flat),
  [100, Math.max(100.5, last), Math.min(99.5, last), last],
];

const extras = {
  feed: {
    source: 'bars',
    synthetic: false,
    pace: 'paced',
    barsTotal: undefined,
    barsPerSecond: 1,
    paceMs: 1000,
    lastBarAt: 5,
  },
} as const;

const run = (
  texts: readonly string[],
  bars: readonly ReturnType<typeof barsOf>[],
  risk = RISK,
): { session: Session; view: RunView } => {
  const ruleset = rulesetUnder(risk, ...texts);
  const session = createSession(
    ruleset,
    new Map(bars.map(({ symbol, timeframe }) => [symbol, timeframe])),
    options,
    {},
  );
  session.feed(new Map(bars.map((one) => [one.symbol, one])));
  while (session.advance(100));
  return { session, view: viewOf(session, extras) };
};

describe('the view of a run', () => {
  const both = [strategy('up', 'AAA', 'long', LEVELS), strategy('down', 'BBB', 'short', LEVELS)];
  const { session, view } = run(both, [barsOf('AAA', '1h', rows(101)), barsOf('BBB', '1h', rows(101))]);

  it('has equity, and P&L in all, today and by strategy', () => {
    // 10 shares bought at 100 stand at 101, 10 sold short stand there too.
    expect(view.account).toMatchObject({ equity: 20_000, pnl: 0, pnlPct: 0, today: 0, todayPct: 0, trades: 0 });
    expect(view.strategies.map(({ id, equity, pnl, pnlPct }) => [id, equity, pnl, pnlPct])).toEqual([
      ['up', 10_010, 10, 0.1],
      ['down', 9_990, -10, -0.1],
    ]);
    expect(view.strategies[0]).toMatchObject({ trades: 0, winRatePct: null });
  });

  it('has positions with the way to their nearest stop and target', () => {
    const [up, down] = view.positions;
    expect(up).toMatchObject({
      strategy: 'up',
      symbol: 'AAA',
      side: 'long',
      lastPrice: 101,
      unrealized: 10,
      stop: 98,
      target: 105,
    });
    expect(down).toMatchObject({ symbol: 'BBB', side: 'short', unrealized: -10, stop: 102, target: 95 });
    expect([formatQty(up!.qty), formatPrice(up!.entryPrice)]).toEqual(['10', '100']);
    expect(up!.unrealizedPct).toBeCloseTo(1, 9);
    expect(up!.toStopPct).toBeCloseTo((-3 / 101) * 100, 9);
    expect(up!.toTargetPct).toBeCloseTo((4 / 101) * 100, 9);
    // Against a short is upwards.
    expect(down!.toStopPct).toBeCloseTo((-1 / 101) * 100, 9);
    expect(down!.toTargetPct).toBeCloseTo((6 / 101) * 100, 9);
    // A stop and two targets each.
    expect(view.orders).toEqual({ sent: 0, protective: 6 });
  });

  it('has breakers that are tripped, with when they let go', () => {
    expect(view.breakers.armed).toBe(2);
    expect(view.breakers.tripped).toEqual([
      expect.objectContaining({
        breaker: 'busy',
        scope: 'account',
        place: 'account',
        action: 'pause_entries',
        heldBack: 0,
      }),
    ]);
    // Two entries filled in the second hour; it is the fifth.
    expect(view.breakers.tripped[0]!.until).toEqual({ kind: 'bars', left: 27 });
  });

  it('has the rules, the feed and the time', () => {
    expect(view.rules).toEqual({ revision: 'test', reloaded: undefined, stale: undefined });
    expect(view.feed).toMatchObject({ source: 'bars', barsDone: 10, clock: 'AAA', marketTime: session.now });
  });

  it('counts trades and wins as the report does, however often it is asked', () => {
    // Up 5 % and 10 % in one bar: both targets; down 2 %: the stop.
    const texts = [strategy('up', 'AAA', 'long', LEVELS)];
    const won: Row = [100, 112, 100, 111];
    const lost: Row = [100, 100, 97, 97.5];
    const bars = barsOf('AAA', '1h', [flat, flat, won, flat, flat, lost, flat, flat, won, flat]);
    const ruleset = rulesetUnder(NO_BREAKERS, ...texts);
    const one = createSession(ruleset, new Map([['AAA', '1h' as const]]), options, {});
    one.feed(new Map([['AAA', bars]]));
    let seen: RunView | undefined;
    do seen = viewOf(one, extras);
    while (one.advance(1));
    seen = viewOf(one, extras);
    const result = resultOf(ruleset, one, marketOf([bars]), options, false, 0);
    expect(result.metrics.trades).toBe(3);
    expect(seen.account.trades).toBe(3);
    expect(seen.strategies[0]).toMatchObject({ trades: 3, winRatePct: 200 / 3 });
    expect(seen.account.equity).toBe(result.metrics.endEquity);
    expect(seen.account.pnlPct).toBeCloseTo(result.metrics.returnPct, 9);
  });

  it('measures today from the last session’s close', () => {
    const texts = [strategy('up', 'AAA', 'long', 'exit: {when: close > 1000}')];
    // Seven bars a day: 104 at the first close, 103 in the next day.
    const day: Row[] = [flat, flat, flat, flat, flat, flat, [100, 104, 100, 104]];
    const next: Row[] = [[104, 104, 102, 103]];
    const { view: seen } = run(texts, [barsOf('AAA', '1h', [...day, ...next])], NO_BREAKERS);
    expect(seen.account).toMatchObject({ equity: 10_030, pnl: 30, today: -10 });
    expect(seen.account.todayPct).toBeCloseTo((-10 / 10_040) * 100, 9);
  });

  it('says who a halted breaker waits for', () => {
    const risk = `limits: {max_position_pct: 100}
circuit_breakers:
  - {id: stop_all, when: daily_trades >= 1, scope: account, action: halt, until: manual}
  - {id: hour, when: daily_trades >= 1, scope: account, action: pause_entries, until: 1h}
  - {id: day, when: daily_trades >= 1, scope: strategy, action: pause_entries, until: next_session}
  - {id: while, when: open_positions >= 1, scope: account, action: pause_entries, until: clear}
`;
    const { session: halted } = run([strategy('up', 'AAA', 'long', LEVELS)], [barsOf('AAA', '1h', rows(100, 2))], risk);
    const kinds = (operator: 'never' | 'next_session') => {
      halted.attend(operator);
      return Object.fromEntries(viewOf(halted, extras).breakers.tripped.map(({ breaker, until }) => [breaker, until]));
    };
    expect(kinds('never')).toEqual({
      stop_all: { kind: 'manual' },
      hour: { kind: 'time', at: halted.now + 3_600_000 },
      day: { kind: 'next_session' },
      while: { kind: 'clear' },
    });
    expect(kinds('next_session').stop_all).toEqual({ kind: 'next_session' });
  });
});
