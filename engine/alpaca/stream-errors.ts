/**
 * What a socket's failure asks for. `lost`: try again soon; `busy`: the server still counts a connection that is gone, which
 * lasts about 90 s; `refused`: trying again changes nothing until a person does something; `harmless`: nothing is lost.
 */
export type FailureKind = 'lost' | 'busy' | 'refused' | 'harmless';

export interface Failure {
  readonly kind: FailureKind;
  /** Alpaca's number on the market-data socket, or the status of an HTTP answer; undefined when there was none. */
  readonly code: number | undefined;
  /** For a person: what happened and, where there is one, the way out. */
  readonly words: string;
}

interface StreamError {
  readonly code: number;
  /** As the SDK hands it on: it keeps the text and drops the number. */
  readonly text: string;
  readonly kind: FailureKind;
  readonly words: string;
}

/** Errors of the market-data socket. Source: Alpaca, "Real-time Stock Data", errors; and recorded behaviour of the server. */
export const STREAM_ERRORS: readonly StreamError[] = [
  { code: 400, text: 'invalid syntax', kind: 'lost', words: 'the server could not read a message of ours' },
  {
    code: 401,
    text: 'not authenticated',
    kind: 'lost',
    words: 'the server did not take the connection as authenticated',
  },
  {
    code: 402,
    text: 'auth failed',
    kind: 'refused',
    words:
      'the keys are not accepted: see that ALPACA_API_KEY and ALPACA_SECRET_KEY are a pair of the account, and still valid',
  },
  { code: 403, text: 'already authenticated', kind: 'harmless', words: 'the connection was authenticated already' },
  {
    code: 404,
    text: 'auth timeout',
    kind: 'lost',
    words: 'the keys did not reach the server in time: the network is slow',
  },
  {
    code: 405,
    text: 'symbol limit exceeded',
    kind: 'refused',
    words:
      'the plan of the account allows fewer symbols (on the free plan 30 with quotes): let the rules read fewer, or take another plan',
  },
  {
    code: 406,
    text: 'connection limit exceeded',
    kind: 'busy',
    words: 'another program is connected with these keys, or the last connection is not forgotten yet (about 90 s)',
  },
  { code: 407, text: 'slow client', kind: 'lost', words: 'messages were taken too slowly, and the server let go' },
  {
    code: 408,
    text: 'v2 not enabled',
    kind: 'refused',
    words: 'the account has no access to this version of the data: ask Alpaca to enable it',
  },
  {
    code: 409,
    text: 'insufficient subscription',
    kind: 'refused',
    words: 'the plan of the account does not hold this feed: take the feed iex, which is free, or a plan with SIP',
  },
  {
    code: 410,
    text: 'invalid subscribe action for this feed',
    kind: 'refused',
    words: 'the feed does not know what was asked for',
  },
  {
    code: 411,
    text: 'insufficient scope',
    kind: 'refused',
    words: 'the keys may not read this data: make keys with the scope for market data',
  },
  { code: 500, text: 'internal error', kind: 'lost', words: 'the server failed' },
];

/** Words in which the SDK tells that a frame could not be read: what else the frame held is lost with it. */
const UNREADABLE = /^failed to (?:decode|process) message/;

const REFUSED_UPGRADE = /Unexpected server response: (\d{3})/;

/** An HTTP status in answer to the upgrade. */
function upgradeFailure(code: number): Failure {
  if (code === 429 || code === 406) {
    return { kind: 'busy', code, words: `the server refuses another connection for now (HTTP ${code})` };
  }
  if (code === 401 || code === 403) {
    const words = `the keys are not accepted (HTTP ${code}): see that they are a pair of the account, and still valid`;
    return { kind: 'refused', code, words };
  }
  if (code === 404) {
    return {
      kind: 'refused',
      code,
      words: 'there is no such socket at this address (HTTP 404): see ALPACA_STREAM_URL or ALPACA_TRADING_STREAM_URL',
    };
  }
  return { kind: 'lost', code, words: `the server answered with HTTP ${code}` };
}

/** What an error means that the SDK's stream tells as a text, with its number where the SDK gives it. */
export function failureOf(text: string, code?: number): Failure {
  const upgrade = REFUSED_UPGRADE.exec(text);
  if (upgrade !== null) return upgradeFailure(Number(upgrade[1]));
  const lower = text.toLowerCase();
  const known = STREAM_ERRORS.find((error) =>
    code === undefined ? lower.startsWith(error.text) : error.code === code,
  );
  if (known !== undefined) return { kind: known.kind, code: known.code, words: known.words };
  if (lower.includes('scope')) return failureOf('', 411);
  if (lower.includes('action')) return failureOf('', 410);
  if (UNREADABLE.test(text)) return { kind: 'lost', code, words: `a message could not be read: ${text}` };
  return { kind: 'lost', code, words: text === '' ? 'an error without a word' : text };
}
