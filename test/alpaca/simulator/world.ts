import { amount, dollars } from './amount.ts';
import { type Book, movePosition, report } from './book.ts';
import type { Connection } from './connection.ts';
import type { SocketKind, WorldFault } from './faults.ts';
import { isEnded, type OrderStatus } from './order.ts';
import { isRefusal } from './refusal.ts';
import { type FindAsset, submit } from './submit.ts';

/** What a fault of an instant can reach. */
export interface World {
  readonly book: Book;
  readonly find: FindAsset;
  readonly connections: (socket: SocketKind | undefined) => readonly Connection[];
  readonly revoke: (status: 401 | 403 | undefined) => void;
  readonly skew: (ms: number) => void;
  readonly replayFills: () => void;
}

/** Events that leave an order in a status of the same name. */
const STATUSES: ReadonlySet<string> = new Set([
  'done_for_day', 'pending_cancel', 'pending_replace', 'accepted', 'pending_new', 'accepted_for_bidding', 'stopped',
  'suspended', 'calculated', 'held', 'new', 'rejected', 'canceled', 'expired',
]); // biome-ignore format: a list

/** Does what a fault says. Error when it names an order or an asset that is not there. */
export function happen(world: World, fault: WorldFault): void {
  const { book } = world;
  switch (fault.kind) {
    case 'drop':
      for (const connection of world.connections(fault.socket)) {
        if (fault.clean === true) connection.socket.close(1000);
        else {
          connection.unclean = true;
          connection.linger = fault.linger;
          connection.socket.terminate();
        }
      }
      return;
    case 'mute':
      for (const connection of world.connections(fault.socket)) connection.muted = true;
      return;
    case 'half_open':
      for (const connection of world.connections(fault.socket)) {
        connection.muted = true;
        connection.deaf = true;
        // Nothing is read any more, so no ping is answered.
        connection.socket.pause();
      }
      return;
    case 'position': {
      const asset = world.find(fault.symbol);
      if (asset === undefined) throw new Error(`no asset ${fault.symbol}`);
      const qty = amount(fault.qty);
      movePosition(book, asset, qty, amount(fault.price));
      book.cash -= qty * amount(fault.price);
      return;
    }
    case 'order': {
      const order = submit(book, world.find, { ...fault.order }, true);
      if (isRefusal(order)) throw new Error(`the foreign order was refused: ${order.body.message}`);
      book.clock.flush();
      return;
    }
    case 'reset_account':
      book.orders.clear();
      book.byClientId.clear();
      book.open.clear();
      book.positions.clear();
      book.executions.length = 0;
      book.activities.length = 0;
      book.updates.length = 0;
      book.cash = dollars(fault.cash);
      book.lastEquity = book.cash;
      book.accountId = book.identity('account');
      book.createdAt = book.clock.now();
      return;
    case 'revoke_keys':
      world.revoke(fault.status);
      return;
    case 'restore_keys':
      world.revoke(undefined);
      return;
    case 'skew':
      world.skew(fault.ms);
      return;
    case 'slow_changes':
      if (fault.cancelMs !== undefined) book.cancelDelay = fault.cancelMs;
      if (fault.replaceMs !== undefined) book.replaceDelay = fault.replaceMs;
      return;
    case 'replay_fills':
      world.replayFills();
      return;
    case 'event': {
      const order = book.byClientId.get(fault.clientOrderId);
      if (order === undefined) throw new Error(`no order ${fault.clientOrderId}`);
      if (STATUSES.has(fault.event) && !isEnded(order)) {
        order.status = fault.event as OrderStatus;
        if (isEnded(order)) book.open.delete(order);
      }
      report(book, fault.event, order);
    }
  }
}
