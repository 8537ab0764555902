import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_ASSUMPTIONS } from '../../engine/brokers/assumptions.ts';
import type { Fill, Order } from '../../engine/ledger/order.ts';
import type { Bars } from '../../engine/market/bars.ts';
import { createSession } from '../../engine/runtime/session.ts';
import { centRows, documentOf, dollars, runs, seed, sidesArbitrary } from './plain-rules.ts';
import { barsOf, rulesetOf, runRules } from './rules.ts';

const SYMBOLS = ['TEST', 'OTHER'] as const;
const CAPITAL = 10_000n * 10n ** 18n;

/** Commission and slippage of another fill of the same instant, which the reservation could not know: 20 dollars. */
const COSTS = 20n * 10n ** 18n;

const must = (holds: boolean, otherwise: string): void => {
  if (!holds) throw new Error(otherwise);
};

/** What the fills alone say of one strategy in one symbol: signed billionths of a share, and what they cost. */
interface Kept {
  qty: bigint;
  cost: bigint;
}

/** A second set of books, kept from fills and closes only; money in 10^-18 dollars. */
function createSecondBooks(strategies: readonly string[]) {
  const kept = new Map<string, Kept>();
  const cash = new Map(strategies.map((id) => [id, CAPITAL]));
  const last = new Map<string, bigint>();
  const of = (strategy: string, symbol: string): Kept => {
    const key = `${strategy} ${symbol}`;
    const known = kept.get(key);
    if (known !== undefined) return known;
    const fresh = { qty: 0n, cost: 0n };
    kept.set(key, fresh);
    return fresh;
  };
  const size = (amount: bigint): bigint => (amount < 0n ? -amount : amount);
  return {
    cash,
    of,
    last,
    take(order: Order, fill: Fill): void {
      const one = of(order.strategy, order.symbol);
      const notional = fill.price * fill.qty;
      const signed = order.side === 'buy' ? fill.qty : 0n - fill.qty;
      // What is closed takes its part of the cost; fills of one position have one price here, so any order does.
      if (order.role === 'entry') one.cost += notional;
      else one.cost -= (one.cost * fill.qty) / size(one.qty);
      one.qty += signed;
      cash.set(
        order.strategy,
        cash.get(order.strategy)! + (order.side === 'buy' ? -notional : notional) - fill.commission,
      );
    },
    total: () => [...cash.values()].reduce((sum, own) => sum + own, 0n) - CAPITAL * BigInt(strategies.length),
    /** Cash flows and the value of what is held, at prices last seen. */
    equity(strategy: string): bigint {
      let value = cash.get(strategy)!;
      for (const symbol of SYMBOLS) value += of(strategy, symbol).qty * (last.get(symbol) ?? 0n);
      return value;
    },
    /** What the open positions of a strategy cost, shorts at 103 %. */
    committed(strategy: string): bigint {
      return SYMBOLS.reduce((sum, symbol) => {
        const { qty, cost } = of(strategy, symbol);
        return sum + (qty < 0n ? (cost * 103n) / 100n : cost);
      }, 0n);
    },
  };
}

