import type { Fill, Order } from '../ledger/order.ts';
import {
  clearLine,
  fillLine,
  type LineOptions,
  orderEndLine,
  orderLine,
  refusalLine,
  tradeLine,
  tripLine,
} from '../report/trade-line.ts';
import type { Observer } from '../runtime/run.ts';

/** Where lines of a run go. */
export interface LineSink {
  readonly above: (line: string) => void;
}

/**
 * Lines of a run as it goes: entries when they fill, trades when they end. The fill that ends a trade is told by the
 * trade's own line, so an exit fill waits for the next event before it gets a line of its own.
 */
export const runLines = (screen: LineSink, options: LineOptions): Observer => {
  let waiting: { readonly order: Order; readonly fill: Fill } | undefined;
  const tell = (): void => {
    if (waiting === undefined) return;
    const { order, fill } = waiting;
    waiting = undefined;
    screen.above(fillLine(order, fill, options));
  };
  return {
    progress: tell,
    filled(order, fill) {
      tell();
      if (order.role === 'entry') screen.above(fillLine(order, fill, options));
      else waiting = { order, fill };
    },
    traded(trade) {
      if (waiting?.order.strategy === trade.strategy && waiting.order.symbol === trade.symbol) waiting = undefined;
      tell();
      screen.above(tradeLine(trade, options));
    },
    tripped(trip) {
      tell();
      screen.above(tripLine(trip, options));
    },
    cleared(trip) {
      tell();
      screen.above(clearLine(trip, options));
    },
    refused(order, reason) {
      tell();
      screen.above(refusalLine(order, reason, options));
    },
  };
};

/** Only what a person must not miss: breakers that trip and let go. */
export const tripLines = (screen: LineSink, options: LineOptions): Observer => ({
  tripped: (trip) => screen.above(tripLine(trip, options)),
  cleared: (trip) => screen.above(clearLine(trip, options)),
});

/**
 * Every order on its way to the broker, and those that end without a fill.
 * @param reason the condition that made an order, as written
 */
export const orderLines = (
  screen: LineSink,
  options: LineOptions,
  reason: (order: Order) => string | undefined,
): Observer => ({
  placed: (order) => screen.above(orderLine(order, reason(order), options)),
  heard(event) {
    if (event.kind === 'cancelled' || event.kind === 'cut') screen.above(orderEndLine(event.order, event, options));
  },
});
