/** Where Alpaca is: whole addresses without a stroke at the end. */
export interface Endpoints {
  /** REST of the trading account: `https://paper-api.alpaca.markets`. */
  readonly trading: string;
  /** REST of market data: `https://data.alpaca.markets`. */
  readonly data: string;
  /** Socket of live bars of shares, and of coins. */
  readonly stream: string;
  readonly cryptoStream: string;
  /** Socket of order updates. */
  readonly tradingStream: string;
}

/** As a person names them; what is left out follows from the rest. */
export interface NamedEndpoints {
  readonly trading?: string | undefined;
  readonly data?: string | undefined;
  readonly stream?: string | undefined;
  readonly tradingStream?: string | undefined;
  readonly feed: 'iex' | 'sip';
}

export const PAPER_URL = 'https://paper-api.alpaca.markets';
export const LIVE_URL = 'https://api.alpaca.markets';
export const DATA_URL = 'https://data.alpaca.markets';
const STREAM_HOST = 'wss://stream.data.alpaca.markets';

/** The version is part of each request's path; many people's settings carry it all the same. */
const bare = (url: string): string => url.replace(/\/+$/, '').replace(/\/v\d(?:beta\d)?$/, '');

/** Settles the addresses: the paper account and Alpaca's own hosts, unless others are named. */
export function endpointsOf(named: NamedEndpoints): Endpoints {
  const trading = bare(named.trading ?? PAPER_URL);
  const data = bare(named.data ?? DATA_URL);
  const socket = named.stream ?? STREAM_HOST;
  // A bare host: which of its sockets it is follows from the feed.
  const stream = new URL(socket).pathname === '/' ? `${socket.replace(/\/$/, '')}/v2/${named.feed}` : socket;
  return {
    trading,
    data,
    stream,
    // Beside the shares' socket, on whichever host that is.
    cryptoStream: `${stream.replace(/\/v\d.*$/, '')}/v1beta3/crypto/us`,
    tradingStream: named.tradingStream ?? `${trading.replace(/^http/, 'ws')}/stream`,
  };
}

/**
 * Whose money an address moves. `other`: neither of Alpaca's hosts, such as a simulator or a broker of Alpaca's partners.
 */
export type AccountKind = 'paper' | 'live' | 'other';

export function accountKindOf({ trading }: Pick<Endpoints, 'trading'>): AccountKind {
  const host = new URL(trading).hostname;
  if (host === new URL(PAPER_URL).hostname) return 'paper';
  return host === new URL(LIVE_URL).hostname ? 'live' : 'other';
}

/** What a key is for, by its first letters: Alpaca's paper keys begin with PK, its live keys with AK. */
export function keyKindOf(keyId: string): 'paper' | 'live' | undefined {
  if (keyId.startsWith('PK')) return 'paper';
  return keyId.startsWith('AK') ? 'live' : undefined;
}

/** An address of this very machine. */
export const isLoopback = (address: string): boolean =>
  /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(new URL(address).hostname);