describe('the account after every fill', () => {
  it(`keeps its books, its purses and its protective orders in order (seed ${seed})`, () => {
    const seen = { fills: 0, cuts: 0, refusals: 0, closed: 0 };
    fc.assert(
      fc.property(
        centRows(30, 70),
        centRows(30, 70),
        sidesArbitrary,
        sidesArbitrary,
        fc.integer({ min: 30, max: 100 }),
        fc.constantFrom('pessimistic' as const, 'optimistic' as const, 'nearest' as const),
        fc.constantFrom('next_open' as const, 'close' as const),
        (rows, others, one, two, percent, intrabar, fillAt) => {
          const document = (sides: typeof one, id: string): string =>
            documentOf(sides, id, `purse_pct: ${percent}`)
              .replace('capital: 10000000', 'capital: 10000')
              .replace('[TEST]', '[TEST, OTHER]');
          const bars = new Map([
            ['TEST', barsOf('TEST', '1h', dollars(rows))],
            ['OTHER', barsOf('OTHER', '1h', dollars(others))],
          ]);
          const books = createSecondBooks(['one', 'two']);
          const session = createSession(
            rulesetOf(document(one, 'one'), document(two, 'two')),
            new Map([...bars].map(([symbol, { timeframe }]) => [symbol, timeframe])),
            {
              cash: undefined,
              from: undefined,
              to: undefined,
              assumptions: {
                ...DEFAULT_ASSUMPTIONS,
                intrabar,
                fillAt,
                slippage: { kind: 'bps', bps: 5 },
                commission: { kind: 'per_share', dollars: 0.005 },
              },
              closeAtEnd: false,
            },
            { filled },
          );

          const entered = new Map<string, number>();
          function see(rowOf: (column: Bars) => number): void {
            for (const [symbol, column] of bars) {
              const row = rowOf(column);
              if (row >= 0) books.last.set(symbol, BigInt(Math.round(column.close[row]! * 100)) * 10_000_000n);
            }
          }

          function filled(order: Order, fill: Fill): void {
            seen.fills++;
            // At the close the bar is over and marked; at the open only the bar before it is.
            if (fill.at === 'close') see((column) => column.start.indexOf(fill.time));
            const purse = books.equity(order.strategy);
            books.take(order, fill);
            const own = session.book.strategyCash(session.book.strategyIndex(order.strategy));
            must(own === books.cash.get(order.strategy), `strategy cash ${own}`);
            must(session.book.cash() - 2n * CAPITAL === books.total(), 'account cash');
            for (const symbol of SYMBOLS) {
              const net = books.of('one', symbol).qty + books.of('two', symbol).qty;
              must(session.book.netQty(session.symbols.indexOf(symbol)) === net, `net quantity of ${symbol}`);
            }
            const column = bars.get(order.symbol)!;
            const row = column.start.indexOf(fill.time);
            const price = Number(fill.price) / 1e9;
            must(price >= column.low[row]! * 0.9995 - 0.01, `${price} is below the bar`);
            must(price <= column.high[row]! * 1.0005 + 0.01, `${price} is above the bar`);
            must(order.type === 'market' || fill.at !== 'close', `${order.type} at the close`);
            if (order.role === 'entry') {
              const over = books.committed(order.strategy) - purse;
              // A second entry of one open is judged by the books before the first: only the sum of both is known here.
              // One that rests keeps what it holds back while the purse may fall.
              const alone = order.type === 'market' && entered.get(order.strategy) !== fill.time;
              must(!alone || over <= COSTS, `the purse of ${order.strategy} is exceeded by ${over}`);
              entered.set(order.strategy, fill.time);
            }
            if (order.reason === 'buying_power') seen.cuts++;
          }

          session.feed(bars);
          while (session.advance(1)) {
            see((column) => column.end.indexOf(session.now));
            const working = session.core.orders().filter((order) => order.status === 'working');
            for (const strategy of ['one', 'two']) {
              for (const symbol of SYMBOLS) {
                const own = working.filter((order) => order.strategy === strategy && order.symbol === symbol);
                const { qty } = books.of(strategy, symbol);
                const size = qty < 0n ? -qty : qty;
                must(own.filter((order) => order.role === 'entry').length <= 1, 'two entries at work');
                for (const order of own.filter(({ role }) => role !== 'entry')) {
                  must(order.qty - order.filled <= size, `${order.rule} of ${order.qty} for ${size}`);
                  must(order.positionSide === (qty > 0n ? 'long' : 'short'), `${order.rule} of the other side`);
                }
              }
            }
            const equity = Number(books.equity('one') + books.equity('two')) / 1e18;
            if (fillAt === 'next_open') must(Math.abs(session.book.equity() - equity) < 1e-6, `equity ${equity}`);
          }
          const profits = session.book.trades().reduce((sum, trade) => sum + trade.pnl, 0n);
          const flat = session.book.openPositions().length === 0;
          must(!flat || session.book.cash() - 2n * CAPITAL === profits, 'profits');
          seen.closed += session.book.trades().length;
          seen.refusals += session.core.orders().filter((order) => order.status === 'refused').length;
        },
      ),
      { seed, numRuns: runs(80), endOnFailure: true },
    );
    expect(seen.fills).toBeGreaterThan(1000);
    expect(seen.closed).toBeGreaterThan(400);
    expect(seen.cuts).toBeGreaterThan(50);
    expect(seen.refusals).toBeGreaterThan(0);
  });

  it('every exit of an open is filled before any entry: what it frees pays for a gap', async () => {
    // OTHER is held for half of the purse; TEST is bought for the other half and opens 20 % above its reference.
    const text = `id: rotation
symbols: [TEST, OTHER]
timeframe: 1h
capital: 10000
entry:
  long:
    when: close == 50 or close == 40
    size:
      notional: 4800
exit:
  when: close == 51
`;
    const test = barsOf(
      'TEST',
      '1h',
      [39, 39, 39, 40, 48, 48].map((p) => [p, p, p, p] as const),
    );
    const other = barsOf(
      'OTHER',
      '1h',
      [49, 50, 50, 51, 51, 51].map((p) => [p, p, p, p] as const),
    );
    const { orders } = await runRules(rulesetOf(text), [test, other]);
    expect(
      orders.map(({ symbol, side, qty, status, reason }) => `${symbol} ${side} ${qty / 10n ** 9n} ${status} ${reason}`),
    ).toEqual([
      'OTHER buy 96 filled undefined',
      'OTHER sell 96 filled undefined',
      // 120 × 48 = 5,760: more than the 5,200 left beside OTHER, less than the 10,096 after its sale.
      'TEST buy 120 filled undefined',
    ]);
  });
});
