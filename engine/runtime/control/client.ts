import { connect, type Socket } from 'node:net';
import { type Address, isPrivate, readAddress } from './address.ts';
import { lineReader } from './lines.ts';
import {
  type ControlAnswer,
  type ControlCommand,
  type ControlError,
  encode,
  LONGEST_ANSWER,
  readAnswer,
  type Stand,
} from './protocol.ts';

/** What came of asking a running engine. */
export type Asked =
  | { readonly kind: 'done'; readonly at: Stand; readonly result: unknown }
  | { readonly kind: 'refused'; readonly error: ControlError }
  /** No engine runs on the state folder. */
  | { readonly kind: 'absent' }
  /** One does, and did not answer in time. */
  | {
      readonly kind: 'silent';
      readonly pid: number;
      readonly milliseconds: number;
      /** It has begun, and goes on beside the bars; otherwise it is withdrawn. */
      readonly begun: boolean;
    }
  /** It went away before it answered, or said what is no answer. */
  | { readonly kind: 'broken'; readonly pid: number }
  /** The socket is there and this user may not use it. */
  | { readonly kind: 'forbidden'; readonly pid: number };

export interface Question {
  readonly command: ControlCommand;
  readonly arguments?: Readonly<Record<string, string>>;
  /** Until an answer must have begun to come. */
  readonly timeoutMs?: number;
  /** Until work that goes on beside the bars must be done. */
  readonly workMs?: number;
}

const TIMEOUT = 5_000;
const WORK = 120_000;

const GONE: ReadonlySet<string> = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTSOCK']);
const FORBIDDEN: ReadonlySet<string> = new Set(['EACCES', 'EPERM']);

/** Asks the engine that runs on a state folder, and waits until its answer has taken effect. */
export async function askEngine(folder: string, question: Question): Promise<Asked> {
  let address: Address | undefined;
  try {
    address = readAddress(folder);
    if (address === undefined) return { kind: 'absent' };
    if (!isPrivate(address.socket)) return { kind: 'forbidden', pid: address.pid };
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (GONE.has(code)) return { kind: 'absent' };
    if (FORBIDDEN.has(code)) return { kind: 'forbidden', pid: address?.pid ?? 0 };
    throw error;
  }
  return exchange(address, question);
}

function exchange({ socket: path, pid }: Address, question: Question): Promise<Asked> {
  const { command, timeoutMs = TIMEOUT, workMs = WORK } = question;
  return new Promise((resolve) => {
    const socket: Socket = connect(path);
    const end = (asked: Asked): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(asked);
    };
    const wait = (milliseconds: number, begun: boolean): NodeJS.Timeout =>
      setTimeout(() => end({ kind: 'silent', pid, milliseconds, begun }), milliseconds);
    let timer = wait(timeoutMs, false);
    socket.on('error', ({ code = '' }: NodeJS.ErrnoException) => {
      if (GONE.has(code)) end({ kind: 'absent' });
      else end({ kind: FORBIDDEN.has(code) ? 'forbidden' : 'broken', pid });
    });
    socket.on('close', () => end({ kind: 'broken', pid }));
    const until = Date.now() + timeoutMs;
    socket.on('connect', () => socket.write(encode({ id: '1', command, arguments: question.arguments ?? {}, until })));
    const take = (answer: ControlAnswer | undefined): void => {
      if (answer === undefined) end({ kind: 'broken', pid });
      else if ('taken' in answer) {
        clearTimeout(timer);
        timer = wait(workMs, true);
      } else if (answer.ok) end({ kind: 'done', at: answer.at, result: answer.result });
      else end({ kind: 'refused', error: answer.error });
    };
    socket.on(
      'data',
      lineReader(
        LONGEST_ANSWER,
        (line) => take(readAnswer(line)),
        () => end({ kind: 'broken', pid }),
      ),
    );
  });
}

/** Whether somebody listens at an address. */
export function answers({ socket: path }: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const end = (listens: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(listens);
    };
    // A socket takes connections as long as its process lives, however busy that is.
    const timer = setTimeout(() => end(true), 1_000);
    socket.on('connect', () => end(true));
    socket.on('error', () => end(false));
  });
}
