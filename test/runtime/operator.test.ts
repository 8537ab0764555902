import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACCOUNT, type OperatorAct, type OperatorCommand, type Place } from '../../engine/core/operator.ts';
import type { Bars } from '../../engine/market/bars.ts';
import { resultJson } from '../../engine/report/json.ts';
import { resultText } from '../../engine/report/text.ts';
import type { Session } from '../../engine/runtime/session.ts';
import { standingOf, succeed } from '../../engine/runtime/succeed.ts';
import { centRows, documentOf, dollars, runs, seed, sidesArbitrary } from '../core/plain-rules.ts';
import { barsOf, flatBars, nextRuleset, rulesetUnder, strategy } from '../core/rules.ts';
import { begin, groundOf, outcome, resultNow, SWAPPABLE, start, swap } from './ground.ts';

const LIMITS = 'limits:\n  allow_short: true\n';
const NO_BREAKERS = `${LIMITS}circuit_breakers: []\n`;
const RISK = `${LIMITS}circuit_breakers:
  - id: losses
    when: consecutive_losses >= 2
    scope: strategy
    action: pause_entries
    until: 5 bars
  - id: falls
    when: drawdown_pct > 0.01
    scope: account
    action: flatten
    until: next_session
`;

const operate = (act: OperatorAct | 'resume', place: Place = ACCOUNT, reason?: string): OperatorCommand => ({
  kind: 'operate',
  act,
  place,
  reason,
});
const reset = (breaker: string, place?: Place): OperatorCommand => ({
  kind: 'reset',
  breaker,
  place,
  reason: 'looked into',
});

/** A bar of each, alone: nothing can be passed over. */
const barAlone = (bars: Bars, n: number): Bars => {
  const row = (column: Float64Array): Float64Array => column.subarray(n, n + 1);
  return {
    ...bars,
    length: 1,
    start: row(bars.start),
    end: row(bars.end),
    open: row(bars.open),
    high: row(bars.high),
    low: row(bars.low),
    close: row(bars.close),
    volume: row(bars.volume),
    session: bars.session.subarray(n, n + 1),
    hours: bars.hours.subarray(n, n + 1),
  };
};

interface Step {
  /** Instants before it. */
  readonly wait: number;
  readonly command: OperatorCommand;
}

const placeArbitrary: fc.Arbitrary<Place> = fc.constantFrom<Place>(
  ACCOUNT,
  ACCOUNT,
  { scope: 'strategy', name: 'first' },
  { scope: 'symbol', name: 'TEST' },
);
const commandArbitrary: fc.Arbitrary<OperatorCommand> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(
        fc.constantFrom('pause' as const, 'flatten' as const, 'halt' as const, 'resume' as const, 'resume' as const),
        placeArbitrary,
      )
      .map(([act, place]) => operate(act, place, 'because')),
  },
  { weight: 1, arbitrary: fc.constantFrom('losses', 'falls', 'operator').map((id) => reset(id)) },
);
const stepsArbitrary: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({ wait: fc.integer({ min: 0, max: 50 }), command: commandArbitrary }),
  { minLength: 1, maxLength: 8 },
);

const rows = centRows(120, 260).map(dollars);

/** When the account's or a place's entries were held by a person, ms: [from, to). */
const spans = (session: Session): { from: number; to: number; place: Place }[] =>
  session.core.trips
    .filter(({ breaker }) => breaker === 'operator')
    .map(({ trippedAt, clearedAt, scope, place }) => ({
      from: trippedAt,
      to: clearedAt ?? Number.POSITIVE_INFINITY,
      place: { scope, name: place },
    }));

