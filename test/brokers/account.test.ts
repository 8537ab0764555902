import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSimulatedBroker } from '../../engine/brokers/simulated.ts';
import { type Book, createBook } from '../../engine/ledger/book.ts';
import { formatExactMoney, type Qty } from '../../engine/ledger/money.ts';
import type { Order } from '../../engine/ledger/order.ts';
import { barsOf, FREE, type OrderWish, orderOf, type Row } from './paper.ts';

/** Book and broker wired as a run wires them: one sink, one source of buying power. */
const account = (cash: number, capitals: readonly number[], more: Partial<typeof FREE> = {}) => {
  const book: Book = createBook({
    cash,
    strategies: capitals.map((capital, n) => ({ id: `s${n}`, capital })),
    symbols: ['TEST'],
  });
  const orders: Order[] = [];
  const broker = createSimulatedBroker({
    assumptions: { ...FREE, ...more },
    symbols: [{ symbol: 'TEST', kind: 'equity' }],
    buyingPower: book.buyingPower,
    sink: (event) => {
      book.apply(event);
    },
  });
  const send = (wish: OrderWish, reference: number): Order => {
    const order = orderOf(orders.length + 1, wish);
    orders.push(order);
    book.reserve(order, reference);
    broker.submit(order);
    return order;
  };
  const bar = (row: Row, i = 0): void => {
    const bars = barsOf([...Array.from({ length: i }, () => row), row]);
    if (broker.hasOrders(0)) {
      broker.open(bars, i, 0, true);
      broker.open(bars, i, 0, false);
      broker.intrabar(bars, i, 0);
    }
    book.mark(0, row[1], row[2], row[3]);
    book.endInstant();
  };
  return { book, broker, send, bar, orders };
};

describe('an entry that gaps over its reservation', () => {
  it('within 4 % is filled whole', () => {
    const { send, bar } = account(10_400, [10_400]);
    const order = send({ side: 'buy', qty: 100, strategy: 's0' }, 100);
    bar([104, 105, 103, 104]);
    expect(order).toMatchObject({ status: 'filled', reason: undefined });
  });

  it('is cut to what the account can pay', () => {
    const { book, send, bar } = account(10_400, [10_400]);
    const order = send({ side: 'buy', qty: 100, strategy: 's0' }, 100);
    bar([110, 111, 109, 110]);
    // 10,400 / 110 = 94.5 shares.
    expect(order).toMatchObject({ status: 'filled', reason: 'buying_power', filled: 94_000_000_000n as Qty });
    expect(formatExactMoney(book.cash())).toBe('60');
    expect(book.available(0)).toBe(60);
  });

  it('is cut to its purse though the account has more', () => {
    const { send, bar } = account(100_000, [10_400]);
    const order = send({ side: 'buy', qty: 100, strategy: 's0' }, 100);
    bar([110, 111, 109, 110]);
    expect(order.filled).toBe(94_000_000_000n);
  });

  it('is refused when nothing is left', () => {
    const { book, send, bar } = account(10_400, [10_400]);
    const order = send({ side: 'buy', qty: 1, strategy: 's0' }, 10_000);
    bar([10_401, 10_402, 10_400, 10_401]);
    expect(order).toMatchObject({ status: 'refused', reason: 'buying_power', fills: [] });
    expect(book.available(0)).toBe(10_400);
  });
});

it('a rotation pays with what the exit brings at the same open', () => {
  const { book, send, bar } = account(10_000, [10_000]);
  send({ side: 'buy', qty: 96, strategy: 's0' }, 100);
  bar([100, 101, 99, 100]);
  // A reversal: long out, short in.
  send({ side: 'sell', role: 'exit', qty: 96, strategy: 's0' }, 100);
  expect(book.available(0, 0)).toBe(10_000);
  const short = send({ side: 'sell', positionSide: 'short', qty: 97, strategy: 's0' }, 100);
  bar([100, 101, 99, 100], 1);
  expect(short.status).toBe('filled');
  expect(book.trades()).toHaveLength(1);
  expect(book.netQty(0)).toBe(-97_000_000_000n);
});

it('cash never falls below 0, reservations end with their orders, and every order adds up', () => {
  const step = fc.record({
    move: fc.integer({ min: -1_500, max: 1_500 }),
    buyer: fc.nat(1),
    share: fc.integer({ min: 1, max: 100 }),
    sells: fc.boolean(),
    limited: fc.boolean(),
  });
  let fills = 0;
  let cuts = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 3, maxLength: 40 }), (steps) => {
      const { book, broker, send, bar, orders } = account(20_000, [12_000, 10_000], {
        slippage: { kind: 'bps', bps: 7 },
        commission: { kind: 'per_share', dollars: 0.01 },
      });
      let price = 5_000;
      steps.forEach(({ move, buyer, share, sells, limited }, i) => {
        const held = book.holding(buyer, 0);
        const strategy = `s${buyer}`;
        const close = price / 100;
        if (held !== undefined && sells) {
          for (const order of broker.working(0)) if (order.role === 'exit') broker.cancel(order, 'replaced');
          send({ side: 'sell', role: 'exit', qty: Number(held.qty) / 1e9, strategy }, close);
        } else {
          const qty = Math.floor((book.available(buyer) * (share / 100)) / (close * 1.04));
          if (qty > 0) send({ side: 'buy', qty, strategy, ...(limited ? { limit: close } : {}) }, close);
        }
        price = Math.max(500, price + move);
        const open = price / 100;
        bar([open, open + 1, open - 1, open], i);
        expect(book.cash() >= 0n).toBe(true);
      });
      fills += orders.reduce((sum, order) => sum + order.fills.length, 0);
      cuts += orders.filter(({ reason }) => reason === 'buying_power').length;
      for (const order of orders) {
        expect(order.fills.reduce((sum, fill) => sum + fill.qty, 0n)).toBe(order.filled);
        if (order.status === 'filled') expect(order.filled).toBe(order.qty);
      }
      const working = new Set(broker.working(0).map(({ seq }) => seq));
      for (const order of orders) expect(order.status === 'working').toBe(working.has(order.seq));
      const held = orders.filter((order) => order.role === 'entry' && order.status === 'working').map(({ seq }) => seq);
      expect(book.state.reservations.orders.toSorted((a, b) => a - b)).toEqual(held);
    }),
    { numRuns: 300 },
  );
  expect(fills).toBeGreaterThan(1_000);
  expect(cuts).toBeGreaterThan(10);
});
