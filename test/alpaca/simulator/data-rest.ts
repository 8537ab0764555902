import { newYorkMidnight } from '../../../engine/market/new-york.ts';
import { DAY, MINUTE } from '../../../engine/market/time.ts';
import type { Amount } from './amount.ts';
import { type Adjustment, type History, type HistoryBar, readSize, type Size } from './history.ts';
import { newYorkDate } from './hours.ts';
import { uuidOf } from './identity.ts';
import type { Refusal } from './refusal.ts';
import { listOf, ok, type RestAnswer, type RestRequest, type Route } from './rest.ts';

export interface MarketData {
  readonly history: History;
  readonly now: () => number;
  /** Last price of a symbol, from the tape. */
  readonly price: (symbol: string) => Amount | undefined;
  readonly halfSpread: Amount;
  /** The plan has the consolidated tape in real time. */
  readonly permitsSip: boolean;
  /** Share of the volume that IEX sees. */
  readonly iexShare: number;
}

/** How old the consolidated tape must be on the free plan. */
const SIP_AGE = 15 * MINUTE;

const bad = (message: string): Refusal => ({ status: 400, body: { message } });
const RECENT_SIP: Refusal = {
  status: 403,
  body: { message: 'subscription does not permit querying recent SIP data' },
};

const stamp = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z');

export function barJson(bar: HistoryBar, share: number): Record<string, unknown> {
  return {
    t: stamp(bar.start),
    o: bar.open,
    h: bar.high,
    l: bar.low,
    c: bar.close,
    v: share === 0 ? bar.volume : Math.max(1, Math.round(bar.volume * share)),
    n: bar.trades,
    vw: bar.vwap,
  };
}

const DATE = /^\d{4}-\d\d-\d\d$/;

/** An instant of a query: a date is its beginning, in New York for stocks. */
function timeOf(query: URLSearchParams, field: string, coin: boolean): number | undefined | Refusal {
  const text = query.get(field);
  if (text === null) return undefined;
  const at = Date.parse(text);
  if (Number.isNaN(at)) return bad(`invalid ${field}: cannot parse "${text}"`);
  return DATE.test(text) && !coin ? newYorkMidnight(at / DAY) : at;
}

interface Asked {
  readonly symbols: readonly string[];
  readonly size: Size;
  readonly from: number;
  readonly to: number;
  readonly adjustment: Adjustment;
  readonly limit: number;
  readonly descending: boolean;
  readonly after: { readonly symbol: string; readonly start: number } | undefined;
  /** Factor of volumes; 0 leaves them as they are, fractions included. */
  readonly share: number;
}

function read(data: MarketData, query: URLSearchParams, symbols: readonly string[], coin: boolean): Asked | Refusal {
  const size = readSize(query.get('timeframe') ?? '');
  if (size === undefined) return bad(`invalid timeframe: ${query.get('timeframe') ?? ''}`);
  const limit = Number(query.get('limit') ?? 1_000);
  if (!Number.isInteger(limit) || limit < 1) return bad('invalid limit: must be a positive number');
  if (limit > 10_000) return bad('invalid limit: larger than the allowed maximum of 10000');
  const adjustment = query.get('adjustment') ?? 'raw';
  if (!['raw', 'split', 'dividend', 'all'].includes(adjustment)) return bad(`invalid adjustment: ${adjustment}`);
  const feed = query.get('feed') ?? 'sip';
  if (!coin && !['iex', 'sip', 'otc', 'boats'].includes(feed)) return bad(`invalid feed: ${feed}`);
  const now = data.now();
  const late = !coin && feed === 'sip' && !data.permitsSip;
  const from = timeOf(query, 'start', coin);
  if (typeof from === 'object') return from;
  const to = timeOf(query, 'end', coin);
  if (typeof to === 'object') return to;
  // A date as the end means all of that day.
  const whole = DATE.test(query.get('end') ?? '') ? DAY - 1 : 0;
  const end = to === undefined ? (late ? now - SIP_AGE : now) : to + whole;
  if (late && end > now - SIP_AGE && (from ?? 0) <= end) return RECENT_SIP;
  const after = readToken(query.get('page_token'));
  if (query.get('page_token') !== null && after === undefined) return bad('invalid page_token');
  return {
    symbols: [...symbols].sort(),
    size,
    from: from ?? (coin ? now - (now % DAY) : newYorkMidnight(Date.parse(newYorkDate(now)) / DAY)),
    to: end,
    adjustment: coin ? 'raw' : (adjustment as Adjustment),
    limit,
    descending: query.get('sort') === 'desc',
    after,
    share: coin ? 0 : feed === 'iex' ? data.iexShare : 1,
  };
}

