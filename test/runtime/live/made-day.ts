import type { Trip } from '../../../engine/core/breakers.ts';
import { NO_MONEY, parsePrice, parseQty } from '../../../engine/ledger/money.ts';
import type { Order, OrderRole } from '../../../engine/ledger/order.ts';
import { instant, MINUTE } from '../../../engine/market/time.ts';
import { marketDayOf } from '../../../engine/runtime/live/market-day.ts';
import type { Lateness } from '../../../engine/runtime/live/minute.ts';
import { type Receipt, receiptOf } from '../../../engine/runtime/live/receipt.ts';

/** Monday 2024-01-08, 10:00 New York. */
const TEN = Date.parse('2024-01-08T15:00:00Z');

/** Minutes past ten, as a market time. */
export const at = (minutes: number) => instant(TEN + minutes * MINUTE);

/** A decision in a few words: at which minute past ten, what it is, and what became of it. */
export interface Made {
  readonly at: number;
  readonly role?: OrderRole;
  readonly strategy?: string;
  readonly qty?: string;
  readonly status?: Order['status'];
  readonly reason?: string;
  /** Minutes past ten, price and quantity (the order's own when left out). */
  readonly fills?: readonly (readonly [minute: number, price: string, qty?: string])[];
}

const SELLS: ReadonlySet<OrderRole> = new Set(['exit', 'stop_loss', 'take_profit', 'trailing_stop', 'break_even']);

const orderOf = (made: Made, index: number): Order => {
  const { role = 'entry', strategy = 'one', qty = '20', fills = [], reason } = made;
  const filled = fills.reduce((sum, [, , part]) => sum + parseQty(part ?? qty), 0n) as Order['filled'];
  const whole = filled === parseQty(qty);
  return {
    seq: index + 1,
    strategy,
    symbol: 'SPY',
    symbolIndex: 0,
    rule: role === 'entry' ? 'entry.long' : role === 'exit' ? 'exit.when' : `exit.${role}`,
    role,
    exitReason: undefined,
    side: SELLS.has(role) ? 'sell' : 'buy',
    positionSide: 'long',
    type: role === 'stop_loss' ? 'stop' : 'market',
    qty: parseQty(qty),
    limitPrice: undefined,
    stopPrice: undefined,
    timeInForce: 'day',
    extendedHours: false,
    decidedAt: at(made.at),
    part: 0,
    group: 0,
    status: made.status ?? (whole ? 'filled' : 'working'),
    filled,
    fills: fills.map(([minute, price, part]) => ({
      time: at(minute),
      at: 'open',
      price: parsePrice(price),
      qty: parseQty(part ?? qty),
      commission: NO_MONEY,
    })),
    reason,
  };
};

export interface MadeSide {
  readonly orders: readonly Made[];
  readonly trips?: readonly Trip[];
}

/** The receipt of a day whose sides are told by hand. */
export function madeReceipt(
  live: MadeSide,
  modelled: MadeSide,
  late: ReadonlyMap<number, Lateness> = new Map(),
): Receipt {
  const day = marketDayOf(TEN, ['SPY']);
  const side = ({ orders, trips = [] }: MadeSide) => ({ orders: orders.map(orderOf), trips });
  return receiptOf(day, side(live), { ...side(modelled), minutes: 390, late, until: day.close });
}
