import type { Instant } from '../../market/time.ts';
import type { Venue, VenueHooks } from '../venue.ts';
import { answer, NEWS } from './answers.ts';
import { amend, cancel, submit } from './asked.ts';
import { createDeskState, type DeskState, positionsOf, type Remark } from './desk-state.ts';
import type { Fact, Request } from './facts.ts';
import { isBusy } from './holder.ts';
import { report } from './reports.ts';
import { settle } from './step.ts';
import { split, watch, workingOf } from './watching.ts';

/**
 * A venue that stands for a broker elsewhere. It sends nothing itself: what is to be asked of the broker is taken from
 * `take`, and what comes to be known goes into `hear`. The same calls in the same order lead to the same requests, so a
 * session that is worked off again from its journal stands where it stood.
 */
export interface OrderDesk extends Venue {
  /** The requests since the last call, oldest first. */
  take(): Request[];
  /** @param at when it was heard, ms */
  hear(fact: Fact, at: Instant): void;
  /** Requests whose outcome nobody has said. */
  unsettled(): Request[];
  /** Orders of the broker's, by its id, whose end nobody has said. */
  atBroker(): readonly string[];
  /** It is one of the orders that this desk knows. */
  knows(id: string): boolean;
  /** Quantity by symbol that its own fills have come to, billionths. */
  positions(): ReadonlyMap<string, bigint>;
  /** An entry may still be sent: the core has not cancelled it, and its decision is not too old. @param at ms */
  wants(clientId: string, at: number): boolean;
  remarks(): Remark[];
}

/** Makes a desk without orders. */
export function createOrderDesk(hooks: VenueHooks, fractional = false): OrderDesk {
  const desk = createDeskState(hooks);
  const { pending, tickets, bySymbol } = desk;
  return {
    submit: (order, intended) => submit(desk, order, intended),
    cancel: (order, reason) => cancel(desk, order, reason),
    amend: (order, change) => amend(desk, order, change),
    take() {
      const taken = desk.outbox;
      desk.outbox = [];
      return taken;
    },
    hear: (fact, at) => hear(desk, fact, at),
    unsettled: () => [...pending.values()].map(({ request }) => request),
    atBroker: () => [...tickets].flatMap(([id, { closed }]) => (closed ? [] : [id])),
    knows: (id) => tickets.has(id),
    positions: () => positionsOf(desk),
    wants(clientId, at) {
      const order = desk.byClient.get(clientId)?.order;
      const asked = order?.status === 'working' && !desk.reasons.has(order);
      return asked && at - order.decidedAt <= NEWS;
    },
    remarks() {
      const made = desk.remarks;
      desk.remarks = [];
      return made;
    },
    hasOrders: (symbol) => bySymbol[symbol]!.some(isBusy),
    open: () => undefined,
    intrabar: (bars, row, symbol) => watch(desk, bars, row, symbol),
    close: () => undefined,
    sessionClose: () => undefined,
    endOfSession: () => undefined,
    cancelAll: () => undefined,
    applySplit: (symbol, ratio) => split(desk, symbol, ratio, fractional),
    at: (time) => {
      desk.now = time;
    },
    working: (symbol) => workingOf(desk, symbol),
    extend(more) {
      for (const symbol of more) {
        desk.names.push(symbol);
        bySymbol.push([]);
      }
    },
    ambiguousBars: () => 0,
  };
}

function hear(desk: DeskState, fact: Fact, at: Instant): void {
  desk.now = at;
  desk.depth++;
  try {
    if (fact.kind === 'report') report(desk, fact.order, fact.execution);
    else answer(desk, fact);
  } finally {
    desk.depth--;
  }
  settle(desk);
}
