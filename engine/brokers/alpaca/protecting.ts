import { formatPrice, formatQty, type Price } from '../../ledger/money.ts';
import { clear } from './cancelling.ts';
import { ask, type DeskState, nextId, send, symbolOf } from './desk-state.ts';
import { type Guard, guardOf, type Wanted } from './guard.ts';
import type { Holder } from './holder.ts';
import { isLive, type Line, newLine, remaining } from './line.ts';

/** Brings the protective lines to where the core's legs are. */
export function protect(desk: DeskState, holder: Holder): void {
  if (isUnsure(holder)) return;
  const guard = guardOf(holder.legs, holder.rule);
  const wrong = misfits(holder, guard);
  if (wrong.length > 0 && !clear(desk, holder, wrong)) return;
  const { stop, target } = holder;
  if (isLive(stop) || isLive(target)) {
    // One of a pair cannot be added to the other: both are placed anew.
    const lacks = (guard.stop !== undefined && !isLive(stop)) || (guard.target !== undefined && !isLive(target));
    if (lacks && !clear(desk, holder, [target, stop])) return;
    move(desk, stop, guard.stop?.price, 'stop');
    move(desk, target, guard.target?.price, 'limit');
    return;
  }
  if (holder.refused || (guard.stop === undefined && guard.target === undefined)) return;
  place(desk, holder, guard);
}

/** What is to be protected is not known yet, or what protects it can be neither moved nor replaced. */
function isUnsure({ entry, stop, target, legs }: Holder): boolean {
  if (!isLive(entry)) return false;
  if (entry.state === 'sending' || legs.length === 0) return true;
  // Legs that came with an entry sleep until it is complete.
  return [stop, target].some((line) => isLive(line) && line.state === 'held' && line.parent === entry);
}

/** The lines that have to go: the target first. */
function misfits({ stop, target }: Holder, guard: Guard): Line[] {
  const pair = isLive(stop) && isLive(target) && stop.partner === target;
  // Of a pair the broker shrinks the stop itself when the target fills in part.
  const shrunk = pair && guard.target !== undefined && remaining(target) === guard.target.qty;
  const wrong: Line[] = [];
  if (target !== undefined && !fits(target, guard.target)) wrong.push(target);
  if (stop !== undefined && !fits(stop, guard.stop) && !(shrunk && guard.stop !== undefined)) wrong.push(stop);
  return wrong;
}

/** A line is there exactly when it is wanted, for as much as is wanted. */
const fits = (line: Line, wanted: Wanted | undefined): boolean =>
  !isLive(line) || (wanted !== undefined && (line.state === 'sending' || remaining(line) === wanted.qty));

function move(desk: DeskState, line: Line | undefined, price: Price | undefined, what: 'stop' | 'limit'): void {
  if (!isLive(line) || price === undefined || line[what] === price) return;
  if (line.busy !== undefined || line.brokerId === undefined || line.state !== 'working') return;
  const clientId = `${line.clientId}~${++desk.count}`;
  desk.byClient.set(clientId, line);
  ask(desk, { kind: 'replace', urgency: 'exit', clientId, target: line.brokerId, [what]: formatPrice(price) }, line);
  line[what] = price;
}

function place(desk: DeskState, holder: Holder, { stop, target }: Guard): void {
  const { leg, qty } = stop ?? target!;
  const base = {
    symbol: symbolOf(desk, leg),
    side: leg.side,
    qty: formatQty(qty),
    timeInForce: 'gtc',
    extendedHours: false,
  } as const;
  const fields = { holder: holder.key, order: undefined, clientId: nextId(desk, leg), qty };
  if (target === undefined) {
    const line = newLine({ ...fields, purpose: 'stop', stop: stop!.price });
    holder.stop = line;
    send(desk, line, { ...base, type: 'stop', stop: formatPrice(stop!.price), orderClass: 'simple' }, 'exit');
    return;
  }
  const line = newLine({ ...fields, purpose: 'target', limit: target.price });
  holder.target = line;
  if (stop === undefined) {
    send(desk, line, { ...base, type: 'limit', limit: formatPrice(target.price), orderClass: 'simple' }, 'exit');
    return;
  }
  // The take-profit is the order itself, the stop its leg.
  holder.stop = undefined;
  const prices = { takeProfit: formatPrice(target.price), stopLoss: formatPrice(stop.price) };
  send(desk, line, { ...base, type: 'limit', orderClass: 'oco', ...prices }, 'exit');
}
