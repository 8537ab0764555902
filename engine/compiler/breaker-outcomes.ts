import type { Diagnostic } from '../documents/diagnostic.ts';
import type { DocumentPath } from '../documents/document.ts';
import { quoted } from '../documents/finding.ts';
import { constantOf } from '../expressions/constants.ts';
import { readsMeasure } from '../expressions/leaves.ts';
import { bare } from '../expressions/linear.ts';
import { canBe, type RangeOf } from '../expressions/outcomes.ts';
import { printNamed } from '../expressions/print.ts';
import { childrenOf } from '../expressions/size.ts';
import type { Checked } from '../expressions/tree.ts';
import { checkClearing } from './breaker-clearing.ts';
import { checkScope } from './breaker-scopes.ts';
import { culpritIn, reasonOf } from './culprit.ts';
import { createReporter, type Reporter } from './finding.ts';
import type { BreakerModel, EntryModel, RiskModel, StrategyModel } from './model.ts';
import { reportPart } from './part.ts';
import { sizePath } from './purse-sizes.ts';
import { checkTwins, limitOf } from './twin-stops.ts';

/** What an account without short positions can lose, in percent; a fee on the last cents may take a little more than all. */
const WHOLE_LOSS = 101;
const LOSSES: ReadonlySet<string> = new Set(['drawdown_pct', 'daily_loss_pct']);

/** Breakers that cannot fire or always do, fractions where percent is meant, and stops that a breaker forestalls. */
export function checkBreakers(risk: RiskModel, models: readonly StrategyModel[]): readonly Diagnostic[] {
  const { document } = risk;
  if (document === undefined) return [];
  const diagnostics: Diagnostic[] = [];
  const reporter = createReporter(document, diagnostics);
  const shorts =
    document.value.limits?.allow_short === true ||
    models.some(({ entries }) => entries.some(({ side }) => side === 'short'));
  const rangeOf: RangeOf = (atom) => {
    const loses =
      !shorts && atom.kind === 'operand' && atom.operand.kind === 'measure' && LOSSES.has(atom.operand.name);
    return loses ? [atom.range[0], Math.min(atom.range[1], WHOLE_LOSS)] : atom.range;
  };
  for (const breaker of risk.breakers) {
    const index = document.value.circuit_breakers.findIndex(({ id }) => id === breaker.id);
    const path: DocumentPath = ['circuit_breakers', index, 'when'];
    checkFractions(reporter, breaker.when, path);
    checkOutcome(reporter, breaker, path, rangeOf);
    checkScope(reporter, breaker, path.slice(0, 2));
    checkClearing(reporter, breaker, models, path.slice(0, 2));
    for (const model of models) checkStops(model, breaker, diagnostics);
  }
  return diagnostics;
}

function checkOutcome(reporter: Reporter, breaker: BreakerModel, path: DocumentPath, rangeOf: RangeOf): void {
  if (!canBe(breaker.when, true, rangeOf)) {
    const culprit = culpritIn(breaker.when, path, true, rangeOf);
    const message = `breaker \`${breaker.id}\` can never fire: ${reasonOf(culprit, rangeOf)}`;
    reportPart(reporter, 'W390', culprit, message, 'lower the number, or turn the comparison round');
  } else if (!canBe(breaker.when, false, rangeOf)) {
    const culprit = culpritIn(breaker.when, path, false, rangeOf);
    const message = `breaker \`${breaker.id}\` fires at once and always: ${reasonOf(culprit, rangeOf)}`;
    reportPart(reporter, 'W391', culprit, message, 'raise the number, or turn the comparison round');
  }
}

/** `drawdown_pct > 0.2`: a fraction of another program. */
function checkFractions(reporter: Reporter, tree: Checked, path: DocumentPath): void {
  if (tree.kind === 'compare') {
    for (const [side, other] of [
      [tree.left, tree.right],
      [tree.right, tree.left],
    ] as const) {
      const value = constantOf(other);
      if (side.unit !== 'percent' || value === undefined || !(value > 0 && value < 0.1)) continue;
      // The spread of a large share is a hundredth of a percent.
      if (readsMeasure(side, 'spread_pct')) continue;
      const message = `${quoted(printNamed(side))} is in percent, and ${value} means ${value} %`;
      reportPart(
        reporter,
        'W120',
        { path, span: other.span },
        message,
        `write ${Number((value * 100).toPrecision(12))} for ${Number((value * 100).toPrecision(12))} %`,
      );
      return;
    }
    return;
  }
  for (const child of childrenOf(tree)) checkFractions(reporter, child, path);
}

