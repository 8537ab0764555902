import type { Diagnostic } from '../documents/diagnostic.ts';
import { leaves, measureName } from '../expressions/leaves.ts';
import type { Checked } from '../expressions/tree.ts';
import { createReporter } from './finding.ts';
import { fieldsOf } from './meaning/fields.ts';
import { measureOf } from './measures.ts';
import type { BreakerModel, RiskModel, StrategyModel } from './model.ts';
import { sizePath } from './purse-sizes.ts';

/** What may differ between strategies that trade alike: how much each trades, and what decides nothing. */
const OWN = /^(?:capital|description|enabled|priority|renamed_from|shadow|shadow_of|tests)\b|^entry\.\w+\.size\b/;

/** Percent of the account that an entry loses at its stop, and the stop's distance in percent; undefined: bars decide. */
export type LossOf = (model: StrategyModel) => { readonly loss: number; readonly distance: number } | undefined;

/**
 * Stops of several strategies that lose more together than an account breaker allows. Strategies that decide apart need not be
 * open together, nor fall together: of those nothing is said. Those that trade alike, and differ in nothing but their size,
 * enter at the same opens and reach their stops in the same bar: there the breaker always comes first.
 * @param bound percent of drawdown at which `breaker` closes all
 */
export function checkTwins(
  risk: RiskModel,
  breaker: BreakerModel,
  bound: number,
  models: readonly StrategyModel[],
  lossOf: LossOf,
): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  if (limitOf(risk, 'max_open_positions') < 2 || limitOf(risk, 'orders_per_minute') < 2) return diagnostics;
  for (const twins of alike(models)) {
    const losses = twins.map(lossOf).filter((known) => known !== undefined);
    // Alone it is told of by itself.
    if (losses.length < twins.length || losses.some(({ loss }) => loss > bound)) continue;
    const distance = losses[0]!.distance;
    const most = Math.min(limitOf(risk, 'max_position_pct'), limitOf(risk, 'max_gross_exposure_pct'));
    const together = Math.min(
      losses.reduce((sum, { loss }) => sum + loss, 0),
      (most * distance) / 100,
    );
    if (!(together > bound)) continue;
    const last = twins.at(-1)!;
    const ids = twins.map(({ id }) => `\`${id}\``);
    const names = `${ids.slice(0, -1).join(', ')} and ${ids.at(-1)!}`;
    createReporter(last.document, diagnostics).at(
      'W392',
      sizePath(last.entries[0]!),
      `${names} trade alike, their stops lose ${Number(together.toPrecision(6))} % of the account together, and breaker \`${breaker.id}\` closes all at ${bound} %`,
      'set the stops nearer, take smaller sizes or purses, or raise the breaker',
    );
  }
  return diagnostics;
}

/** A limit of `risk.yaml`; Infinity: there is none. */
export const limitOf = ({ limits }: RiskModel, name: string): number => {
  const value = limits[name];
  return typeof value === 'number' ? value : Number.POSITIVE_INFINITY;
};

/** Groups of two or more that decide alike on every bar, whatever their purses. */
function alike(models: readonly StrategyModel[]): readonly (readonly StrategyModel[])[] {
  // Fields are read of those only that have a likely twin.
  return groups(models, ({ symbols, timeframe, entries }) =>
    entries.length === 1 && entries[0]!.maxEntries === 1
      ? `${symbols.join()} ${timeframe} ${entries[0]!.side}`
      : undefined,
  ).flatMap((likely) => groups(likely, decisionsOf));
}

function groups(
  models: readonly StrategyModel[],
  keyOf: (model: StrategyModel) => string | undefined,
): readonly (readonly StrategyModel[])[] {
  const found = new Map<string, StrategyModel[]>();
  for (const model of models) {
    const key = keyOf(model);
    if (key !== undefined) found.set(key, [...(found.get(key) ?? []), model]);
  }
  return [...found.values()].filter(({ length }) => length > 1);
}

/** All that decides when it trades, as one text; undefined when that hangs on its purse or on the account. */
function decisionsOf(model: StrategyModel): string | undefined {
  const lines: string[] = [];
  for (const { key, decides, tree } of fieldsOf(model).fields.values()) {
    if (OWN.test(key)) continue;
    lines.push(`${key}=${decides}`);
    if (tree !== undefined && readsPurse(tree)) return undefined;
  }
  return lines.sort().join('\n');
}

/** Reads something that the account or the strategy as a whole has, which two purses need not share. */
function readsPurse(tree: Checked): boolean {
  let found = false;
  leaves(tree, (leaf) => {
    if (leaf.kind === 'node') found ||= leaf.inputs.some(readsPurse);
    const kept = measureOf(measureName(leaf) ?? '')?.kept;
    if (kept === 'account' || kept === 'strategy') found = true;
  });
  return found;
}
