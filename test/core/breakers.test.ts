import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MEASURES } from '../../engine/compiler/measures.ts';
import { BREAKER_MEASURES } from '../../engine/core/breaker-measures.ts';
import type { Order } from '../../engine/ledger/order.ts';
import type { RunResult } from '../../engine/runtime/result.ts';
import { centRows, documentOf, dollars, runs, seed, sidesArbitrary } from './plain-rules.ts';
import { barsOf, flatBars, type Row, rulesetUnder, runRules, strategy } from './rules.ts';

/** A `risk.yaml` of one breaker. */
const breaker = (
  when: string,
  until = 'manual',
  { scope = 'account', action = 'pause_entries' }: { scope?: string; action?: string } = {},
): string =>
  `circuit_breakers:\n  - id: guard\n    when: ${when}\n    scope: ${scope}\n    action: ${action}\n    until: ${until}\nlimits:\n  allow_short: true\n`;

/** Buys 10 shares whenever the close is above 100 and it has none, leaves below 100. */
const swinging = strategy(
  '  long:\n    when: close > 100\n    trigger: while_true\n    size:\n      shares: 10',
  '  when: close < 100',
);

/** Bars whose next open is a dollar lower than each close above 100: every trade of `swinging` loses. */
const losing = (count: number): Row[] =>
  Array.from({ length: count }, (_, n) => (n % 2 === 0 ? [101, 101, 101, 101] : [99, 99, 99, 99]));

const hour = (at: number | undefined): string | undefined =>
  at === undefined ? undefined : new Date(at).toISOString().slice(5, 16);

const tripsOf = (result: RunResult): string[] =>
  result.breakers.map(
    (trip) =>
      `${trip.place} ${hour(trip.trippedAt)} ${hour(trip.clearedAt) ?? 'holds'} ${trip.values} back ${trip.heldBack} flat ${trip.heldFlatDays}`,
  );

const run = (risk: string, bars = barsOf('TEST', '1h', losing(40)), operator?: 'next_session' | 'never') =>
  runRules(rulesetUnder(risk, swinging), [bars], operator === undefined ? {} : { operator });

