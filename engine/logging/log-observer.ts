import { OPERATOR_BREAKER } from '../compiler/model.ts';
import type { StrategyPlan } from '../compiler/ruleset.ts';
import type { Trip } from '../core/breakers.ts';
import { orderReason } from '../report/rule-text.ts';
import { fillFields, orderFields, refusalFields, tradeFields, tripFields } from '../report/run-events.ts';
import type { Observer } from '../runtime/run.ts';
import type { RunLogs } from './run-logs.ts';

/** A person let it go, not its `until`. */
const byHand = ({ breaker, clearedReason }: Trip): boolean =>
  breaker === OPERATOR_BREAKER || clearedReason !== undefined;

/** Writes what happens in a run to its logs; bars and marks are no events. */
export const logObserver = (logs: RunLogs, strategies: () => readonly StrategyPlan[]): Observer => ({
  placed(order) {
    // What rests to protect a position follows from its entry.
    const level = order.role === 'entry' || order.role === 'exit' ? 'info' : 'debug';
    logs.event(level, 'order_placed', orderFields(order, orderReason(strategies(), order)));
  },
  heard(event) {
    if (event.kind === 'fill' || event.kind === 'refused') return;
    const level = event.kind === 'cut' || event.order.role === 'entry' ? 'info' : 'debug';
    const { reason, order } = event;
    // The ledger has not heard of it yet.
    if (event.kind === 'cut') logs.event(level, 'order_cut', { ...orderFields(order, undefined), reason });
    else logs.event(level, 'order_cancelled', { ...orderFields(order, undefined), status: 'cancelled', reason });
  },
  filled(order, fill) {
    // A line has a time of its own: when it was written.
    const { time, ...fields } = fillFields(order, fill);
    logs.event('info', 'order_filled', { ...fields, filledAt: time });
  },
  refused: (order, reason) => logs.event('warn', 'order_refused', refusalFields(order, reason)),
  traded: (trade) => logs.event('info', 'trade_closed', tradeFields(trade)),
  tripped: (trip) => logs.breaker('warn', 'breaker_tripped', tripFields(trip)),
  cleared: (trip) => logs.breaker('info', byHand(trip) ? 'breaker_reset' : 'breaker_cleared', tripFields(trip)),
});
