import type { Trip } from '../core/breakers.ts';
import type { DecisionRecord, EntryRecord, ExitRecord, RuleRecord } from '../core/decision.ts';
import type { UnknownCause } from '../core/unknown-cause.ts';
import { TRUE, UNKNOWN } from '../expressions/tree.ts';
import type { ExitReason, Order } from '../ledger/order.ts';
import type { Trade } from '../ledger/trade.ts';
import { counted, price, quantity, roundPrice, signedMoney } from './amounts.ts';
import { blockerWords } from './blocker-words.ts';
import { marketTime } from './clock.ts';
import { distances, distanceWords } from './distance.ts';
import type { RuleSource } from './rule-source.ts';
import { exitCause, orderCause, tripCause } from './words.ts';
import { listed } from './wrap.ts';

export type Orders = ReadonlyMap<number, Order>;

/** Why a rule's condition was not true. */
function notTrue(record: RuleRecord, source: RuleSource): string {
  if (record.value === UNKNOWN) {
    return `${record.rule} is unknown: ${listed(record.unknown.map((cause) => causeWords(cause, source)))}`;
  }
  const lacking = distances(record.tree, record.values, source.textOf).map(distanceWords);
  const shown = lacking.slice(0, 3).join('; ');
  const more = lacking.length > 3 ? `; and ${lacking.length - 3} more` : '';
  return `${record.rule} is false: ${shown}${more}`;
}

function causeWords(cause: UnknownCause, source: RuleSource): string {
  const name = source.textOf(cause.tree);
  if (cause.kind === 'flat') return `${name} has no value without a position`;
  if (cause.kind === 'missing') return `${name} is missing (no value came for this bar)`;
  const { needs, left } = cause;
  if (left === undefined) return `${name} is warming up (needs ${counted(needs, 'bar')} of its own series)`;
  return `${name} is warming up (needs ${counted(needs, 'bar')}, ${left === 1 ? '1 more is' : `${left} more are`} to come)`;
}

/** What came of an order: `filled 2024-03-05 10:00 at 101.20`. */
export function orderWords(order: Order): string {
  const price2 = order.limitPrice ?? order.stopPrice;
  const at = price2 === undefined ? 'at market' : `${order.type.replace('_', ' ')} ${price(price2)}`;
  const what = `${order.side} ${quantity(order.qty)} ${order.symbol} ${at}`;
  return `${what}, ${statusWords(order)}`;
}

function statusWords(order: Order): string {
  const [first] = order.fills;
  if (first !== undefined) {
    const cut =
      order.reason === undefined || order.status !== 'filled' ? '' : `, cut to fit: ${orderCause(order.reason)}`;
    return `filled ${marketTime(order.symbol, first.time)} at ${price(first.price)}${cut}`;
  }
  if (order.status === 'working') return 'still at work when the bars end';
  return `${order.status}: ${orderCause(order.reason)}`;
}

const named = (order: Order): string => `order ${order.seq}`;

/** One sentence: the order that an entry made, or why it made none. */
export function entrySentence(
  decision: DecisionRecord,
  entry: EntryRecord,
  source: RuleSource,
  orders: Orders,
): string {
  const order = orders.get(entry.order);
  if (entry.value !== TRUE) return `No order: ${notTrue(entry, source)}.`;
  if (entry.blocker === undefined) {
    return order === undefined
      ? 'An order was made.'
      : `${entry.rule} is true, and made ${named(order)}: ${orderWords(order)}.`;
  }
  const because = whyBlocked(decision, entry, orders);
  return order === undefined
    ? `No order, though ${entry.rule} is true: ${because}.`
    : `${entry.rule} is true, but its ${named(order)} was refused: ${because}.`;
}

const ACTS = { pause_entries: 'entries paused', flatten: 'flattened', halt: 'halted' } as const;

/** `breaker operator has held strategy rsi since 2024-03-05 10:00 (entries paused by hand: earnings)` */
function heldWords(trip: Trip, symbol: string): string {
  const where = trip.scope === 'account' ? 'the account' : `${trip.scope} ${trip.place}`;
  const since = marketTime(symbol, trip.trippedAt);
  return `breaker ${trip.breaker} has held ${where} since ${since} (${ACTS[trip.action]}${trip.values === '' ? ' ' : ': '}${tripCause(trip)})`;
}

/** What holds entries back, whatever their conditions are worth: a sentence, or none. */
export const heldSentence = ({ heldBy, symbol }: DecisionRecord): readonly string[] =>
  heldBy.length === 0 ? [] : [`Entries are held back: ${listed(heldBy.map((trip) => heldWords(trip, symbol)))}.`];

