import type { Duration } from '../compiler/model.ts';
import { FALSE, TRUE, type Tri, UNKNOWN } from '../expressions/tree.ts';
import { floorQty, NO_QTY, type Price, priceToNumber, type Qty, qtyFrom } from '../ledger/money.ts';
import type { Order } from '../ledger/order.ts';
import { priceNearest, quantityIncrement, type TickRule } from '../ledger/tick.ts';
import { TIMEFRAME_MS } from '../market/timeframe.ts';
import { type CoreContext, draftOrder, nowOf, refuse } from './context.ts';
import { passEntry } from './gate.ts';
import type { BoundEntry, Instance } from './instance.ts';
import { legOf } from './legs.ts';
import type { Blocker } from './probe.ts';
import { agreeProtection, intendedLevels, levelPrice, type Protection } from './protection.ts';
import { entrySession } from './windows.ts';

/** Entries of one instance, judged on a bar of its timeframe. */
export function decideEntry(context: CoreContext, instance: Instance, values: Float64Array): void {
  const { state, entries, stretch } = instance;
  for (let k = 0; k < entries.length; k++) {
    const entry = entries[k]!;
    const value = entry.ahead === undefined ? entry.when(0) : (entry.ahead[stretch!.at] as Tri);
    const before = entry.sign > 0 ? state.lastLong : state.lastShort;
    if (value !== UNKNOWN) remember(instance, entry, value);
    const { probe } = context.observer;
    if (probe === undefined) {
      if (value === TRUE) enter(context, instance, entry, before, values);
      continue;
    }
    const orders = context.orders.length;
    const blocker = value === TRUE ? enter(context, instance, entry, before, values) : undefined;
    // A fill within the call may have made legs: the entry's own order is the first.
    const order = context.orders.length > orders ? orders + 1 : 0;
    probe.entered(context, instance, entry, { value, before, blocker, order });
  }
}

/** Makes the order of an entry whose condition is true; gives what stands in its way. */
function enter(
  context: CoreContext,
  instance: Instance,
  entry: BoundEntry,
  before: Tri,
  values: Float64Array,
): Blocker | undefined {
  if (entry.model.trigger === 'on_rise' && before !== FALSE) return 'no_rise';
  if (!context.active) return 'before_start';
  if (context.stale) return 'stale_bars';
  const blocker = inTheWay(context, instance, entry);
  if (blocker !== undefined) return blocker;
  if (context.breakers.holdsBack(instance.plan.strategyIndex, instance.plan.symbolIndex)) return 'breaker';
  return submitEntry(context, instance, entry, values);
}

function remember(instance: Instance, entry: BoundEntry, value: Tri): void {
  if (entry.sign > 0) instance.state.lastLong = value;
  else instance.state.lastShort = value;
}

function inTheWay(context: CoreContext, instance: Instance, entry: BoundEntry): Blocker | undefined {
  const { state } = instance;
  if (instance.entryOrder !== undefined) return 'entry_working';
  if (adds(instance, entry)) return undefined;
  // A position in the way must be about to be closed, whole, by an order of this bar.
  if (state.side !== 0 && !closing(context, instance)) return 'position_open';
  return cooledDown(context, instance, entry.model.cooldown) ? undefined : 'cooldown';
}

/** An entry of the open position's side adds to it while there is room for one more, and nothing is on its way out. */
const adds = ({ state, exitOrder }: Instance, { sign, model }: BoundEntry): boolean =>
  state.side === sign && exitOrder === undefined && state.entries < model.maxEntries;

function closing(context: CoreContext, instance: Instance): boolean {
  const order = instance.exitOrder;
  if (order === undefined) return false;
  const held = context.book.holding(instance.plan.strategyIndex, instance.plan.symbolIndex)?.qty ?? NO_QTY;
  return order.qty - order.filled >= held;
}

function cooledDown(context: CoreContext, instance: Instance, cooldown: Duration | undefined): boolean {
  if (cooldown === undefined) return true;
  // An exit queued by this bar has yet to fill: the cooldown counts from there.
  if (instance.state.side !== 0) return false;
  if (cooldown.kind === 'bars') return instance.state.sinceExit >= cooldown.bars;
  return nowOf(context) >= instance.state.exitTime + cooldown.milliseconds;
}