describe('circuit breakers', () => {
  it('trip on the bar that makes them true, hold entries back, and let go as they say', async () => {
    // A trade buys at 99 after a close of 101 and sells at 101 after a close of 99: mirror it, and it loses.
    const mirrored = barsOf(
      'TEST',
      '1h',
      Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? [99, 101, 99, 101] : [101, 101, 99, 99])),
    );
    const free = await run('circuit_breakers: []\n', mirrored);
    expect(free.trades.length).toBeGreaterThan(10);
    expect(free.trades.every(({ pnl }) => pnl < 0n)).toBe(true);
    const held = await run(breaker('consecutive_losses >= 3', 'manual'), mirrored, 'never');
    expect(held.trades.length).toBe(3);
    expect(held.breakers).toHaveLength(1);
    expect(held.breakers[0]!.heldBack).toBeGreaterThan(5);
    expect(held.breakers[0]!.clearedAt).toBeUndefined();
    const daily = await run(breaker('consecutive_losses >= 3', 'next_session'), mirrored);
    expect(daily.breakers.length).toBeGreaterThan(1);
    for (const trip of daily.breakers.slice(0, -1)) {
      expect(trip.clearedAt).toBeGreaterThan(trip.trippedAt);
      expect(hour(trip.clearedAt)!.slice(0, 5)).not.toBe(hour(trip.trippedAt)!.slice(0, 5));
    }
  });

  it('a manual one is cleared by the next session in a backtest, unless nobody is there', async () => {
    const rows = barsOf(
      'TEST',
      '1h',
      Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? [99, 101, 99, 101] : [101, 101, 99, 99])),
    );
    const attended = await run(breaker('consecutive_losses >= 2'), rows);
    const alone = await run(breaker('consecutive_losses >= 2'), rows, 'never');
    expect(attended.breakers.length).toBeGreaterThan(alone.breakers.length);
    expect(alone.breakers).toHaveLength(1);
    expect(alone.breakers[0]!.heldFlatDays).toBeGreaterThan(2);
  });

  it('durations let go by the clock and by bars; clearing starts the measure anew', async () => {
    const rows = barsOf(
      'TEST',
      '1h',
      Array.from({ length: 60 }, (_, n) => (n % 2 === 0 ? [99, 101, 99, 101] : [101, 101, 99, 99])),
    );
    const timed = await run(breaker('consecutive_losses >= 2', '2h'), rows);
    for (const trip of timed.breakers.slice(0, -1)) expect(trip.clearedAt! - trip.trippedAt).toBe(7_200_000);
    expect(timed.breakers.every(({ values }) => values === 'consecutive_losses 2')).toBe(true);
    const counted = await run(breaker('consecutive_losses >= 2', '5 bars'), rows);
    const ends = [...rows.end];
    for (const trip of counted.breakers.slice(0, -1)) {
      expect(ends.indexOf(trip.clearedAt!) - ends.indexOf(trip.trippedAt)).toBe(5);
    }
  });

  it('a count over a length of time lets go when the clock has emptied it, on bars that nothing else happens on', async () => {
    // One losing trade, then nothing but bars below 100 to the end.
    const rows = barsOf('TEST', '1h', [
      [99, 101, 99, 101],
      [101, 101, 99, 99],
      ...losing(1),
      ...Array.from({ length: 30 }, (): Row => [99, 99, 99, 99]),
    ]);
    const result = await run(breaker('closed_trades("2h") >= 1', 'clear'), rows);
    const [trip, ...more] = result.breakers;
    expect(more).toEqual([]);
    const ends = [...rows.end];
    // The first bar that ends two hours or more after the trade's end.
    expect(trip!.clearedAt).toBe(ends.find((end) => end >= result.trades[0]!.exitTime + 7_200_000));
    // A duration ends there as well, though no rule asks for anything.
    const timed = await run(breaker('closed_trades("2h") >= 1', '1d'), rows);
    expect(timed.breakers[0]!.clearedAt).toBe(timed.breakers[0]!.trippedAt + 86_400_000);
  });

  it('drawdown is of the marked account since last cleared, bar by bar', async () => {
    const prices = [100, 101, 101, 101, 95, 90, 85, 85, 85, 101, 101];
    const result = await run(breaker('drawdown_pct > 1', 'manual'), flatBars('TEST', '1h', prices), 'never');
    // 10 shares bought at 101 on a purse of 10,000: at 90 the account is 1.1 % below its peak.
    expect(tripsOf(result)).toEqual(['account 01-08T20:00 holds drawdown_pct 1.10 back 2 flat 1']);
  });

  it('flatten closes at the next open, with its own reason, then holds', async () => {
    const prices = [100, 101, 101, 101, 90, 89, 101, 101];
    const rules = rulesetUnder(
      breaker('drawdown_pct > 1', 'manual', { action: 'flatten' }),
      strategy(
        '  long:\n    when: close > 100\n    trigger: while_true\n    size:\n      shares: 10',
        '  when: close < 50',
      ),
    );
    const result = await runRules(rules, [flatBars('TEST', '1h', prices)], { operator: 'never' });
    expect(result.trades.map(({ exitReason, exitRule }) => [exitReason, exitRule])).toEqual([
      ['breaker', 'breaker.guard'],
    ]);
    expect(result.openPositions).toEqual([]);
  });

  it('a halt waits for a person whatever its until says', async () => {
    const rows = barsOf(
      'TEST',
      '1h',
      Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? [99, 101, 99, 101] : [101, 101, 99, 99])),
    );
    const halted = await run(breaker('consecutive_losses >= 2', '1h', { action: 'halt' }), rows, 'never');
    expect(halted.breakers.map(({ clearedAt }) => clearedAt)).toEqual([undefined]);
  });

  it('bite where they are measured: a strategy or a symbol, and not its neighbours', async () => {
    const rows = Array.from({ length: 30 }, (_, n): Row => (n % 2 === 0 ? [99, 101, 99, 101] : [101, 101, 99, 99]));
    const bars = [
      barsOf('TEST', '1h', rows),
      flatBars(
        'CALM',
        '1h',
        rows.map((_, n) => (n % 2 === 0 ? 101 : 99)),
      ),
    ];
    const two = (id: string, symbol: string): string =>
      swinging.replace('id: test', `id: ${id}`).replace('[TEST]', `[${symbol}]`);
    for (const [scope, place] of [
      ['strategy', 'loses'],
      ['symbol', 'TEST'],
    ] as const) {
      const rules = rulesetUnder(
        breaker('consecutive_losses >= 3', 'manual', { scope }),
        two('loses', 'TEST'),
        two('gains', 'CALM'),
      );
      const result = await runRules(rules, bars, { operator: 'never' });
      expect(result.breakers.map((trip) => trip.place)).toEqual([place]);
      expect(result.trades.filter(({ strategy: id }) => id === 'loses')).toHaveLength(3);
      expect(result.trades.filter(({ strategy: id }) => id === 'gains').length).toBeGreaterThan(10);
    }
  });

  it('count stops, trades and profit over a length of time, and losing days', async () => {
    const rows = Array.from({ length: 40 }, (_, n): Row => (n % 2 === 0 ? [99, 101, 99, 101] : [101, 101, 90, 99]));
    const stopped = strategy(
      '  long:\n    when: close > 100\n    trigger: while_true\n    size:\n      shares: 10',
      '  when: close < 50\n  stop_loss:\n    pct: 2',
    );
    const trip = async (when: string) =>
      (await runRules(rulesetUnder(breaker(when), stopped), [barsOf('TEST', '1h', rows)], { operator: 'never' }))
        .breakers[0]?.values;
    expect(await trip('stop_outs("1d") >= 3')).toBe('stop_outs("1d") 3');
    expect(await trip('closed_trades("4h") >= 2')).toBe('closed_trades("4h") 2');
    expect(await trip('closed_profit_pct("1d") < -0.5')).toMatch(/^closed_profit_pct\("1d"\) -0\.\d+$/);
    expect(await trip('losing_days >= 2')).toBe('losing_days 2');
    expect(await trip('daily_trades >= 2')).toBe('daily_trades 2');
  });

  it('every measure that risk.yaml may read is kept', () => {
    const readable = [...MEASURES.values()].filter(({ readIn }) => readIn !== 'strategy').map(({ name }) => name);
    expect(readable.toSorted()).toEqual([...BREAKER_MEASURES].toSorted());
  });

  it(`after a trip no entry fills until it lets go (seed ${seed})`, async () => {
    let trips = 0;
    const whens = [
      'drawdown_pct > 0.05',
      'daily_loss_pct > 0.03',
      'consecutive_losses >= 2',
      'daily_trades >= 2',
      'open_positions >= 1',
    ];
    await fc.assert(
      fc.asyncProperty(
        centRows(40, 80),
        sidesArbitrary,
        fc.constantFrom(...whens),
        fc.constantFrom('manual', 'next_session', '3h', '4 bars'),
        fc.constantFrom('pause_entries', 'flatten', 'halt'),
        fc.constantFrom('account', 'strategy', 'symbol'),
        async (rows, sides, when, until, action, scope) => {
          const rules = rulesetUnder(breaker(when, until, { action, scope }), documentOf(sides));
          const result = await runRules(rules, [barsOf('TEST', '1h', dollars(rows))]);
          trips += result.breakers.length;
          for (const { trippedAt, clearedAt } of result.breakers) {
            const during = result.orders.filter(
              ({ role, decidedAt }) =>
                role === 'entry' && decidedAt >= trippedAt && decidedAt < (clearedAt ?? Infinity),
            );
            expect(during).toEqual([]);
            for (const order of result.orders) {
              if (order.role !== 'entry' || order.decidedAt >= trippedAt) continue;
              for (const { time } of order.fills)
                expect(time < trippedAt || time >= (clearedAt ?? Infinity)).toBe(true);
            }
          }
          expect(structuredClone(result.breakers)).toEqual(result.breakers);
        },
      ),
      { seed, numRuns: runs(80), endOnFailure: true },
    );
    expect(trips).toBeGreaterThan(60);
  });
});

