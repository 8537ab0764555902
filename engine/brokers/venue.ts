import type { Broker } from '../core/broker.ts';
import type { Qty } from '../ledger/money.ts';
import type { Order, OrderEvent } from '../ledger/order.ts';
import type { TickRule } from '../ledger/tick.ts';
import type { Bars } from '../market/bars.ts';
import type { Instant } from '../market/time.ts';
import type { Commission } from './assumptions.ts';

export interface VenueSymbol {
  readonly symbol: string;
  readonly kind: TickRule;
  /** Smallest quantity; undefined: a whole share, a billionth when fractional or crypto. */
  readonly increment?: Qty;
  /** Instead of the assumptions' commission. */
  readonly commission?: Commission;
}

/** What a venue is given by the session that it works for. */
export interface VenueHooks {
  /** By symbol number. */
  readonly symbols: readonly VenueSymbol[];
  /** Told of every event, synchronously; may submit, cancel and amend in turn. */
  readonly sink: (event: OrderEvent) => void;
}

/**
 * Where a session's orders go, told of each bar of a symbol that has orders: `open` with exits only for all symbols of the
 * instant, `open` for the rest, `intrabar`, and after the decisions `close` when orders fill at the close. A venue that fills
 * from bars answers within these calls; one that stands for a broker elsewhere answers when it hears from it.
 */
export interface Venue extends Broker {
  readonly hasOrders: (symbol: number) => boolean;
  /** Queued market orders, then resting orders that the open has reached. */
  readonly open: (bars: Bars, i: number, symbol: number, exitsOnly: boolean) => void;
  /** Resting orders inside the bar. */
  readonly intrabar: (bars: Bars, i: number, symbol: number) => void;
  /** Market orders at this bar's close. */
  readonly close: (bars: Bars, i: number, symbol: number, exitsOnly: boolean) => void;
  /** Fills `cls` orders at the close of a session's last bar. */
  readonly sessionClose: (bars: Bars, i: number, symbol: number) => void;
  /** Cancels what a session's end ends: day, opg and cls orders decided before `time`. */
  readonly endOfSession: (symbol: number, time: Instant) => void;
  readonly cancelAll: (symbol: number, reason: string) => void;
  /** Restates working orders after a split. */
  readonly applySplit: (symbol: number, ratio: number) => void;
  /** Says what time it is, for events outside a bar. */
  readonly at: (time: Instant) => void;
  readonly working: (symbol: number) => Order[];
  /** Takes further symbols, numbered on from those that it has. */
  readonly extend: (symbols: readonly VenueSymbol[]) => void;
  /** Bars in which the outcome hung on the intrabar rule. */
  readonly ambiguousBars: () => number;
}
