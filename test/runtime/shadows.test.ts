import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { impactText } from '../../engine/report/impact-text.ts';
import { resultJson } from '../../engine/report/json.ts';
import { styleOf } from '../../engine/report/style.ts';
import { resultText } from '../../engine/report/text.ts';
import { type RunFacts, statusOf } from '../../engine/runtime/control/status.ts';
import { impactOf } from '../../engine/runtime/impact.ts';
import type { RunResult } from '../../engine/runtime/result.ts';
import type { Session } from '../../engine/runtime/session.ts';
import { centRows, documentOf, dollars, runs, seed, sidesArbitrary } from '../core/plain-rules.ts';
import { barsOf, findingsOf, rulesetOf, rulesetUnder, runRules } from '../core/rules.ts';
import { begin, bySymbol, resultNow, SWAPPABLE, swap } from './ground.ts';

/** Limits and breakers that a shadow would trip, if it counted. */
const RISK = `limits:
  allow_short: true
  max_open_positions: 2
  max_position_pct: 40
circuit_breakers:
  - id: falls
    when: drawdown_pct > 0.01
    scope: account
    action: flatten
    until: next_session
  - id: losses
    when: consecutive_losses >= 2
    scope: symbol
    action: pause_entries
    until: 5 bars
`;

/** The JSON report without what names the bars read, and the shadows. */
const liveJson = (result: RunResult): unknown => {
  const {
    data: _,
    seconds: __,
    shadows: ___,
    ...live
  } = JSON.parse([...resultJson(result)].join('')) as Record<string, unknown>;
  return JSON.stringify(live);
};

const shadow = (text: string, id = /^id: (.*)$/m.exec(text)![1]!): string =>
  text.replace(/^id: .*$/m, `id: ${id}\nshadow: true`);

const rows = centRows(120, 260).map(dollars);

