import type { Diagnostic } from '../documents/diagnostic.ts';
import type { DocumentPath } from '../documents/document.ts';
import { constantOf } from '../expressions/constants.ts';
import { createReporter } from './finding.ts';
import type { EntryModel, RiskModel, StrategyModel } from './model.ts';

export const sizePath = (entry: EntryModel): DocumentPath => ['entry', entry.side, 'size', entry.size.kind];

export const dollars = (amount: number): string =>
  `${amount.toLocaleString('en-US', { maximumFractionDigits: 2 })} dollars`;

/** Dollars that an entry asks for while the purse is whole. */
export interface Asked {
  readonly amount: number;
  /** What it surely is at least and at most: the distance of a stop is rounded to ticks, which shows on cheap shares. */
  readonly least: number;
  readonly most: number;
}

/** What an entry asks for, before it is rounded to whole shares; undefined when bars decide. */
export function dollarsAsked(model: StrategyModel, entry: EntryModel, purse: number): Asked | undefined {
  const amount = constantOf(entry.size.amount);
  if (amount === undefined) return undefined;
  // No entry is larger than the purse.
  const asked = (value: number, rounding: number): Asked => ({
    amount: Math.min(value, purse),
    least: Math.min(value / rounding, purse),
    most: Math.min(value * rounding, purse),
  });
  switch (entry.size.kind) {
    case 'notional':
      return asked(amount, 1);
    case 'purse_pct':
      return asked((purse * amount) / 100, 1);
    case 'risk_pct': {
      const stop = model.exits[entry.side].stopLoss;
      const distance = stop?.kind === 'pct' ? constantOf(stop.pct) : undefined;
      return distance === undefined ? undefined : asked((purse * amount) / distance, 2);
    }
    case 'shares':
    case 'volatility_target_pct':
      return undefined;
  }
}

/** Sizes that the limit of one order always cuts, as far as the documents alone tell. */
export function checkSizes(models: readonly StrategyModel[], risk: RiskModel): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const most = risk.document?.value.limits?.max_order_notional;
  if (most === undefined) return diagnostics;
  for (const model of models) {
    if (model.capital.kind !== 'dollars') continue;
    const reporter = createReporter(model.document, diagnostics);
    for (const entry of model.entries) {
      const asked = dollarsAsked(model, entry, model.capital.amount);
      // Twice as much: rounding down to whole shares takes less than half away.
      if (asked === undefined || asked.least < 2 * most) continue;
      reporter.at(
        'W388',
        sizePath(entry),
        `\`${model.id}\` asks for ${dollars(asked.amount)} an entry, and max_order_notional cuts each to ${dollars(most)}`,
        'ask for less, or raise the limit in risk.yaml',
      );
    }
  }
  return diagnostics;
}
