import { positionOf } from '../documents/position.ts';
import { COLOURED, PLAIN, prettyDiagnostic } from '../documents/render-pretty.ts';
import type { Clause } from '../runtime/rule-tests/coverage.ts';
import { numberText, triText } from '../runtime/rule-tests/expect.ts';
import type { Mutant } from '../runtime/rule-tests/mutants.ts';
import type { MutationResult } from '../runtime/rule-tests/mutation.ts';
import type { BarRecord } from '../runtime/rule-tests/record.ts';
import type { Failure, SuiteResult, TestResult } from '../runtime/rule-tests/suite.ts';
import { marketTime } from './clock.ts';
import type { Style } from './style.ts';
import { clip, wrap } from './wrap.ts';

export interface TestReport {
  readonly suites: readonly SuiteResult[];
  /** By strategy; undefined: no mutants were asked for. */
  readonly mutation: readonly MutationResult[] | undefined;
}

export interface TestScreen {
  readonly width: number;
  readonly style: Style;
  /** List every clause that no test reaches both ways. */
  readonly coverage: boolean;
}

const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

export const passed = ({ failures }: TestResult): boolean => failures.length === 0;

/** A clause that was never true, or never false, in any test. */
export const isOpen = ({ wasTrue, wasFalse }: Clause): boolean => !(wasTrue && wasFalse);

/** `never true`, `never false`, `never known`. */
export const gapOf = ({ wasTrue, wasFalse }: Clause): string =>
  wasTrue ? 'never false' : wasFalse ? 'never true' : 'never known';

export const placeOf = ({ file, span }: Pick<Mutant, 'file' | 'span'>): string => {
  const { line, column } = positionOf(file, span.start);
  return `${file.path}:${line}:${column}`;
};

/** Breakers of `risk.yaml`, by whether a test tripped them: those that could. */
export function breakerCoverage(suites: readonly SuiteResult[]): ReadonlyMap<string, boolean> {
  const breakers = suites[0]?.risk.breakers.filter(({ enabled }) => enabled) ?? [];
  const tripped = new Set(suites.flatMap(({ tests }) => tests.flatMap((test) => test.tripped)));
  return new Map(breakers.map(({ id }) => [id, tripped.has(id)]));
}

/** All of a test run as a screen shows it. */
export function testsText({ suites, mutation }: TestReport, screen: TestScreen): string {
  const { style } = screen;
  const lines: string[] = [];
  for (const { document, tests } of suites) {
    lines.push(style.bold(document.value.id));
    for (const test of tests) lines.push(testLine(test, screen));
  }
  const failures = suites.flatMap(({ tests }) => tests.flatMap((test) => test.failures));
  for (const failure of failures) lines.push('', ...failureLines(failure, screen));
  lines.push('');
  const open = suites.flatMap(({ clauses }) => clauses.filter(isOpen));
  if (screen.coverage && open.length > 0) lines.push(...coverageLines(open, screen), '');
  if (screen.coverage) lines.push(...breakerLines(suites, screen));
  if (mutation !== undefined) lines.push(...mutationLines(mutation, screen), '');
  lines.push(summaryOf(suites, style));
  const clauses = suites.reduce((sum, suite) => sum + suite.clauses.length, 0);
  if (clauses > 0) lines.push(coverageSummary(clauses, open.length, screen));
  if (mutation !== undefined) lines.push(mutationSummary(mutation));
  return `${lines.join('\n')}\n`;
}

function testLine(test: TestResult, { style, width }: TestScreen): string {
  const word = passed(test) ? style.green('ok  ') : style.red('FAIL');
  const bars = counted(test.bars, 'bar');
  const room = Math.max(10, width - 10 - bars.length);
  return `  ${word}  ${clip(test.name, room)}  ${style.dim(bars)}`;
}

function summaryOf(suites: readonly SuiteResult[], style: Style): string {
  const tests = suites.flatMap((suite) => suite.tests);
  const failed = tests.filter((test) => !passed(test)).length;
  const where = counted(suites.length, 'strategy', 'strategies');
  if (failed === 0) return style.green(`${counted(tests.length, 'test')} of ${where} passed`);
  return style.red(`${failed} of ${counted(tests.length, 'test')} failed, of ${where}`);
}

