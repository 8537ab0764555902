import { amount, dollars } from './amount.ts';
import type { AssetTraits } from './assets.ts';
import type { Book } from './book.ts';
import { createDice, createIdentities } from './identity.ts';
import type { BarScript } from './tape.ts';
import type { VirtualClock, When } from './virtual-clock.ts';

export interface AlpacaOptions {
  /** The market; nothing trades when left out. */
  readonly script?: BarScript;
  /** Where the clock stands at first; the first bar's start when left out. What lies before is history. */
  readonly start?: When;
  /** Dollars (100,000). */
  readonly cash?: number | string;
  /** Any free one when left out. */
  readonly port?: number;
  readonly seed?: number;
  /** Keys that are accepted; any pair when left out. */
  readonly keys?: { readonly id: string; readonly secret: string };
  /** `free`: IEX, the consolidated tape 15 minutes late, 30 symbols of trades and quotes. */
  readonly plan?: 'free' | 'paid';
  /** Requests a minute, trading and data each (200); 0: no limit. */
  readonly rateLimit?: number;
  readonly multiplier?: 1 | 2 | 4;
  readonly shorting?: boolean;
  readonly fractions?: 'strict' | 'any';
  /** Share of a coin's trade that is taken from what is received (0.0025). */
  readonly coinFee?: string;
  /** Distance of bid and ask in dollars (0). */
  readonly spread?: string;
  /** Probability that a price fills only a part (0; paper accounts: 0.1). */
  readonly partials?: number;
  readonly splitOrders?: 'adjust' | 'cancel' | 'leave';
  /** Ms for which a market socket's place stays taken after an unclean end (0; Alpaca: about 90,000). */
  readonly linger?: number;
  /** A refused second market socket is closed too (false). */
  readonly closesOnLimit?: boolean;
  /** Share of the volume on the IEX feed (1). */
  readonly iexShare?: number;
  /** Ms from the end of a minute to its bar on the socket (0). */
  readonly barDelay?: number;
  readonly assets?: Readonly<Record<string, AssetTraits>>;
  /** How fast the clock is driven from outside, for whoever asks `/_sim/clock`; null when nobody says. */
  readonly speed?: number;
  /** Checks every answer against Alpaca's OpenAPI files (true when they are there); `close` fails on what was found. */
  readonly validate?: boolean;
}

/** Start of the first bar; some opening of the market when there is none. */
export function firstInstant(script: BarScript): number {
  let first = Number.POSITIVE_INFINITY;
  for (const bars of script.bars.values()) if (bars.length > 0) first = Math.min(first, bars.start[0]!);
  return Number.isFinite(first) ? first : Date.parse('2024-01-02T14:30:00Z');
}

/** The account as it is opened. */
export function createBook(options: AlpacaOptions, clock: VirtualClock): Book {
  const cash = dollars(options.cash ?? 100_000);
  const seed = options.seed ?? 1;
  const identity = createIdentities(seed);
  return {
    clock,
    rules: {
      multiplier: options.multiplier ?? 4,
      shorting: options.shorting ?? true,
      fractions: options.fractions ?? 'strict',
      coinFee: amount(options.coinFee ?? '0.0025'),
      halfSpread: amount(options.spread ?? '0') / 2n,
      partials: options.partials ?? 0,
      splitOrders: options.splitOrders ?? 'cancel',
    },
    identity,
    dice: createDice(seed),
    accountId: identity('account'),
    createdAt: clock.now(),
    cash,
    positions: new Map(),
    orders: new Map(),
    byClientId: new Map(),
    open: new Set(),
    executions: [],
    activities: [],
    updates: [],
    last: new Map(),
    lastDay: new Map(),
    halted: new Set(),
    opened: new Map(),
    lastEquity: cash,
    equity: [],
    cancelDelay: 0,
    replaceDelay: 0,
    listeners: [],
  };
}