/** A strategy's or a symbol's breaker, and who stands outside of it. */
const PLACES = ['account', 'strategy', 'symbol'] as const;

describe('a trip among several strategies and symbols', () => {
  it(`stops entries where it bites, lets exits pass, and touches nobody else (seed ${seed})`, async () => {
    const seen = { trips: 0, exits: 0, elsewhere: 0 };
    await fc.assert(
      fc.asyncProperty(
        centRows(40, 80),
        centRows(40, 80),
        sidesArbitrary,
        sidesArbitrary,
        fc.constantFrom('consecutive_losses >= 1', 'daily_trades >= 1', 'closed_trades("1d") >= 2'),
        fc.constantFrom('manual', '3h', '5 bars'),
        fc.constantFrom('pause_entries', 'flatten'),
        fc.constantFrom(...PLACES),
        async (rows, others, sides, more, when, until, action, scope) => {
          const rules = rulesetUnder(
            breaker(when, until, { action, scope }),
            documentOf(sides, 'one', 'shares: 10', 'TEST, OTHER'),
            documentOf(more, 'two', 'shares: 10', 'TEST, OTHER'),
          );
          const bars = [barsOf('TEST', '1h', dollars(rows)), barsOf('OTHER', '1h', dollars(others))];
          const result = await runRules(rules, bars, { operator: 'never' });
          for (const { trippedAt, clearedAt = Number.POSITIVE_INFINITY, place } of result.breakers) {
            seen.trips++;
            for (const order of result.orders) {
              if (order.decidedAt < trippedAt || order.decidedAt >= clearedAt) continue;
              const bitten = scope === 'account' || place === (scope === 'strategy' ? order.strategy : order.symbol);
              if (bitten) {
                expect(order.role).not.toBe('entry');
                seen.exits++;
              } else if (order.role === 'entry') seen.elsewhere++;
            }
          }
        },
      ),
      { seed, numRuns: runs(60), endOnFailure: true },
    );
    expect(seen.trips).toBeGreaterThan(60);
    expect(seen.exits).toBeGreaterThan(60);
    expect(seen.elsewhere).toBeGreaterThan(60);
  });
});