const tokenOf = (symbol: string, start: number): string => Buffer.from(`${symbol}|M|${start}`).toString('base64');

function readToken(token: string | null): { symbol: string; start: number } | undefined {
  if (token === null) return undefined;
  const match = /^(.+)\|M\|(\d+)$/.exec(Buffer.from(token, 'base64').toString());
  return match === null ? undefined : { symbol: match[1]!, start: Number(match[2]) };
}

/** One page: bars by symbol, and the token of the next. The limit counts over all symbols; one without bars is absent. */
function page(data: MarketData, asked: Asked): { bars: Record<string, object[]>; next: string | null } {
  const bars: Record<string, object[]> = {};
  let left = asked.limit;
  let last: { symbol: string; start: number } | undefined;
  for (const symbol of asked.symbols) {
    if (asked.after !== undefined && symbol < asked.after.symbol) continue;
    const resumed = asked.after?.symbol === symbol ? asked.after.start : undefined;
    const all = data.history.bars(symbol, asked.size, asked.from, asked.to, data.now(), asked.adjustment);
    if (asked.descending) all.reverse();
    const rest =
      resumed === undefined ? all : all.filter((bar) => (asked.descending ? bar.start < resumed : bar.start > resumed));
    if (rest.length === 0) continue;
    if (left === 0) return { bars, next: tokenOf(last!.symbol, last!.start) };
    const taken = rest.slice(0, left);
    bars[symbol] = taken.map((bar) => barJson(bar, asked.share));
    left -= taken.length;
    last = { symbol, start: taken.at(-1)!.start };
    if (taken.length < rest.length) return { bars, next: tokenOf(symbol, last.start) };
  }
  return { bars, next: null };
}

/** History of bars, of stocks and coins. */
export function barRoutes(data: MarketData): Route[] {
  const many =
    (coin: boolean) =>
    ({ query }: RestRequest): RestAnswer | Refusal => {
      const symbols = listOf(query, 'symbols');
      if (symbols === undefined) return bad('symbols is required');
      const wrong = coin ? symbols.find((symbol) => !/^[A-Z]+x?\/[A-Z]+$/.test(symbol)) : undefined;
      if (wrong !== undefined) return bad(`invalid symbol: ${wrong} does not match ^[A-Z]+x?/[A-Z]+$`);
      const asked = read(data, query, symbols, coin);
      if ('status' in asked) return asked;
      const { bars, next } = page(data, asked);
      return ok({ bars, next_page_token: next });
    };
  return [
    { method: 'GET', path: '/v2/stocks/bars', handle: many(false) },
    { method: 'GET', path: '/v1beta3/crypto/{loc}/bars', handle: many(true) },
    {
      method: 'GET',
      path: '/v2/stocks/{symbol}/bars',
      handle: ({ query, names }) => {
        const symbol = names.symbol!;
        const asked = read(data, query, [symbol], false);
        if ('status' in asked) return asked;
        const { bars, next } = page(data, asked);
        return ok({ symbol, bars: bars[symbol] ?? [], next_page_token: next });
      },
    },
    { method: 'GET', path: '/v1/corporate-actions', handle: ({ query }) => ok(actions(data, query)) },
  ];
}

export { bad, RECENT_SIP, stamp };

/** Splits and dividends with an ex-date in the range. */
function actions(data: MarketData, query: URLSearchParams): object {
  const symbols = listOf(query, 'symbols');
  const types = listOf(query, 'types');
  const from = query.get('start') ?? newYorkDate(data.now());
  const to = query.get('end') ?? newYorkDate(data.now());
  const found: Record<string, object[]> = {};
  const add = (group: string, type: string, action: object): void => {
    if (types !== undefined && !types.includes(type)) return;
    found[group] = [...(found[group] ?? []), action];
  };
  for (const { symbol, date, split, dividend } of data.history.actions) {
    if ((symbols !== undefined && !symbols.includes(symbol)) || date < from || date > to) continue;
    const common = { id: uuidOf(`${symbol} ${date}`), symbol, cusip: '000000000', process_date: date, ex_date: date };
    if (split > 1) add('forward_splits', 'forward_split', { ...common, new_rate: split, old_rate: 1 });
    if (split < 1)
      add('reverse_splits', 'reverse_split', { ...withoutCusip(common), new_rate: 1, old_rate: 1 / split });
    if (dividend !== 0)
      add('cash_dividends', 'cash_dividend', { ...common, rate: dividend, special: false, foreign: false });
  }
  return { corporate_actions: found, next_page_token: null };
}

/** A reverse split names two: the old shares' and the new ones'. */
const withoutCusip = ({ cusip, ...rest }: { readonly cusip: string }): object => ({
  ...rest,
  old_cusip: cusip,
  new_cusip: cusip,
});
