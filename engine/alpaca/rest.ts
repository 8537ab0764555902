import { isCrypto } from '../market/calendars.ts';
import type { MinuteBar } from '../market/minute-bar.ts';
import {
  type Account,
  type Asset,
  accountOf,
  assetOf,
  assetsOf,
  type BarsPage,
  barsPageOf,
  calendarOf,
  clockOf,
  type MarketClock,
  orderOf,
  ordersOf,
  type Position,
  positionsOf,
  type Quote,
  quotesOf,
  type TradingDay,
} from './answers.ts';
import type { BrokerOrder } from './broker-order.ts';
import { type Call, type CallerOptions, createCaller } from './call.ts';
import type { Priority } from './limiter.ts';
import { type Answer, ownRefusal } from './refusal.ts';

/** A new order in Alpaca's words; amounts are decimal strings, and either `qty` or `notional` is given. */
export interface OrderTicket {
  /** At most 128 characters, never used before. */
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly type: 'market' | 'limit' | 'stop' | 'stop_limit' | 'trailing_stop';
  readonly timeInForce: 'day' | 'gtc' | 'opg' | 'cls' | 'ioc' | 'fok';
  readonly qty?: string | undefined;
  readonly notional?: string | undefined;
  readonly limitPrice?: string | undefined;
  readonly stopPrice?: string | undefined;
  readonly trailPrice?: string | undefined;
  readonly trailPercent?: string | undefined;
  readonly extendedHours?: boolean | undefined;
  readonly orderClass?: 'simple' | 'bracket' | 'oco' | 'oto' | undefined;
  /** Limit of the leg that takes profit. */
  readonly takeProfit?: string | undefined;
  /** Stop, and limit if there is one, of the leg that stops a loss. */
  readonly stopLoss?: { readonly stop: string; readonly limit?: string | undefined } | undefined;
}

/** What of a resting order is to be another; what is left out stays. */
export interface OrderChange {
  readonly clientOrderId?: string | undefined;
  readonly qty?: string | undefined;
  readonly limitPrice?: string | undefined;
  readonly stopPrice?: string | undefined;
  readonly trail?: string | undefined;
  readonly timeInForce?: OrderTicket['timeInForce'] | undefined;
}

export interface OrdersQuery {
  readonly status: 'open' | 'closed' | 'all';
  /** Submitted after then, ms since 1970. */
  readonly after?: number;
  readonly symbols?: readonly string[];
}

/** Words of Alpaca's for the size of a bar. */
export type BarSize = '1Min' | '5Min' | '15Min' | '30Min' | '1Hour' | '1Day';

export interface BarsQuery {
  /** All shares, or all pairs of coins (with a stroke). */
  readonly symbols: readonly string[];
  readonly size: BarSize;
  /** Bars that begin at or after `from` and before `to`, ms since 1970. */
  readonly from: number;
  readonly to: number;
  readonly adjustment: 'raw' | 'split' | 'dividend' | 'all';
  /** Of shares; coins have one. */
  readonly feed: 'iex' | 'sip';
}

/** Alpaca's REST, typed and checked. No call throws: what is no success is a refusal. */
export interface AlpacaRest {
  account(): Promise<Answer<Account>>;
  clock(): Promise<Answer<MarketClock>>;
  /** Trading days from `from` to `to`, `YYYY-MM-DD`, both included. */
  calendar(from: string, to: string): Promise<Answer<readonly TradingDay[]>>;
  asset(symbol: string): Promise<Answer<Asset>>;
  /** All active ones of a class, some ten thousand. */
  assets(assetClass: 'us_equity' | 'crypto'): Promise<Answer<readonly Asset[]>>;
  positions(): Promise<Answer<readonly Position[]>>;
  /** All pages, oldest first, legs within their parents. */
  orders(query: OrdersQuery, priority?: Priority): Promise<Answer<readonly BrokerOrder[]>>;
  order(id: string, priority?: Priority): Promise<Answer<BrokerOrder>>;
  orderByClientId(clientOrderId: string, priority?: Priority): Promise<Answer<BrokerOrder>>;
  /** Sent once, unless `wanted` says no when its turn comes; the refusal says whether its outcome is unknown (`isOutcomeUnknown`). */
  submit(ticket: OrderTicket, priority: 'exit' | 'entry', wanted?: () => boolean): Promise<Answer<BrokerOrder>>;
  /** Makes another order, with another id, which replaces the first. */
  replace(id: string, change: OrderChange, priority: 'exit' | 'entry'): Promise<Answer<BrokerOrder>>;
  cancel(id: string): Promise<Answer<undefined>>;
  barsPage(query: BarsQuery, pageToken?: string): Promise<Answer<BarsPage>>;
  /** All pages. */
  bars(query: BarsQuery): Promise<Answer<ReadonlyMap<string, readonly MinuteBar[]>>>;
  latestQuotes(symbols: readonly string[], feed: 'iex' | 'sip'): Promise<Answer<ReadonlyMap<string, Quote>>>;
}