describe("a person's commands at any instant", () => {
  it(`hold entries until they are taken back, whether bars are passed over, come one by one, or rules are swapped (seed ${seed})`, async () => {
    const seen = { trips: 0, held: 0, exits: 0, entries: 0 };
    await fc.assert(
      fc.asyncProperty(
        rows,
        rows,
        sidesArbitrary,
        sidesArbitrary,
        stepsArbitrary,
        fc.boolean(),
        async (first, second, sides, others, steps, alone) => {
          const texts = alone
            ? [documentOf(sides, 'first', 'shares: 10', 'TEST')]
            : [
                documentOf(sides, 'first', 'shares: 10', 'TEST, OTHER'),
                documentOf(others, 'second', 'purse_pct: 5', 'OTHER, TEST'),
              ];
          const bars = alone
            ? [barsOf('TEST', '1h', first)]
            : [barsOf('TEST', '1h', first), barsOf('OTHER', '1h', second)];
          const plain = begin(rulesetUnder(RISK, ...texts), bars);
          const answers = steps.map(({ wait, command }) => {
            plain.advance(wait);
            return plain.command(command, 0);
          });
          while (plain.advance(1_000));

          let swapped = begin(rulesetUnder(RISK, ...texts), bars);
          const again = steps.map(({ wait, command }, n) => {
            swapped.advance(wait);
            if (n % 2 === 0) swapped = swap(swapped, bars, RISK, ...texts);
            const answer = swapped.command(command, 0);
            if (n % 3 !== 1) swapped = swap(swapped, bars, RISK, ...texts);
            return answer;
          });
          while (swapped.advance(1_000));

          const single = start(rulesetUnder(RISK, ...texts), bars);
          let fed = 0;
          const longest = Math.max(...bars.map(({ length }) => length));
          const advance = (instants: number): void => {
            for (let k = 0; k < instants && fed < longest; k++) {
              single.feed(
                new Map(bars.filter(({ length }) => fed < length).map((one) => [one.symbol, barAlone(one, fed)])),
              );
              fed++;
              while (single.advance(10));
            }
          };
          const third = steps.map(({ wait, command }) => {
            advance(wait);
            return single.command(command, bars[0]!.start[0]!);
          });
          advance(Number.POSITIVE_INFINITY);

          const whole = outcome(plain, bars);
          expect(outcome(swapped, bars)).toEqual(whole);
          expect(outcome(single, bars)).toEqual(whole);
          const kinds = (list: typeof answers) => list.map(({ kind }) => kind);
          expect(kinds(again)).toEqual(kinds(answers));
          expect(kinds(third)).toEqual(kinds(answers));

          for (const { from, to, place } of spans(plain)) {
            for (const { role, fills, strategy: id, symbol, exitReason } of whole.orders) {
              if (place.scope === 'strategy' && id !== place.name) continue;
              if (place.scope === 'symbol' && symbol !== place.name) continue;
              const inside = fills.filter(({ time }) => time >= from && time < to).length;
              if (role === 'entry') expect(inside).toBe(0);
              else seen.exits += exitReason === 'manual' ? 0 : inside;
            }
            seen.trips++;
          }
          seen.held += whole.breakers.reduce(
            (sum, { breaker, heldBack }) => sum + (breaker === 'operator' ? heldBack : 0),
            0,
          );
          seen.entries += whole.orders.filter(({ role, status }) => role === 'entry' && status === 'filled').length;
        },
      ),
      { seed, numRuns: runs(60), endOnFailure: true },
    );
    expect(seen.trips).toBeGreaterThan(60);
    expect(seen.held).toBeGreaterThan(100);
    expect(seen.exits).toBeGreaterThan(3);
    expect(seen.entries).toBeGreaterThan(300);
  });

  it(`leave the exits of what is open as they were (seed ${seed})`, async () => {
    const seen = { open: 0 };
    await fc.assert(
      fc.asyncProperty(
        rows,
        sidesArbitrary,
        fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 5, maxLength: 5 }),
        async (first, sides, instants) => {
          const bars = [barsOf('TEST', '1h', first)];
          const ruleset = rulesetUnder(NO_BREAKERS, documentOf(sides, 'first', 'shares: 10', 'TEST'));
          const free = begin(ruleset, bars);
          while (free.advance(1_000));
          for (const at of instants) {
            const paused = begin(ruleset, bars);
            paused.advance(at);
            const { now } = paused;
            paused.command(operate('pause'), 0);
            while (paused.advance(1_000));
            const entered = (session: Session) => session.book.trades().filter(({ entryTime }) => entryTime < now);
            expect(entered(paused)).toEqual(entered(free));
            expect(paused.book.trades()).toHaveLength(entered(paused).length);
            seen.open += entered(free).filter(({ exitTime }) => exitTime >= now).length;
          }
        },
      ),
      { seed, numRuns: runs(80), endOnFailure: true },
    );
    expect(seen.open).toBeGreaterThan(15);
  });
});

