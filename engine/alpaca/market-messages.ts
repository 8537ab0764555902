import type { streaming } from '@alpacahq/alpaca-trade-api';
import type { MinuteBar } from '../market/minute-bar.ts';

const numberOr = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN);

const timeOf = (value: unknown): number => (value instanceof Date ? value.getTime() : Number.NaN);

const symbolOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/**
 * A bar as the SDK hands it on, which checks nothing: what is missing or no number becomes NaN, for the gathering to set
 * aside. Undefined when it does not even name its symbol.
 */
export function barOf(message: streaming.StreamBar): MinuteBar | undefined {
  const symbol = symbolOf(message?.symbol);
  if (symbol === undefined) return undefined;
  const { vwap } = message;
  return {
    symbol,
    start: timeOf(message.timestamp),
    open: numberOr(message.open),
    high: numberOr(message.high),
    low: numberOr(message.low),
    close: numberOr(message.close),
    volume: numberOr(message.volume),
    vwap: typeof vwap === 'number' && vwap > 0 && Number.isFinite(vwap) ? vwap : undefined,
  };
}

export interface Halt {
  readonly symbol: string;
  /** ms since 1970; NaN when the message does not say. */
  readonly at: number;
  readonly halted: boolean;
}

/** Status codes that stop trading, and that let it go on. Tapes A and B number them, C and O have letters. Source: CTA and UTP. */
const HALTS: ReadonlySet<string> = new Set(['2', 'H', 'P']);
const RESUMES: ReadonlySet<string> = new Set(['3', 'T']);

/** A trading status that stops trading or lets it go on; undefined for any other. */
export function haltOf(message: streaming.StreamStatus): Halt | undefined {
  const symbol = symbolOf(message?.symbol);
  const code = message?.statusCode;
  if (symbol === undefined || code === undefined) return undefined;
  const halted = HALTS.has(code);
  return halted || RESUMES.has(code) ? { symbol, at: timeOf(message.timestamp), halted } : undefined;
}

export interface BestPrices {
  readonly symbol: string;
  readonly bid: number;
  readonly ask: number;
}

/** Best bid and ask; undefined when a side is missing, as it is (0) outside trading hours. */
export function quoteOf(message: streaming.StreamQuote): BestPrices | undefined {
  const symbol = symbolOf(message?.symbol);
  const bid = numberOr(message?.bidPrice);
  const ask = numberOr(message?.askPrice);
  return symbol !== undefined && bid > 0 && ask > 0 && bid < Number.POSITIVE_INFINITY && ask < Number.POSITIVE_INFINITY
    ? { symbol, bid, ask }
    : undefined;
}
