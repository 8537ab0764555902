import type { Trip } from '../core/breakers.ts';
import type { Money } from '../ledger/money.ts';
import type { Fill, Order } from '../ledger/order.ts';
import type { Trade } from '../ledger/trade.ts';
import type { Instant } from '../market/time.ts';
import {
  counted,
  dollars,
  price,
  quantity,
  roundPrice,
  signedDollars,
  signedMoney,
  signedPercent,
} from '../report/amounts.ts';
import { marketDate, marketTime, zoneOf } from '../report/clock.ts';
import { decidedWords, differenceWords, fillWords } from '../report/receipt-words.ts';
import { placeWords } from '../report/status-text.ts';
import { clearCause, exitCause, orderCause, tripCause } from '../report/words.ts';
import type { Receipt } from '../runtime/live/receipt.ts';
import type { PositionView, TrippedView } from '../runtime/view.ts';
import { type Html, html, lines, plain } from './html.ts';

/** Differences of a receipt that a message names. */
const SHOWN_DIFFERENCES = 3;

const short = (revision: string): string => revision.slice(0, 7);

export interface Started {
  /** `Dry run`, `Paper trading`. */
  readonly title: string;
  readonly feed: string;
  readonly synthetic: boolean;
  readonly strategies: number;
  readonly symbols: number;
  readonly revision: string;
  /** It goes on with that session; undefined: a new one. */
  readonly resumes: string | undefined;
  /** Trades are not told one by one. */
  readonly rushes: boolean;
}

export const startedMessage = (run: Started): Html =>
  lines(
    html`<b>${plain(run.title)} started</b> on ${plain(run.feed)}${plain(run.synthetic ? ': made-up prices' : '')}`,
    html`${plain(counted(run.strategies, 'strategy', 'strategies'))}, ${plain(counted(run.symbols, 'symbol'))}, rules ${plain(short(run.revision))}`,
    run.resumes === undefined ? undefined : html`Goes on with session ${plain(run.resumes)}`,
    run.rushes
      ? html`At full speed: trades are not told one by one. /help lists the commands.`
      : html`/help lists the commands.`,
  );

/** How a run stands, in a few figures. */
export interface Standing {
  readonly equity: number;
  readonly pnl: number;
  readonly pnlPct: number;
  readonly trades: number;
  readonly positions: number;
  /** P&L of each, dollars. */
  readonly strategies: readonly { readonly id: string; readonly pnl: number }[];
}

const standingLines = ({ equity, pnl, pnlPct, trades, positions, strategies }: Standing): readonly Html[] => [
  html`Equity <b>${plain(dollars(equity))}</b>, in all ${plain(signedDollars(pnl))} (${plain(signedPercent(pnlPct))})`,
  html`${plain(counted(trades, 'trade'))}, ${plain(counted(positions, 'position'))} open`,
  ...strategies.map((one) => html`${plain(one.id)}: ${plain(signedDollars(one.pnl))}`),
];

/** @param why in a few words: `by Ctrl-C`, `its bars are over` */
export const stoppedMessage = (title: string, why: string, standing: Standing | undefined): Html =>
  lines(
    html`<b>${plain(title)} stopped</b>: ${plain(why)}`,
    ...(standing === undefined ? [] : standingLines(standing)),
  );

/** A year of bars is over, and the run goes on. */
export const completeMessage = (whole: string, standing: Standing): Html =>
  lines(html`<b>${plain(whole)} is over</b>; it goes on at a bar a second`, ...standingLines(standing));

const bought = (order: Order): string => {
  if (order.role === 'entry') return order.positionSide === 'long' ? 'bought' : 'sold short';
  return order.side === 'sell' ? 'sold' : 'covered';
};

/** An entry, or a part of an exit. */
export const fillMessage = (order: Order, fill: Fill): Html =>
  html`<b>${plain(order.symbol)}</b> ${plain(bought(order))} ${plain(quantity(fill.qty))} at ${plain(price(fill.price))} (${plain(order.strategy)}, ${plain(order.rule)})`;

export const tradeMessage = (trade: Trade): Html => {
  const cause = exitCause(trade.exitReason, trade.exitRule);
  return html`<b>${plain(trade.symbol)}</b> ${plain(trade.side)} closed: <b>${plain(signedMoney(trade.pnl))}</b> (${plain(signedPercent(trade.pnlPct))}), ${plain(cause)} (${plain(trade.strategy)}); ${plain(quantity(trade.qty))} from ${plain(roundPrice(trade.entryPrice))} to ${plain(roundPrice(trade.exitPrice))}`;
};

export const refusalMessage = (order: Order, reason: string): Html =>
  html`<b>${plain(order.symbol)}</b> ${plain(order.side)} order of ${plain(order.strategy)} refused: ${plain(orderCause(reason))}`;

const DOES = {
  pause_entries: 'entries paused',
  flatten: 'closing all, entries paused',
  halt: 'halted until a person resumes',
} as const;

const tripClock = ({ scope, place }: Trip): string => (scope === 'symbol' ? place : '');

