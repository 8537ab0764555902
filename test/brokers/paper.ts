import { DEFAULT_ASSUMPTIONS, type FillAssumptions } from '../../engine/brokers/assumptions.ts';
import { createSimulatedBroker } from '../../engine/brokers/simulated.ts';
import type { Venue, VenueSymbol } from '../../engine/brokers/venue.ts';
import type { Approved } from '../../engine/core/broker.ts';
import { formatPrice, formatQty, type Money, moneyFrom, priceFrom, qtyFrom } from '../../engine/ledger/money.ts';
import type { Fill, Order, OrderEvent } from '../../engine/ledger/order.ts';
import { type Bars, REGULAR } from '../../engine/market/bars.ts';
import { instant, MINUTE } from '../../engine/market/time.ts';

export type Row = readonly [open: number, high: number, low: number, close: number, volume?: number];

/** Minute bars from rows, all in one session unless told. */
export const barsOf = (rows: readonly Row[], sessions?: readonly number[], hours?: readonly number[]): Bars => ({
  symbol: 'TEST',
  timeframe: '1m',
  length: rows.length,
  start: Float64Array.from(rows, (_, i) => i * MINUTE),
  end: Float64Array.from(rows, (_, i) => (i + 1) * MINUTE),
  open: Float64Array.from(rows, (row) => row[0]),
  high: Float64Array.from(rows, (row) => row[1]),
  low: Float64Array.from(rows, (row) => row[2]),
  close: Float64Array.from(rows, (row) => row[3]),
  volume: Float64Array.from(rows, (row) => row[4] ?? 1_000_000),
  vwap: undefined,
  session: Int32Array.from(rows, (_, i) => sessions?.[i] ?? 0),
  hours: Uint8Array.from(rows, (_, i) => hours?.[i] ?? REGULAR),
});

export const FREE: FillAssumptions = { ...DEFAULT_ASSUMPTIONS, slippage: { kind: 'none' } };

export interface OrderWish {
  readonly side: Order['side'];
  readonly role?: Order['role'];
  readonly qty?: number;
  readonly limit?: number;
  readonly stop?: number;
  readonly group?: number;
  readonly timeInForce?: Order['timeInForce'];
  readonly extendedHours?: boolean;
  readonly decidedAt?: number;
  readonly strategy?: string;
  readonly symbolIndex?: number;
  readonly positionSide?: Order['positionSide'];
}

/** An order as the core makes it; its type follows from the levels given. */
export const orderOf = (seq: number, wish: OrderWish): Approved => {
  const role = wish.role ?? 'entry';
  const opens = role === 'entry';
  const order: Order = {
    seq,
    strategy: wish.strategy ?? 's',
    symbol: 'TEST',
    symbolIndex: wish.symbolIndex ?? 0,
    rule: role,
    role,
    exitReason: role === 'entry' ? undefined : role === 'exit' ? 'exit_rule' : role,
    side: wish.side,
    positionSide: wish.positionSide ?? ((wish.side === 'buy') === opens ? 'long' : 'short'),
    type:
      wish.stop !== undefined
        ? wish.limit !== undefined
          ? 'stop_limit'
          : 'stop'
        : wish.limit !== undefined
          ? 'limit'
          : 'market',
    qty: qtyFrom(wish.qty ?? 1),
    limitPrice: wish.limit === undefined ? undefined : priceFrom(wish.limit),
    stopPrice: wish.stop === undefined ? undefined : priceFrom(wish.stop),
    timeInForce: wish.timeInForce ?? 'gtc',
    extendedHours: wish.extendedHours ?? false,
    decidedAt: instant(wish.decidedAt ?? -1),
    part: 0,
    group: wish.group ?? 0,
    status: 'working',
    filled: qtyFrom(0),
    fills: [],
    reason: undefined,
  };
  // Tests stand in for the risk gate here.
  return order as Approved;
};

export interface Paper {
  readonly broker: Venue;
  readonly events: OrderEvent[];
  /** Makes and submits an order. */
  readonly send: (wish: OrderWish) => Order;
  /** Works one bar as the driver does. */
  readonly bar: (bars: Bars, i: number) => void;
  readonly run: (bars: Bars) => void;
  /** Everything that happened, a line each: `1 fill 95 x1 intrabar`, `2 cancelled oco`. */
  readonly log: () => string[];
}

/** A broker with nothing but a record of its events behind it. */
export const paper = (
  assumptions: Partial<FillAssumptions> = {},
  onEvent?: (event: OrderEvent, paper: Paper) => void,
  buyingPower: (order: Order, need: Money) => Money = () => moneyFrom(1e12),
  symbols: readonly VenueSymbol[] = [{ symbol: 'TEST', kind: 'equity' }],
): Paper => {
  const events: OrderEvent[] = [];
  let seq = 0;
  const broker = createSimulatedBroker({
    assumptions: { ...FREE, ...assumptions },
    symbols,
    buyingPower,
    sink: (event) => {
      events.push(event);
      onEvent?.(event, made);
    },
  });
  const bar = (bars: Bars, i: number): void => {
    broker.open(bars, i, 0, true);
    broker.open(bars, i, 0, false);
    broker.intrabar(bars, i, 0);
  };
  const made: Paper = {
    broker,
    events,
    send: (wish) => {
      seq++;
      const order = orderOf(seq, wish);
      broker.submit(order);
      return order;
    },
    bar,
    run: (bars) => {
      for (let i = 0; i < bars.length; i++) bar(bars, i);
    },
    log: () => events.map(describeEvent),
  };
  return made;
};

export const describeFill = (fill: Fill): string => `${formatPrice(fill.price)} x${formatQty(fill.qty)} ${fill.at}`;

export const describeEvent = (event: OrderEvent): string => {
  switch (event.kind) {
    case 'fill':
      return `${event.order.seq} fill ${describeFill(event.fill)}`;
    case 'cut':
      return `${event.order.seq} cut ${formatQty(event.qty)} ${event.reason}`;
    case 'cancelled':
    case 'refused':
      return `${event.order.seq} ${event.kind} ${event.reason}`;
  }
};
