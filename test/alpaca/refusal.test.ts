import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountKindOf, endpointsOf, keyKindOf } from '../../engine/alpaca/endpoints.ts';
import { networkRefusal, type RefusalKind, readRefusal } from '../../engine/alpaca/refusal.ts';

/** Status, Alpaca's number, its words: recorded answers, and sentences of its documentation and forum. */
const SAID: readonly (readonly [number, number | undefined, string, RefusalKind])[] = [
  [422, 40010001, 'client_order_id must be unique', 'duplicate_id'],
  [403, 40310000, 'insufficient qty available for order (requested: 1, available: 0)', 'insufficient_qty'],
  [403, 40310000, 'insufficient balance for BTC (requested: 1, available: 0.5)', 'insufficient_qty'],
  [403, 40310000, 'insufficient buying power', 'buying_power'],
  [403, 40310000, 'insufficient day trading buying power', 'buying_power'],
  [403, 40310000, 'cost basis must be >= minimal amount of order 1', 'buying_power'],
  [403, 40310000, 'account is not allowed to short', 'not_shortable'],
  [422, 42210000, 'asset "XYZ" cannot be sold short', 'not_shortable'],
  [403, 40310000, 'cannot open a short sell while a long buy order is open', 'opposite_side'],
  [403, 40310000, 'potential wash trade detected. use complex orders', 'wash_trade'],
  [
    422,
    42210000,
    'invalid limit_price 1.001. sub-penny increment does not fulfill minimum pricing criteria',
    'sub_penny',
  ],
  [422, 42210000, 'fractional orders must be DAY orders', 'fractional'],
  [422, 42210000, 'fractional orders cannot be sold short', 'fractional'],
  [422, 42210000, 'asset ABC is not active', 'not_tradable'],
  [422, 40010001, 'could not find asset "ABCD"', 'not_tradable'],
  [422, 42210000, 'order is not cancelable', 'not_cancelable'],
  [422, 42210000, 'order is already in "filled" state', 'not_cancelable'],
  [422, 42210000, 'cannot replace order in pending_new status', 'not_replaceable'],
  [422, 42210000, 'take_profit.limit_price must be > stop_loss.stop_price', 'bracket'],
  [422, 42210000, 'bracket orders must be entry orders', 'bracket'],
  [422, 42210000, 'invalid crypto time_in_force', 'time_in_force'],
  [422, 42210000, 'extended hours order must be DAY limit orders', 'extended_hours'],
  [422, 42210000, 'qty must be > 0', 'invalid'],
  [400, undefined, 'request body format is invalid', 'invalid'],
  [403, 40310000, 'trading is blocked for this account: trading blocked', 'account_blocked'],
  [401, 40110000, 'request is not authorized', 'unauthorized'],
  [403, undefined, 'forbidden.', 'unauthorized'],
  [403, undefined, 'subscription does not permit querying recent SIP data', 'forbidden'],
  [404, 40410000, 'order not found for 61e69015-8549-4bfd-b9c3-01e75843f47d', 'not_found'],
  [404, 40410000, 'asset not found for ABCD', 'not_found'],
  [429, 42910000, 'rate limit exceeded', 'rate_limited'],
  [408, undefined, 'request timeout', 'timeout_unknown'],
  [500, 50010000, 'internal server error', 'server'],
];

describe('refusals', () => {
  it.each(SAID)('%i %s %s', (status, code, message, kind) => {
    const refusal = readRefusal(status, JSON.stringify({ ...(code === undefined ? {} : { code }), message }));
    expect(refusal).toMatchObject({ kind, status, code, message });
  });

  it('are read from any body without a fault, and kept short', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 300, max: 599 }),
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.record({ code: fc.anything(), message: fc.anything(), available: fc.anything() }).map((it) => {
            try {
              return JSON.stringify(it) ?? '';
            } catch {
              return '';
            }
          }),
        ),
        (status, body) => {
          const refusal = readRefusal(status, body);
          expect(refusal.message.length).toBeGreaterThan(0);
          expect(refusal.message.length).toBeLessThanOrEqual(500);
          expect(refusal.code === undefined || Number.isFinite(refusal.code)).toBe(true);
        },
      ),
    );
    expect(readRefusal(502, '<html><style>p{}</style><h1>502 Bad Gateway</h1>').message).toBe('502 Bad Gateway');
  });

  it('tell a request that never left from one whose outcome nobody knows', () => {
    const thrown = (code: string, name = 'Error'): Error =>
      Object.assign(new Error('the request failed', { cause: Object.assign(new Error('why'), { code, name }) }), {});
    expect(networkRefusal(thrown('ECONNREFUSED')).kind).toBe('unreachable');
    expect(networkRefusal(thrown('ENOTFOUND')).kind).toBe('unreachable');
    expect(networkRefusal(thrown('ECONNRESET')).kind).toBe('network_unknown');
    expect(networkRefusal(thrown('UND_ERR_SOCKET')).kind).toBe('network_unknown');
    expect(networkRefusal(thrown('UND_ERR_HEADERS_TIMEOUT', 'HeadersTimeoutError')).kind).toBe('timeout_unknown');
    expect(networkRefusal(new DOMException('late', 'TimeoutError')).kind).toBe('timeout_unknown');
    expect(networkRefusal('what').kind).toBe('network_unknown');
  });
});

describe('addresses', () => {
  it('follow from each other, on paper unless others are named', () => {
    expect(endpointsOf({ feed: 'iex' })).toEqual({
      trading: 'https://paper-api.alpaca.markets',
      data: 'https://data.alpaca.markets',
      stream: 'wss://stream.data.alpaca.markets/v2/iex',
      cryptoStream: 'wss://stream.data.alpaca.markets/v1beta3/crypto/us',
      tradingStream: 'wss://paper-api.alpaca.markets/stream',
    });
    expect(endpointsOf({ trading: 'http://127.0.0.1:9/v2/', stream: 'ws://127.0.0.1:9/v2/test', feed: 'sip' })).toEqual(
      {
        trading: 'http://127.0.0.1:9',
        data: 'https://data.alpaca.markets',
        stream: 'ws://127.0.0.1:9/v2/test',
        cryptoStream: 'ws://127.0.0.1:9/v1beta3/crypto/us',
        tradingStream: 'ws://127.0.0.1:9/stream',
      },
    );
  });

  it('and keys say whose money they move', () => {
    expect(accountKindOf(endpointsOf({ feed: 'iex' }))).toBe('paper');
    expect(accountKindOf(endpointsOf({ feed: 'iex', trading: 'https://api.alpaca.markets' }))).toBe('live');
    expect(accountKindOf(endpointsOf({ feed: 'iex', trading: 'http://127.0.0.1:1' }))).toBe('other');
    expect(['PKABC', 'AKABC', 'CKABC'].map(keyKindOf)).toEqual(['paper', 'live', undefined]);
  });
});
