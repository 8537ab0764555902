import { isFields, optionalDecimal, optionalText, reading } from './fields.ts';

/**
 * Why Alpaca did not do what it was asked, in one word.
 * Orders: `duplicate_id` (an order has this client_order_id), `insufficient_qty`, `buying_power`, `not_shortable`,
 * `opposite_side` (a short while a buy is open), `wash_trade`, `sub_penny`, `fractional`, `not_tradable`, `not_cancelable`,
 * `not_replaceable`, `bracket`, `time_in_force`, `extended_hours`, `closed` (outside the hours of such an order),
 * `too_many_orders`, `account_blocked`; `invalid`: any other rule.
 * Requests: `unauthorized` (keys), `forbidden` (the plan or the scope), `not_found`, `rate_limited`.
 * Nothing is known of the outcome: `server` (5xx), `network_unknown`, `timeout_unknown`, `unreadable` (an answer, but none that
 * can be understood). `unreachable`: it never left this machine. `closed_connection`: the engine itself had hung up.
 * `withdrawn`: nobody wanted it any more when its turn came, and it was not sent.
 */
export type RefusalKind =
  | 'duplicate_id'
  | 'insufficient_qty'
  | 'buying_power'
  | 'not_shortable'
  | 'opposite_side'
  | 'wash_trade'
  | 'sub_penny'
  | 'fractional'
  | 'not_tradable'
  | 'not_cancelable'
  | 'not_replaceable'
  | 'bracket'
  | 'time_in_force'
  | 'extended_hours'
  | 'closed'
  | 'too_many_orders'
  | 'account_blocked'
  | 'invalid'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'rate_limited'
  | 'server'
  | 'network_unknown'
  | 'timeout_unknown'
  | 'unreadable'
  | 'unreachable'
  | 'closed_connection'
  | 'withdrawn';

/** A request that did not come to what was asked. Amounts are decimal strings. */
export interface Refusal {
  readonly kind: RefusalKind;
  /** HTTP status; undefined when nothing came back. */
  readonly status: number | undefined;
  /** Alpaca's own number, such as 40310000. */
  readonly code: number | undefined;
  /** Alpaca's words, or ours where it said nothing. */
  readonly message: string;
  /** Of `duplicate_id` and `wash_trade`: the order that is there already. */
  readonly existingOrderId: string | undefined;
  /** Of `insufficient_qty`: what could be sold, and what other orders hold of the position. */
  readonly available: string | undefined;
  readonly existingQty: string | undefined;
  readonly heldForOrders: string | undefined;
  /** Alpaca's name for the request, for a letter to its support. */
  readonly requestId: string | undefined;
}

/** What came of a request; no call of this room throws. */
export type Answer<T> = { readonly ok: T } | { readonly refusal: Refusal };

const UNKNOWN: ReadonlySet<RefusalKind> = new Set([
  'server',
  'network_unknown',
  'timeout_unknown',
  'unreadable',
  'unreachable',
  'closed_connection',
]);

/** Nobody can say from this answer whether what was asked has been done: ask by `client_order_id`. */
export const isOutcomeUnknown = ({ kind }: Refusal): boolean => UNKNOWN.has(kind);

/**
 * What Alpaca's words say, the first that fits. Its numbers group many causes (40310000 is any refusal of trading, 42210000
 * any broken rule), so the words decide. Source: recorded answers of paper accounts, Alpaca's documentation and forum.
 */
const WORDS: readonly (readonly [RegExp, RefusalKind])[] = [
  [/client.?order.?id must be unique/i, 'duplicate_id'],
  [/insufficient (?:qty|quantity|balance)|position .*(?:not enough|insufficient)/i, 'insufficient_qty'],
  [/insufficient .*(?:buying power|funds)|buying power|cost basis must/i, 'buying_power'],
  [/fractional|notional/i, 'fractional'],
  [/wash trade/i, 'wash_trade'],
  [/while a (?:long|short) (?:buy|sell)|opposite side/i, 'opposite_side'],
  [
    /not allowed to short|cannot be sold short|not shortable|short(?:ing| sell| sales?).*(?:not|only|disabled)/i,
    'not_shortable',
  ],
  [/sub-?penny|minimum pric(?:e|ing)|price increment/i, 'sub_penny'],
  [/not (?:active|tradable|tradeable)|(?:could not|cannot) find asset|asset .*not found/i, 'not_tradable'],
  [/not (?:be )?cancell?able|already in|cannot be cancell?ed|pending cancel/i, 'not_cancelable'],
  [/not (?:be )?replace|replaced/i, 'not_replaceable'],
  [/bracket|take.?profit|stop.?loss|\boc?o\b|\boto\b|base.?price/i, 'bracket'],
  [/time.?in.?force/i, 'time_in_force'],
  [/extended.?hours/i, 'extended_hours'],
  [/market (?:is )?closed|outside .*hours|\bopg\b|\bcls\b/i, 'closed'],
  [/too many (?:open )?orders|maximum .*orders/i, 'too_many_orders'],
  [
    /account .*(?:blocked|restricted|suspended|closed|not (?:active|allowed))|trading .*(?:blocked|suspended)/i,
    'account_blocked',
  ],
];