describe('shadows', () => {
  it(`change nothing of what trades, and come to what they would alone (seed ${seed})`, async () => {
    const seen = { trades: 0, shadow: 0, trips: 0 };
    await fc.assert(
      fc.asyncProperty(rows, rows, sidesArbitrary, sidesArbitrary, async (first, second, sides, others) => {
        const live = documentOf(sides, 'first', 'shares: 10', 'TEST');
        const other = documentOf(others, 'second', 'purse_pct: 20', 'OTHER, TEST');
        const bars = [barsOf('TEST', '1h', first), barsOf('OTHER', '1h', second)];
        const without = await runRules(rulesetUnder(RISK, live), bars);
        const alone = await runRules(rulesetOf(other), bars);
        for (const texts of [
          [live, shadow(other)],
          [shadow(other), live],
        ]) {
          const both = await runRules(rulesetUnder(RISK, ...texts), bars);
          expect(liveJson(both)).toBe(liveJson(without));
          const [one] = both.shadows;
          expect(both.shadows).toHaveLength(1);
          expect(one).toMatchObject({ id: 'second', trades: alone.trades, openPositions: alone.openPositions });
          expect(one!.metrics).toEqual(alone.strategies[0]!.metrics);
          expect(one!.beside?.id).toBe('first');
        }
        seen.trades += without.trades.length;
        seen.shadow += alone.trades.length;
        seen.trips += without.breakers.length;
      }),
      { seed, numRuns: runs(40), endOnFailure: true },
    );
    expect(seen.trades).toBeGreaterThan(200);
    expect(seen.shadow).toBeGreaterThan(200);
    expect(seen.trips).toBeGreaterThan(20);
  });

  it(`come, change and go while rules are swapped, and nothing of what trades is another (seed ${seed})`, async () => {
    const seen = { trades: 0, shadow: 0 };
    await fc.assert(
      fc.asyncProperty(
        rows,
        rows,
        sidesArbitrary,
        sidesArbitrary,
        sidesArbitrary,
        fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 3, maxLength: 6 }),
        async (first, second, sides, others, more, waits) => {
          const live = documentOf(sides, 'first', 'shares: 10', 'TEST');
          const beside = [
            [],
            [shadow(documentOf(others, 'second', 'purse_pct: 20', 'OTHER'))],
            [shadow(documentOf(more, 'second', 'shares: 5', 'OTHER, TEST'))],
            [
              shadow(documentOf(more, 'third', 'shares: 5', 'TEST')),
              shadow(documentOf(more, 'second', 'shares: 5', 'TEST')),
            ],
          ];
          const bars = [barsOf('TEST', '1h', first), barsOf('OTHER', '1h', second)];
          const plain = begin(rulesetUnder(RISK, live), bars);
          while (plain.advance(1_000));
          let session = begin(rulesetUnder(RISK, live), bars);
          waits.forEach((wait, n) => {
            session.advance(wait);
            session = swap(session, bars, RISK, live, ...beside[(n + 1) % beside.length]!);
          });
          while (session.advance(1_000));
          expect(liveJson(resultNow(session, bars))).toBe(liveJson(resultNow(plain, bars)));
          seen.trades += plain.book.state.trades.length;
          seen.shadow += session.shadow!.book.state.trades.length;
        },
      ),
      { seed, numRuns: runs(40), endOnFailure: true },
    );
    expect(seen.trades).toBeGreaterThan(100);
    expect(seen.shadow).toBeGreaterThan(100);
  });

  const text = (id: string, head = ''): string =>
    `id: ${id}\nsymbols: [TEST]\ntimeframe: 1h\ncapital: 10000\n${head}entry:\n  long:\n    when: close < 97\n    size:\n      shares: 10\nexit:\n  when: close > 100\n`;
  const closes = [101, 99, 101, 96, 98, 99, 101, 96, 101, 99, 96, 96, 96, 101, 101];
  const bars = [
    barsOf(
      'TEST',
      '1h',
      closes.map((price) => [price, price, price, price] as const),
    ),
  ];
  /** Bars that filled entries and exits. */
  const legs = (session: Session): readonly (readonly number[])[] => {
    const at = (time: number): number => [...bars[0]!.start].indexOf(time);
    return session.book.trades().map(({ entryTime, exitTime }) => [at(entryTime), at(exitTime)]);
  };
  const finish = (session: Session): Session => {
    while (session.advance(1_000));
    return session;
  };

  it('that are turned live start flat, with a purse of their own', () => {
    let session = begin(rulesetOf(text('other').replace('97', '50'), text('test', 'shadow: true\n')), bars);
    // In the middle of its first position.
    session.advance(6);
    expect(session.shadow!.book.openCount()).toBe(1);
    session = swap(session, bars, undefined, text('other').replace('97', '50'), text('test'));
    expect(session.book.openCount()).toBe(0);
    expect(session.strategies.map(({ id, capital }) => `${id} ${capital}`)).toEqual(['other 10000', 'test 10000']);
    expect(session.startCash).toBe(10_000);
    finish(session);
    // Bars 3, 7 and 10 are below 97, 6, 8 and 13 above 100; orders fill a bar later.
    expect(legs(session)).toEqual([
      [8, 9],
      [11, 14],
    ]);
    // What it held as a shadow is left by its own exits, and nothing more is taken.
    expect(legs(session.shadow!)).toEqual([[4, 7]]);
  });

  it('that were live leave as a strategy that is gone, and start flat beside', () => {
    let session = begin(rulesetOf(text('test'), text('other').replace('97', '50')), bars);
    session.advance(6);
    expect(session.book.openCount()).toBe(1);
    session = swap(session, bars, undefined, text('test', 'shadow: true\n'), text('other').replace('97', '50'));
    expect(session.book.openCount()).toBe(1);
    expect(session.shadow!.book.openCount()).toBe(0);
    finish(session);
    expect(legs(session)).toEqual([[4, 7]]);
    expect(legs(session.shadow!)).toEqual([
      [8, 9],
      [11, 14],
    ]);
  });

  it('obey a person who names them, and nobody who means the account', () => {
    const session = begin(rulesetOf(text('other').replace('97', '50'), text('test', 'shadow: true\n')), bars);
    session.command({ kind: 'operate', act: 'pause', place: { scope: 'account', name: 'account' }, reason: '' }, 0);
    session.advance(9);
    expect(legs(session.shadow!)).toEqual([[4, 7]]);
    session.command({ kind: 'operate', act: 'pause', place: { scope: 'strategy', name: 'test' }, reason: '' }, 0);
    finish(session);
    expect(session.shadow!.core.trips).toHaveLength(1);
    expect(legs(session.shadow!)).toEqual([
      [4, 7],
      [8, 9],
    ]);
  });

  it('are told beside what they are held against', async () => {
    const result = await runRules(
      rulesetOf(text('test'), text('fast', 'shadow: true\n').replace('< 97', '< 100')),
      bars,
    );
    const shown = resultText(result, { title: 'Backtest', width: 100 });
    // Ten shares, no costs: entries at the open after a close below 97, exits after one above 100, all at that close.
    const pnl = (pairs: readonly (readonly [number, number])[]): number =>
      pairs.reduce((sum, [entry, exit]) => sum + 10 * (closes[exit]! - closes[entry]!), 0);
    const test = pnl([
      [4, 7],
      [8, 9],
      [11, 14],
    ]);
    const fast = pnl([
      [2, 3],
      [4, 7],
      [8, 9],
      [10, 14],
    ]);
    const words = (value: number): string => `${value < 0 ? '-' : '+'}$${Math.abs(value).toFixed(2)}`;
    expect(shown).toContain(`Shadow  fast beside test: 4 trades ${words(fast)} against 3 trades ${words(test)}`);
    const { shadows } = JSON.parse([...resultJson(result)].join('')) as { shadows: Record<string, unknown>[] };
    expect(shadows).toMatchObject([{ id: 'fast', beside: 'test', capital: 10_000 }]);
    expect(shadows[0]!.trades).toHaveLength(4);
  });

  it('stand in a status, and an edit of one is tried like any other', async () => {
    const live = text('other').replace('97', '50');
    const [slow, fast] = [text('test', 'shadow: true\n'), text('test', 'shadow: true\n').replace('< 97', '< 100')];
    const session = begin(rulesetOf(live, slow), bars);
    session.advance(9);
    const { shadows, strategies } = statusOf(session, {} as RunFacts);
    expect(strategies.map(({ id }) => id)).toEqual(['other']);
    // Bought at 98.01 on bar 4, worth 101 at the session's close, sold at 95.99 on bar 7; bought again at 101.02 on bar 8, worth 101.
    expect(shadows).toEqual([
      {
        id: 'test',
        beside: 'other',
        equity: '9979.60',
        pnl: '-20.40',
        pnlToday: '-50.30',
        trades: 1,
        positions: ['TEST'],
      },
    ]);
    const tried = await impactOf(rulesetOf(live, slow), rulesetOf(live, fast), bySymbol(bars), {
      cash: undefined,
      assumptions: SWAPPABLE.assumptions,
    });
    expect([tried.added, tried.removed, tried.before.trades, tried.after.trades]).toEqual([[], [], 0, 0]);
    expect(tried.shadows).toMatchObject([{ id: 'test', before: { trades: 3 }, after: { trades: 4 } }]);
    expect(tried.shadows[0]!.added).toBeGreaterThan(0);
    const shown = impactText(tried, { width: 100, style: styleOf(false), source: 'bars', synthetic: false });
    expect(shown).toMatch(/ test \(shadow\) +old +3 /);
    const gone = await impactOf(rulesetOf(live, slow), rulesetOf(live), bySymbol(bars), {
      cash: undefined,
      assumptions: SWAPPABLE.assumptions,
    });
    expect(gone.shadows).toMatchObject([{ id: 'test', before: { trades: 3 }, after: undefined }]);
  });

  it('are held against the one that they name', async () => {
    const named = text('fast', 'shadow: true\nshadow_of: second\n');
    const result = await runRules(rulesetOf(text('test'), text('second'), named), bars);
    expect(result.shadows.map(({ beside }) => beside?.id)).toEqual(['second']);
  });

  it('count in no sum of purses, and may take the other side', () => {
    const half = (id: string, head = ''): string => text(id, head).replace('capital: 10000', 'capital: 60% of account');
    const short = (id: string, head = ''): string =>
      text(id, head).replace('long:', 'short:').replace('< 97', '> 103').replace('> 100', '< 100');
    const codes = (...texts: string[]): string[] => findingsOf(...texts).map(({ code }) => code);
    expect(codes(half('a'), half('b'))).toContain('W386');
    expect(codes(half('a'), half('b', 'shadow: true\n'))).toEqual([]);
    expect(codes(text('a'), short('b'))).toContain('W327');
    expect(codes(text('a'), short('b', 'shadow: true\n'))).toEqual([]);
  });

  it.each([
    ['shadow: true\nshadow_of: tset\n', /there is no strategy of that id/],
    ['shadow: true\nshadow_of: third\n', /that one is a shadow too/],
    ['shadow_of: test\n', /`second` is no shadow/],
  ])('%j is refused', (head, message) => {
    const found = findingsOf(text('test'), text('second', head), text('third', 'shadow: true\n'));
    expect(found.map(({ code }) => code)).toEqual(['E362']);
    expect(found[0]!.message).toMatch(message);
  });
});

