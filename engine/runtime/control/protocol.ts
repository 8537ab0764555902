/**
 * How commands reach a running engine: lines of JSON over a local socket, one request and one answer a line. A version
 * never changes its meaning; what is added later may be left out by either side.
 */
export const PROTOCOL = 1;

/** Bytes of a request's line. No command is longer. */
export const LONGEST_REQUEST = 16_384;
/** Bytes of an answer's line: a status with thousands of positions stays below. */
export const LONGEST_ANSWER = 16_777_216;

/** What a running engine can be asked. */
export const CONTROL_COMMANDS = ['status', 'pause', 'resume', 'flatten', 'halt', 'reset', 'reload', 'approve'] as const;
export type ControlCommand = (typeof CONTROL_COMMANDS)[number];

export interface ControlRequest {
  /** Comes back with the answer. */
  readonly id: string;
  readonly command: ControlCommand;
  readonly arguments: Readonly<Record<string, string>>;
  /** Until when the client waits, ms since 1970; a request that is not begun by then is withdrawn. */
  readonly until?: number;
}

/** Where the run stood when a command took effect. */
export interface Stand {
  /** Instants worked off. */
  readonly instants: number;
  /** End of the last bar, ISO 8601; null before the first. */
  readonly marketTime: string | null;
  readonly revision: string;
}

/**
 * - `request`: not understood, or too long; `version`: another protocol; `unknown`: no such command
 * - `late`: begun only after its `until`
 * - `refused`: understood, and not done: the sentence says why
 * - `unsupported`: this run does not do that; `busy`: too many requests wait; `stopping`: the engine ends
 * - `fault`: the engine's own
 */
export type ControlErrorCode =
  | 'request'
  | 'version'
  | 'unknown'
  | 'late'
  | 'refused'
  | 'unsupported'
  | 'busy'
  | 'stopping'
  | 'fault';

export interface ControlError {
  readonly code: ControlErrorCode;
  readonly message: string;
  readonly help: string | null;
}

export type ControlAnswer =
  | { readonly id: string; readonly ok: true; readonly at: Stand; readonly result: unknown }
  | { readonly id: string; readonly ok: false; readonly error: ControlError }
  /** Work on it has begun and goes on beside the bars. */
  | { readonly id: string; readonly taken: true };

export const encode = (message: ControlRequest | ControlAnswer): string =>
  `${JSON.stringify({ v: PROTOCOL, ...message })}\n`;

/** A request as it was read, or what is wrong with it. */
export type ReadRequest = { readonly request: ControlRequest } | { readonly error: ControlError; readonly id: string };

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const controlError = (code: ControlErrorCode, message: string, help: string | null = null): ControlError => ({
  code,
  message,
  help,
});

/** Reads one line of a client. */
export function readRequest(line: string): ReadRequest {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { id: '', error: controlError('request', 'a request is one line of JSON') };
  }
  if (!isRecord(value)) return { id: '', error: controlError('request', 'a request is a JSON object') };
  const id = typeof value.id === 'string' && value.id.length <= 100 ? value.id : '';
  if (value.v !== PROTOCOL) {
    return { id, error: controlError('version', `this engine speaks version ${PROTOCOL} of the control protocol`) };
  }
  const command = CONTROL_COMMANDS.find((known) => known === value.command);
  if (command === undefined) {
    const named = typeof value.command === 'string' ? ` \`${value.command.slice(0, 40)}\`` : '';
    return { id, error: controlError('unknown', `no command${named}`, `there is ${CONTROL_COMMANDS.join(', ')}`) };
  }
  const given = value.arguments ?? {};
  if (!isRecord(given) || Object.values(given).some((one) => typeof one !== 'string')) {
    return { id, error: controlError('request', 'the arguments of a command are texts by name') };
  }
  if (value.until !== undefined && typeof value.until !== 'number') {
    return { id, error: controlError('request', '`until` is a number of milliseconds since 1970') };
  }
  const until = value.until === undefined ? {} : { until: value.until };
  return { request: { id, command, arguments: given as Record<string, string>, ...until } };
}

/** Reads one line of an engine; undefined when it is none of this protocol. */
export function readAnswer(line: string): ControlAnswer | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || typeof value.id !== 'string') return undefined;
  const { id } = value;
  if (value.taken === true) return { id, taken: true };
  if (value.ok === true && isRecord(value.at)) {
    return { id, ok: true, at: value.at as unknown as Stand, result: value.result };
  }
  if (value.ok === false && isRecord(value.error) && typeof value.error.message === 'string') {
    return { id, ok: false, error: value.error as unknown as ControlError };
  }
  return undefined;
}