function kindOf(status: number, code: number | undefined, message: string): RefusalKind {
  if (status === 429) return 'rate_limited';
  if (status === 408) return 'timeout_unknown';
  if (status >= 500) return 'server';
  if (status === 401) return 'unauthorized';
  // A 404 may be about an asset, an order or a path: there is none of it.
  if (status === 404) return 'not_found';
  // Keys that are none get a bare 403 with one word; trading refusals come with a number and a sentence.
  if (status === 403 && code === undefined && /^(?:forbidden|unauthori[sz]ed)\.?$/i.test(message.trim())) {
    return 'unauthorized';
  }
  if (/subscription|permit querying|sip data/i.test(message) && status === 403) return 'forbidden';
  const found = WORDS.find(([pattern]) => pattern.test(message));
  if (found !== undefined) return found[1];
  return status === 403 ? 'forbidden' : 'invalid';
}

const NOTHING = {
  status: undefined,
  code: undefined,
  existingOrderId: undefined,
  available: undefined,
  existingQty: undefined,
  heldForOrders: undefined,
  requestId: undefined,
} as const;

/** A refusal of ours: nothing came back, or nothing that can be understood. */
export const ownRefusal = (kind: RefusalKind, message: string, status?: number): Refusal => ({
  ...NOTHING,
  kind,
  message,
  status,
});

/** Longest message that is kept: a proxy in between may answer with a whole page. */
const LONGEST = 500;

/** What a body that is no JSON says, without the tags of a page. */
const plain = (body: string): string =>
  body
    .replace(/<(?:style|script)[\s\S]*?<\/(?:style|script)>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, LONGEST);

/**
 * Makes a refusal of an answer that is none of success.
 * @param body its whole text, read once
 */
export function readRefusal(status: number, body: string, requestId?: string): Refusal {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    parsed = undefined;
  }
  const fields = isFields(parsed) ? parsed : {};
  const said = typeof parsed === 'string' ? parsed : (optionalText(fields, 'message') ?? optionalText(fields, 'error'));
  const message =
    (said ?? (parsed === undefined ? plain(body) : '')).slice(0, LONGEST) || `HTTP ${status} without a word`;
  const number = typeof fields.code === 'string' ? Number(fields.code) : fields.code;
  const code = typeof number === 'number' && Number.isFinite(number) ? number : undefined;
  // An amount that cannot be read is one that was not said.
  const amount = (name: string): string | undefined => {
    const read = reading(() => optionalDecimal(fields, name));
    return 'ok' in read ? read.ok : undefined;
  };
  return {
    kind: kindOf(status, code, message),
    status,
    code,
    message,
    existingOrderId: optionalText(fields, 'existing_order_id'),
    available: amount('available'),
    existingQty: amount('existing_qty'),
    heldForOrders: amount('held_for_orders'),
    requestId,
  };
}

/** Codes of the system and of undici after which nothing has been sent. */
const UNSENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

const TIMED_OUT: ReadonlySet<string> = new Set([
  'TimeoutError',
  'AbortError',
  'HeadersTimeoutError',
  'BodyTimeoutError',
]);

/** What a thing that was thrown on the way says, with all that it was thrown for. */
const chain = (error: unknown): readonly Error[] => {
  const found: Error[] = [];
  for (let at = error; at instanceof Error && found.length < 8; at = at.cause ?? (at as AggregateError).errors?.[0])
    found.push(at);
  return found;
};

/** Makes a refusal of a failure on the way: no answer came. */
export function networkRefusal(error: unknown): Refusal {
  const errors = chain(error);
  const codes = errors.map((one) => (one as NodeJS.ErrnoException).code ?? '');
  const last = errors.at(-1)?.message ?? String(error);
  if (codes.includes('UND_ERR_DESTROYED') || codes.includes('UND_ERR_CLOSED')) {
    return ownRefusal('closed_connection', 'the connection has been closed');
  }
  const unsent = codes.find((code) => UNSENT.has(code));
  if (unsent !== undefined) return ownRefusal('unreachable', `the server cannot be reached: ${last}`);
  if (errors.some(({ name }) => TIMED_OUT.has(name))) return ownRefusal('timeout_unknown', 'no answer came in time');
  return ownRefusal('network_unknown', `the connection broke: ${last}`);
}

/** An answer's value, or its refusal thrown as an error with the refusal's `kind`, for callers that end on the first one. */
export function orThrow<T>(answer: Answer<T>): T {
  if ('ok' in answer) return answer.ok;
  const { refusal } = answer;
  throw Object.assign(new Error(refusal.message), { kind: refusal.kind, refusal });
}
