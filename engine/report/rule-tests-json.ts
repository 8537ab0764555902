import { positionOf } from '../documents/position.ts';
import type { Failure, TestResult } from '../runtime/rule-tests/suite.ts';
import { isoWriter } from './iso-time.ts';
import { SCHEMA_VERSION } from './json.ts';
import { breakerCoverage, gapOf, isOpen, passed, type TestReport } from './rule-tests.ts';

const time = isoWriter();

const place = ({ finding: { file, span } }: Failure) => {
  const at = file === undefined || span === undefined ? undefined : positionOf(file, span.start);
  return { file: file?.path ?? null, line: at?.line ?? null, column: at?.column ?? null };
};

const failureJson = (failure: Failure) => ({
  ...place(failure),
  code: failure.finding.code,
  message: failure.finding.message,
  symbol: failure.seen?.symbol ?? null,
  bar: failure.seen?.at ?? null,
  time: failure.seen === undefined ? null : time(failure.seen.start),
  values: failure.seen === undefined ? null : valuesJson(failure.seen),
  differences: failure.mismatches.map(({ what, expected, got }) => ({ what, expected, got })),
});

function valuesJson({
  bar,
  indicators,
  conditions,
}: NonNullable<Failure['seen']>): Record<string, number | boolean | null> {
  return {
    ...bar,
    ...Object.fromEntries([...indicators].map(([name, value]) => [name, Number.isFinite(value) ? value : null])),
    ...Object.fromEntries([...conditions].map(([name, value]) => [name, value === 2 ? null : value === 1])),
  };
}

const testJson = (test: TestResult) => {
  const path = ['tests', test.index, 'name'];
  const file = test.document.source(path);
  return {
    strategy: test.strategy,
    name: test.name,
    file: file.path,
    line: positionOf(file, test.document.valueSpan(path).start).line,
    passed: passed(test),
    bars: test.bars,
    failures: test.failures.map(failureJson),
  };
};

/** A test run as JSON; `mutation` is null when no mutants were asked for. */
export function testsJson({ suites, mutation }: TestReport): string {
  const tests = suites.flatMap((suite) => suite.tests);
  const clauses = suites.flatMap((suite) =>
    suite.clauses.map((clause) => ({ strategy: suite.document.value.id, clause })),
  );
  const open = clauses.filter(({ clause }) => isOpen(clause));
  const failed = tests.filter((test) => !passed(test)).length;
  const answer = {
    schemaVersion: SCHEMA_VERSION,
    tests: tests.map(testJson),
    coverage: {
      breakers: Object.fromEntries([...breakerCoverage(suites)].map(([id, tripped]) => [id, { tripped }])),
      clauses: clauses.length,
      reached: clauses.length - open.length,
      gaps: open.map(({ strategy, clause }) => {
        const { line, column } = positionOf(clause.file!, clause.span.start);
        return { strategy, file: clause.file!.path, line, column, clause: clause.text, gap: gapOf(clause) };
      }),
    },
    mutation:
      mutation?.map(({ strategy, mutants, unnoticed }) => ({
        strategy,
        mutants,
        noticed: mutants - unnoticed.length,
        unnoticed: unnoticed.map(({ file, span, path, before, after }) => {
          const { line, column } = positionOf(file, span.start);
          return { file: file.path, line, column, path: path.join('.'), before, after };
        }),
      })) ?? null,
    summary: { tests: tests.length, passed: tests.length - failed, failed },
  };
  return `${JSON.stringify(answer, null, 2)}\n`;
}
