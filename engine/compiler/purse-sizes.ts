import type { Diagnostic } from '../documents/diagnostic.ts';
import type { DocumentPath } from '../documents/document.ts';
import { constantOf } from '../expressions/constants.ts';
import { createReporter } from './finding.ts';
import type { EntryModel, RiskModel, StrategyModel } from './model.ts';

export const sizePath = (entry: EntryModel): DocumentPath => ['entry', entry.side, 'size', entry.size.kind];

export const dollars = (amount: number): string =>
  `${amount.toLocaleString('en-US', { maximumFractionDigits: 2 })} dollars`;

/**
 * Dollars that an entry asks for while the purse is whole, or undefined when bars decide; a count of shares only with a fixed
 * limit price.
 */
export function dollarsAsked(model: StrategyModel, entry: EntryModel, purse: number | undefined): number | undefined {
  const amount = constantOf(entry.size.amount);
  if (amount === undefined) return undefined;
  switch (entry.size.kind) {
    case 'notional':
      return amount;
    case 'shares': {
      const price = fixedPrice(entry);
      return price === undefined ? undefined : amount * price;
    }
    case 'purse_pct':
      return purse === undefined ? undefined : (purse * amount) / 100;
    case 'risk_pct': {
      const stop = model.exits[entry.side].stopLoss;
      const distance = stop?.kind === 'pct' ? constantOf(stop.pct) : undefined;
      return purse === undefined || distance === undefined ? undefined : (purse * amount) / distance;
    }
  }
}

/** The price of an entry whose limit is a number. */
export const fixedPrice = (entry: EntryModel): number | undefined =>
  entry.order.type === 'limit' && entry.order.limitPrice !== undefined ? constantOf(entry.order.limitPrice) : undefined;

const purseOf = ({ capital }: StrategyModel): number | undefined =>
  capital.kind === 'dollars' ? capital.amount : undefined;

/** Sizes that no order can have, as far as the documents alone tell. */
export function checkSizes(models: readonly StrategyModel[], risk: RiskModel): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const most = risk.document?.value.limits?.max_order_notional;
  for (const model of models) {
    const reporter = createReporter(model.document, diagnostics);
    for (const entry of model.entries) {
      const asked = dollarsAsked(model, entry, purseOf(model));
      if (asked === undefined) continue;
      const price = fixedPrice(entry);
      if (price !== undefined && asked < price && !model.symbols.some((symbol) => symbol.includes('/'))) {
        reporter.at(
          'W387',
          sizePath(entry),
          `\`${model.id}\` buys for ${dollars(asked)}, and one share costs ${dollars(price)} at its limit: the size is 0 shares`,
          'raise the size or the purse',
        );
      } else if (most !== undefined && asked >= 2 * most) {
        // Twice as much: rounding down to whole shares takes less than half away.
        reporter.at(
          'W388',
          sizePath(entry),
          `\`${model.id}\` asks for ${dollars(asked)} an entry, and max_order_notional cuts each to ${dollars(most)}`,
          'ask for less, or raise the limit in risk.yaml',
        );
      }
    }
  }
  return diagnostics;
}