/** The most that Alpaca gives at a time. */
const ORDERS_A_PAGE = 500;
const BARS_A_PAGE = 10_000;

/** Without what is undefined, as the SDK's types want it. */
function given<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

const day = (date: string): Date => new Date(`${date}T00:00:00Z`);

const nothing = (): undefined => undefined;

export function createRest(options: CallerOptions): AlpacaRest {
  const call = createCaller(options);
  return { ...marketRest(call), ...orderRest(call), ...barRest(call) };
}

type MarketRest = Pick<AlpacaRest, 'account' | 'clock' | 'calendar' | 'asset' | 'assets' | 'positions'>;

const marketRest = (call: Call): MarketRest => {
  const ask = { priority: 'read', host: 'trading', safe: true } as const;
  return {
    account: () => call({ ...ask, send: (sdk) => sdk.trading.account.getAccountRaw(), read: accountOf }),
    clock: () => call({ ...ask, send: (sdk) => sdk.trading.clock.legacyClockRaw(), read: clockOf }),
    calendar: (from, to) =>
      call({
        ...ask,
        send: (sdk) => sdk.trading.calendar.legacyCalendarRaw({ start: day(from), end: day(to) }),
        // Some servers take the dates as a hint.
        read: (body) => calendarOf(body).filter(({ date }) => date >= from && date <= to),
      }),
    asset: (symbol) =>
      call({
        ...ask,
        send: (sdk) => sdk.trading.assets.getV2AssetsSymbolOrAssetIdRaw({ symbolOrAssetId: symbol }),
        read: assetOf,
      }),
    assets: (assetClass) =>
      call({
        ...ask,
        send: (sdk) => sdk.trading.assets.getV2AssetsRaw({ status: 'active', assetClass }),
        read: assetsOf,
      }),
    positions: () => call({ ...ask, send: (sdk) => sdk.trading.positions.getAllOpenPositionsRaw(), read: positionsOf }),
  };
};

type OrderRest = Pick<AlpacaRest, 'orders' | 'order' | 'orderByClientId' | 'submit' | 'replace' | 'cancel'>;

