import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPrice } from '../../engine/ledger/money.ts';
import type { Bars } from '../../engine/market/bars.ts';
import type { Session } from '../../engine/runtime/session.ts';
import { standingOf, succeed, successorSteps } from '../../engine/runtime/succeed.ts';
import { centRows, documentOf, dollars, runs, seed, sidesArbitrary } from '../core/plain-rules.ts';
import { barsOf, nextRuleset, rulesetOf, rulesetUnder } from '../core/rules.ts';
import { begin, groundOf, outcome, SWAPPABLE, swap } from './ground.ts';

const RISK = `limits:
  allow_short: true
  max_position_pct: 40
circuit_breakers:
  - id: losses
    when: consecutive_losses >= 2
    scope: strategy
    action: pause_entries
    until: 5 bars
  - id: stops
    when: stop_outs("1d") >= 2
    scope: symbol
    action: pause_entries
    until: clear
  - id: falls
    when: drawdown_pct > 0.01
    scope: account
    action: flatten
    until: next_session
`;

/** `swap` while bars go on: made in small parts, with an instant after each. */
const swapMeanwhile = (
  session: Session,
  bars: readonly Bars[],
  risk: string | undefined,
  ...texts: string[]
): Session => {
  const steps = successorSteps(
    session,
    nextRuleset(standingOf(session), risk, ...texts),
    groundOf(bars),
    SWAPPABLE,
    {},
  );
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) {
      step.value.takeOver();
      return step.value;
    }
    session.advance(1);
  }
};

const rows = centRows(120, 260).map(dollars);

