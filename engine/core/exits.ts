import { FALSE, TRUE, UNKNOWN } from '../expressions/tree.ts';
import { floorQty, type Qty } from '../ledger/money.ts';
import type { ExitReason } from '../ledger/order.ts';
import { quantityIncrement } from '../ledger/tick.ts';
import { TIMEFRAME_MS } from '../market/timeframe.ts';
import { type CoreContext, draftOrder, heldQty, nowOf } from './context.ts';
import { passExit } from './gate.ts';
import type { BoundExit, Instance } from './instance.ts';
import { flatDeadline } from './windows.ts';

/** Exits of an open position, judged on a bar of its strategy's timeframe. */
export function decideExit(context: CoreContext, instance: Instance): void {
  if (instance.exitOrder !== undefined) return;
  const exit = instance.state.side > 0 ? instance.exits.long : instance.exits.short;
  const { ahead } = exit;
  const unknown =
    (ahead === undefined || ahead[instance.stretch!.at] !== FALSE) && decideRules(context, instance, exit);
  if (unknown) instance.state.exitUnknownBars++;
  else if (instance.state.exitUnknownBars !== 0) instance.state.exitUnknownBars = 0;
  if (instance.exitOrder === undefined && timeIsUp(context, instance, exit)) {
    submitExit(context, instance, 'exit.time_stop', 'time_stop', 100);
  }
}

/** Queues what the exit rules say; true when one of them is unknown. */
function decideRules(context: CoreContext, instance: Instance, { rules }: BoundExit): boolean {
  instance.stretch?.publish();
  let unknown = false;
  for (let k = 0; k < rules.length; k++) {
    const { rule, portion, when } = rules[k]!;
    if (portion < 100 && (instance.state.fired & (1 << k)) !== 0) continue;
    const value = when(0);
    if (value === UNKNOWN) unknown = true;
    if (value !== TRUE) continue;
    if (portion < 100) instance.state.fired |= 1 << k;
    submitExit(context, instance, rule, 'exit_rule', portion);
    if (instance.exitOrder !== undefined) break;
  }
  return unknown;
}

/** The next bar's open is the last that lies within the time allowed. */
function timeIsUp(context: CoreContext, instance: Instance, exit: BoundExit): boolean {
  const { timeStop } = exit;
  if (timeStop === undefined) return false;
  // Filled at the close, an order decided now fills on this bar; otherwise on the next.
  const ahead = context.fillAtClose ? 0 : 1;
  if (timeStop.kind === 'bars') return instance.state.bars + ahead >= timeStop.bars;
  const length = TIMEFRAME_MS[instance.strategy.timeframe];
  return nowOf(context) + length > instance.state.entryTime + timeStop.milliseconds;
}

/** Closes an open position, or a part of it, at the next open. */
export function submitExit(
  context: CoreContext,
  instance: Instance,
  rule: string,
  exitReason: ExitReason,
  portion: number,
): void {
  const held = heldQty(context, instance);
  let qty = held;
  if (portion < 100) {
    const whole = context.book.holding(instance.plan.strategyIndex, instance.plan.symbolIndex)!.largest;
    const increment = quantityIncrement(context.tickRules[instance.plan.symbolIndex]!, context.fractional);
    const share = floorQty(((whole * BigInt(Math.round(portion * 1e6))) / 100_000_000n) as Qty, increment);
    if (share <= 0n) return;
    if (share < held) qty = share;
  }
  const order = draftOrder(context, instance, {
    rule,
    role: 'exit',
    exitReason,
    side: instance.state.side > 0 ? 'sell' : 'buy',
    positionSide: instance.state.side > 0 ? 'long' : 'short',
    type: 'market',
    qty,
    // An exit waits for the next price there is, whatever session it comes in.
    timeInForce: 'gtc',
  });
  instance.exitOrder = order;
  context.observer.probe?.left(context, instance, order.seq);
  context.broker.submit(passExit(context, order, nowOf(context)));
}

/** Closes a position whose session deadline would have passed by the open after the next. */
export function decideFlat(context: CoreContext, instance: Instance): void {
  const { flatBy } = instance.strategy.session;
  if (flatBy === undefined || instance.exitOrder !== undefined || instance.state.side === 0) return;
  const deadline = flatDeadline(context, instance, flatBy);
  if (nowOf(context) + context.baseLength[instance.plan.symbolIndex]! <= deadline) return;
  submitExit(context, instance, 'session.flat_by', 'session', 100);
}
