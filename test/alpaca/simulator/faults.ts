import { instantOf, type VirtualClock, type When } from './virtual-clock.ts';

export type SocketKind = 'market' | 'trading';

/** When a fault acts: between two instants, after `skip` occasions, `count` times (always, when left out). */
export interface Window {
  readonly from?: When;
  readonly until?: When;
  readonly skip?: number;
  readonly count?: number;
}

/** What becomes of a request. `method` and the beginning of `path` choose it. */
export type RequestFault =
  /** Answered so, and not handled. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body?: object;
      readonly headers?: Record<string, string>;
    }
  /** Handled; the answer comes `ms` of virtual time later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Handled (an order is in the book), and never answered. */
  | { readonly kind: 'silence' }
  /** Never handled and never answered. */
  | { readonly kind: 'lose' }
  /** It is on its way for `ms`: handled and answered only then. */
  | { readonly kind: 'late'; readonly ms: number }
  /** The connection is cut, after or before it was handled. */
  | { readonly kind: 'reset'; readonly handled: boolean };

/** What becomes of a socket that is being opened. */
export type OpeningFault =
  /** The upgrade is refused with an HTTP status. */
  | { readonly kind: 'refuse'; readonly status: number }
  /** Everything is answered but authentication. */
  | { readonly kind: 'never_authenticate' }
  /** An error of the stream after authentication, in place of its answer; the socket stays open unless `close`. */
  | { readonly kind: 'error'; readonly code: number; readonly close?: boolean };

/** What becomes of a message that leaves for the other side. */
export type MessageFault =
  | { readonly kind: 'drop' }
  /** The socket is cut in its place. */
  | { readonly kind: 'cut' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'duplicate'; readonly times: number }
  /** Sent after the next `span` messages of its connection. */
  | { readonly kind: 'reorder'; readonly span: number }
  /** Fields are left out. */
  | { readonly kind: 'strip'; readonly fields: readonly string[] }
  /** Fields have other values. */
  | { readonly kind: 'change'; readonly fields: Readonly<Record<string, unknown>> };

/** What happens to the world at an instant. */
export type WorldFault =
  /** The sockets are cut; cleanly, or so that the place of a market socket stays taken for `linger` ms. */
  | { readonly kind: 'drop'; readonly socket?: SocketKind; readonly clean?: boolean; readonly linger?: number }
  /** The sockets say nothing more; pings are answered. */
  | { readonly kind: 'mute'; readonly socket?: SocketKind }
  /** The sockets neither say nor hear anything more. */
  | { readonly kind: 'half_open'; readonly socket?: SocketKind }
  /** Somebody trades by hand: `qty` is signed. */
  | { readonly kind: 'position'; readonly symbol: string; readonly qty: string; readonly price: string }
  /** Somebody sends an order; the fields of `POST /v2/orders`. */
  | { readonly kind: 'order'; readonly order: Readonly<Record<string, unknown>> }
  /** The paper account is started anew: no orders, no positions, this cash. */
  | { readonly kind: 'reset_account'; readonly cash: string }
  /** Requests and sockets are refused from now on. */
  | { readonly kind: 'revoke_keys'; readonly status: 401 | 403 }
  | { readonly kind: 'restore_keys' }
  /** The server's clock goes wrong by `ms`: the Date header and /v2/clock. */
  | { readonly kind: 'skew'; readonly ms: number }
  /** Cancellations and changes take that long, while prices still fill. */
  | { readonly kind: 'slow_changes'; readonly cancelMs?: number; readonly replaceMs?: number }
  /** Whoever listens next hears every execution again. */
  | { readonly kind: 'replay_fills' }
  /** An event out of the ordinary on an open order: `stopped`, `suspended`, `done_for_day`, ... */
  | { readonly kind: 'event'; readonly clientOrderId: string; readonly event: string };

export type Fault =
  | ({ readonly on: 'request'; readonly method?: string; readonly path?: string; readonly do: RequestFault } & Window)
  | ({ readonly on: 'opening'; readonly socket?: SocketKind; readonly do: OpeningFault } & Window)
  | ({
      readonly on: 'message';
      readonly socket?: SocketKind;
      readonly type?: string;
      readonly do: MessageFault;
    } & Window)
  | { readonly on: 'instant'; readonly at?: When; readonly do: WorldFault };

