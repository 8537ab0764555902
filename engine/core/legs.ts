import { floorQty, priceFrom, priceToNumber, type Qty, qtyToNumber } from '../ledger/money.ts';
import type { ExitReason, Order, OrderRole, PositionSide } from '../ledger/order.ts';
import { priceNearest, quantityIncrement } from '../ledger/tick.ts';
import type { Bars } from '../market/bars.ts';
import { type CoreContext, draftOrder, heldQty, nowOf } from './context.ts';
import { passExit } from './gate.ts';
import type { Instance } from './instance.ts';
import { agreeProtection, levelPrice, type Protection } from './protection.ts';

/** Of an open position. */
export const sideOf = (instance: Instance): PositionSide => (instance.state.side > 0 ? 'long' : 'short');

function submitLeg(
  context: CoreContext,
  instance: Instance,
  role: OrderRole & ExitReason,
  qty: Qty,
  price: number,
): Order {
  const target = role === 'take_profit';
  const exact = priceNearest(context.tickRules[instance.plan.symbolIndex]!, price);
  const order = draftOrder(context, instance, {
    rule: `exit.${role}`,
    role,
    exitReason: role,
    side: instance.state.side > 0 ? 'sell' : 'buy',
    positionSide: sideOf(instance),
    type: target ? 'limit' : 'stop',
    qty,
    limitPrice: target ? exact : undefined,
    stopPrice: target ? undefined : exact,
  });
  instance.legs.push(order);
  context.broker.submit(passExit(context, order, nowOf(context)));
  return order;
}

/** Puts the protective orders of a position to work, at levels measured from its entry price. */
export function placeLegs(context: CoreContext, instance: Instance): void {
  const { protection, entryPrice } = instance.state;
  if (protection === undefined) return;
  const qty = heldQty(context, instance);
  const sign = instance.state.side;
  // An order placed here can fill at once and flatten the position: look again before each.
  if (protection.stop !== undefined) {
    const price = levelPrice(protection.stop, entryPrice, sign, -1);
    context.book.setRisk(
      instance.plan.strategyIndex,
      instance.plan.symbolIndex,
      Math.max(0, (entryPrice - price) * sign) * qtyToNumber(qty),
    );
    submitLeg(context, instance, 'stop_loss', qty, price);
  }
  if (instance.state.side === 0) return;
  if (protection.trailPct !== undefined && protection.activatePct === undefined) {
    protection.trailLevel = entryPrice * (1 - (sign * protection.trailPct) / 100);
    submitLeg(context, instance, 'trailing_stop', qty, protection.trailLevel);
  }
  placeTargets(context, instance, protection, qty);
}

function placeTargets(context: CoreContext, instance: Instance, protection: Protection, qty: Qty): void {
  const increment = quantityIncrement(context.tickRules[instance.plan.symbolIndex]!, context.fractional);
  let placed = 0n;
  let portions = 0;
  for (const target of protection.targets) {
    if (instance.state.side === 0) return;
    portions += target.portion;
    // The last of a ladder that adds up to 100 % takes what rounding left.
    const share =
      portions >= 100
        ? qty - placed
        : floorQty(((qty * BigInt(Math.round(target.portion * 1e6))) / 100_000_000n) as Qty, increment);
    if (share <= 0n) continue;
    placed += share;
    submitLeg(
      context,
      instance,
      'take_profit',
      share as Qty,
      levelPrice(target.level, instance.state.entryPrice, instance.state.side, 1),
    );
  }
}

/** After a part of the position was closed: no leg may close more than is left. */
export function shrinkLegs(context: CoreContext, instance: Instance): void {
  const left = heldQty(context, instance);
  for (let k = instance.legs.length - 1; k >= 0; k--) {
    const leg = instance.legs[k]!;
    if (leg.status !== 'working') {
      instance.legs.splice(k, 1);
      continue;
    }
    if (leg.qty - leg.filled > left) context.broker.amend(leg, { qty: (leg.filled + left) as Qty });
  }
  const { exitOrder } = instance;
  if (exitOrder !== undefined && exitOrder.status === 'working' && exitOrder.qty - exitOrder.filled > left) {
    context.broker.amend(exitOrder, { qty: (exitOrder.filled + left) as Qty });
  }
}

