import type { Condition } from '../compiler/model.ts';
import type { StrategyPlan } from '../compiler/ruleset.ts';
import type { Order } from '../ledger/order.ts';

/** A condition in one line as it was written: `fast > slow and rsi < 30`. */
const written = (plan: StrategyPlan, condition: Condition): string => {
  if (condition.kind === 'expression') {
    return (plan.document.expression(condition.path)?.text ?? '').replace(/\s+/g, ' ').trim();
  }
  const parts = condition.parts.map((part) => written(plan, part));
  if (condition.kind === 'none') return `none of (${parts.join('; ')})`;
  if (parts.length === 1) return parts[0]!;
  const bracketed = parts.map((part) => (/ (and|or) |\?/.test(part) ? `(${part})` : part));
  return bracketed.join(condition.kind === 'all' ? ' and ' : ' or ');
};

/** The condition that made an order, as its document has it; undefined for one that a level or a clock made. */
export const orderReason = (strategies: readonly StrategyPlan[], order: Order): string | undefined => {
  const plan = strategies.find(({ id }) => id === order.strategy);
  if (plan === undefined) return undefined;
  if (order.role === 'entry') {
    const entry = plan.entries.find(({ rule }) => rule === order.rule);
    return entry === undefined ? undefined : written(plan, entry.when);
  }
  const rule = plan.exits[order.positionSide].rules.find((one) => one.rule === order.rule);
  return rule === undefined ? undefined : written(plan, rule.when);
};
