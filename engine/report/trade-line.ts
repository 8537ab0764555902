import type { Fill, Order } from '../ledger/order.ts';
import type { Trade } from '../ledger/trade.ts';
import { fixed, price, quantity, roundPrice, signedMoney } from './amounts.ts';
import { marketTime } from './clock.ts';
import type { Style } from './style.ts';
import { exitCause, orderCause } from './words.ts';
import { clip } from './wrap.ts';

export interface LineOptions {
  /** Columns that the line may take; the reason is clipped first. */
  readonly width: number;
  readonly style: Style;
}

type Tint = (text: string) => string;

/** Below this many columns the year is left out of the time. */
const ROOMY = 100;

/** Joins cells with blanks and gives the last one what room is left; clips before colouring, so no attribute is cut. */
const line = (cells: readonly (readonly [text: string, tint?: Tint])[], width: number): string => {
  let used = 0;
  return cells
    .map(([text, tint]) => {
      const shown = clip(text, Math.max(0, width - used));
      used += shown.length + 1;
      return tint === undefined ? shown : tint(shown);
    })
    .join(' ')
    .trimEnd();
};

const head = (time: string, strategy: string, symbol: string, { width, style }: LineOptions) =>
  [
    [width < ROOMY ? time.slice(5) : time, style.dim],
    [clip(strategy, 14).padEnd(14)],
    [symbol.padEnd(width < ROOMY ? 5 : 7), style.bold],
  ] as const;

const verb = (order: Order): string => {
  if (order.role === 'entry') return order.positionSide === 'long' ? 'buy' : 'short';
  return order.side === 'sell' ? 'sell' : 'cover';
};

const dealt = (what: string, qty: string, at: string, { width }: LineOptions): string =>
  width < ROOMY
    ? `${what.padEnd(5)} ${`${qty} @${at}`.padEnd(11)}`
    : `${what.padEnd(5)} ${`${qty} @ ${at}`.padEnd(12)}`;

/** One fill in one line: New York time, strategy, symbol, side, quantity, price, rule. */
export const fillLine = (order: Order, fill: Fill, options: LineOptions): string => {
  const why = order.exitReason === undefined ? order.rule : `in part: ${exitCause(order.exitReason, order.rule)}`;
  return line(
    [
      ...head(marketTime(order.symbol, fill.time), order.strategy, order.symbol, options),
      [dealt(verb(order), quantity(fill.qty), price(fill.price), options)],
      [why, options.style.dim],
    ],
    options.width,
  );
};

const shortPercent = (value: number, places: number): string => `${value > 0 ? '+' : ''}${fixed(value, places)}%`;

/** A finished trade in one line: exit time, strategy, symbol, side, quantity, price, P&L in $ and %, the reason. */
export const tradeLine = (trade: Trade, options: LineOptions): string => {
  const { style } = options;
  const tint = trade.pnl > 0n ? style.green : trade.pnl < 0n ? style.red : style.dim;
  const last = trade.legs.at(-1);
  const percent =
    options.width < ROOMY ? shortPercent(trade.pnlPct, 1).padStart(6) : shortPercent(trade.pnlPct, 2).padStart(7);
  const closed = trade.legs.length > 1 || last === undefined ? trade.qty : last.qty;
  return line(
    [
      ...head(marketTime(trade.symbol, trade.exitTime), trade.strategy, trade.symbol, options),
      [dealt(trade.side === 'long' ? 'sell' : 'cover', quantity(closed), roundPrice(trade.exitPrice), options)],
      [`${signedMoney(trade.pnl).padStart(9)} ${percent}`, tint],
      [exitCause(trade.exitReason, trade.exitRule).replace(/^rule /, '')],
    ],
    options.width,
  );
};

/** A refused order in one line, with the reason in words. */
export const refusalLine = (order: Order, reason: string, options: LineOptions): string =>
  line(
    [
      ...head(marketTime(order.symbol, order.decidedAt), order.strategy, order.symbol, options),
      ['refused', options.style.yellow],
      [`${order.side} ${order.rule}: ${orderCause(reason)}`],
    ],
    options.width,
  );
