import type { Instant } from '../market/time.ts';
import type { Money, Price, Qty } from './money.ts';

export type Side = 'buy' | 'sell';
export type PositionSide = 'long' | 'short';
export type OrderType = 'market' | 'limit' | 'stop' | 'stop_limit';
export type TimeInForce = 'day' | 'gtc' | 'opg' | 'cls' | 'ioc' | 'fok';

/** What an order is for. */
export type OrderRole = 'entry' | 'exit' | 'stop_loss' | 'take_profit' | 'trailing_stop' | 'break_even';

/** Why a position or a part of it was closed; the words of the JSON report. */
export type ExitReason =
  | 'exit_rule'
  | 'stop_loss'
  | 'take_profit'
  | 'trailing_stop'
  | 'break_even'
  | 'time_stop'
  | 'session'
  | 'breaker'
  | 'manual'
  | 'removed'
  | 'end_of_data';

export type OrderStatus = 'working' | 'filled' | 'cancelled' | 'refused';

/** Where inside its bar a fill happened. */
export type FillPlace = 'open' | 'intrabar' | 'close';

export interface Fill {
  /** Start of the bar that filled it. */
  readonly time: Instant;
  readonly at: FillPlace;
  readonly price: Price;
  readonly qty: Qty;
  readonly commission: Money;
}

/**
 * One order from decision to end. The core makes it; the broker only reports on it through events;
 * the ledger's `apply` is the only writer of `status`, `filled`, `fills` and `reason`.
 */
export interface Order {
  /** 1, 2, 3, ... in the order of decisions of this run. */
  readonly seq: number;
  readonly strategy: string;
  readonly symbol: string;
  /** Number of the symbol in the run (index into every per-symbol table). */
  readonly symbolIndex: number;
  /** Id of the rule that asked for it: `entry.long`, `exit.cross_back`, `exit.stop_loss`. */
  readonly rule: string;
  readonly role: OrderRole;
  /** For orders that close: the reason the trade will carry. */
  readonly exitReason: ExitReason | undefined;
  readonly side: Side;
  /** Side of the position that it opens, adds to or closes. */
  readonly positionSide: PositionSide;
  readonly type: OrderType;
  qty: Qty;
  limitPrice: Price | undefined;
  stopPrice: Price | undefined;
  readonly timeInForce: TimeInForce;
  /** May fill outside regular hours. */
  readonly extendedHours: boolean;
  /** End of the bar that decided it. */
  readonly decidedAt: Instant;
  /** Its number, from 0, among the orders that its strategy made for its symbol since that bar. */
  readonly part: number;
  /**
   * Orders of one group cancel each other: when one fills, the quantity of the others falls by what was filled
   * (one-cancels-other legs of one position). 0: no group.
   */
  readonly group: number;
  status: OrderStatus;
  filled: Qty;
  /** Replaced, never changed in place. */
  fills: readonly Fill[];
  /** Why it was cancelled, refused or cut: `expired`, `position_closed`, `buying_power`, `size_zero`, `end_of_data`, ... */
  reason: string | undefined;
}

/** What a broker says of an order. */
export type OrderEvent =
  | {
      readonly kind: 'fill';
      readonly order: Order;
      readonly fill: Fill;
      /**
       * By when it had happened: the start of its bar for a fill at the open, else its end, for nobody saw where inside the
       * bar it was. Left out by a broker whose `fill.time` is the moment itself.
       */
      readonly by?: Instant;
    }
  | { readonly kind: 'cancelled'; readonly order: Order; readonly reason: string; readonly time: Instant }
  | { readonly kind: 'refused'; readonly order: Order; readonly reason: string; readonly time: Instant }
  /**
   * The order could be filled only in part for this reason; `qty` was cut away and is gone from the order's quantity.
   * Sent before its last fill.
   */
  | { readonly kind: 'cut'; readonly order: Order; readonly qty: Qty; readonly reason: string; readonly time: Instant };