/** Buys 10 shares whenever the close is above 100 and it has none; never sells by itself. */
const holder = (id = 'test', symbols = 'TEST'): string =>
  strategy('  long:\n    when: close > 100\n    trigger: while_true\n    size:\n      shares: 10', '  when: close < 90')
    .replace('id: test', `id: ${id}`)
    .replace('[TEST]', `[${symbols}]`);

const at101 = (count: number, symbol = 'TEST'): Bars =>
  flatBars(
    symbol,
    '1h',
    Array.from({ length: count }, () => 101),
  );

const ordersOf = (session: Session): string[] =>
  session.core
    .orders()
    .map(({ role, status, reason, exitReason }) => `${role} ${status} ${exitReason ?? reason ?? '-'}`);

describe('flatten', () => {
  it('closes at the next open, by hand, and pauses', () => {
    const bars = [at101(8)];
    const session = begin(rulesetUnder(NO_BREAKERS, holder()), bars);
    session.advance(3);
    expect(session.command(operate('flatten', ACCOUNT, 'going home'), 0)).toMatchObject({
      kind: 'done',
      cancelled: 0,
      closing: 1,
      trips: [{ breaker: 'operator', action: 'flatten', reason: 'going home', trippedAt: bars[0]!.end[2] }],
    });
    // A second word of the same: nothing is sent twice.
    expect(session.command(operate('flatten'), 0)).toMatchObject({ kind: 'done', closing: 1, trips: [] });
    while (session.advance(1_000));
    expect(session.book.trades().map(({ exitReason, exitTime }) => [exitReason, exitTime])).toEqual([
      ['manual', bars[0]!.start[3]],
    ]);
    expect(ordersOf(session)).toEqual(['entry filled -', 'exit filled manual']);
    expect(session.core.trips[0]!.heldBack).toBe(5);
  });

  it('takes the place of a part that is on its way out', () => {
    const text = strategy(
      '  long:\n    when: close > 100\n    trigger: while_true\n    size:\n      shares: 10',
      '  rules:\n    - id: half\n      when: close > 100\n      portion: 50\n    - id: all\n      when: close < 90',
    );
    const session = begin(rulesetUnder(NO_BREAKERS, text), [at101(6)]);
    session.advance(2);
    session.command(operate('flatten'), 0);
    while (session.advance(1_000));
    expect(ordersOf(session)).toEqual(['entry filled -', 'exit cancelled exit_rule', 'exit filled manual']);
    expect(session.book.trades().map(({ exitReason, qty }) => [exitReason, qty])).toEqual([
      ['manual', 10_000_000_000n],
    ]);
  });
});