describe('limits', () => {
  const limited = (limits: string): string => `limits:\n${limits}circuit_breakers: []\n`;

  it.each([
    ['  max_position_pct: 5\n', 4, 'max_position_pct'],
    ['  max_gross_exposure_pct: 3\n', 2, 'max_gross_exposure_pct'],
    ['  max_order_notional: 750\n', 7, 'max_order_notional'],
  ])('cut an order to fit: %s', async (limits, qty, reason) => {
    const result = await runRules(rulesetUnder(limited(limits), swinging), [
      flatBars('TEST', '1h', [100, 101, 101, 101]),
    ]);
    expect(result.orders.map((order) => [Number(order.qty) / 1e9, order.reason])).toEqual([[qty, reason]]);
  });

  it.each([
    ['  max_order_notional: 50\n', 'max_order_notional'],
    ['  max_open_positions: 0\n', 'max_open_positions'],
  ])('refuse what is nothing once cut: %s', async (limits, reason) => {
    const result = await runRules(rulesetUnder(limited(limits), swinging), [flatBars('TEST', '1h', [100, 101, 99])]);
    expect(result.orders.map((order) => [order.status, order.reason])).toEqual([['refused', reason]]);
  });

  it('an account in debt is short of buying power, whatever limits are not set', async () => {
    const shorting = strategy('  short:\n    when: close > 99\n    size:\n      shares: 90', '  when: close < 1');
    const buying = swinging.replace('id: test', 'id: other').replace('[TEST]', '[OTHER]');
    const bars = [flatBars('TEST', '1h', [99, 100, 100, 400, 400]), flatBars('OTHER', '1h', [99, 99, 99, 99, 101])];
    for (const limits of ['', '  orders_per_minute: 60\n', '  max_order_notional: 1000000\n']) {
      const rules = rulesetUnder(limited(`${limits}  allow_short: true\n`), shorting, buying);
      const result = await runRules(rules, bars);
      expect(result.orders.map(({ strategy, status, reason }) => [strategy, status, reason])).toEqual([
        ['test', 'filled', undefined],
        ['other', 'refused', 'buying_power'],
      ]);
    }
  });

  it('no short without leave, and no more orders a minute than allowed', async () => {
    const short = strategy('  short:\n    when: close > 100\n    size:\n      shares: 1', '  when: close < 100');
    const refused = await runRules(rulesetUnder('circuit_breakers: []\n', short), [
      flatBars('TEST', '1h', [100, 101, 101]),
    ]);
    expect(refused.orders.map((order) => order.reason)).toEqual(['short_not_allowed']);
    const many = swinging.replace('[TEST]', '[AAA, BBB, CCC]');
    const bars = ['AAA', 'BBB', 'CCC'].map((symbol) => flatBars(symbol, '1h', [100, 101, 101]));
    const result = await runRules(rulesetUnder(limited('  orders_per_minute: 2\n'), many), bars);
    expect(result.orders.filter(({ status }) => status === 'refused').map(({ reason }) => reason)).toEqual([
      'orders_per_minute',
    ]);
  });

  it(`no order goes out that exceeds one at its decision price (seed ${seed})`, async () => {
    const cut = { max_position_pct: 0, max_gross_exposure_pct: 0, max_order_notional: 0 };
    let compared = 0;
    let beside = 0;
    await fc.assert(
      fc.asyncProperty(
        centRows(30, 60),
        centRows(30, 60),
        sidesArbitrary,
        sidesArbitrary,
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 100, max: 40_000 }),
        fc.integer({ min: 1, max: 3 }),
        async (rows, others, sides, more, position, gross, notional, positions) => {
          const risk = limited(
            `  max_position_pct: ${position}\n  max_gross_exposure_pct: ${gross}\n  max_order_notional: ${notional}\n  max_open_positions: ${positions}\n  allow_short: true\n`,
          );
          const small = (text: string): string => text.replace('capital: 10000000', 'capital: 50000');
          const rules = rulesetUnder(
            risk,
            small(documentOf(sides, 'one', 'purse_pct: 60', 'TEST, OTHER')),
            small(documentOf(more, 'two', 'shares: 200', 'TEST')),
          );
          const bars = [barsOf('TEST', '1h', dollars(rows)), barsOf('OTHER', '1h', dollars(others))];
          const result = await runRules(rules, bars);
          for (const order of result.orders) {
            if (order.role !== 'entry' || order.status === 'refused') continue;
            const closes = bars.map((column) => column.close[column.end.indexOf(order.decidedAt)]);
            // Columns of two lengths: beyond the shorter one there is no close to mark with.
            if (closes.includes(undefined)) continue;
            const price = priceOf(order, closes[order.symbolIndex]!);
            const wanted = sharesOf(order.qty) * price;
            expect(wanted).toBeLessThanOrEqual(notional * (1 + 1e-9));
            const then = accountAt(result.orders, order, closes as number[], bars);
            expect(then.inSymbol + wanted).toBeLessThanOrEqual((then.equity * position) / 100 + 1e-6);
            expect(then.gross + wanted).toBeLessThanOrEqual((then.equity * gross) / 100 + 1e-6);
            compared++;
            if (then.gross > 0) beside++;
            if (order.reason !== undefined && order.reason in cut) cut[order.reason as keyof typeof cut]++;
          }
          // At any moment no more positions than allowed.
          const moves = result.trades
            .flatMap(({ entryTime, exitTime }) => [[entryTime, 1] as const, [exitTime, -1] as const])
            .concat(result.openPositions.map(({ entryTime }) => [entryTime, 1] as const))
            .toSorted(([a, x], [b, y]) => a - b || x - y);
          let open = 0;
          for (const [, step] of moves) {
            open += step;
            expect(open).toBeLessThanOrEqual(positions);
          }
        },
      ),
      { seed, numRuns: runs(60), endOnFailure: true },
    );
    expect(compared).toBeGreaterThan(200);
    expect(beside).toBeGreaterThan(50);
    for (const [reason, times] of Object.entries(cut)) expect(times, reason).toBeGreaterThan(10);
  });
});

