import { isCrypto } from '../market/calendars.ts';
import { hashText } from './sample-random.ts';

export const SECTORS = ['technology', 'consumer', 'finance', 'industry', 'coins'] as const;

export type Sector = (typeof SECTORS)[number];

/** What is peculiar to one symbol of the sample market. */
export interface Profile {
  readonly symbol: string;
  readonly hash: number;
  /** Price before the first session of 2024, in dollars. */
  readonly price: number;
  /** Part of the market's, and of its sector's, moves that it shares. */
  readonly beta: number;
  readonly sector: Sector;
  readonly sectorBeta: number;
  /** Deviation of its own daily moves. */
  readonly ownVolatility: number;
  /** Shares, or coins, a day. */
  readonly volume: number;
  /** Part of the minutes in which nothing is traded. */
  readonly silent: number;
}

type Known = readonly [price: number, beta: number, sector: Sector, sectorBeta: number, own: number, volume: number];

const KNOWN: Readonly<Record<string, Known>> = {
  SPY: [475, 1, 'industry', 0.1, 0.0008, 75_000_000],
  QQQ: [409, 1.15, 'technology', 0.6, 0.0015, 48_000_000],
  AAPL: [192, 1.15, 'technology', 0.7, 0.009, 58_000_000],
  MSFT: [376, 1.05, 'technology', 0.7, 0.008, 24_000_000],
  GOOGL: [140, 1.1, 'technology', 0.7, 0.011, 29_000_000],
  AMZN: [152, 1.2, 'consumer', 0.7, 0.012, 45_000_000],
  NVDA: [495, 1.7, 'technology', 1.1, 0.018, 42_000_000],
  TSLA: [248, 1.8, 'consumer', 0.9, 0.024, 110_000_000],
  META: [354, 1.3, 'technology', 0.8, 0.014, 16_000_000],
  JPM: [170, 1, 'finance', 0.9, 0.007, 9_500_000],
  KO: [59, 0.5, 'consumer', 0.4, 0.006, 13_500_000],
  AMD: [147, 1.7, 'technology', 1, 0.02, 60_000_000],
  INTC: [50, 1.1, 'technology', 0.8, 0.014, 40_000_000],
  NFLX: [487, 1.2, 'consumer', 0.6, 0.016, 4_500_000],
  DIS: [90, 1, 'consumer', 0.6, 0.011, 11_000_000],
  WMT: [158, 0.5, 'consumer', 0.5, 0.007, 7_500_000],
  BAC: [34, 1.2, 'finance', 1, 0.009, 40_000_000],
  V: [260, 0.9, 'finance', 0.7, 0.007, 6_000_000],
  XOM: [100, 0.7, 'industry', 0.9, 0.01, 18_000_000],
  IWM: [201, 1.2, 'industry', 0.4, 0.004, 32_000_000],
  DIA: [377, 0.9, 'industry', 0.3, 0.0015, 3_500_000],
  'BTC/USD': [42_300, 0.3, 'coins', 1, 0.006, 24_000],
  'ETH/USD': [2_280, 0.3, 'coins', 1.15, 0.014, 320_000],
};

/** What is known of a symbol, or something plausible that its name settles; one stranger in four is a small company. */
export function profileOf(symbol: string): Profile {
  const hash = hashText(symbol);
  const known = Object.hasOwn(KNOWN, symbol) ? KNOWN[symbol] : undefined;
  if (known !== undefined) {
    const [price, beta, sector, sectorBeta, ownVolatility, volume] = known;
    return { symbol, hash, price, beta, sector, sectorBeta, ownVolatility, volume, silent: 0 };
  }
  const part = (shift: number): number => ((hash >>> shift) & 0xff) / 256;
  if (isCrypto(symbol)) {
    const price = Math.round((0.5 + part(0) * 150) * 100) / 100;
    const ownVolatility = 0.015 + 0.02 * part(8);
    return {
      symbol,
      hash,
      price,
      beta: 0.3,
      sector: 'coins',
      sectorBeta: 1.2,
      ownVolatility,
      volume: 4_000_000,
      silent: 0,
    };
  }
  const small = (hash & 3) === 0;
  return {
    symbol,
    hash,
    price: Math.round((small ? 4 + part(8) * 26 : 25 + part(8) * 300) * 100) / 100,
    beta: 0.6 + part(16) * 0.9,
    sector: SECTORS[(hash >>> 5) & 3]!,
    sectorBeta: 0.4 + part(20) * 0.6,
    ownVolatility: (small ? 0.02 : 0.008) + part(12) * 0.01,
    volume: small ? 120_000 + part(24) * 400_000 : 1_500_000 + part(24) * 12_000_000,
    silent: small ? 0.03 + part(2) * 0.15 : 0,
  };
}
