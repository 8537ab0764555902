import { DAY, MINUTE } from './time.ts';

/** The bar sizes a strategy can name, finest first. */
export const TIMEFRAMES = ['1m', '5m', '15m', '30m', '1h', '2h', '4h', '1d', '1w'] as const;

export type Timeframe = (typeof TIMEFRAMES)[number];

/** Nominal length of a bar in milliseconds; a bar clipped by its session is shorter. */
export const TIMEFRAME_MS: Readonly<Record<Timeframe, number>> = {
  '1m': MINUTE,
  '5m': 5 * MINUTE,
  '15m': 15 * MINUTE,
  '30m': 30 * MINUTE,
  '1h': 60 * MINUTE,
  '2h': 120 * MINUTE,
  '4h': 240 * MINUTE,
  '1d': DAY,
  '1w': 7 * DAY,
};

/** The words expressions use for a timeframe: `day.close`, `h4.high`. */
export const TIMEFRAME_WORDS: Readonly<Record<string, Timeframe>> = {
  m1: '1m',
  m5: '5m',
  m15: '15m',
  m30: '30m',
  h1: '1h',
  h2: '2h',
  h4: '4h',
  day: '1d',
  week: '1w',
};

export const isTimeframe = (text: string): text is Timeframe => (TIMEFRAMES as readonly string[]).includes(text);
