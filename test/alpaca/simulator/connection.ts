import type { WebSocket } from 'ws';
import type { Faults, MessageFault, SocketKind } from './faults.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** One message as faults choose it by `type` (`b`, `u`, `subscription`, `fill`, `new`, ...). */
export interface Message {
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** A socket as the streams see it: what is sent goes through the faults first. */
export interface Connection {
  readonly number: number;
  readonly kind: SocketKind;
  readonly socket: WebSocket;
  readonly openedAt: number;
  authenticated: boolean;
  /** Says nothing more. */
  muted: boolean;
  /** Hears nothing more either. */
  deaf: boolean;
  /** Was ended without a goodbye, by a fault or by the other side. */
  unclean: boolean;
  /** Ms for which its place stays taken after an unclean end; undefined: as the simulator is set. */
  linger: number | undefined;
  send(messages: readonly Message[]): void;
}

interface Opening {
  readonly number: number;
  readonly kind: SocketKind;
  readonly socket: WebSocket;
  readonly clock: VirtualClock;
  readonly faults: Faults;
  /** Writes messages that go in one frame, or each in its own. */
  readonly write: (socket: WebSocket, messages: readonly Message[]) => void;
}

/** What the faults make of one message: now, later, after others, or never. */
interface Fate {
  readonly message: Message;
  readonly delay: number;
  readonly span: number;
}

function fatesOf(message: Message, faults: readonly MessageFault[]): Fate[] {
  let fates: Fate[] = [{ message, delay: 0, span: 0 }];
  for (const fault of faults) {
    if (fault.kind === 'drop') return [];
    if (fault.kind === 'duplicate')
      fates = fates.flatMap((fate) => Array.from({ length: 1 + fault.times }, () => fate));
    if (fault.kind === 'delay') fates = fates.map((fate) => ({ ...fate, delay: fate.delay + fault.ms }));
    if (fault.kind === 'reorder') fates = fates.map((fate) => ({ ...fate, span: fate.span + fault.span }));
    if (fault.kind === 'strip' || fault.kind === 'change')
      fates = fates.map((fate) => ({ ...fate, message: altered(fate.message, fault) }));
  }
  return fates;
}

function altered(message: Message, fault: Extract<MessageFault, { kind: 'strip' | 'change' }>): Message {
  if (fault.kind === 'change') return { ...message, payload: { ...message.payload, ...fault.fields } };
  const payload = Object.entries(message.payload).filter(([field]) => !fault.fields.includes(field));
  return { ...message, payload: Object.fromEntries(payload) };
}

/** Settles when the client has heard all that was sent, or is gone. */
export async function arrived({ socket, muted, deaf }: Connection): Promise<void> {
  if (muted || deaf || socket.readyState !== socket.OPEN) return;
  await new Promise<void>((resolve) => {
    socket.once('pong', () => resolve());
    socket.once('close', () => resolve());
    socket.ping();
  });
}

export function createConnection(opening: Opening): Connection {
  const { clock, faults, kind, socket } = opening;
  const held: { message: Message; left: number }[] = [];

  const write = (messages: readonly Message[]): void => {
    if (messages.length === 0 || connection.muted || socket.readyState !== socket.OPEN) return;
    opening.write(socket, messages);
  };
  /** What waited for others to go first. */
  const released = (): Message[] => {
    const out: Message[] = [];
    for (const one of held) one.left--;
    for (let at = 0; at < held.length; ) {
      if (held[at]!.left > 0) at++;
      else out.push(held.splice(at, 1)[0]!.message);
    }
    return out;
  };

  const connection: Connection = {
    number: opening.number,
    kind,
    socket,
    openedAt: clock.now(),
    authenticated: false,
    muted: false,
    deaf: false,
    unclean: false,
    linger: undefined,
    send(messages) {
      if (!faults.touchesMessages && held.length === 0) {
        write(messages);
        return;
      }
      const now: Message[] = [];
      for (const message of messages) {
        const found = faults.message(kind, message.type);
        if (found.some((fault) => fault.kind === 'cut')) {
          write(now);
          connection.unclean = true;
          socket.terminate();
          return;
        }
        for (const fate of fatesOf(message, found)) {
          if (fate.span > 0) held.push({ message: fate.message, left: fate.span });
          else if (fate.delay > 0) clock.plan(clock.now() + fate.delay, () => write([fate.message]));
          else now.push(fate.message, ...released());
        }
      }
      write(now);
    },
  };
  return connection;
}