describe('pause', () => {
  it('cancels the entry at work, of the place alone', () => {
    const bars = [at101(4), at101(4, 'OTHER')];
    const session = begin(rulesetUnder(NO_BREAKERS, holder('a'), holder('b', 'OTHER')), bars);
    session.advance(1);
    expect(session.command(operate('pause', { scope: 'strategy', name: 'a' }), 0)).toMatchObject({ cancelled: 1 });
    while (session.advance(1_000));
    expect(session.core.orders().map((order) => [order.strategy, order.status, order.reason])).toEqual([
      ['a', 'cancelled', 'manual'],
      ['b', 'filled', undefined],
    ]);
  });

  it('before the first bar stands from its start on', () => {
    const bars = [at101(4)];
    const session = begin(rulesetUnder(NO_BREAKERS, holder()), bars);
    session.command(operate('pause'), 5);
    while (session.advance(1_000));
    expect(session.core.orders()).toEqual([]);
    expect(session.core.trips[0]!.trippedAt).toBe(bars[0]!.start[0]);
  });

  it('is not cleared by a session, where breakers of the rules that wait for a person are', () => {
    const session = begin(rulesetUnder(NO_BREAKERS, holder()), [at101(30)]);
    session.advance(2);
    session.command(operate('pause'), 0);
    while (session.advance(1_000));
    expect(session.core.trips[0]).toMatchObject({ clearedAt: undefined, heldFlatDays: 0 });
  });

  it('asked for twice is one; a halt goes further, and to resume takes a reason', () => {
    const session = begin(rulesetUnder(NO_BREAKERS, holder()), [at101(10)]);
    session.advance(2);
    session.command(operate('pause'), 0);
    expect(session.command(operate('pause'), 0)).toMatchObject({ trips: [], standing: { action: 'pause_entries' } });
    expect(session.command(operate('halt'), 0)).toMatchObject({ trips: [{ action: 'halt' }] });
    expect(session.command(operate('pause'), 0)).toMatchObject({ trips: [], standing: { action: 'halt' } });
    expect(session.command(operate('resume'), 0)).toEqual({
      kind: 'refused',
      message: 'the account is halted: to go on takes a reason',
      help: 'engine resume --reason TEXT',
    });
    session.advance(1);
    const answer = session.command(operate('resume', ACCOUNT, 'all is well'), 0);
    expect(answer).toMatchObject({ trips: [{ action: 'pause_entries' }, { action: 'halt' }] });
    expect(session.core.trips.map(({ clearedAt, clearedReason }) => [clearedAt, clearedReason])).toEqual([
      [session.now, 'all is well'],
      [session.now, 'all is well'],
    ]);
    expect(session.command(operate('resume'), 0)).toEqual({
      kind: 'refused',
      message: 'the account is not paused by a person',
      help: 'a person has paused nothing',
    });
  });

  it('of one place is not taken back by resuming another', () => {
    const session = begin(rulesetUnder(NO_BREAKERS, holder()), [at101(10)]);
    session.command(operate('pause', { scope: 'strategy', name: 'test' }), 0);
    expect(session.command(operate('resume'), 0)).toMatchObject({ help: 'what is: engine resume --strategy test' });
  });

  it('of a place that is not there suggests one that is', () => {
    const session = begin(rulesetUnder(NO_BREAKERS, holder('trend')), [at101(3)]);
    expect(session.command(operate('pause', { scope: 'strategy', name: 'tredn' }), 0)).toEqual({
      kind: 'refused',
      message: 'there is no strategy `tredn` in the rules that run',
      help: 'did you mean `trend`?',
    });
    expect(session.command(operate('pause', { scope: 'symbol', name: 'ZZZZ' }), 0)).toMatchObject({
      help: 'there is TEST',
    });
    expect(session.core.trips).toEqual([]);
  });

  it('stays with a strategy that was given another name', () => {
    const bars = [at101(10)];
    let session = begin(rulesetUnder(NO_BREAKERS, holder('before')), bars);
    session.command(operate('pause', { scope: 'strategy', name: 'before' }), 0);
    session.advance(2);
    // Whoever plans the next rules finds it under its new name.
    const standing = standingOf(session);
    const strategies = standing.ruleset.strategies.map((plan) => ({ ...plan, id: 'after' }));
    const next = nextRuleset(
      { ...standing, ruleset: { ...standing.ruleset, strategies } },
      NO_BREAKERS,
      holder('after'),
    );
    session = succeed(session, next, groundOf(bars), SWAPPABLE, {});
    session.advance(2);
    expect(session.core.orders()).toEqual([]);
    expect(session.command(operate('resume', { scope: 'strategy', name: 'after' }), 0)).toMatchObject({
      trips: [{ place: 'before' }],
    });
    while (session.advance(1_000));
    expect(session.core.orders().map(({ strategy: id }) => id)).toEqual(['after']);
  });
});