function submitEntry(
  context: CoreContext,
  instance: Instance,
  entry: BoundEntry,
  values: Float64Array,
): Blocker | undefined {
  const { state, plan } = instance;
  instance.stretch?.publish();
  const most = entry.model.entriesPerSession;
  const session = most === undefined && !instance.hasWindow ? 0 : entrySession(context, instance);
  if (session < 0) return 'session';
  if (most !== undefined && state.entrySession === session && state.entriesInSession >= most)
    return 'entries_per_session';
  const exit = entry.sign > 0 ? instance.exits.long : instance.exits.short;
  const protection = agreeProtection(exit);
  // A protective level that is unknown blocks the entry: no position without its stop.
  if (protection === undefined) return 'level_unknown';
  const rule = context.tickRules[plan.symbolIndex]!;
  const close = values[instance.series.slot + 3]!;
  const limitPrice = priceOf(entry.limitPrice, rule);
  const stopPrice = priceOf(entry.stopPrice, rule);
  if (limitPrice === null || stopPrice === null) return 'price_unknown';
  const increment = quantityIncrement(rule, context.fractional);
  const wanted = sharesWanted(context, instance, entry, close, protection);
  const qty = Number.isFinite(wanted) && wanted > 0 ? floorQty(qtyFrom(wanted), increment) : NO_QTY;
  const order = draftOrder(context, instance, {
    rule: entry.model.rule,
    role: 'entry',
    exitReason: undefined,
    side: entry.sign > 0 ? 'buy' : 'sell',
    positionSide: entry.model.side,
    type: entry.model.order.type,
    qty: qty as Qty,
    limitPrice,
    stopPrice,
    timeInForce: entry.model.order.timeInForce,
  });
  const replacing = state.side === 0 || adds(instance, entry) ? -1 : plan.symbolIndex;
  const verdict = passEntry(context, order, plan.strategyIndex, close, rule, replacing, nowOf(context));
  if (verdict.kind === 'refused') {
    refuse(context, order, verdict.reason);
    return verdict.reason;
  }
  instance.entryOrder = order;
  instance.entryAge = 0;
  // What is added stands behind the levels that the position has.
  if (!adds(instance, entry)) instance.agreed = protection;
  context.book.reserve(order, close);
  const from = limitPrice === undefined ? close : priceToNumber(limitPrice);
  context.broker.submit(
    verdict.order,
    adds(instance, entry) ? undefined : intendedLevels(protection, from, entry.sign, rule),
  );
  return undefined;
}

/** An order's price on the grid; undefined when it has none, null when it is unknown. */
function priceOf(read: (() => number) | undefined, rule: TickRule): Price | undefined | null {
  if (read === undefined) return undefined;
  const value = read();
  return Number.isFinite(value) && value > 0 ? priceNearest(rule, value) : null;
}

/** Shares that the size asks for, before rounding; NaN when it is unknown. */
function sharesWanted(
  context: CoreContext,
  instance: Instance,
  entry: BoundEntry,
  close: number,
  protection: Protection,
): number {
  const amount = entry.amount();
  const purse = context.book.strategyEquity(instance.plan.strategyIndex);
  switch (entry.model.size.kind) {
    case 'shares':
      return amount;
    case 'notional':
      return amount / close;
    case 'purse_pct':
      return (purse * amount) / 100 / close;
    case 'volatility_target_pct': {
      const { barsPerYear } = entry.model.size.volatility!;
      const yearly = (entry.volatility!() / 100) * Math.sqrt(barsPerYear);
      return yearly > 0 ? (purse * amount) / 100 / (yearly * close) : Number.NaN;
    }
    case 'risk_pct': {
      if (protection.stop === undefined) return Number.NaN;
      const stop = standingStop(instance) ?? levelPrice(protection.stop, close, entry.sign, -1);
      const distance = (close - stop) * entry.sign;
      return distance > 0 ? (purse * amount) / 100 / distance : Number.NaN;
    }
  }
}

/** Where the stop of the open position lies, dollars; undefined when flat or without one. */
function standingStop(instance: Instance): number | undefined {
  if (instance.state.side === 0) return undefined;
  const stop = legOf(instance, 'stop_loss')?.stopPrice;
  return stop === undefined ? undefined : priceToNumber(stop);
}

/** Ends entry orders that have worked for as long as they may. */
export function expireEntry(context: CoreContext, instance: Instance, order: Order): void {
  instance.entryAge++;
  const model = instance.entries.find((entry) => entry.model.rule === order.rule)?.model;
  const expires = model?.order.expires;
  if (expires === undefined) return;
  const over =
    expires.kind === 'bars'
      ? instance.entryAge >= expires.bars
      : nowOf(context) + TIMEFRAME_MS[instance.strategy.timeframe] > order.decidedAt + expires.milliseconds;
  if (over) context.broker.cancel(order, 'expired');
}