/** After the position was closed. */
export function cancelLegs(context: CoreContext, instance: Instance): void {
  const legs = instance.legs.splice(0);
  for (const leg of legs) if (leg.status === 'working') context.broker.cancel(leg, 'position_closed');
}

/** After the position grew by a further fill of its entry: stops hold all of it, targets are placed anew. */
export function growLegs(context: CoreContext, instance: Instance): void {
  const { protection } = instance.state;
  const qty = heldQty(context, instance);
  for (const leg of instance.legs) {
    if (leg.status !== 'working') continue;
    if (leg.role === 'take_profit') context.broker.cancel(leg, 'resized');
    else context.broker.amend(leg, { qty: (leg.filled + qty) as Qty });
  }
  if (protection !== undefined) placeTargets(context, instance, protection, qty);
}

/**
 * Puts the levels of other rules to work for an open position, measured from its entry; what has followed price stays where
 * price had taken it. Nothing changes while one of them is unknown.
 */
export function adoptLevels(context: CoreContext, instance: Instance): void {
  const { state, entryOrder } = instance;
  if (entryOrder !== undefined && instance.agreed !== undefined)
    instance.agreed = agreeProtection(instance.exits[entryOrder.positionSide]) ?? instance.agreed;
  if (state.side === 0) return;
  const agreed = agreeProtection(state.side > 0 ? instance.exits.long : instance.exits.short);
  if (agreed === undefined) return;
  for (const leg of instance.legs.splice(0)) if (leg.status === 'working') context.broker.cancel(leg, 'replaced');
  const best = state.protection?.best ?? Number.NaN;
  state.protection = { ...agreed, best };
  placeLegs(context, instance);
  if (!Number.isNaN(best)) follow(context, instance, best);
}

/** The protective order of a role that is at work. */
export function legOf(instance: Instance, role: OrderRole): Order | undefined {
  return instance.legs.find((leg) => leg.role === role && leg.status === 'working');
}

/**
 * Moves trailing and break-even levels by a bar's prices; what moves binds from the next bar on.
 * In the bar of an entry that filled inside it, only the close is known to come after the fill.
 */
export function trail(context: CoreContext, instance: Instance, bars: Bars, row: number, filledInside: boolean): void {
  const { protection, side } = instance.state;
  if (protection === undefined || side === 0) return;
  if (protection.trailPct === undefined && protection.breakEvenPct === undefined) return;
  const price = filledInside ? bars.close[row]! : side > 0 ? bars.high[row]! : bars.low[row]!;
  follow(context, instance, price);
}

function follow(context: CoreContext, instance: Instance, price: number): void {
  const { side, entryPrice } = instance.state;
  const protection = instance.state.protection!;
  if (Number.isNaN(protection.best) || (price - protection.best) * side > 0) protection.best = price;
  const gain = side * (protection.best / entryPrice - 1) * 100;
  if (protection.breakEvenPct !== undefined && !protection.brokeEven && gain >= protection.breakEvenPct) {
    protection.brokeEven = true;
    submitLeg(context, instance, 'break_even', heldQty(context, instance), entryPrice);
  }
  if (protection.trailPct === undefined) return;
  const active = protection.activatePct === undefined || gain >= protection.activatePct;
  if (!active) return;
  const level = protection.best * (1 - (side * protection.trailPct) / 100);
  const leg = legOf(instance, 'trailing_stop');
  if (leg === undefined) {
    protection.trailLevel = level;
    submitLeg(context, instance, 'trailing_stop', heldQty(context, instance), level);
    return;
  }
  if ((level - protection.trailLevel) * side <= 0) return;
  protection.trailLevel = level;
  const exact = priceNearest(context.tickRules[instance.plan.symbolIndex]!, level);
  if (priceToNumber(exact) !== priceToNumber(leg.stopPrice ?? priceFrom(0)))
    context.broker.amend(leg, { stopPrice: exact });
}
