import { type TestReport, testsText } from '../report/rule-tests.ts';
import { testsJson } from '../report/rule-tests-json.ts';
import { testsJunit } from '../report/rule-tests-junit.ts';
import { type Collected, collectTests } from '../runtime/rule-tests/collect.ts';
import { runSuite } from '../runtime/rule-tests/suite.ts';
import { checkWorkspace } from '../runtime/workspace.ts';
import { textFlag } from './arguments.ts';
import type { CommandContext } from './command.ts';
import { EXIT, failure } from './exit.ts';
import { hasErrors, refuseFaulty } from './findings.ts';
import { exitOfRun } from './interruption.ts';
import { mutateAll } from './mutate.ts';
import { workspaceFolder } from './workspace-folder.ts';
import { checkWritable, deliver } from './write-file.ts';

/** A run of no tests is not one that passed. */
const refuseNone = ({ suites, tests }: Collected, filter: string | undefined): void => {
  if (suites.length > 0) return;
  if (tests === 0) {
    const help = 'write some under `tests:`, as in strategies.d/rsi.yaml; engine schema strategy describes them';
    throw failure('no strategy has a test', help, EXIT.findings);
  }
  const help = `${tests === 1 ? 'there is 1 test' : `there are ${tests} tests`}; --filter looks for a part of a strategy's id or of a test's name`;
  throw failure(`no test matches --filter ${filter ?? ''}`, help, EXIT.findings);
};

const refuseMixed = (flags: CommandContext['flags']): void => {
  const other = ['mutate', 'coverage'].find((name) => flags[name] === true);
  if (flags.format !== 'junit' || other === undefined) return;
  throw failure(`--format junit has no place for --${other}`, 'use --format json, or leave one of them out');
};

export const run = async (context: CommandContext): Promise<number> => {
  const { positionals, flags, terminal, interruption } = context;
  const format = textFlag(flags, 'format') ?? 'pretty';
  const out = textFlag(flags, 'out');
  const filter = textFlag(flags, 'filter');
  refuseMixed(flags);
  if (out !== undefined) checkWritable(out);
  if (flags.drills === true) return (await import('./drills.ts')).runDrills(context);
  const dir = workspaceFolder(flags);
  const paths = positionals.length > 0 ? positionals : undefined;

  const risk = textFlag(flags, 'risk');
  const workspace = checkWorkspace({
    dir,
    ...(paths === undefined ? {} : { paths }),
    ...(risk === undefined ? {} : { risk }),
  });
  const json = format === 'json';
  if (workspace.rules === undefined || hasErrors(workspace.diagnostics))
    return refuseFaulty(workspace.diagnostics, workspace.counts, json, terminal);
  const text = filter?.toLowerCase();
  const collected = await collectTests(
    dir,
    paths,
    workspace.rules.risk,
    (name) => text === undefined || name.toLowerCase().includes(text),
  );
  if (hasErrors(collected.diagnostics)) return refuseFaulty(collected.diagnostics, workspace.counts, json, terminal);
  refuseNone(collected, filter);

  const suites = collected.suites.map(runSuite);
  const failed = suites.some(({ tests }) => tests.some(({ failures }) => failures.length > 0));
  const signal = interruption();
  let mutation: TestReport['mutation'];
  // What a failing test notices says nothing.
  if (flags.mutate === true && failed) terminal.err('no mutants: the tests must pass first\n');
  else if (flags.mutate === true) {
    mutation = await mutateAll(collected.suites, collected, terminal, signal);
    if (mutation === undefined) return exitOfRun(true, signal);
  }
  const report: TestReport = { suites, mutation };
  await deliver(terminal, out, (style) => {
    if (json) return [testsJson(report)];
    if (format === 'junit') return [testsJunit(suites)];
    return [testsText(report, { width: terminal.width, style, coverage: flags.coverage === true })];
  });
  return failed ? EXIT.findings : EXIT.fine;
};
