import { ask, type DeskState, end, remarkRefused, send } from './desk-state.ts';
import type { Fact, Request } from './facts.ts';
import { nearestStop } from './guard.ts';
import { dropFrom, type Holder } from './holder.ts';
import { isLive, type Line } from './line.ts';
import { adopt, report } from './reports.ts';

/** For so long after its decision an entry may still be sent, ms: its price is the next bar's. */
export const NEWS = 60_000;

/** Takes what came of a request; one whose outcome is known already is passed over. */
export function answer(desk: DeskState, fact: Exclude<Fact, { kind: 'report' }>): void {
  const known = desk.pending.get(fact.request);
  if (known === undefined) return;
  const { request, line } = known;
  const holder = line && desk.holders.get(line.holder);
  if (holder !== undefined) desk.dirty.add(holder);
  desk.pending.delete(fact.request);
  if (fact.kind === 'unknown') lookUp(desk, request, line);
  else if (fact.kind === 'accepted') accepted(desk, request, line, fact);
  else if (line !== undefined) failed(desk, request, line, holder!, fact);
}

function accepted(
  desk: DeskState,
  request: Request,
  line: Line | undefined,
  { order }: Fact & { kind: 'accepted' },
): void {
  if (request.kind !== 'cancel') free(request, line);
  if (order === undefined) return;
  if (line !== undefined && request.kind !== 'cancel') adopt(desk, line, order);
  report(desk, order, undefined);
}

/** Nothing is under way for a line any more, if this was. */
function free(request: Request, line: Line | undefined): void {
  if (line?.busy?.request === request.n) line.busy = undefined;
}

function failed(
  desk: DeskState,
  request: Request,
  line: Line,
  holder: Holder,
  fact: Fact & { kind: 'refused' | 'absent' | 'withheld' },
): void {
  if (fact.kind === 'withheld') {
    // The next bar decides anew: trying at once would go round in circles as long as what held it back lasts.
    free(request, line);
    drop(desk, line, holder);
    return;
  }
  if (request.kind === 'cancel' || request.kind === 'replace') {
    // It has ended, or moved on: only the broker knows.
    if (isLive(line)) lookUp(desk, request, line);
    else free(request, line);
    return;
  }
  free(request, line);
  if (request.kind === 'look') {
    if (fact.kind === 'absent' || fact.code === 'not_found') missing(desk, line, holder);
  } else if (fact.kind === 'absent') missing(desk, line, holder);
  else if (fact.code === 'duplicate_id') {
    // It is there: an earlier try had arrived.
    ask(desk, { kind: 'look', urgency: request.urgency, clientId: request.clientId }, line);
  } else refused(desk, line, holder, fact.code, fact.message);
}

/** Asks what became of a request's order; its line stays busy until that is known. */
function lookUp(desk: DeskState, request: Request, line: Line | undefined): void {
  const busy = line?.busy?.request === request.n ? line.busy : undefined;
  askAfter(desk, request, line);
  if (busy !== undefined && line !== undefined) line.busy = { ...busy, request: desk.count };
}

function askAfter(desk: DeskState, request: Request, line: Line | undefined): void {
  const { urgency } = request;
  if (line?.brokerId !== undefined) ask(desk, { kind: 'look', urgency, target: line.brokerId }, line);
  else if (request.kind === 'submit') ask(desk, { kind: 'look', urgency, clientId: request.clientId }, line);
  else if (request.kind === 'look' && request.clientId !== undefined) {
    ask(desk, { kind: 'look', urgency, clientId: request.clientId }, line);
  }
}

/** The broker has never had it. What opens is sent again while it is news, else decided anew; what closes is placed anew. */
function missing(desk: DeskState, line: Line, holder: Holder): void {
  if (line.state !== 'sending') return;
  const { order, submission } = line;
  const wanted = order !== undefined && order.status === 'working' && !desk.reasons.has(order);
  if (line.purpose === 'entry' && wanted && submission !== undefined && desk.now - order.decidedAt <= NEWS) {
    send(desk, line, submission, 'entry');
    return;
  }
  drop(desk, line, holder);
}

/** Gives up a line of which the broker has nothing. */
function drop(desk: DeskState, line: Line, holder: Holder): void {
  const { order } = line;
  line.state = 'ended';
  line.busy = undefined;
  if (line.purpose === 'entry' && order !== undefined) end(desk, order, desk.reasons.get(order) ?? 'not_sent');
  desk.dirty.add(holder);
}

function refused(desk: DeskState, line: Line, holder: Holder, code: string, message: string): void {
  line.state = 'ended';
  line.status = code;
  const { order } = line;
  if (order === undefined || line.purpose === 'stop' || line.purpose === 'target') {
    holder.refused = true;
    const leg = nearestStop(holder.legs) ?? holder.legs[0];
    if (leg !== undefined) remarkRefused(desk, leg, message);
    return;
  }
  dropFrom(holder.exits, order);
  const reason = desk.reasons.get(order);
  desk.reasons.delete(order);
  if (holder.legs.includes(order)) {
    holder.refused = true;
    remarkRefused(desk, order, message);
  } else if (reason !== undefined) end(desk, order, reason);
  else if (order.status === 'working') {
    desk.sink({ kind: 'refused', order, reason: `broker:${code}`, time: desk.now });
  }
}
