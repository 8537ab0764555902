import type { MinuteBar } from '../market/minute-bar.ts';
import type { BrokerOrder } from './broker-order.ts';
import {
  decimal,
  type Fields,
  flag,
  isFields,
  list,
  number,
  object,
  optionalDecimal,
  optionalText,
  text,
  time,
  unreadable,
} from './fields.ts';
import { readBrokerOrder } from './read-order.ts';

/** The trading account; amounts are dollars as decimal strings. */
export interface Account {
  readonly id: string;
  /** As a person knows it; paper accounts begin with PA. */
  readonly number: string;
  /** `ACTIVE`, `ONBOARDING`, `ACCOUNT_CLOSED`, ... */
  readonly status: string;
  /** Undefined: no coins for this account. */
  readonly cryptoStatus: string | undefined;
  readonly currency: string;
  readonly cash: string;
  readonly equity: string;
  /** At the close of the last session. */
  readonly lastEquity: string;
  readonly buyingPower: string;
  /** `1` cash, `2` or `4` margin. */
  readonly multiplier: string;
  readonly accountBlocked: boolean;
  readonly tradingBlocked: boolean;
  readonly suspendedByUser: boolean;
  readonly shortingEnabled: boolean;
}

/** The exchange's clock, instants in ms since 1970. */
export interface MarketClock {
  readonly at: number;
  readonly isOpen: boolean;
  readonly nextOpen: number;
  readonly nextClose: number;
}

/** A trading day; `date` as `YYYY-MM-DD`, times of day in New York as `09:30`. */
export interface TradingDay {
  readonly date: string;
  readonly open: string;
  readonly close: string;
}

/** What can be traded. */
export interface Asset {
  readonly id: string;
  /** `us_equity`, `crypto`, ... */
  readonly assetClass: string;
  /** Pairs of coins with a stroke: `BTC/USD`. */
  readonly symbol: string;
  readonly name: string;
  readonly exchange: string;
  readonly active: boolean;
  readonly tradable: boolean;
  readonly marginable: boolean;
  readonly shortable: boolean;
  readonly easyToBorrow: boolean;
  readonly fractionable: boolean;
  /** Of coins, decimal strings. */
  readonly minOrderSize: string | undefined;
  readonly minTradeIncrement: string | undefined;
  readonly priceIncrement: string | undefined;
}

/** A position; quantity signed, below 0 when short. Coins are named without a stroke: `BTCUSD`. */
export interface Position {
  readonly symbol: string;
  readonly assetClass: string;
  readonly qty: string;
  /** What no order holds, unsigned. */
  readonly available: string | undefined;
  readonly averagePrice: string;
  readonly currentPrice: string | undefined;
  readonly marketValue: string | undefined;
  readonly unrealized: string | undefined;
}

/** Best bid and ask; dollars, ms since 1970. */
export interface Quote {
  readonly bid: number;
  readonly ask: number;
  readonly at: number;
}

export function accountOf(body: unknown): Account {
  const fields = object(body, 'the account');
  return {
    id: text(fields, 'id'),
    number: text(fields, 'account_number'),
    status: text(fields, 'status'),
    cryptoStatus: optionalText(fields, 'crypto_status'),
    currency: text(fields, 'currency'),
    cash: decimal(fields, 'cash'),
    equity: decimal(fields, 'equity'),
    lastEquity: decimal(fields, 'last_equity'),
    buyingPower: decimal(fields, 'buying_power'),
    multiplier: decimal(fields, 'multiplier'),
    accountBlocked: flag(fields, 'account_blocked'),
    tradingBlocked: flag(fields, 'trading_blocked'),
    suspendedByUser: flag(fields, 'trade_suspended_by_user'),
    shortingEnabled: flag(fields, 'shorting_enabled'),
  };
}