/** The drawdown above which a breaker that is that alone fires. */
function drawdownOf(tree: Checked): number | undefined {
  if (tree.kind !== 'compare') return undefined;
  const [left, right] = [bare(tree.left), bare(tree.right)];
  const measured = tree.operator === '>' || tree.operator === '>=' ? left : right;
  const bound = constantOf(measured === left ? right : left);
  if (tree.operator === '==' || tree.operator === '!=') return undefined;
  if (measured.kind !== 'operand' || measured.operand.kind !== 'measure') return undefined;
  return measured.operand.name === 'drawdown_pct' ? bound : undefined;
}

/**
 * The same of a breaker over the whole account, once a run says how much that is.
 * @param purseIn dollars of a strategy's purse
 * @param cash dollars that the account begins with
 */
export function checkAccountStops(
  risk: RiskModel,
  models: readonly StrategyModel[],
  purseIn: (model: StrategyModel) => number,
  cash: number,
): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  for (const breaker of risk.breakers) {
    const bound = drawdownOf(breaker.when);
    if (!breaker.enabled || breaker.scope !== 'account' || breaker.action !== 'flatten' || bound === undefined)
      continue;
    for (const model of models) {
      for (const entry of model.entries) {
        const loss = ((lossAtStop(model, entry) ?? 0) * purseIn(model)) / cash;
        if (!(loss > bound)) continue;
        createReporter(model.document, diagnostics).at(
          'W392',
          sizePath(entry),
          `the stop of \`${model.id}\` loses ${Number(loss.toPrecision(6))} % of the account, and breaker \`${breaker.id}\` closes all at ${bound} %`,
          'set the stop nearer, take a smaller size or purse, or raise the breaker',
        );
      }
    }
    // Purses that are not there are told of by themselves.
    if (models.reduce((sum, model) => sum + purseIn(model), 0) > cash) continue;
    diagnostics.push(
      ...checkTwins(risk, breaker, bound, models, (model) => {
        const [entry] = model.entries;
        const stop = entry && model.exits[entry.side].stopLoss;
        const distance = stop?.kind === 'pct' ? constantOf(stop.pct) : undefined;
        const own = entry && lossAtStop(model, entry);
        if (own === undefined || distance === undefined) return undefined;
        // A purse buys for no more than it can set aside, 4 % above the price.
        const largest = Math.min(limitOf(risk, 'max_order_notional'), purseIn(model) / 1.04);
        return { loss: (100 * Math.min((own * purseIn(model)) / 100, (largest * distance) / 100)) / cash, distance };
      }),
    );
  }
  return diagnostics;
}

/** A breaker that closes a strategy's positions at a drawdown that its own stop lies beyond. */
function checkStops(model: StrategyModel, breaker: BreakerModel, diagnostics: Diagnostic[]): void {
  if (breaker.scope !== 'strategy' || breaker.action !== 'flatten') return;
  const bound = drawdownOf(breaker.when);
  if (bound === undefined) return;
  for (const entry of model.entries) {
    const loss = lossAtStop(model, entry);
    if (loss === undefined || loss <= bound) continue;
    createReporter(model.document, diagnostics).at(
      'W392',
      sizePath(entry),
      `the stop of \`${model.id}\` loses ${Number(loss.toPrecision(6))} % of the purse, and breaker \`${breaker.id}\` closes it at ${bound} %`,
      'set the stop nearer, take a smaller size, or raise the breaker',
    );
  }
}

/** Percent of the purse that a stopped entry costs, when it is known beforehand. */
function lossAtStop(model: StrategyModel, entry: EntryModel): number | undefined {
  const amount = constantOf(entry.size.amount);
  const stop = model.exits[entry.side].stopLoss;
  const distance = stop?.kind === 'pct' ? constantOf(stop.pct) : undefined;
  if (amount === undefined || distance === undefined) return undefined;
  // No entry is larger than the purse.
  if (entry.size.kind === 'risk_pct') return Math.min(amount, distance);
  return entry.size.kind === 'purse_pct' ? (amount * distance) / 100 : undefined;
}