/** What of these trips came after a decision, and holds the entries of its strategy back now: a sentence, or none. */
export const heldSince = ({ heldBy, symbol }: DecisionRecord, now: readonly Trip[]): string | undefined => {
  const known = new Set(heldBy.map(keyOf));
  const later = now.filter((trip) => !known.has(keyOf(trip)));
  return later.length === 0
    ? undefined
    : `Since this bar entries are held back: ${listed(later.map((trip) => heldWords(trip, symbol)))}.`;
};

const keyOf = ({ breaker, scope, trippedAt, action }: Trip): string => `${breaker} ${scope} ${trippedAt} ${action}`;

function whyBlocked(decision: DecisionRecord, entry: EntryRecord, orders: Orders): string {
  const { before, cooldown, model } = entry;
  const reason: string = entry.blocker ?? '';
  switch (reason) {
    case 'no_rise':
      return before === UNKNOWN
        ? 'on_rise needs it to have been false before, and it was unknown on every bar until this one'
        : 'on_rise acts on the bar on which it turns true, and it was true already (trigger: while_true acts on every bar)';
    case 'before_start':
      return 'this bar only warms up; the run counts from a later day';
    case 'entry_working': {
      const order = [...orders.values()].find(({ role, decidedAt }) => role === 'entry' && decidedAt < decision.at);
      return order === undefined
        ? blockerWords(reason)
        : `${named(order)}, decided ${marketTime(order.symbol, order.decidedAt)}, was still at work`;
    }
    case 'position_open': {
      const { position } = decision;
      if (position === undefined) return blockerWords(reason);
      const since = position.bars > 0 ? `for ${counted(position.bars, 'bar')}` : 'since this bar';
      return `a ${position.side} position has been open ${since}`;
    }
    case 'cooldown':
      if (cooldown?.kind === 'bars')
        return `the cooldown after the last exit has ${counted(cooldown.bars, 'bar')} to go`;
      if (cooldown?.kind === 'until')
        return `the cooldown after the last exit runs until ${marketTime(decision.symbol, cooldown.time)}`;
      return 'the cooldown counts from the exit of this bar, which has yet to fill';
    case 'entries_per_session':
      return `the session has had its ${counted(model.entriesPerSession ?? 0, 'entry', 'entries')} (entries_per_session)`;
    case 'breaker':
      return listed(decision.heldBy.map((trip) => heldWords(trip, decision.symbol))) || blockerWords(reason);
    default:
      return blockerWords(reason);
  }
}

/** One sentence on an exit rule of an open position. */
export function exitSentence(exit: ExitRecord, source: RuleSource, orders: Orders): string {
  const order = orders.get(exit.order);
  if (exit.value !== TRUE) return `No exit: ${notTrue(exit, source)}.`;
  if (order !== undefined) return `${exit.rule} is true, and made ${named(order)}: ${orderWords(order)}.`;
  if (exit.blocker === 'fired')
    return `No order, though ${exit.rule} is true: it has sold its portion of this position already.`;
  if (exit.blocker === 'portion_zero') return `No order, though ${exit.rule} is true: its portion comes to 0 shares.`;
  return `No order, though ${exit.rule} is true: another exit order is at work already.`;
}

/** A trade in a sentence: when, at what prices, what came of it. */
export function tradeSentence(trade: Trade, number: number): string {
  const { symbol, side, strategy } = trade;
  const opened = `${side} ${quantity(trade.qty)} ${symbol} from ${marketTime(symbol, trade.entryTime)} at ${roundPrice(trade.entryPrice)}`;
  const closed = `to ${marketTime(symbol, trade.exitTime)} at ${roundPrice(trade.exitPrice)}`;
  return `Trade ${number}, ${strategy}: ${opened} ${closed}, ${signedMoney(trade.pnl)} (${exitCause(trade.exitReason, trade.exitRule)}).`;
}

const MAKERS: Partial<Readonly<Record<ExitReason, string>>> = {
  manual: 'a person',
  breaker: 'a circuit breaker',
  removed: 'the removal of its strategy',
};

/** An order that no condition made: a protective one, of a clock, a breaker or a person. */
export function undecidedSentence(order: Order): string {
  const rests = order.role !== 'exit';
  const since = marketTime(order.symbol, order.decidedAt);
  const why = rests
    ? `it has rested at the broker since the entry's fill (${since})`
    : `${MAKERS[order.exitReason ?? 'time_stop'] ?? 'a clock'} made it ${since}`;
  return `${order.rule}, order ${order.seq}: ${orderWords(order)}; ${why}, and no condition is asked.`;
}
