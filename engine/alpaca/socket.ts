import type { Clock } from '../market/clock.ts';
import { MINUTE, SECOND } from '../market/time.ts';
import type { Failure } from './stream-errors.ts';

/** One connection, from the first packet to the last. */
export interface Link {
  ping(): void;
  /** Says good-bye: the server knows that we are gone. */
  end(): void;
  /** Cuts it off. */
  drop(): void;
}

/** What a connection tells of itself, at most until it has ended. None of these throws. */
export interface LinkEvents {
  /** Anything came, an answer to a ping included. */
  heard(): void;
  authenticated(): void;
  /** The server has confirmed everything that was asked of it. */
  ready(): void;
  failed(failure: Failure): void;
  closed(): void;
}

/**
 * `connecting`: on the way; `live`: everything asked for is confirmed; `waiting`: lost, and tried again soon; `refused`: the
 * server does not want us, and is asked again every few minutes; `closed`: nobody wants it.
 */
export type SocketState = 'connecting' | 'live' | 'waiting' | 'refused' | 'closed';

/** A socket's state, as a message among those that came by it. */
export interface SocketTold {
  readonly kind: 'state';
  readonly state: SocketState;
  /** For a person. */
  readonly words: string;
  /** In how many ms the next try begins. */
  readonly retryMs: number | undefined;
}

/** All in ms. */
export interface SocketTiming {
  /** From dialling until the keys are accepted, and from there until everything is confirmed. */
  readonly authenticateMs: number;
  readonly readyMs: number;
  /** Between pings, and how long any sign of life may then take. */
  readonly pingMs: number;
  readonly pongMs: number;
  /** The first pause before another try, doubled each time, and the longest. */
  readonly pauseMs: number;
  readonly longestPauseMs: number;
  /** The pause when the server still counts our former connection, and when it refuses us. */
  readonly busyMs: number;
  readonly refusedMs: number;
  /** A connection that lived this long has earned short pauses again. */
  readonly settledMs: number;
  /** How long the server's good-bye is waited for. */
  readonly goodbyeMs: number;
}

export const SOCKET_TIMING: SocketTiming = {
  authenticateMs: 10 * SECOND,
  readyMs: 10 * SECOND,
  pingMs: 10 * SECOND,
  pongMs: 5 * SECOND,
  pauseMs: SECOND,
  longestPauseMs: MINUTE,
  busyMs: 90 * SECOND,
  refusedMs: 5 * MINUTE,
  settledMs: 30 * SECOND,
  goodbyeMs: SECOND,
};

/** Pauses vary by this part either way, so that a thousand clients do not come back in the same second. */
const JITTER = 0.2;

export interface SocketOptions {
  readonly clock: Clock;
  /** Numbers from 0 up to 1. */
  readonly dice: () => number;
  /** Begins a connection; it tells of itself only after this has returned. */
  readonly dial: (events: LinkEvents) => Link;
  /**
   * Told whenever the state changes, with words for a person, and in how many ms the next try begins; must not throw.
   */
  readonly told: (state: SocketState, words: string, retryMs?: number) => void;
  readonly timing?: Partial<SocketTiming>;
}

export interface Socket {
  open(): void;
  /** Ends when the server has said good-bye too, or after a second. */
  close(): Promise<void>;
  /** Gives this connection up for another, for a reason that only its user can know. */
  restart(reason: string): void;
  readonly state: SocketState;
  /** How often another connection was begun. */
  readonly reconnects: number;
}

/**
 * Keeps one connection to a server, for ever: deadlines for the keys and for what is subscribed, pings, and another try after a
 * pause that doubles. The SDK's own reconnecting is switched off: it has no deadline, takes an error for a living connection,
 * counts by the machine's clock and gives up after ten tries.
 */
