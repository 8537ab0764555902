import type { RiskModel } from '../../compiler/model.ts';
import { planRuleset } from '../../compiler/plan.ts';
import type { Watched } from '../../compiler/rule-tests.ts';
import type { Ruleset } from '../../compiler/ruleset.ts';
import { checkStrategy } from '../../compiler/strategy.ts';
import type { Diagnostic } from '../../documents/diagnostic.ts';
import type { DocumentPath, StrategyDocument } from '../../documents/document.ts';
import { contextText, finding } from '../../documents/finding.ts';
import type { Bars } from '../../market/bars.ts';
import { barsFor } from './bars.ts';
import { type Clause, createCoverage } from './coverage.ts';
import { type Mismatch, mismatches } from './expect.ts';
import type { BarRecord } from './record.ts';
import { type Look, runOverBars } from './run.ts';

/** An expectation that was not met, with the bar it was about; undefined: that bar never came. */
export interface Failure {
  readonly finding: Diagnostic;
  readonly mismatches: readonly Mismatch[];
  readonly seen: BarRecord | undefined;
}

export interface TestResult {
  readonly strategy: string;
  readonly name: string;
  readonly document: StrategyDocument;
  /** Its place among the tests of the document. */
  readonly index: number;
  readonly bars: number;
  /** Breakers that tripped while it ran. */
  readonly tripped: readonly string[];
  readonly failures: readonly Failure[];
}

/** The chosen tests of one strategy, with the bars of each, and the limits and breakers around it. */
export interface Suite {
  readonly document: StrategyDocument;
  readonly risk: RiskModel;
  readonly tests: readonly PreparedTest[];
}

interface PreparedTest {
  readonly index: number;
  readonly bars: ReadonlyMap<string, Bars>;
}

/** A strategy alone, laid out with all that its tests look at. */
export interface TestedRules {
  readonly ruleset: Ruleset;
  readonly watched: Watched;
}

/** Reads the bars of the tests that a name chooses; files that cannot be read are findings. */
export async function suiteOf(
  document: StrategyDocument,
  risk: RiskModel,
  chosen: (name: string) => boolean,
): Promise<Suite & { readonly diagnostics: readonly Diagnostic[] }> {
  const tests: PreparedTest[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const [index, test] of (document.value.tests ?? []).entries()) {
    if (!chosen(test.name)) continue;
    const read = await barsFor(document, index);
    if (read.diagnostic === undefined) tests.push({ index, bars: read.bars });
    else diagnostics.push(read.diagnostic);
  }
  return { document, risk, tests, diagnostics };
}

/** Lays out one strategy, enabled or not, within the account's limits; undefined when it has errors. */
export function rulesOf(document: StrategyDocument, risk: RiskModel): TestedRules | undefined {
  const { model, watched } = checkStrategy(document);
  if (model === undefined) return undefined;
  const trees = [...watched.conditions.values(), ...watched.indicators.values()];
  const ruleset = planRuleset('', [{ ...model, enabled: true, shadow: false, watched: trees }], risk, []);
  return { ruleset, watched };
}

/** Runs one test; `look` is shown every bar. */
export function runTest(
  document: StrategyDocument,
  { ruleset, watched }: TestedRules,
  { index, bars }: PreparedTest,
  look: (seen: Look) => void = () => {},
): TestResult {
  const test = document.value.tests![index]!;
  const first = ruleset.traded.find((symbol) => bars.has(symbol));
  const records = new Map<string, BarRecord>();
  const wanted = new Set(test.expect.map(({ symbol, at }) => keyOf(symbol ?? first, at)));
  const breakers = test.expect.some((line) => line.breakers !== undefined);
  let count = 0;
  const trips = runOverBars(ruleset, watched, bars, { account: test.account, breakers }, (seen) => {
    count++;
    const key = keyOf(seen.record.symbol, seen.record.at);
    if (wanted.has(key)) records.set(key, seen.record);
    look(seen);
  });
  const failures: Failure[] = [];
  test.expect.forEach((line, number) => {
    const path: DocumentPath = ['tests', index, 'expect', number];
    const seen = records.get(keyOf(line.symbol ?? first, line.at));
    if (seen === undefined) {
      failures.push({ finding: neverCame(document, path, line.at), mismatches: [], seen });
      return;
    }
    const wrong = mismatches(document, line, path, seen);
    if (wrong.length > 0) failures.push({ finding: notMet(document, wrong, line.at), mismatches: wrong, seen });
  });
  const tripped = [...new Set(trips.map(({ breaker }) => breaker))];
  return { strategy: document.value.id, name: test.name, document, index, bars: count, tripped, failures };
}

const keyOf = (symbol: string | undefined, at: number): string => `${symbol ?? ''} ${at}`;

const contextAt = (document: StrategyDocument, path: DocumentPath): string =>
  contextText('strategy', document.value.id, path);

function neverCame(document: StrategyDocument, path: DocumentPath, at: number): Diagnostic {
  const place = [...path, 'at'];
  const help = 'bars are numbered from 0; name an earlier one, or give the test more bars';
  const span = document.valueSpan(place);
  return finding('E351', document.source(place), span, `bar ${at} never comes`, help, contextAt(document, place));
}

/** The finding of an expectation stands at the first thing that was not so. */
function notMet(document: StrategyDocument, wrong: readonly Mismatch[], at: number): Diagnostic {
  const [{ path, what, expected, got }] = wrong as [Mismatch];
  const more = wrong.length === 1 ? '' : `, and ${wrong.length - 1} more`;
  const message = `at bar ${at}, \`${what}\` is ${got} and not ${expected}${more}`;
  const help = 'mend the rule, or what the test expects of it';
  // A whole order is a block of keys: the mark stands under its name.
  const span = document.expression(path) === undefined ? document.keySpan(path) : document.valueSpan(path);
  return finding('E355', document.source(path), span, message, help, contextAt(document, path));
}

export interface SuiteResult {
  readonly document: StrategyDocument;
  readonly risk: RiskModel;
  readonly tests: readonly TestResult[];
  readonly clauses: readonly Clause[];
}

/** Runs the tests of a strategy one after the other, and counts which of its clauses they reach. */
export function runSuite(suite: Suite): SuiteResult {
  const { document, risk, tests } = suite;
  const rules = rulesOf(document, risk);
  if (rules === undefined) return { document, risk, tests: [], clauses: [] };
  const coverage = createCoverage(document, rules.ruleset, rules.watched);
  return {
    document,
    risk,
    tests: tests.map((test) => runTest(document, rules, test, coverage.see)),
    clauses: coverage.clauses,
  };
}

/** Whether any test of a suite fails with these rules in place of its own. */
export function notices(suite: Suite, document: StrategyDocument, rules: TestedRules): boolean {
  return suite.tests.some((test) => runTest(document, rules, test).failures.length > 0);
}