const orderRest = (call: Call): OrderRest => {
  const order: AlpacaRest['order'] = (id, priority = 'read') =>
    call({
      priority,
      host: 'trading',
      safe: true,
      send: (sdk) => sdk.trading.orders.getOrderByOrderIDRaw({ orderId: id, nested: true }),
      read: orderOf,
    });
  return {
    order,
    async orders({ status, after, symbols }, priority = 'read') {
      const found = new Map<string, BrokerOrder>();
      const shared = { status, limit: ORDERS_A_PAGE, direction: 'asc', nested: true } as const;
      for (let last: string | undefined; ; ) {
        const page = await call({
          priority,
          host: 'trading',
          safe: true,
          send: (sdk) =>
            sdk.trading.orders.getAllOrdersRaw({
              ...shared,
              ...given({ symbols: symbols?.join(',') }),
              // The two are not taken together: the id of the last page's end says more.
              ...given(
                last !== undefined
                  ? { afterOrderId: last }
                  : { after: after === undefined ? undefined : new Date(after).toISOString() },
              ),
            }),
          read: ordersOf,
        });
        if ('refusal' in page) return page;
        const before = found.size;
        for (const one of page.ok) found.set(one.id, one);
        if (page.ok.length < ORDERS_A_PAGE) return { ok: [...found.values()] };
        if (found.size === before) {
          return { refusal: ownRefusal('unreadable', 'the pages of orders do not come to an end') };
        }
        last = page.ok.at(-1)!.id;
      }
    },
    async orderByClientId(clientOrderId, priority = 'read') {
      const found = await call({
        priority,
        host: 'trading',
        safe: true,
        send: (sdk) => sdk.trading.orders.getOrderByClientOrderIdRaw({ clientOrderId }),
        read: orderOf,
      });
      // It comes without its legs.
      const alone = 'ok' in found && (found.ok.orderClass === 'simple' || found.ok.legs.length > 0);
      return 'refusal' in found || alone ? found : order(found.ok.id, priority);
    },
    submit: (ticket, priority, wanted) =>
      call({
        priority,
        wanted,
        host: 'trading',
        safe: false,
        send: (sdk) => sdk.trading.orders.postOrderRaw({ postOrderRequest: posted(ticket) }),
        read: orderOf,
      }),
    replace: (id, { trail, ...change }, priority) =>
      call({
        priority,
        host: 'trading',
        safe: false,
        send: (sdk) =>
          sdk.trading.orders.patchOrderByOrderIdRaw({ orderId: id, patchOrderRequest: given({ ...change, trail }) }),
        read: orderOf,
      }),
    cancel: (id) =>
      call({
        priority: 'exit',
        host: 'trading',
        safe: false,
        send: (sdk) => sdk.trading.orders.deleteOrderByOrderIDRaw({ orderId: id }),
        read: nothing,
      }),
  };
};

const posted = ({ takeProfit, stopLoss, ...ticket }: OrderTicket) =>
  given({
    ...ticket,
    takeProfit: takeProfit === undefined ? undefined : { limitPrice: takeProfit },
    stopLoss: stopLoss === undefined ? undefined : given({ stopPrice: stopLoss.stop, limitPrice: stopLoss.limit }),
  });

const barRest = (call: Call): Pick<AlpacaRest, 'barsPage' | 'bars' | 'latestQuotes'> => {
  const barsPage: AlpacaRest['barsPage'] = ({ symbols, size, from, to, adjustment, feed }, pageToken) => {
    const shared = {
      symbols: symbols.join(','),
      timeframe: size,
      start: new Date(from),
      // Alpaca counts a bar that begins at the end as within.
      end: new Date(to - 1),
      limit: BARS_A_PAGE,
      ...given({ pageToken }),
    };
    const crypto = symbols.every(isCrypto);
    return call({
      priority: 'read',
      host: 'data',
      safe: true,
      send: (sdk) =>
        crypto
          ? sdk.marketData.crypto.cryptoBarsRaw({ ...shared, loc: 'us' })
          : sdk.marketData.stocks.stockBarsRaw({ ...shared, adjustment, feed }),
      read: barsPageOf,
    });
  };
  return {
    barsPage,
    async bars(query) {
      const all = new Map<string, MinuteBar[]>();
      for (let token: string | undefined; ; ) {
        const page = await barsPage(query, token);
        if ('refusal' in page) return page;
        for (const [symbol, bars] of page.ok.bars) {
          const before = all.get(symbol);
          if (before === undefined) all.set(symbol, [...bars]);
          else for (const bar of bars) before.push(bar);
        }
        const { next } = page.ok;
        if (next === undefined) return { ok: all };
        if (next === token) return { refusal: ownRefusal('unreadable', 'the pages of bars do not come to an end') };
        token = next;
      }
    },
    latestQuotes: (symbols, feed) =>
      call({
        priority: 'read',
        host: 'data',
        safe: true,
        send: (sdk) =>
          symbols.every(isCrypto)
            ? sdk.marketData.crypto.cryptoLatestQuotesRaw({ loc: 'us', symbols: symbols.join(',') })
            : sdk.marketData.stocks.stockLatestQuotesRaw({ symbols: symbols.join(','), feed }),
        read: quotesOf,
      }),
  };
};
