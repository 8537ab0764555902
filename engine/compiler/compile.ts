import type { Diagnostic } from '../documents/diagnostic.ts';
import type { RiskDocument, StrategyDocument } from '../documents/document.ts';
import { finding } from '../documents/finding.ts';
import { leaves, readsMeasure } from '../expressions/leaves.ts';
import type { Checked } from '../expressions/tree.ts';
import { checkBreakers } from './breaker-outcomes.ts';
import { checkAt } from './expressions.ts';
import { contextOf, createReporter } from './finding.ts';
import { checkFormerIds } from './former-ids.ts';
import { LIVE_ONLY } from './measures.ts';
import { type BreakerModel, OPERATOR_BREAKER, type RiskModel, type StrategyModel, type Until } from './model.ts';
import { checkSizes } from './purse-sizes.ts';
import type { Rules, Ruleset } from './ruleset.ts';
import { checkRun, checkShares, type RunFacts } from './run-facts.ts';
import { createRiskScope } from './scope.ts';
import { checkShadows, planWithShadows } from './shadows.ts';
import type { Standing } from './standing.ts';
import { drain, type Steps } from './steps.ts';
import { checkStrategy } from './strategy.ts';
import { parseDuration, wordOf } from './words.ts';

export interface CompileInput {
  readonly strategies: readonly StrategyDocument[];
  readonly risk: RiskDocument | undefined;
  readonly revision: string;
}

export interface CompileResult {
  /** The documents as they were checked, whether or not a ruleset came of them: those of strategies without an error. */
  readonly rules: Rules;
  /** Undefined when anything has an error: a ruleset is whole or it is not. */
  readonly ruleset: ((standing?: Standing) => Ruleset) | undefined;
  /** The same in small parts, for a running engine. */
  readonly steps: ((standing?: Standing) => Steps<Ruleset>) | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** Warnings that hang on the account and the bars of a run. */
  readonly atRun: (ruleset: Ruleset, facts: RunFacts) => readonly Diagnostic[];
}

/**
 * Checks documents and compiles them. The graph is laid out only when `ruleset` is called: checking does not pay for it.
 */
export function compile(input: CompileInput): CompileResult {
  const diagnostics: Diagnostic[] = [];
  const models: StrategyModel[] = [];
  let whole = true;
  input.strategies.forEach((document) => {
    const checked = checkStrategy(document);
    diagnostics.push(...checked.diagnostics);
    if (checked.model === undefined) whole = false;
    else models.push(checked.model);
  });
  const risk = checkRisk(input.risk, diagnostics);
  // A shadow touches nothing that is the account's.
  const trading = models.filter(({ shadow }) => !shadow);
  diagnostics.push(
    ...checkTogether(trading, input.strategies),
    ...checkShadows(models),
    ...checkBreakers(risk, trading),
    ...checkSizes(trading, risk),
    ...checkShares(trading),
  );
  warnOfShorts(trading, risk, diagnostics);
  const rules: Rules = { revision: input.revision, models, risk };
  const atRun: CompileResult['atRun'] = (ruleset, facts) => checkRun(trading, risk, ruleset, facts);
  if (!whole || diagnostics.some((diagnostic) => diagnostic.severity === 'error'))
    return { rules, ruleset: undefined, steps: undefined, diagnostics, atRun };
  const steps = (standing?: Standing): Steps<Ruleset> =>
    planWithShadows(input.revision, models, risk, notActing(risk), standing);
  return {
    rules,
    ruleset: (standing) => drain(steps(standing)),
    steps,
    diagnostics,
    atRun,
  };
}

const SCOPES = ['account', 'strategy', 'symbol'] as const;
const ACTIONS = ['pause_entries', 'flatten', 'halt'] as const;

function untilOf(written: string): Until {
  const word = (['manual', 'next_session', 'clear'] as const).find((candidate) => candidate === written);
  return word === undefined ? (parseDuration(written) ?? { kind: 'manual' }) : { kind: word };
}