export function createSocket({ clock, dice, dial, told, ...options }: SocketOptions): Socket {
  const timing = { ...SOCKET_TIMING, ...options.timing };
  let state: SocketState = 'closed';
  let link: Link | undefined;
  /** Number of the connection; what an earlier one still says is not heard. */
  let turn = 0;
  let losses = 0;
  let reconnects = 0;
  let goodbye: (() => void) | undefined;
  const timers = new Map<'deadline' | 'ping' | 'pong' | 'settled' | 'retry', { cancel(): void }>();

  const stop = (name: Parameters<typeof timers.get>[0]): void => {
    timers.get(name)?.cancel();
    timers.delete(name);
  };
  const start = (name: Parameters<typeof timers.get>[0], ms: number, run: () => void): void => {
    stop(name);
    timers.set(name, clock.after(ms, run));
  };
  const stopAll = (): void => {
    for (const timer of timers.values()) timer.cancel();
    timers.clear();
  };
  const become = (next: SocketState, words: string, retryMs?: number): void => {
    state = next;
    told(next, words, retryMs);
  };

  const pauseFor = ({ kind }: Failure): number => {
    const jitter = 1 - JITTER + 2 * JITTER * dice();
    if (kind === 'refused') return timing.refusedMs * jitter;
    // Never less than the server takes to forget a connection.
    if (kind === 'busy') return timing.busyMs * (1 + JITTER * dice());
    return Math.min(timing.pauseMs * 2 ** Math.min(losses, 16), timing.longestPauseMs) * jitter;
  };

  /** A server that is not told keeps the connection for 90 s, and takes no other; one that does not hear is left after a second. */
  const leave = (gone: Link): void => {
    gone.end();
    clock.after(timing.goodbyeMs, () => gone.drop());
  };

  const fail = (failure: Failure): void => {
    const gone = link;
    link = undefined;
    turn++;
    stopAll();
    const pause = pauseFor(failure);
    if (failure.kind === 'lost') losses++;
    if (gone !== undefined) leave(gone);
    become(failure.kind === 'refused' ? 'refused' : 'waiting', failure.words, pause);
    start('retry', pause, () => connect());
  };
  const lose = (words: string): void => fail({ kind: 'lost', code: undefined, words });

  const beat = (mine: number): void => {
    start('ping', timing.pingMs, () => {
      if (turn !== mine || link === undefined) return;
      start('pong', timing.pongMs, () => lose('the server does not answer'));
      link.ping();
      if (turn === mine) beat(mine);
    });
  };

  const connect = (): void => {
    const mine = ++turn;
    if (state !== 'closed') reconnects++;
    stopAll();
    // A server that refuses is not said to be tried again with every try.
    if (state !== 'refused') become('connecting', 'connecting');
    if (turn !== mine) return;
    start('deadline', timing.authenticateMs, () =>
      lose(`no word on the keys within ${timing.authenticateMs / SECOND} seconds`),
    );
    const current = () => turn === mine;
    try {
      link = dial({
        heard() {
          if (current()) stop('pong');
        },
        authenticated() {
          if (!current()) return;
          start('deadline', timing.readyMs, () =>
            lose(`the subscription was not confirmed within ${timing.readyMs / SECOND} seconds`),
          );
          beat(mine);
        },
        ready() {
          if (!current()) return;
          stop('deadline');
          if (state === 'live') return;
          start('settled', timing.settledMs, () => {
            losses = 0;
          });
          become('live', 'connected');
        },
        failed(failure) {
          if (current() && failure.kind !== 'harmless') fail(failure);
        },
        closed() {
          if (current()) lose('the server closed the connection');
          else if (turn === mine + 1 && goodbye !== undefined) goodbye();
        },
      });
    } catch (error) {
      if (current()) lose(error instanceof Error ? error.message : String(error));
    }
  };

  return {
    open() {
      if (state === 'closed') connect();
    },
    close() {
      if (state === 'closed') return Promise.resolve();
      const last = link;
      link = undefined;
      turn++;
      stopAll();
      become('closed', 'closed');
      if (last === undefined) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = clock.after(timing.goodbyeMs, () => {
          last.drop();
          done();
        });
        const done = (): void => {
          goodbye = undefined;
          timer.cancel();
          resolve();
        };
        goodbye = done;
        last.end();
      });
    },
    restart(reason) {
      if (link !== undefined) lose(reason);
    },
    get state() {
      return state;
    },
    get reconnects() {
      return reconnects;
    },
  };
}

/** The socket of a stream whose messages wait in an inbox: closed, it forgets those that have not been worked on. */
export const withInbox = (socket: Socket, inbox: { close(): void }): Socket => ({
  open: () => socket.open(),
  async close() {
    await socket.close();
    inbox.close();
  },
  restart: (reason) => socket.restart(reason),
  get state() {
    return socket.state;
  },
  get reconnects() {
    return socket.reconnects;
  },
});