const KINDS: Readonly<Record<Fault['on'], readonly string[]>> = {
  request: ['answer', 'delay', 'late', 'silence', 'lose', 'reset'],
  opening: ['refuse', 'never_authenticate', 'error'],
  message: ['drop', 'cut', 'delay', 'duplicate', 'reorder', 'strip', 'change'],
  instant: [
    'drop', 'mute', 'half_open', 'position', 'order', 'reset_account', 'revoke_keys', 'restore_keys', 'skew', 'slow_changes',
    'replay_fills', 'event',
  ],
}; // biome-ignore format: a list

/** Faults come as JSON too; a word that is not known would otherwise never act. Error when there is one. */
function checkKind(fault: Fault): void {
  const kinds = KINDS[fault.on] as readonly string[] | undefined;
  if (kinds === undefined)
    throw new Error(`a fault is on request, opening, message or instant, not on "${String(fault.on)}"`);
  const kind = (fault.do as { kind?: unknown } | undefined)?.kind;
  if (!kinds.includes(String(kind)))
    throw new Error(`a fault on ${fault.on} does one of ${kinds.join(', ')}, not "${String(kind)}"`);
}

type Matched = Exclude<Fault, { on: 'instant' }>;

interface Standing {
  readonly fault: Matched;
  seen: number;
  acted: number;
}

/** Faults that stand ready, and the ones that acted. */
export interface Faults {
  /** Plans a fault. One of an instant without `at` acts now. Error when its words are not known. */
  add(fault: Fault): void;
  /** Takes back all that have not acted. */
  clear(): void;
  request(method: string, path: string): RequestFault | undefined;
  opening(socket: SocketKind, kind: OpeningFault['kind'] | 'handshake'): OpeningFault | undefined;
  /** All that act on one message, in the order in which they were added. */
  message(socket: SocketKind, type: string): readonly MessageFault[];
  /** Any fault on messages stands ready, so that each must be looked at. */
  readonly touchesMessages: boolean;
  /** How often each fault acted, in the order of adding. */
  tally(): readonly { readonly fault: Fault; readonly acted: number }[];
}

/** @param world does what a fault of an instant says */
export function createFaults(clock: VirtualClock, world: (fault: WorldFault) => void): Faults {
  let standing: Standing[] = [];
  const history: { fault: Fault; acted: number }[] = [];
  let edition = 0;

  /** Whether a fault acts on this occasion, which is counted. */
  const acts = (one: Standing): boolean => {
    const { from, until, skip = 0, count = Number.POSITIVE_INFINITY } = one.fault;
    const now = clock.now();
    if (from !== undefined && now < instantOf(from)) return false;
    if (until !== undefined && now >= instantOf(until)) return false;
    one.seen++;
    if (one.seen <= skip || one.acted >= count) return false;
    one.acted++;
    return true;
  };
  const firstOf = <T extends Matched>(fits: (fault: Matched) => fault is T): T['do'] | undefined => {
    for (const one of standing) if (fits(one.fault) && acts(one)) return one.fault.do;
    return undefined;
  };

  return {
    add(fault) {
      checkKind(fault);
      if (fault.on !== 'instant') {
        standing.push({ fault, seen: 0, acted: 0 });
        return;
      }
      const entry = { fault, acted: 0 };
      history.push(entry);
      const mine = edition;
      const act = (): void => {
        if (mine !== edition) return;
        entry.acted++;
        world(fault.do);
      };
      if (fault.at === undefined || instantOf(fault.at) <= clock.now()) act();
      else clock.plan(instantOf(fault.at), act);
    },
    clear() {
      history.push(...standing.map(({ fault, acted }) => ({ fault, acted })));
      standing = [];
      edition++;
    },
    request: (method, path) =>
      firstOf(
        (fault): fault is Extract<Matched, { on: 'request' }> =>
          fault.on === 'request' &&
          (fault.method === undefined || fault.method === method) &&
          (fault.path === undefined || path.startsWith(fault.path)),
      ),
    opening: (socket, kind) =>
      firstOf(
        (fault): fault is Extract<Matched, { on: 'opening' }> =>
          fault.on === 'opening' &&
          (fault.socket === undefined || fault.socket === socket) &&
          (kind === 'handshake' ? fault.do.kind !== 'refuse' : fault.do.kind === kind),
      ),
    message(socket, type) {
      const found: MessageFault[] = [];
      for (const one of standing) {
        const { fault } = one;
        if (fault.on !== 'message' || (fault.socket !== undefined && fault.socket !== socket)) continue;
        if ((fault.type === undefined || fault.type === type) && acts(one)) found.push(fault.do);
      }
      return found;
    },
    get touchesMessages() {
      return standing.some(({ fault }) => fault.on === 'message');
    },
    tally: () => [...history, ...standing.map(({ fault, acted }) => ({ fault, acted }))],
  };
}