const sharesOf = (qty: bigint): number => Number(qty) / 1e9;

/** At what an order is counted, dollars. */
const priceOf = (order: Order, close: number): number =>
  Number(order.limitPrice ?? order.stopPrice ?? 0n) / 1e9 || close;

/** The account at the moment of a decision, worked out anew from the fills before it, in dollars. */
function accountAt(
  orders: readonly Order[],
  order: Order,
  closes: readonly number[],
  bars: readonly { readonly start: Float64Array; readonly end: Float64Array }[],
): { readonly equity: number; readonly gross: number; readonly inSymbol: number } {
  let cash = 100_000;
  const held = new Map<string, number>();
  for (const { strategy: id, symbolIndex, side, fills } of orders) {
    const { start, end } = bars[symbolIndex]!;
    for (const fill of fills) {
      if (end[start.indexOf(fill.time)]! > order.decidedAt) continue;
      const qty = sharesOf(fill.qty) * (side === 'buy' ? 1 : -1);
      cash -= (qty * Number(fill.price)) / 1e9;
      held.set(`${id} ${symbolIndex}`, (held.get(`${id} ${symbolIndex}`) ?? 0) + qty);
    }
  }
  let equity = cash;
  let gross = 0;
  let inSymbol = 0;
  for (const [key, qty] of held) {
    const symbol = Number(key.split(' ')[1]);
    const value = qty * closes[symbol]!;
    equity += value;
    // What the same order's strategy holds there is on its way out: a reversal.
    if (key === `${order.strategy} ${order.symbolIndex}`) continue;
    gross += Math.abs(value);
    if (symbol === order.symbolIndex) inSymbol += Math.abs(value);
  }
  // Entries of the same instant that were decided before it are at work.
  for (const other of orders) {
    if (other.seq >= order.seq) break;
    if (other.role !== 'entry' || other.status === 'refused' || other.decidedAt !== order.decidedAt) continue;
    // What a later fill cuts away or an end cancels stood in full then: at least what is left of it did.
    const value = sharesOf(other.qty) * priceOf(other, closes[other.symbolIndex]!);
    gross += value;
    if (other.symbolIndex === order.symbolIndex) inSymbol += value;
  }
  return { equity, gross, inSymbol };
}