describe('a book that has been extended', () => {
  it('can be extended again: strategies come one after the other while a run goes on', () => {
    const plain = (id: string): string =>
      `id: ${id}\nsymbols: [TEST]\ntimeframe: 1h\ncapital: 1000\nentry:\n  long:\n    when: close > 1\n    trigger: while_true\n    size:\n      shares: 1\nexit:\n  time_stop: 1 bars\n`;
    const steps = barsOf(
      'TEST',
      '1h',
      Array.from({ length: 20 }, () => [10, 10, 10, 10] as const),
    );
    let session = begin(rulesetOf(plain('a')), [steps]);
    for (const ids of [
      ['a', 'b'],
      ['a', 'b', 'c'],
      ['a', 'b', 'c', 'd'],
    ]) {
      session.advance(3);
      session = swap(session, [steps], undefined, ...ids.map(plain));
    }
    while (session.advance(1_000));
    const traded = new Set(session.book.trades().map(({ strategy }) => strategy));
    expect([...traded].toSorted()).toEqual(['a', 'b', 'c', 'd']);
    // A basis point of 10 dollars is rounded to a cent, against the trader, at every fill.
    const fills = session.core.orders().filter(({ status }) => status === 'filled').length;
    expect(session.book.equity()).toBeCloseTo(4_000 - 0.01 * fills, 6);
  });
});
