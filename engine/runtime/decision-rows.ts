import { nowOf } from '../core/context.ts';
import type { Probe } from '../core/probe.ts';
import { FALSE, TRUE } from '../expressions/tree.ts';
import { clientOrderId } from '../ledger/order-id.ts';
import { orderAt } from '../ledger/order-log.ts';

/** One rule on one bar, and what it came to. */
export interface DecisionRow {
  /** End of the bar, ms. */
  readonly time: number;
  readonly strategy: string;
  readonly symbol: string;
  readonly rule: string;
  /** Of the condition; null: unknown. */
  readonly value: boolean | null;
  /** Why a true condition made no order. */
  readonly blocker: string | null;
  /** Client id of the order that was made. */
  readonly order: string | null;
  /** Of the rules that ruled. */
  readonly revision: string;
}

/**
 * A probe that tells of every entry that was judged, and every exit that made an order, past the warm-up.
 * @param told called in the order of decisions
 */
export function decisionProbe(told: (row: DecisionRow) => void): Probe {
  return {
    begin() {},
    left(context, instance, order) {
      const made = orderAt(context.orders, order);
      told({
        time: nowOf(context),
        strategy: instance.strategy.id,
        symbol: instance.symbol,
        rule: made.rule,
        value: true,
        blocker: null,
        order: clientOrderId(made),
        revision: context.ruleset.revision,
      });
    },
    entered(context, instance, entry, { value, blocker, order }) {
      if (!context.active) return;
      told({
        time: nowOf(context),
        strategy: instance.strategy.id,
        symbol: instance.symbol,
        rule: entry.model.rule,
        value: value === TRUE ? true : value === FALSE ? false : null,
        blocker: blocker ?? null,
        order: order > 0 ? clientOrderId(orderAt(context.orders, order)) : null,
        revision: context.ruleset.revision,
      });
    },
  };
}
