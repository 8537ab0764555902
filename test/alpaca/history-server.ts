import { xnys } from '../../engine/market/calendars.ts';
import { instant, MINUTE } from '../../engine/market/time.ts';
import { type Asked, type Loopback, type Said, startLoopback } from './loopback.ts';

interface WireBar {
  readonly t: string;
  readonly o: number;
  readonly h: number;
  readonly l: number;
  readonly c: number;
  readonly v: number;
}

export interface HistoryServer extends Loopback {
  /** What it says to the next requests, instead of bars; undefined: bars. */
  over: ((asked: Asked, nth: number) => Said | undefined) | undefined;
  /** Prices of adjusted bars are divided by it, as after a split. */
  divisor: number;
  /** Bars a page. */
  page: number;
}

const price = (base: number, at: number): number => Math.round((base + 5 * Math.sin(at / 7.2e6)) * 100) / 100;

/** 1-minute bars of every regular session of a span, made up of sines; `SPY` and `AAPL` alone have some. */
function minuteBars(symbol: string, from: number, to: number, divisor: number): WireBar[] {
  const base = { SPY: 400, AAPL: 150 }[symbol];
  if (base === undefined) return [];
  const calendar = xnys();
  const bars: WireBar[] = [];
  for (let session = calendar.nextSession(instant(from)); calendar.open(session) < to; session++) {
    for (let at = calendar.open(session) as number; at < calendar.close(session); at += MINUTE) {
      // Some minutes have no trade.
      if (at < from || at > to || (at / MINUTE) % 17 === 3) continue;
      const o = price(base, at) / divisor;
      const c = price(base, at + MINUTE) / divisor;
      bars.push({ t: new Date(at).toISOString(), o, h: Math.max(o, c), l: Math.min(o, c), c, v: 1000 });
    }
  }
  return bars;
}

/** Three minutes of a coin, at prices of any size. */
function coinBars(query: URLSearchParams): object {
  const from = Date.parse(query.get('start') ?? '');
  const bars = [0, 1, 2].map((minute) => {
    const c = 3e-7 * (minute + 1);
    return { t: new Date(from + minute * MINUTE).toISOString(), o: c, h: c, l: c, c, v: 1.5 };
  });
  return { bars: { [query.get('symbols') ?? '']: bars }, next_page_token: null };
}

/** A bar a session, at midnight in New York as Alpaca has it. */
function dayBars(symbol: string, from: number, to: number, divisor: number): WireBar[] {
  const calendar = xnys();
  const bars: WireBar[] = [];
  if (symbol !== 'SPY' && symbol !== 'AAPL') return bars;
  for (let session = calendar.nextSession(instant(from)); calendar.open(session) < to; session++) {
    const at = calendar.midnight(calendar.open(session)) as number;
    const c = price(100, at) / divisor;
    if (at >= from && at <= to) bars.push({ t: new Date(at).toISOString(), o: c, h: c, l: c, c, v: 1000 });
  }
  return bars;
}

/** Alpaca's history of shares on this machine. On this plan bars of all exchanges are 15 minutes old. */
export async function startHistoryServer(): Promise<HistoryServer> {
  let nth = 0;
  const made = new Map<string, WireBar[]>();
  const answer = (asked: Asked): Said => {
    const other = server.over?.(asked, ++nth);
    if (other !== undefined) return other;
    if (asked.path === '/v1beta3/crypto/us/bars') return { json: coinBars(asked.query) };
    if (asked.path !== '/v2/stocks/bars') return { status: 404, json: { message: 'not found' } };
    const { query } = asked;
    const [from, to] = [Date.parse(query.get('start') ?? ''), Date.parse(query.get('end') ?? '')];
    if (query.get('feed') === 'sip' && to > Date.now() - 15 * MINUTE) {
      return { status: 403, json: { message: 'subscription does not permit querying recent SIP data' } };
    }
    const symbol = query.get('symbols') ?? '';
    const divisor = query.get('adjustment') === 'raw' ? 1 : server.divisor;
    // The pages of one question are made once.
    const key = [symbol, from, to, divisor, query.get('timeframe')].join();
    const all = made.get(key) ?? (query.get('timeframe') === '1Day' ? dayBars : minuteBars)(symbol, from, to, divisor);
    made.set(key, all);
    const begin = Number(query.get('page_token') ?? 0);
    const end = begin + Math.min(server.page, Number(query.get('limit')));
    const bars = all.slice(begin, end);
    return {
      json: {
        bars: bars.length > 0 ? { [symbol]: bars } : {},
        next_page_token: end < all.length ? String(end) : null,
      },
    };
  };
  const loopback = await startLoopback(answer);
  const server: HistoryServer = Object.assign(loopback, { over: undefined, divisor: 1, page: 10_000 });
  return server;
}