describe('reset', () => {
  const risk = (until: string, action = 'pause_entries'): string =>
    `${LIMITS}circuit_breakers:\n  - id: daily_count\n    when: daily_trades >= 1\n    scope: strategy\n    action: ${action}\n    until: ${until}\n`;
  const tripped = (until: string, action?: string): Session => {
    const session = begin(rulesetUnder(risk(until, action), holder()), [at101(20)], { operator: 'never' });
    session.advance(4);
    expect(session.core.trips).toHaveLength(1);
    return session;
  };

  it.each([
    ['manual', 'pause_entries'],
    ['next_session', 'pause_entries'],
    ['100 bars', 'flatten'],
    ['30d', 'halt'],
  ])('clears a breaker that waits for %s (%s), and its measure starts anew', (until, action) => {
    const session = tripped(until, action);
    expect(session.command(reset('daily_count'), 0)).toMatchObject({
      kind: 'done',
      trips: [{ breaker: 'daily_count', place: 'test', clearedAt: session.now, clearedReason: 'looked into' }],
    });
    session.advance(2);
    if (action === 'flatten') {
      // It was closed, is entered again, and the first trade since trips it again.
      expect(session.core.trips).toHaveLength(2);
      expect(session.core.trips[1]!.values).toBe('daily_trades 1');
    } else expect(session.core.trips).toHaveLength(1);
  });

  it('of one that is not tripped, or not there, changes nothing and says so', () => {
    const session = begin(rulesetUnder(risk('manual'), holder()), [at101(20)]);
    expect(session.command(reset('daily_count'), 0)).toEqual({
      kind: 'refused',
      message: 'breaker `daily_count` is not tripped',
      help: 'no breaker is',
    });
    expect(session.command(reset('daily_cuont'), 0)).toEqual({
      kind: 'refused',
      message: 'there is no breaker `daily_cuont`',
      help: 'did you mean `daily_count`?',
    });
    const other = tripped('manual');
    expect(other.command(reset('daily_count', { scope: 'symbol', name: 'TEST' }), 0)).toEqual({
      kind: 'refused',
      message: 'breaker `daily_count` is not tripped for symbol `TEST`',
      help: 'tripped now: daily_count (strategy `test`)',
    });
    expect(other.core.trips[0]!.clearedAt).toBeUndefined();
  });

  it("clears a person's halt too", () => {
    const session = begin(rulesetUnder(NO_BREAKERS, holder()), [at101(20)]);
    session.advance(1);
    session.command(operate('halt'), 0);
    expect(session.command(reset('operator'), 0)).toMatchObject({ kind: 'done', trips: [{ action: 'halt' }] });
  });

  it('clears a breaker that the rules have no more', () => {
    const bars = [at101(20)];
    let session = begin(rulesetUnder(risk('manual'), holder()), bars, { operator: 'never' });
    session.advance(4);
    session = swap(session, bars, NO_BREAKERS, holder());
    expect(session.command(reset('daily_count'), 0)).toMatchObject({ kind: 'done', trips: [{ place: 'test' }] });
  });
});

describe('reports', () => {
  it('say who paused, why, and why it went on', () => {
    const bars = [at101(20)];
    const session = begin(rulesetUnder(NO_BREAKERS, holder()), bars);
    session.advance(2);
    session.command(operate('pause', ACCOUNT, 'a rumour'), 0);
    session.advance(2);
    session.command(operate('resume', ACCOUNT, 'denied'), 0);
    while (session.advance(1_000));
    const result = resultNow(session, bars);
    const text = resultText(result, { title: 'Run', width: 160 });
    expect(text).toContain('by hand: a rumour; let go by hand: denied');
    const { breakers } = JSON.parse([...resultJson(result)].join('')) as { breakers: unknown[] };
    expect(breakers).toEqual([
      expect.objectContaining({
        id: 'operator',
        scope: 'account',
        place: 'account',
        action: 'pause_entries',
        reason: 'a rumour',
        clearedReason: 'denied',
        values: '',
      }),
    ]);
  });
});