function coverageSummary(clauses: number, open: number, { coverage }: TestScreen): string {
  const seen = `coverage: ${clauses - open} of ${counted(clauses, 'clause')} were both true and false`;
  return open === 0 || coverage ? seen : `${seen}; --coverage lists the others`;
}

const coverageLines = (open: readonly Clause[], { width, style }: TestScreen): string[] => [
  style.bold('Not reached by any test'),
  ...open.map((clause) => {
    const place = placeOf({ file: clause.file!, span: clause.span });
    return clip(`  ${gapOf(clause).padEnd(11)}  ${place}  ${clause.text}`, width);
  }),
];

function breakerLines(suites: readonly SuiteResult[], { width, style }: TestScreen): string[] {
  const left = [...breakerCoverage(suites)].filter(([, tripped]) => !tripped).map(([id]) => id);
  if (left.length === 0) return [];
  const text = `${left.join(', ')} (engine test --drills drives each breaker by itself)`;
  return [style.bold('Circuit breakers that no test trips'), ...wrap(text, width, '  '), ''];
}

/** Up to here a mutant's text is shown whole. */
const LONGEST = 48;

export const changeOf = ({ before, after }: Mutant): string =>
  `${clip(before, LONGEST)} → ${after === '' ? '(nothing)' : clip(after, LONGEST)}`;

function mutationLines(results: readonly MutationResult[], { width, style }: TestScreen): string[] {
  const unnoticed = results.flatMap((result) => result.unnoticed);
  return [
    style.bold('Mutants'),
    ...results.map((result) => {
      const noticed = result.mutants - result.unnoticed.length;
      return `  ${result.strategy}: ${noticed} of ${result.mutants} noticed${shareText(noticed, result.mutants)}`;
    }),
    ...(unnoticed.length === 0 ? [] : ['', style.bold('Noticed by no test')]),
    ...unnoticed.map((mutant) => clip(`  ${placeOf(mutant)}  ${mutant.path.join('.')}  ${changeOf(mutant)}`, width)),
  ];
}

const shareText = (noticed: number, all: number): string =>
  all === 0 ? '' : ` (${Math.floor((100 * noticed) / all)} %)`;

function mutationSummary(results: readonly MutationResult[]): string {
  const all = results.reduce((sum, { mutants }) => sum + mutants, 0);
  const missed = results.reduce((sum, { unnoticed }) => sum + unnoticed.length, 0);
  return `mutants: ${all - missed} of ${all} noticed${shareText(all - missed, all)}`;
}

/** The finding, then what was expected of the bar and what it was. */
export function failureLines(failure: Failure, { width, style }: Pick<TestScreen, 'width' | 'style'>): string[] {
  const paint = style.bold('x') === 'x' ? PLAIN : COLOURED;
  const lines = prettyDiagnostic(failure.finding, width, paint).split('\n');
  const { seen } = failure;
  if (seen === undefined) return lines;
  const last = failure.mismatches.length - 1;
  const named = Math.max(...failure.mismatches.map(({ what }) => what.length));
  const tree = failure.mismatches.flatMap(({ what, expected, got }, k) => {
    const [branch, stem] = k === last ? ['└─', '  '] : ['├─', '│ '];
    const margin = ' '.repeat(named + 2);
    return [
      `   ${style.dim(branch)} ${what.padEnd(named)}  ${style.green(`expected  ${expected}`)}`,
      `   ${style.dim(stem)} ${margin}${style.red(`got       ${got}`)}`,
    ];
  });
  return [...lines, `   ${barTitle(seen)}`, ...tree, ...valuesOf(seen, width).map((line) => style.dim(line))];
}

const barTitle = (seen: BarRecord): string =>
  `bar ${seen.at} of ${seen.symbol}, ${marketTime(seen.symbol, seen.start)}`;

function valuesOf({ bar, indicators, conditions }: BarRecord, width: number): string[] {
  const words = [
    ...Object.entries(bar).map(([name, value]) => `${name} ${numberText(value)}`),
    ...[...indicators].map(([name, value]) => `${name} ${numberText(value)}`),
    ...[...conditions].map(([name, value]) => `${name} ${triText(value)}`),
  ];
  return wrap(words.join(', '), width, '   ');
}
