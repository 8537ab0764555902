import { chmodSync, mkdirSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { OperatorAnswer, OperatorCommand } from '../../core/operator.ts';
import { type Address, clearAddress, placeSocket, readAddress, writeAddress } from './address.ts';
import { answers } from './client.ts';
import { lineReader } from './lines.ts';
import { commandFrom } from './operator-command.ts';
import {
  type ControlAnswer,
  type ControlError,
  type ControlRequest,
  controlError,
  encode,
  LONGEST_REQUEST,
  readRequest,
  type Stand,
} from './protocol.ts';
import { operatorResult, type ReloadResult } from './results.ts';
import type { EngineStatus } from './status.ts';

/** What a run does when it is asked; called between two bars only. */
export interface ControlHandlers {
  readonly stand: () => Stand;
  readonly status: () => EngineStatus;
  /** Pauses, resumes, closes, halts, resets; a promise when the journal has to have it first. The run waits for it. */
  readonly command: (command: OperatorCommand) => OperatorAnswer | Promise<OperatorAnswer>;
  /** Reads the rules again; goes on beside the bars, because its swap waits for them. Left out: this run cannot. */
  readonly reload?: () => Promise<ReloadResult>;
  readonly approve?: (revision: string, reason: string | undefined) => Promise<ReloadResult>;
}

export interface ControlOptions {
  /** The state folder, locked by this engine if anything keeps state there; made if it is not there. */
  readonly folder: string;
  readonly handlers: ControlHandlers;
  /** Wall clock, ISO 8601. */
  readonly since: string;
  /** A request waits: a run that sleeps until its next bar wakes up and calls `carryOut`. */
  readonly wake?: () => void;
  readonly limits?: Partial<ControlLimits>;
}

export interface ControlLimits {
  /** Clients at once; further ones are turned away. */
  readonly clients: number;
  /** Requests that wait, of one client and of all. */
  readonly perClient: number;
  readonly waiting: number;
  /** Milliseconds that a client may be silent, or leave an answer unread. */
  readonly patienceMs: number;
  /** Bytes of answers that a client may leave unread. */
  readonly unread: number;
}

const LIMITS: ControlLimits = {
  clients: 64,
  perClient: 16,
  waiting: 256,
  patienceMs: 30_000,
  unread: 33_554_432,
};

export interface ControlServer {
  readonly address: Address;
  /** Requests wait to be carried out. */
  readonly waiting: boolean;
  /**
   * Carries out what waits, oldest first; call it between two bars. A promise when the run has to wait: something is being
   * written to the journal.
   */
  carryOut(): Promise<void> | undefined;
  /**
   * Asks from inside this process: the request waits among those of the socket, is done as they are, and gets the same answer.
   * @throws never: a refusal is an answer
   */
  ask(request: LocalRequest): Promise<LocalAnswer>;
  /** Answers what waits with a refusal, lets the clients go and removes the socket. */
  close(): Promise<void>;
}

/** A request of another part of this process. */
export type LocalRequest = Omit<ControlRequest, 'id'>;
export type LocalAnswer = Exclude<ControlAnswer, { readonly taken: true }>;

interface Client {
  /** Gives an answer to whoever asked; one who has gone is not told. */
  readonly send: (answer: ControlAnswer) => void;
  /** Requests that wait, and those that have no answer yet. */
  queued: number;
  open: number;
}

interface Waiting {
  readonly client: Client;
  readonly request: ControlRequest;
}

/** Somebody answers on this state folder already. */
export const isServed = (error: unknown): boolean => (error as { served?: unknown }).served === true;

/**
 * Listens for commands of this user on a local socket. Clients never delay the run: what they send is read and checked beside
 * it, and done when the run calls `carryOut`.
 * @throws Error `isServed` when another engine answers there; errors of the system when the socket cannot be made
 */
export async function serveControl(options: ControlOptions): Promise<ControlServer> {
  const { folder, handlers } = options;
  const limits = { ...LIMITS, ...options.limits };
  const sockets = new Set<Socket>();
  let queue: Waiting[] = [];
  let closed = false;

  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const former = readAddress(folder);
  if (former !== undefined && (await answers(former))) {
    const message = `another engine answers on ${folder}: process ${former.pid}`;
    throw Object.assign(new Error(message), { served: true });
  }

  function send(client: Client, answer: ControlAnswer): void {
    if (!('taken' in answer) && client.open > 0) client.open--;
    client.send(answer);
  }

  const refuse = (client: Client, id: string, error: ControlError): void => send(client, { id, ok: false, error });

  function take(client: Client, line: string): void {
    const read = readRequest(line);
    if ('error' in read) {
      refuse(client, read.id, read.error);
      return;
    }
    put(client, read.request);
  }

  function put(client: Client, request: ControlRequest): void {
    if (closed) refuse(client, request.id, STOPPING);
    else if (client.queued >= limits.perClient || queue.length >= limits.waiting) {
      refuse(client, request.id, controlError('busy', 'too many requests wait', 'ask again in a moment'));
    } else {
      client.queued++;
      client.open++;
      queue.push({ client, request });
      options.wake?.();
    }
  }

  function meet(socket: Socket): void {
    const client: Client = {
      send(answer) {
        if (socket.destroyed || !socket.writable) return;
        socket.write(encode(answer));
        if (socket.writableLength > limits.unread) socket.destroy();
      },
      queued: 0,
      open: 0,
    };
    sockets.add(socket);
    // A forgotten client keeps no process alive.
    socket.unref();
    socket.setTimeout(limits.patienceMs, () => {
      // Who waits for an answer may be silent; who does not read one may not.
      if (client.open === 0 || socket.writableLength > 0) socket.destroy();
    });
    // Broken pipes and resets are the client's own affair.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      // Who has gone cannot be told what came of it: it is as if they had not asked.
      queue = queue.filter((one) => one.client !== client);
    });
    socket.on(
      'data',
      lineReader(
        LONGEST_REQUEST,
        (line) => take(client, line),
        () => {
          refuse(client, '', controlError('request', `a request has at most ${LONGEST_REQUEST} bytes`));
          socket.end();
          socket.destroySoon();
        },
      ),
    );
  }

  /** A promise when the run has to wait for it. */
  function perform({ client, request }: Waiting): Promise<void> | undefined {
    const { id } = request;
    const done = (result: unknown): void => send(client, { id, ok: true, at: handlers.stand(), result });
    const failed = (error: unknown): void =>
      refuse(client, id, controlError('fault', error instanceof Error ? error.message : String(error)));
    const beside = (work: Promise<ReloadResult> | undefined): undefined => {
      if (work === undefined) {
        const message = `this run cannot ${request.command}: it keeps the rules that it began with`;
        refuse(client, id, controlError('unsupported', message, 'edited rules are read at the next start'));
        return;
      }
      send(client, { id, taken: true });
      work.then(done, failed);
    };
    if (request.until !== undefined && Date.now() > request.until) {
      // Whoever asked was told that nobody answered: nothing of it may happen after that.
      refuse(client, id, controlError('late', 'the request came too late', 'ask again'));
      return undefined;
    }
    try {
      const { command } = request;
      const { revision = '', reason } = request.arguments;
      if (command === 'status') done(handlers.status());
      else if (command === 'reload') return beside(handlers.reload?.());
      else if (command === 'approve') return beside(handlers.approve?.(revision, reason));
      else {
        const asked = commandFrom(command, request.arguments);
        if (typeof asked === 'string') {
          refuse(client, id, controlError('request', asked));
          return undefined;
        }
        const tell = (answer: OperatorAnswer): void => {
          if (answer.kind === 'refused') refuse(client, id, controlError('refused', answer.message, answer.help));
          else done(operatorResult(answer));
        };
        const answer = handlers.command(asked);
        if (answer instanceof Promise) return answer.then(tell).catch(failed);
        tell(answer);
      }
    } catch (error) {
      failed(error);
    }
    return undefined;
  }

  function next(): Promise<void> | undefined {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
      one.client.queued--;
      const held = perform(one);
      if (held !== undefined) return held.then(next);
    }
    return undefined;
  }

  const server = createServer(meet);
  server.maxConnections = limits.clients;
  server.unref();
  const address: Address = { socket: placeSocket(folder), pid: process.pid, since: options.since };
  await listen(server, address.socket);
  // An engine that ends by surprise leaves these; the next one on the folder removes them.
  writeAddress(folder, address);
  server.on('error', () => {});

  return {
    address,
    get waiting() {
      return queue.length > 0;
    },
    carryOut: () => (queue.length === 0 ? undefined : next()),
    ask: (request) =>
      new Promise((resolve) => {
        const client: Client = {
          send(answer) {
            if (!('taken' in answer)) resolve(answer);
          },
          queued: 0,
          open: 0,
        };
        put(client, { ...request, id: '' });
      }),
    async close() {
      if (closed) return;
      closed = true;
      for (const { client, request } of queue) refuse(client, request.id, STOPPING);
      queue = [];
      const gone = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) {
        socket.end();
        socket.destroySoon();
      }
      clearAddress(folder, address);
      // Whoever does not read is not waited for.
      const impatient = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, 200);
      await gone;
      clearTimeout(impatient);
    },
  };
}

const STOPPING = controlError('stopping', 'the engine is stopping');

/** The socket is this user's from the first moment on. */
function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // Binding makes the file before `listen` returns.
    const before = process.umask(0o177);
    try {
      server.listen(path, () => {
        server.off('error', reject);
        try {
          chmodSync(path, 0o600);
          resolve();
        } catch (error) {
          reject(error);
        }
      });
    } finally {
      process.umask(before);
    }
  });
}
