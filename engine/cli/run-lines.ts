import type { Fill, Order } from '../ledger/order.ts';
import { clearLine, fillLine, type LineOptions, refusalLine, tradeLine, tripLine } from '../report/trade-line.ts';
import type { Observer } from '../runtime/run.ts';
import type { ProgressScreen } from './progress.ts';

/**
 * Lines of a run as it goes: entries when they fill, trades when they end. The fill that ends a trade is told by the
 * trade's own line, so an exit fill waits for the next event before it gets a line of its own.
 */
export const runLines = (screen: Pick<ProgressScreen, 'above' | 'update'>, options: LineOptions): Observer => {
  let waiting: { readonly order: Order; readonly fill: Fill } | undefined;
  const tell = (): void => {
    if (waiting === undefined) return;
    const { order, fill } = waiting;
    waiting = undefined;
    screen.above(fillLine(order, fill, options));
  };
  return {
    progress(progress) {
      tell();
      screen.update(progress);
    },
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