function checkRisk(document: RiskDocument | undefined, diagnostics: Diagnostic[]): RiskModel {
  if (document === undefined) return { document: undefined, limits: {}, breakers: [] };
  const reporter = createReporter(document, diagnostics);
  const scope = createRiskScope();
  const breakers: BreakerModel[] = [];
  document.value.circuit_breakers.forEach((breaker, index) => {
    const path = ['circuit_breakers', index];
    if (document.value.circuit_breakers.findIndex((other) => other.id === breaker.id) !== index) {
      reporter.at('E325', [...path, 'id'], `two circuit breakers are called \`${breaker.id}\``, 'give each its own id');
    }
    if (breaker.id === OPERATOR_BREAKER) {
      const message = `\`${OPERATOR_BREAKER}\` is the breaker that holds what a person pauses or halts`;
      reporter.at('E325', [...path, 'id'], message, 'call this one by what it watches: max_daily_loss');
    }
    const when = checkAt(reporter, scope, [...path, 'when'], 'condition');
    if (when === undefined) return;
    if (remembers(when)) {
      const help = 'read a measure as it is, or one over a length of time: stop_outs("1d"), closed_profit_pct("2h")';
      reporter.at('E360', [...path, 'when'], 'a circuit breaker reads measures of the moment; it keeps no bars', help);
      return;
    }
    const { id, enabled = true, renamed_from: renamedFrom } = breaker;
    const scoped = wordOf(SCOPES, breaker.scope, 'account');
    const action = wordOf(ACTIONS, breaker.action, 'halt');
    breakers.push({ id, renamedFrom, enabled, when, scope: scoped, action, until: untilOf(breaker.until) });
  });
  checkFormerIds(
    breakers.map(({ id, renamedFrom }) => {
      const index = document.value.circuit_breakers.findIndex((written) => written.id === id);
      return { id, renamedFrom, reporter, path: ['circuit_breakers', index, 'renamed_from'] };
    }),
    'circuit breaker',
  );
  return { document, limits: { ...document.value.limits }, breakers };
}

/** Findings that need all files at once. */
function checkTogether(
  models: readonly StrategyModel[],
  documents: readonly StrategyDocument[],
): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const first = new Map<string, StrategyDocument>();
  for (const document of documents) {
    const other = first.get(document.value.id);
    if (other === undefined) {
      first.set(document.value.id, document);
      continue;
    }
    const { id } = document.value;
    const message = `strategy id \`${id}\` is taken: ${other.file.path} has it too`;
    const before = { file: other.file, span: other.valueSpan(['id']), message: 'first used here' };
    const context = contextOf(document, ['id']);
    const help = 'give each strategy its own id';
    diagnostics.push(finding('E326', document.file, document.valueSpan(['id']), message, help, context, [before]));
  }
  checkFormerIds(
    documents.map((document) => {
      const { id, renamed_from: renamedFrom } = document.value;
      return { id, renamedFrom, reporter: createReporter(document, diagnostics), path: ['renamed_from'] };
    }),
    'strategy',
  );
  const sides = new Map<string, { side: string; model: StrategyModel }>();
  for (const model of models) {
    if (!model.enabled) continue;
    for (const symbol of model.symbols) {
      for (const { side } of model.entries) {
        const other = sides.get(symbol);
        if (other === undefined) sides.set(symbol, { side, model });
        else if (other.side !== side && other.model !== model) {
          warnOfOppositeSides(diagnostics, model, other.model, symbol, side);
          sides.set(symbol, { side, model });
        }
      }
    }
  }
  return diagnostics;
}

function warnOfOppositeSides(
  diagnostics: Diagnostic[],
  model: StrategyModel,
  other: StrategyModel,
  symbol: string,
  side: string,
): void {
  createReporter(model.document, diagnostics).at(
    'W327',
    ['symbols', model.symbols.indexOf(symbol)],
    `\`${model.id}\` enters ${symbol} ${side} and \`${other.id}\` the other way: a broker nets them to one position`,
    'let each symbol be traded one way, or put both sides into one strategy',
  );
}

/** What the risk document asks for that a simulation cannot do. */
function notActing(risk: RiskModel): readonly string[] {
  return [...LIVE_ONLY].flatMap(([name, why]) => {
    const idle = risk.breakers.filter(({ enabled, when }) => enabled && readsMeasure(when, name));
    if (idle.length === 0) return [];
    return [`circuit breaker ${idle.map(({ id }) => id).join(', ')}: ${name} is of live feeds; ${why}`];
  });
}

/** Reads a function that looks back over bars. */
function remembers(tree: Checked): boolean {
  let found = false;
  leaves(tree, (leaf) => {
    if (leaf.kind === 'node') found = true;
  });
  return found;
}

function warnOfShorts(models: readonly StrategyModel[], risk: RiskModel, diagnostics: Diagnostic[]): void {
  if (risk.document === undefined || risk.limits['allow_short'] === true) return;
  for (const model of models) {
    if (!model.enabled || !model.entries.some(({ side }) => side === 'short')) continue;
    createReporter(model.document, diagnostics).at(
      'W361',
      ['entry', 'short'],
      `\`${model.id}\` sells short, and risk.yaml allows no short selling: every short entry will be refused`,
      'write `allow_short: true` under `limits:` in risk.yaml, or take the short side out',
      'key',
    );
  }
}