export const tripMessage = (trip: Trip): Html =>
  lines(
    html`<b>Breaker ${plain(trip.breaker)} tripped</b>: ${plain(placeWords(trip.scope, trip.place))}, ${plain(DOES[trip.action])}`,
    html`${plain(tripCause(trip))}, at ${plain(marketTime(tripClock(trip), trip.trippedAt))}`,
  );

export const clearMessage = (trip: Trip): Html => {
  const more = [clearCause(trip), trip.heldBack === 0 ? '' : `held back ${counted(trip.heldBack, 'entry', 'entries')}`];
  return html`<b>Breaker ${plain(trip.breaker)} let go</b>: ${plain([placeWords(trip.scope, trip.place), ...more].filter((part) => part !== '').join('; '))}`;
};

export const reloadedNews = (from: string, to: string, text: string): Html =>
  html`<b>Rules reloaded</b> ${plain(`${short(from)} → ${short(to)}`)}: ${plain(text)}`;

/** @param kind `refused`: they are wrong; `waiting`: they lose a protection */
export const staleNews = (
  kind: 'refused' | 'waiting',
  running: string,
  stale: { readonly place: string | undefined; readonly text: string },
  since: string | undefined,
): Html => {
  const what = kind === 'refused' ? 'Rules REFUSED' : 'Rules wait for approval';
  return lines(
    since === undefined ? html`<b>${plain(what)}</b>` : html`<b>${plain(what)}</b>, STALE for ${plain(since)}`,
    html`${plain([stale.place ?? '', stale.text].filter((part) => part !== '').join(' '))}`,
    html`${plain(short(running))} runs on, whole.${plain(kind === 'waiting' ? ' engine status shows what waits; engine approve takes it.' : '')}`,
  );
};

/** What a day came to. */
export interface Day {
  readonly close: Instant;
  /** A symbol whose exchange's clock names the day. */
  readonly symbol: string;
  readonly synthetic: boolean;
  readonly equity: number;
  readonly today: number;
  readonly todayPct: number;
  readonly pnl: number;
  readonly strategies: readonly { readonly id: string; readonly today: number; readonly pnl: number }[];
  /** Closed today. */
  readonly trades: { readonly count: number; readonly won: number; readonly pnl: Money };
  readonly positions: readonly Pick<PositionView, 'symbol' | 'side' | 'qty' | 'strategy' | 'unrealized'>[];
  /** Breakers that hold something, and how often any tripped today. */
  readonly tripped: readonly Pick<TrippedView, 'breaker' | 'scope' | 'place'>[];
  readonly trips: number;
}

/** The summary of a session, at its close. */
export const dayMessage = (day: Day): Html => {
  const { trades, positions, tripped } = day;
  const breakers =
    tripped.length === 0
      ? day.trips === 0
        ? 'Breakers: none tripped'
        : `Breakers: ${counted(day.trips, 'trip')} today, all let go`
      : `Breakers holding: ${tripped.map(({ breaker, scope, place }) => `${breaker} (${placeWords(scope, place)})`).join(', ')}`;
  return lines(
    html`<b>Day ${plain(marketDate(day.symbol, (day.close - 1) as Instant))}</b> ${plain(zoneOf(day.symbol))}${plain(day.synthetic ? ', SYNTHETIC' : '')}`,
    html`Equity <b>${plain(dollars(day.equity))}</b>, today <b>${plain(signedDollars(day.today))}</b> (${plain(signedPercent(day.todayPct))}), in all ${plain(signedDollars(day.pnl))}`,
    ...day.strategies.map(
      ({ id, today, pnl }) =>
        html`${plain(id)}: today ${plain(signedDollars(today))}, in all ${plain(signedDollars(pnl))}`,
    ),
    trades.count === 0
      ? html`No trade was closed`
      : html`${plain(counted(trades.count, 'trade'))} closed, ${plain(String(trades.won))} won: ${plain(signedMoney(trades.pnl))}`,
    positions.length === 0
      ? html`No position is open`
      : html`Open: ${plain(positions.map((one) => `${one.symbol} ${one.side} ${quantity(one.qty)} (${one.strategy}) ${signedDollars(one.unrealized)}`).join(', '))}`,
    html`${plain(breakers)}`,
  );
};

/** How a day of a run that traded compares with its backtest; the first differences one by one. */
export const receiptMessage = (receipt: Receipt): Html => {
  const { day, differences, fills } = receipt;
  const more = differences.length - SHOWN_DIFFERENCES;
  return lines(
    html`<b>Receipt ${plain(day.date)}</b>: ${plain(decidedWords(receipt))}`,
    html`${plain(fillWords(fills))}`,
    ...differences.slice(0, SHOWN_DIFFERENCES).map((one) => html`${plain(differenceWords(one))}`),
    more > 0 ? html`and ${plain(counted(more, 'difference'))} more: engine report` : undefined,
  );
};

export const alertMessage = (title: string, text: string): Html =>
  lines(html`<b>${plain(title)}</b>`, html`${plain(text)}`);
