import { MINUTE } from '../../../engine/market/time.ts';
import { type Amount, toDouble } from './amount.ts';
import { bad, barJson, type MarketData, RECENT_SIP, stamp } from './data-rest.ts';
import { uuidOf } from './identity.ts';
import type { Refusal } from './refusal.ts';
import { listOf, ok, type RestAnswer, type RestRequest, type Route } from './rest.ts';

/** Best bid and ask around a price, as REST and the sockets write it; `t` is left to the caller. */
export function quoteFields(price: Amount, half: Amount, coin: boolean): Record<string, unknown> {
  const sizes = coin ? { bs: 1, as: 1 } : { bs: 100, as: 100, bx: 'V', ax: 'V', c: ['R'], z: 'C' };
  return { bp: toDouble(price - half), ap: toDouble(price + half), ...sizes };
}

/** A trade at a price. */
export function tradeFields(price: Amount, id: number, coin: boolean): Record<string, unknown> {
  return coin
    ? { p: toDouble(price), s: 1, i: id, tks: 'B' }
    : { p: toDouble(price), s: 100, i: id, x: 'V', c: ['@'], z: 'C' };
}

/** A number that stands for a text, small enough for a trade's id. */
export const idOf = (text: string): number => Number.parseInt(uuidOf(text).slice(0, 8), 16);

type Kind = 'bars' | 'quotes' | 'trades' | 'snapshots';

/** What a query for the latest of each symbol gives. */
function latest(data: MarketData, kind: Exclude<Kind, 'snapshots'>, symbol: string, share: number): object | undefined {
  const now = data.now();
  const coin = symbol.includes('/');
  if (kind === 'bars') {
    const bar = data.history.latest(symbol, now);
    return bar === undefined ? undefined : barJson(bar, coin ? 0 : share);
  }
  const price = data.price(symbol);
  if (price === undefined) return undefined;
  const fields =
    kind === 'quotes' ? quoteFields(price, data.halfSpread, coin) : tradeFields(price, idOf(`${symbol} ${now}`), coin);
  return { t: stamp(now), ...fields };
}

function snapshot(data: MarketData, symbol: string, share: number): object | undefined {
  const now = data.now();
  const trade = latest(data, 'trades', symbol, share);
  if (trade === undefined) return undefined;
  const days = data.history.bars(symbol, { count: 1, unit: 'Day' }, now - 10 * 24 * 60 * MINUTE, now, now, 'raw');
  const daily = days.at(-1);
  const before = days.at(-2);
  const minute = latest(data, 'bars', symbol, share);
  return {
    latestTrade: trade,
    latestQuote: latest(data, 'quotes', symbol, share),
    ...(minute === undefined ? {} : { minuteBar: minute }),
    ...(daily === undefined ? {} : { dailyBar: barJson(daily, share) }),
    ...(before === undefined ? {} : { prevDailyBar: barJson(before, share) }),
  };
}

/** The latest bars, quotes and trades, and snapshots of all of them. */
export function latestRoutes(data: MarketData): Route[] {
  const shareOf = (query: URLSearchParams): number | Refusal => {
    const feed = query.get('feed') ?? (data.permitsSip ? 'sip' : 'iex');
    if (feed === 'sip' && !data.permitsSip) return RECENT_SIP;
    return feed === 'iex' ? data.iexShare : 1;
  };
  const many =
    (kind: Exclude<Kind, 'snapshots'>, coin: boolean) =>
    ({ query }: RestRequest): RestAnswer | Refusal => {
      const symbols = listOf(query, 'symbols');
      if (symbols === undefined) return bad('symbols is required');
      const share = coin ? 1 : shareOf(query);
      if (typeof share === 'object') return share;
      const found = symbols.map((symbol) => [symbol, latest(data, kind, symbol, share)] as const);
      return ok({ [kind]: Object.fromEntries(found.filter(([, value]) => value !== undefined)) });
    };
  const one =
    (kind: Exclude<Kind, 'snapshots'>) =>
    ({ query, names }: RestRequest): RestAnswer | Refusal => {
      const symbol = names.symbol!;
      const share = shareOf(query);
      if (typeof share === 'object') return share;
      const value = latest(data, kind, symbol, share);
      if (value === undefined) return { status: 404, body: { message: `no ${kind} found for ${symbol}` } };
      return ok({ symbol, [kind.slice(0, -1)]: value });
    };
  const kinds = ['bars', 'quotes', 'trades'] as const;
  return [
    ...kinds.flatMap((kind): Route[] => [
      { method: 'GET', path: `/v2/stocks/${kind}/latest`, handle: many(kind, false) },
      { method: 'GET', path: `/v2/stocks/{symbol}/${kind}/latest`, handle: one(kind) },
      { method: 'GET', path: `/v1beta3/crypto/{loc}/latest/${kind}`, handle: many(kind, true) },
    ]),
    {
      method: 'GET',
      path: '/v2/stocks/snapshots',
      handle: ({ query }) => {
        const symbols = listOf(query, 'symbols');
        if (symbols === undefined) return bad('symbols is required');
        const share = shareOf(query);
        if (typeof share === 'object') return share;
        const found = symbols.map((symbol) => [symbol, snapshot(data, symbol, share)] as const);
        return ok(Object.fromEntries(found.filter(([, value]) => value !== undefined)));
      },
    },
    {
      method: 'GET',
      path: '/v2/stocks/{symbol}/snapshot',
      handle: ({ query, names }) => {
        const share = shareOf(query);
        if (typeof share === 'object') return share;
        const value = snapshot(data, names.symbol!, share);
        return value === undefined
          ? { status: 404, body: { message: `no snapshot found for ${names.symbol}` } }
          : ok({ symbol: names.symbol, ...value });
      },
    },
  ];
}
