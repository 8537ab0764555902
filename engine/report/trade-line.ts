import type { Trip } from '../core/breakers.ts';
import type { Fill, Order } from '../ledger/order.ts';
import type { Trade } from '../ledger/trade.ts';
import type { Instant } from '../market/time.ts';
import { counted, fixed, price, quantity, roundPrice, signedMoney } from './amounts.ts';
import { marketTime } from './clock.ts';
import type { Style } from './style.ts';
import { clearCause, exitCause, orderCause, tripCause } from './words.ts';
import { clip, wrap } from './wrap.ts';

export interface LineOptions {
  /** Columns that the line may take; the reason is clipped first. */
  readonly width: number;
  readonly style: Style;
}

type Tint = (text: string) => string;

/** Below this many columns the year is left out of the time. */
const ROOMY = 100;

type Cell = readonly [text: string, tint?: Tint];

/** Joins cells with blanks and gives the last one what room is left; clips before colouring, so no attribute is cut. */
const line = (cells: readonly Cell[], width: number): string => {
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

const widthOf = (cells: readonly Cell[]): number => cells.reduce((sum, [text]) => sum + text.length + 1, -1);

/** Columns of the strategy's name, and those it keeps when the reason needs the room. */
const NAME = 14;
const SHORT_NAME = 8;

const head = (
  time: string,
  strategy: string,
  symbol: string,
  name: number,
  { width, style }: LineOptions,
): readonly Cell[] => [
  [width < ROOMY ? time.slice(5) : time, style.dim],
  [clip(strategy, name).padEnd(name)],
  [symbol.padEnd(width < ROOMY ? 5 : 7), style.bold],
];

/**
 * One line of a run. Of the ways to say what happened, fullest first, the first that fits is taken; when none does, the
 * strategy's name gives room before the reason is cut.
 */
const told = (
  at: Pick<Trade, 'strategy' | 'symbol'> & { readonly time: Instant },
  ways: readonly (readonly Cell[])[],
  options: LineOptions,
): string => {
  const time = marketTime(at.symbol, at.time);
  const begin = (name: number): readonly Cell[] => head(time, at.strategy, at.symbol, name, options);
  const way = ways.find((cells) => widthOf([...begin(NAME), ...cells]) <= options.width) ?? ways.at(-1)!;
  const excess = Math.max(0, widthOf([...begin(NAME), ...way]) - options.width);
  return line([...begin(Math.max(SHORT_NAME, NAME - excess)), ...way], options.width);
};

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
  return told(
    { ...order, time: fill.time },
    [[[dealt(verb(order), quantity(fill.qty), price(fill.price), options)], [why, options.style.dim]]],
    options,
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
  const deal: Cell = [
    dealt(trade.side === 'long' ? 'sell' : 'cover', quantity(closed), roundPrice(trade.exitPrice), options),
  ];
  const pnl = signedMoney(trade.pnl).padStart(9);
  const why: Cell = [exitCause(trade.exitReason, trade.exitRule).replace(/^rule /, '')];
  return told(
    { ...trade, time: trade.exitTime },
    [
      [deal, [`${pnl} ${percent}`, tint], why],
      [deal, [pnl, tint], why],
    ],
    options,
  );
};

/** A refused order in one line, with the reason in words. */
export const refusalLine = (order: Order, reason: string, options: LineOptions): string => {
  const refused: Cell = ['refused', options.style.yellow];
  const cause = orderCause(reason);
  return told(
    { ...order, time: order.decidedAt },
    [
      [refused, [`${order.side} ${order.rule}: ${cause}`]],
      [refused, [`${order.rule}: ${cause}`]],
      [refused, [cause]],
    ],
    options,
  );
};

const orderKind = (order: Order): string => {
  const limit = order.limitPrice === undefined ? '' : ` limit ${price(order.limitPrice)}`;
  const stop = order.stopPrice === undefined ? '' : ` stop ${price(order.stopPrice)}`;
  return limit + stop === '' ? ' at market' : stop + limit;
};

/**
 * An order on its way to the broker, in one line, and the condition that made it in further ones.
 * @param why the condition as written; undefined for an order that a level or a clock made
 */
export const orderLine = (order: Order, why: string | undefined, options: LineOptions): string => {
  const { width, style } = options;
  const what = told(
    { ...order, time: order.decidedAt },
    [
      [
        ['order', style.cyan],
        [`${verb(order)} ${quantity(order.qty)}${orderKind(order)}`],
        [why === undefined ? order.rule : '', style.dim],
      ],
    ],
    options,
  );
  if (why === undefined) return what;
  const margin = ' '.repeat(width < ROOMY ? 12 : 17);
  return [what, ...wrap(`${order.rule}: ${why}`, width, margin).map(style.dim)].join('\n');
};

/** An order that ended without a fill, or was cut, in one line. */
export const orderEndLine = (
  order: Order,
  end: { readonly kind: 'cancelled' | 'cut'; readonly reason: string; readonly time: Instant },
  options: LineOptions,
): string => {
  const how = end.kind === 'cut' ? 'cut to fit' : 'cancelled';
  const what = `${how} ${verb(order)} ${quantity(order.qty)}${orderKind(order)}: ${orderCause(end.reason)}`;
  return told({ ...order, time: end.time }, [[[what, options.style.dim]]], options);
};

const TRIP_WORDS = { pause_entries: 'entries paused', flatten: 'closing all', halt: 'halted' } as const;

const tripHead = (trip: Trip, at: Instant, { width, style }: LineOptions): readonly Cell[] => {
  // A breaker of the account has no symbol of its own; its times are the exchange's all the same.
  const time = marketTime(trip.scope === 'symbol' ? trip.place : '', at);
  return [
    [width < ROOMY ? time.slice(5) : time, style.dim],
    ['breaker', style.yellow],
    [trip.breaker, style.bold],
  ];
};

/** A breaker that tripped, in one line: what it did, where, and the values that did it. */
export const tripLine = (trip: Trip, options: LineOptions): string =>
  line(
    [
      ...tripHead(trip, trip.trippedAt, options),
      [`tripped: ${TRIP_WORDS[trip.action]}, ${trip.place}; ${tripCause(trip)}`],
    ],
    options.width,
  );

/** A breaker that let go, in one line. */
export const clearLine = (trip: Trip, options: LineOptions): string =>
  line(
    [
      ...tripHead(trip, trip.clearedAt ?? trip.trippedAt, options),
      [
        [`let go, ${trip.place}`, clearCause(trip), `held back ${counted(trip.heldBack, 'entry', 'entries')}`]
          .filter((part) => part !== '')
          .join('; '),
      ],
    ],
    options.width,
  );