describe('rules swapped between two bars', () => {
  it(`for the same rules change nothing, whatever was open (seed ${seed})`, async () => {
    const seen = { orders: 0, trips: 0, open: 0 };
    await fc.assert(
      fc.asyncProperty(
        rows,
        rows,
        sidesArbitrary,
        sidesArbitrary,
        fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 8 }),
        fc.boolean(),
        fc.boolean(),
        async (first, second, sides, others, waits, alone, meanwhile) => {
          const texts = alone
            ? [documentOf(sides, 'first', 'shares: 10', 'TEST')]
            : [
                documentOf(sides, 'first', 'shares: 10', 'TEST, OTHER'),
                documentOf(others, 'second', 'purse_pct: 5', 'OTHER, TEST'),
              ];
          const bars = alone
            ? [barsOf('TEST', '1h', first)]
            : [barsOf('TEST', '1h', first), barsOf('OTHER', '1h', second)];
          const plain = begin(rulesetUnder(RISK, ...texts), bars, { swappable: false });
          while (plain.advance(1_000));
          let session = begin(rulesetUnder(RISK, ...texts), bars);
          for (const wait of waits) {
            session.advance(wait);
            seen.open += session.book.openCount();
            session = (meanwhile ? swapMeanwhile : swap)(session, bars, RISK, ...texts);
          }
          while (session.advance(1_000));
          const whole = outcome(plain, bars);
          expect(outcome(session, bars)).toEqual(whole);
          seen.orders += whole.orders.length;
          seen.trips += whole.breakers.length;
        },
      ),
      { seed, numRuns: runs(60), endOnFailure: true },
    );
    expect(seen.orders).toBeGreaterThan(1_000);
    expect(seen.trips).toBeGreaterThan(50);
    expect(seen.open).toBeGreaterThan(20);
  });

  it('change what follows, and nothing before', () => {
    const text = (below: number): string =>
      `id: dips\nsymbols: [TEST]\ntimeframe: 1h\ncapital: 10000\nentry:\n  long:\n    when: close < ${below}\n    size:\n      shares: 10\nexit:\n  when: close > 100\n`;
    const closes = [101, 99, 101, 96, 101, 99, 101, 96, 101, 99];
    const bars = [
      barsOf(
        'TEST',
        '1h',
        closes.map((price) => [price, price, price, price] as const),
      ),
    ];
    const entries = (session: Session) =>
      session.core
        .orders()
        .filter(({ role }) => role === 'entry')
        .map(({ decidedAt }) => [...bars[0]!.end].indexOf(decidedAt));
    const before = begin(rulesetOf(text(97)), bars);
    while (before.advance(1_000));
    expect(entries(before)).toEqual([3, 7]);
    let session = begin(rulesetOf(text(97)), bars);
    session.advance(5);
    session = swap(session, bars, undefined, text(100));
    while (session.advance(1_000));
    expect(entries(session)).toEqual([3, 5, 7, 9]);
  });

  const always = (id: string, exit = '  when: close < 90', symbols = 'TEST', capital = 10_000): string =>
    `id: ${id}\nsymbols: [${symbols}]\ntimeframe: 1h\ncapital: ${capital}\nentry:\n  long:\n    when: close > 100\n    trigger: while_true\n    size:\n      shares: 10\nexit:\n${exit}\n`;
  const flat = (...prices: number[]) => [
    barsOf(
      'TEST',
      '1h',
      prices.map((price) => [price, price, price, price] as const),
    ),
  ];
  const finish = (session: Session): Session => {
    while (session.advance(1_000));
    return session;
  };

  it('a strategy that leaves keeps the exits of what it has open, and enters no more', () => {
    const bars = flat(101, 101, 101, 101, 89, 89, 101, 101);
    let session = begin(rulesetOf(always('leaves'), always('stays')), bars);
    session.advance(3);
    expect(session.book.openCount()).toBe(2);
    session = finish(swap(session, bars, undefined, always('stays')));
    const trades = session.book.trades();
    expect(trades.map(({ strategy, exitReason }) => [strategy, exitReason])).toEqual([
      ['stays', 'exit_rule'],
      ['leaves', 'exit_rule'],
    ]);
    // The one that stays enters again at 101.
    expect(session.book.openPositions().map(({ strategy }) => strategy)).toEqual(['stays']);
  });

  it('a symbol that leaves is entered no more, whatever the entry says', () => {
    const text = (symbols: string): string =>
      `id: both\nsymbols: [${symbols}]\ntimeframe: 1h\ncapital: 100000\nentry:\n  long:\n    when: not (close > 1000)\n    trigger: while_true\n    max_entries: 3\n    size:\n      shares: 10\nexit:\n  when: close < 90\n`;
    const prices = [101, 101, 101, 101, 89, 101, 101, 101];
    const bars = [
      barsOf(
        'TEST',
        '1h',
        prices.map((price) => [price, price, price, price] as const),
      ),
      barsOf(
        'OTHER',
        '1h',
        prices.map(() => [50, 50, 50, 50] as const),
      ),
    ];
    let session = begin(rulesetOf(text('TEST, OTHER')), bars);
    session.advance(2);
    session = finish(swap(session, bars, undefined, text('OTHER')));
    const entries = session.core.orders().filter(({ symbol, role }) => symbol === 'TEST' && role === 'entry');
    expect(entries.map(({ decidedAt }) => [...bars[0]!.end].indexOf(decidedAt))).toEqual([0, 1]);
    expect(session.book.trades().filter(({ symbol }) => symbol === 'TEST')).toHaveLength(1);
  });

  it('or is closed at the next open, where it says so; its working entry is cancelled', () => {
    const bars = flat(101, 101, 101, 101, 101, 101);
    const text = always('leaves', '  when: close < 90\n  on_remove: flatten');
    let session = begin(rulesetOf(text, always('stays')), bars);
    session.advance(3);
    session = finish(swap(session, bars, undefined, always('stays')));
    expect(session.book.trades().map(({ strategy, exitReason, exitTime }) => [strategy, exitReason, exitTime])).toEqual(
      [['leaves', 'removed', bars[0]!.start[3]]],
    );
    let early = begin(rulesetOf(text, always('stays')), bars);
    early.advance(1);
    early = finish(swap(early, bars, undefined, always('stays')));
    const orders = early.core.orders().filter(({ strategy }) => strategy === 'leaves');
    expect(orders.map(({ status, reason }) => [status, reason])).toEqual([['cancelled', 'removed']]);
  });

  it('one that comes back finds its purse as it left it', () => {
    const bars = flat(101, 101, 111, 89, 89, 89, 101, 101, 111, 89, 89);
    let session = begin(rulesetOf(always('comes'), always('stays')), bars);
    session.advance(5);
    session = swap(session, bars, undefined, always('stays'));
    session.advance(1);
    session = swap(session, bars, undefined, always('stays'), always('comes'));
    session = finish(session);
    const whole = finish(begin(rulesetOf(always('comes'), always('stays')), bars));
    const profit = (one: Session, id: string): number => one.book.strategyEquity(one.book.strategyIndex(id)) - 10_000;
    expect(profit(session, 'comes')).toBe(profit(whole, 'comes'));
    expect(profit(session, 'comes')).not.toBe(0);
    expect(session.book.equity()).toBe(whole.book.equity());
  });

  it('a new strategy brings its capital, and the profit stays what rules made', () => {
    const bars = [
      ...flat(101, 101, 111, 111, 111, 111),
      barsOf(
        'OTHER',
        '1h',
        [101, 101, 101, 121, 131, 141].map((p) => [p, p, p, p] as const),
      ),
    ];
    let session = begin(rulesetOf(always('first')), bars.slice(0, 1));
    session.advance(3);
    session = succeed(
      session,
      nextRuleset(
        standingOf(session),
        undefined,
        always('first'),
        always('second', '  when: close < 90', 'OTHER', 5_000),
      ),
      groundOf(bars),
      SWAPPABLE,
      {},
    );
    session = finish(session);
    const { metrics, openPositions } = outcome(session, bars);
    // 10 shares from 101 to 111, and 10 of OTHER bought at the open of the fifth bar (131) marked at 141.
    expect(openPositions.map(({ symbol, entryTime }) => [symbol, entryTime])).toEqual([
      ['TEST', bars[0]!.start[1]],
      ['OTHER', bars[1]!.start[4]],
    ]);
    expect(metrics.startEquity).toBe(15_000);
    expect(metrics.endEquity).toBeCloseTo(15_000 + 100 + 100, 0);
  });

  it('strategies that come one after another each find their purse', () => {
    const bars = flat(101, 101, 101, 101, 101, 101);
    let session = begin(rulesetOf(always('first')), bars);
    session.advance(1);
    session = swap(session, bars, undefined, always('first'), always('second'));
    session.advance(1);
    session = swap(session, bars, undefined, always('first'), always('second'), always('third'));
    session = finish(session);
    expect(session.book.openPositions().map(({ strategy }) => strategy)).toEqual(['first', 'second', 'third']);
    // Thirty shares at two cents more than the close.
    expect(session.book.equity()).toBeCloseTo(29_999.4, 6);
    expect(outcome(session, bars).metrics.startEquity).toBe(30_000);
  });

  const SHORT = 'limits:\n  allow_short: true\ncircuit_breakers: []\n';
  const short = (exit: string, id = 'test'): string => always(id, exit).replace('long:', 'short:');
  const reasons = (session: Session) => session.book.trades().map(({ side, exitReason }) => [side, exitReason]);
  const followedBy = (bars: readonly Bars[], before: string, steps: number, ...then: string[]): Session => {
    const session = begin(rulesetUnder(SHORT, before), bars);
    session.advance(steps);
    return finish(swap(session, bars, SHORT, ...then));
  };

  it('a side that is entered no more keeps the exits of what is open there, or is closed', () => {
    const bars = flat(101, 101, 101, 99, 89, 89, 89);
    const leaves = '  when: close < 90';
    expect(
      reasons(followedBy(bars, always('test', leaves), 3, short(leaves).replace('close > 100', 'close > 500'))),
    ).toEqual([['long', 'exit_rule']]);
    const flattens = short(`${leaves}\n  on_remove: flatten`).replace('close > 100', 'close > 500');
    expect(reasons(followedBy(bars, always('test', leaves), 3, flattens))).toEqual([['long', 'removed']]);
    // One that was only decided is cancelled.
    const early = followedBy(bars, always('test', leaves), 1, flattens);
    expect(early.core.orders().map(({ status, reason }) => [status, reason])).toEqual([['cancelled', 'removed']]);
  });

  it('a strategy that only sells short is closed and adopts as it says, too', () => {
    const bars = flat(101, 101, 101, 101, 104, 104, 104);
    const gone = followedBy(
      bars,
      short('  when: close < 90\n  on_remove: flatten'),
      3,
      always('stays', '  when: close > 500'),
    );
    expect(reasons(gone)).toEqual([['short', 'removed']]);
    const stop = (pct: number): string =>
      short(`  stop_loss:\n    pct: ${pct}\n  on_change: adopt`).replace('while_true', 'on_rise');
    // Sold at 101: the stop at 10 % lies at 111, the one at 2 % at 103.
    const risen = flat(99, 101, 101, 101, 104, 104, 104);
    expect(reasons(followedBy(risen, stop(10), 4, stop(10)))).toEqual([]);
    expect(reasons(followedBy(risen, stop(10), 4, stop(2)))).toEqual([['short', 'stop_loss']]);
  });

  it('leave nothing of the sessions before them behind, however often they are swapped', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const bars = flat(101, 101, 101, 101, 101, 101);
    let session = begin(rulesetOf(always('test')), bars);
    const gone: WeakRef<Session>[] = [];
    for (let n = 0; n < 5; n++) {
      session.advance(1);
      gone.push(new WeakRef(session));
      session = swap(session, bars, undefined, always('test'));
    }
    // What a job of the event loop has seen lives as long as the job.
    await new Promise((resolve) => setTimeout(resolve, 10));
    collect();
    expect(gone.map((one) => one.deref() === undefined)).toEqual([true, true, true, true, true]);
    expect(session.instants).toBe(5);
    expect(session.estate.pending).toHaveLength(1);
  });

  it('a condition that reads a field nobody read before knows what it was on the last bar', () => {
    // Falls, then rises inside the bar: `close > open` rises on the third bar, the first that the new rules decide.
    const bars = [
      barsOf('TEST', '1h', [
        [101, 101, 101, 101],
        [101, 101, 99, 99],
        [99, 102, 99, 102],
        [102, 102, 102, 102],
      ]),
    ];
    const rises = (when: string): string =>
      always('test').replace('close > 100', when).replace('while_true', 'on_rise');
    const entered = (session: Session) =>
      session.core.orders().map(({ decidedAt }) => [...bars[0]!.end].indexOf(decidedAt));
    expect(entered(followedBy(bars, rises('close > 500'), 2, rises('close > open')))).toEqual([2]);
    // Read once, then not, then again: what it was in between is no last bar's.
    let session = begin(rulesetOf(rises('close > open + 500')), bars);
    session.advance(1);
    session = swap(session, bars, undefined, rises('close > 500'));
    session.advance(1);
    session = swap(session, bars, undefined, rises('close > open'));
    expect(entered(finish(session))).toEqual([2]);
  });

  it('an entry on its way adopts levels as an open position does', () => {
    const bars = flat(101, 101, 97, 97, 97);
    const stop = (pct: number, word: string): string =>
      always('test', `  stop_loss:\n    pct: ${pct}\n  on_change: ${word}`);
    expect(reasons(followedBy(bars, stop(10, 'keep'), 1, stop(2, 'adopt'))).slice(0, 1)).toEqual([
      ['long', 'stop_loss'],
    ]);
    expect(reasons(followedBy(bars, stop(10, 'keep'), 1, stop(2, 'keep')))).toEqual([]);
  });

  it('a purse of another size is paid in or out', () => {
    const bars = flat(101, 101, 101, 101);
    let session = begin(rulesetOf(always('first')), bars);
    session.advance(2);
    session = swap(session, bars, undefined, always('first', '  when: close < 90', 'TEST', 12_000));
    expect(session.book.strategyEquity(0)).toBeCloseTo(12_000, 0);
    expect(session.book.equity()).toBeCloseTo(12_000, 0);
    expect(outcome(finish(session), bars).metrics.startEquity).toBe(12_000);
  });

  const guarded = (when: string, until = 'manual'): string =>
    `limits:\n  allow_short: true\ncircuit_breakers:\n  - id: guard\n    when: ${when}\n    scope: account\n    action: pause_entries\n    until: ${until}\n`;
  // Every trade loses: bought at 101, sold at 89.
  const saw = Array.from(
    { length: 24 },
    (_, n) =>
      (n % 3 === 0 ? [101, 101, 101, 101] : n % 3 === 1 ? [101, 101, 89, 89] : [89, 89, 89, 89]) as [
        number,
        number,
        number,
        number,
      ],
  );
  const nobody = { operator: 'never' as const };
  const over = (bars: readonly Bars[], session: Session, risk: string): Session =>
    swap(session, bars, risk, always('test'));

  it('a tripped breaker stays tripped through an edit, its removal and its return', () => {
    const bars = [barsOf('TEST', '1h', saw)];
    const tripping = guarded('consecutive_losses >= 2');
    let session = begin(rulesetUnder(tripping, always('test')), bars, nobody);
    session.advance(8);
    expect(session.core.trips).toHaveLength(1);
    for (const risk of [
      guarded('consecutive_losses >= 20'),
      'circuit_breakers: []\n',
      guarded('consecutive_losses >= 2', '1 bars'),
      tripping,
    ]) {
      session = over(bars, session, risk);
      session.advance(3);
    }
    finish(session);
    expect(session.core.trips.map(({ clearedAt }) => clearedAt)).toEqual([undefined]);
    expect(session.book.trades()).toHaveLength(2);
    expect(session.core.trips[0]!.heldBack).toBeGreaterThan(3);
  });

  it('one that is not tripped goes on counting under its new threshold, and after it was gone', () => {
    const bars = [barsOf('TEST', '1h', saw)];
    let session = begin(rulesetUnder(guarded('consecutive_losses >= 20'), always('test')), bars, nobody);
    session.advance(6);
    expect(session.book.trades()).toHaveLength(2);
    session = over(bars, session, 'circuit_breakers: []\n');
    session = over(bars, session, guarded('consecutive_losses >= 3'));
    finish(session);
    expect(session.core.trips.map(({ values }) => values)).toEqual(['consecutive_losses 3']);
    expect(session.book.trades()).toHaveLength(3);
  });

  const stopped = (pct: number, more = ''): string => always('test', `  stop_loss:\n    pct: ${pct}${more}`);

  it('levels of an open position stay as agreed, or become the new ones where the rules say so', () => {
    // Bought at 101 and a basis point, 101.02: the stop at 10 % lies at 90.92, the one at 5 % at 95.97; sold a basis point lower.
    const bars = [
      barsOf('TEST', '1h', [
        [101, 101, 101, 101],
        [101, 101, 101, 101],
        [101, 101, 101, 101],
        [101, 101, 94, 95],
        [95, 95, 90, 90],
      ]),
    ];
    const run = (text: string): (readonly [string, string])[] => {
      let session = begin(rulesetOf(stopped(10)), bars);
      session.advance(3);
      session = finish(swap(session, bars, undefined, text));
      return session.book.trades().map(({ exitReason, exitPrice }) => [exitReason, formatPrice(exitPrice)] as const);
    };
    expect(run(stopped(5))).toEqual([['stop_loss', '90.91']]);
    expect(run(stopped(5, '\n  on_change: adopt'))).toEqual([['stop_loss', '95.96']]);
  });

  it('a level adopted behind the price closes at the next open', () => {
    const bars = [
      barsOf('TEST', '1h', [
        [101, 101, 101, 101],
        [101, 101, 97, 97],
        [97, 97, 97, 97],
        [97, 97, 97, 97],
      ]),
    ];
    let session = begin(rulesetOf(stopped(10)), bars);
    session.advance(2);
    session = finish(swap(session, bars, undefined, stopped(2, '\n  on_change: adopt')));
    expect(session.book.trades().map(({ exitTime, exitReason }) => [exitTime, exitReason])).toEqual([
      [bars[0]!.start[2], 'stop_loss'],
    ]);
  });

  it('a renamed strategy keeps its position, its purse and its trades; a renamed breaker its trip', () => {
    const bars = flat(101, 101, 89, 89, 101, 101, 101, 89, 89);
    let session = begin(rulesetOf(always('before')), bars);
    session.advance(6);
    expect(session.book.openCount()).toBe(1);
    session = finish(
      swap(session, bars, undefined, always('after').replace('id: after', 'id: after\nrenamed_from: before')),
    );
    const whole = finish(begin(rulesetOf(always('before')), bars));
    expect(session.book.trades().map(({ strategy, pnl }) => [strategy, pnl])).toEqual(
      whole.book.trades().map(({ pnl }) => ['after', pnl]),
    );
    expect(session.book.trades()).toHaveLength(2);
    expect(session.book.equity()).toBe(whole.book.equity());

    const saws = [barsOf('TEST', '1h', saw)];
    let tripped = begin(rulesetUnder(guarded('consecutive_losses >= 2'), always('test')), saws, nobody);
    tripped.advance(8);
    const renamed = guarded('consecutive_losses >= 2').replace('id: guard', 'id: warden\n    renamed_from: guard');
    tripped = finish(over(saws, tripped, renamed));
    expect(tripped.core.trips).toHaveLength(1);
    expect(tripped.book.trades()).toHaveLength(2);
  });
});
