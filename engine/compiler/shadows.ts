import type { Diagnostic } from '../documents/diagnostic.ts';
import { createReporter } from './finding.ts';
import type { RiskModel, StrategyModel } from './model.ts';
import { planSteps } from './plan.ts';
import type { Ruleset } from './ruleset.ts';
import type { Standing } from './standing.ts';
import type { Steps } from './steps.ts';

/** No limit and no breaker of the account holds for what never trades. */
const NO_RISK: RiskModel = { document: undefined, limits: {}, breakers: [] };

/** Lays out those that trade, and those that decide beside them, as two rulesets that share nothing. */
export function* planWithShadows(
  revision: string,
  models: readonly StrategyModel[],
  risk: RiskModel,
  notActing: readonly string[],
  standing?: Standing,
): Steps<Ruleset> {
  const trading = yield* planSteps(revision, models, risk, notActing, standing);
  const any = models.some(({ enabled, shadow }) => enabled && shadow);
  // A shadow that leaves keeps what it holds until its exits are done.
  if (!any && standing?.shadow === undefined) return trading;
  const shadow = yield* planSteps(revision, models, NO_RISK, [], standing?.shadow, true);
  return Object.freeze({ ...trading, shadow });
}

/** Shadows of strategies that are none. */
export function checkShadows(models: readonly StrategyModel[]): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  for (const model of models) {
    if (model.shadowOf === undefined) continue;
    const reporter = createReporter(model.document, diagnostics);
    const path = ['shadow_of'];
    const other = models.find(({ id }) => id === model.shadowOf);
    if (!model.shadow) {
      reporter.at('E362', path, `\`${model.id}\` is no shadow: it trades`, 'set `shadow: true`, or take the key out');
    } else if (other === undefined || other.shadow) {
      const ids = models.filter(({ shadow }) => !shadow).map(({ id }) => `\`${id}\``);
      const why = other === undefined ? 'there is no strategy of that id' : 'that one is a shadow too';
      reporter.at(
        'E362',
        path,
        `\`${model.id}\` is a shadow of \`${model.shadowOf}\`, and ${why}`,
        ids.length === 0 ? 'take the key out' : `name one that trades: ${ids.slice(0, 5).join(', ')}`,
      );
    }
  }
  return diagnostics;
}

/** The strategy that a shadow is compared with: the one that it names, else the one that trades most of its symbols. */
export function tradesBeside(shadow: StrategyModel, models: readonly StrategyModel[]): string | undefined {
  if (shadow.shadowOf !== undefined) return shadow.shadowOf;
  let best: { readonly id: string; readonly shared: number } | undefined;
  for (const { id, enabled, shadow: other, symbols } of models) {
    if (!enabled || other) continue;
    const shared = symbols.filter((symbol) => shadow.symbols.includes(symbol)).length;
    if (shared > (best?.shared ?? 0)) best = { id, shared };
  }
  return best?.id;
}
