import type { Trip } from '../core/breakers.ts';
import { formatExactMoney, formatPrice, formatQty } from '../ledger/money.ts';
import type { Fill, Order } from '../ledger/order.ts';
import type { Trade } from '../ledger/trade.ts';
import type { Instant } from '../market/time.ts';

/**
 * What came out of a run, as JSON texts: `instant` is the number of the instant that brought it, times are milliseconds since
 * the epoch, amounts exact decimals. Written by hand: a run has as many events as it has orders.
 */

const quotedWords = new Map<string, string>();

/** JSON of a word that comes again and again: an id, a symbol, a rule. */
function quoted(word: string): string {
  let text = quotedWords.get(word);
  if (text === undefined) {
    text = JSON.stringify(word);
    // Words of rules are few; a reason may hold numbers.
    if (quotedWords.size < 10_000) quotedWords.set(word, text);
  }
  return text;
}

const finite = (value: number | undefined): string =>
  value === undefined || !Number.isFinite(value) ? 'null' : String(value);

const price = (value: Order['limitPrice']): string => (value === undefined ? 'null' : `"${formatPrice(value)}"`);

/** An order on its way to the broker; `part` and the rest make its client order id. */
export const orderEvent = (instant: number, order: Order): string =>
  `{"kind":"order","instant":${instant},"order":${order.seq},"strategy":${quoted(order.strategy)},"symbol":${quoted(order.symbol)},"rule":${quoted(order.rule)},"role":"${order.role}","exitReason":${order.exitReason === undefined ? 'null' : `"${order.exitReason}"`},"side":"${order.side}","positionSide":"${order.positionSide}","type":"${order.type}","qty":"${formatQty(order.qty)}","limitPrice":${price(order.limitPrice)},"stopPrice":${price(order.stopPrice)},"timeInForce":"${order.timeInForce}","extendedHours":${order.extendedHours},"decidedAt":${order.decidedAt},"part":${order.part},"cut":${order.reason === undefined ? 'null' : quoted(order.reason)}}`;

export const fillEvent = (instant: number, order: Order, fill: Fill): string =>
  `{"kind":"fill","instant":${instant},"order":${order.seq},"time":${fill.time},"at":"${fill.at}","price":"${formatPrice(fill.price)}","qty":"${formatQty(fill.qty)}","commission":"${formatExactMoney(fill.commission)}"}`;

/** An order that ended, or lost a part, without a fill; `qty` is what was cut away. */
export const endEvent = (
  instant: number,
  kind: 'cancelled' | 'refused' | 'cut',
  order: Order,
  reason: string,
  time: Instant,
  qty?: Order['qty'],
): string =>
  `{"kind":"${kind}","instant":${instant},"order":${order.seq},"time":${time},"reason":${quoted(reason)}${qty === undefined ? '' : `,"qty":"${formatQty(qty)}"`}}`;

export const tradeEvent = (instant: number, trade: Trade): string =>
  `{"kind":"trade","instant":${instant},"strategy":${quoted(trade.strategy)},"symbol":${quoted(trade.symbol)},"side":"${trade.side}","qty":"${formatQty(trade.qty)}","entryTime":${trade.entryTime},"entryPrice":"${formatPrice(trade.entryPrice)}","exitTime":${trade.exitTime},"exitPrice":"${formatPrice(trade.exitPrice)}","pnl":"${formatExactMoney(trade.pnl)}","pnlPct":${finite(trade.pnlPct)},"entryRule":${quoted(trade.entryRule)},"exitRule":${quoted(trade.exitRule)},"exitReason":"${trade.exitReason}","bars":${finite(trade.bars)},"riskAtEntry":${finite(trade.riskAtEntry)},"maePct":${finite(trade.maePct)},"mfePct":${finite(trade.mfePct)}}`;

export const tripEvent = (instant: number, kind: 'trip' | 'clear', trip: Trip): string =>
  `{"kind":"${kind}","instant":${instant},"breaker":${quoted(trip.breaker)},"scope":"${trip.scope}","place":${quoted(trip.place)},"action":"${trip.action}","values":${JSON.stringify(trip.values)},"trippedAt":${trip.trippedAt},"clearedAt":${trip.clearedAt ?? null},"heldBack":${trip.heldBack}}`;

/** Equity at a session's close. */
export const equityEvent = (instant: number, time: Instant, equity: number): string =>
  `{"kind":"equity","instant":${instant},"time":${time},"equity":${finite(equity)}}`;