export function clockOf(body: unknown): MarketClock {
  const fields = object(body, 'the clock');
  return {
    at: time(fields, 'timestamp'),
    isOpen: flag(fields, 'is_open'),
    nextOpen: time(fields, 'next_open'),
    nextClose: time(fields, 'next_close'),
  };
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIME_OF_DAY = /^([01]\d|2[0-4]):?([0-5]\d)$/;

const timeOfDay = (fields: Fields, name: string): string => {
  const parts = TIME_OF_DAY.exec(text(fields, name));
  return parts === null ? unreadable(`${name} is no time of day`) : `${parts[1]}:${parts[2]}`;
};

export const calendarOf = (body: unknown): readonly TradingDay[] =>
  list(body, 'the calendar').map((item) => {
    const fields = object(item, 'a day of the calendar');
    const date = text(fields, 'date').slice(0, 10);
    if (!DATE.test(date)) unreadable('date is no date');
    return { date, open: timeOfDay(fields, 'open'), close: timeOfDay(fields, 'close') };
  });

export function assetOf(body: unknown): Asset {
  const fields = object(body, 'the asset');
  return {
    id: text(fields, 'id'),
    assetClass: text(fields, 'class'),
    symbol: text(fields, 'symbol'),
    name: optionalText(fields, 'name') ?? '',
    exchange: text(fields, 'exchange'),
    active: text(fields, 'status') === 'active',
    tradable: flag(fields, 'tradable'),
    marginable: flag(fields, 'marginable'),
    shortable: flag(fields, 'shortable'),
    easyToBorrow: flag(fields, 'easy_to_borrow'),
    fractionable: flag(fields, 'fractionable'),
    minOrderSize: optionalDecimal(fields, 'min_order_size'),
    minTradeIncrement: optionalDecimal(fields, 'min_trade_increment'),
    priceIncrement: optionalDecimal(fields, 'price_increment'),
  };
}

export const assetsOf = (body: unknown): readonly Asset[] => list(body, 'the assets').map(assetOf);

function positionOf(body: unknown): Position {
  const fields = object(body, 'a position');
  const side = text(fields, 'side');
  if (side !== 'long' && side !== 'short') unreadable(`side is ${side}`);
  const qty = decimal(fields, 'qty');
  const available = optionalDecimal(fields, 'qty_available');
  return {
    symbol: text(fields, 'symbol'),
    assetClass: text(fields, 'asset_class'),
    // Recorded answers have the sign, the published examples do not all.
    qty: side === 'short' && !qty.startsWith('-') ? `-${qty}` : qty,
    available: available?.replace(/^-/, ''),
    averagePrice: decimal(fields, 'avg_entry_price'),
    currentPrice: optionalDecimal(fields, 'current_price'),
    marketValue: optionalDecimal(fields, 'market_value'),
    unrealized: optionalDecimal(fields, 'unrealized_pl'),
  };
}

export const positionsOf = (body: unknown): readonly Position[] => list(body, 'the positions').map(positionOf);

export function orderOf(body: unknown): BrokerOrder {
  const read = readBrokerOrder(body);
  return 'ok' in read ? read.ok : unreadable(read.fault);
}

export const ordersOf = (body: unknown): readonly BrokerOrder[] => list(body, 'the orders').map(orderOf);

/** One page of bars gone by. */
export interface BarsPage {
  /** Each symbol's in order; a symbol without bars is not in the map. */
  readonly bars: ReadonlyMap<string, readonly MinuteBar[]>;
  /** To be given for the next page; undefined: this is the last. */
  readonly next: string | undefined;
}

/** A price or volume; what is missing becomes NaN, as on the socket, for whoever checks bars to set that one aside. */
const measured = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN);

function barOf(symbol: string, body: unknown): MinuteBar {
  const fields = object(body, 'a bar');
  const vwap = fields.vw;
  return {
    symbol,
    start: time(fields, 't'),
    open: measured(fields.o),
    high: measured(fields.h),
    low: measured(fields.l),
    close: measured(fields.c),
    volume: measured(fields.v),
    vwap: typeof vwap === 'number' && vwap > 0 ? vwap : undefined,
  };
}

/** The map of a body by symbol; the server writes `null` where it has nothing at all. */
const bySymbol = (body: unknown, name: string): Fields => {
  const found = object(body, 'the answer')[name];
  if (found === null) return {};
  return isFields(found) ? found : unreadable(`${name} are missing`);
};

export function barsPageOf(body: unknown): BarsPage {
  const bars = new Map<string, readonly MinuteBar[]>();
  for (const [symbol, items] of Object.entries(bySymbol(body, 'bars'))) {
    const read = list(items ?? [], `bars of ${symbol}`).map((item) => barOf(symbol, item));
    if (read.length > 0) bars.set(symbol, read);
  }
  return { bars, next: optionalText(object(body, 'the answer'), 'next_page_token') };
}

export function quotesOf(body: unknown): ReadonlyMap<string, Quote> {
  const quotes = new Map<string, Quote>();
  for (const [symbol, item] of Object.entries(bySymbol(body, 'quotes'))) {
    const fields = object(item, `the quote of ${symbol}`);
    quotes.set(symbol, { bid: number(fields, 'bp'), ask: number(fields, 'ap'), at: time(fields, 't') });
  }
  return quotes;
}
