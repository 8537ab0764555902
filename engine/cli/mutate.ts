import { setImmediate as turn } from 'node:timers/promises';
import { type Around, type MutationResult, mutationRun } from '../runtime/rule-tests/mutation.ts';
import type { Suite } from '../runtime/rule-tests/suite.ts';
import type { Terminal } from './terminal.ts';

const REDRAW_MS = 100;
const LINE_MS = 10_000;

/** Runs the mutants of each strategy with progress on stderr; undefined when the signal stopped it. */
export async function mutateAll(
  suites: readonly Suite[],
  around: Around,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<readonly MutationResult[] | undefined> {
  const results: MutationResult[] = [];
  const now = (): number => performance.now();
  let next = terminal.errRedraws ? 0 : now() + LINE_MS;
  let drawn = false;
  const clear = (): void => {
    if (drawn) terminal.err('\r\u001b[2K');
    drawn = false;
  };
  for (const suite of suites) {
    const run = mutationRun(suite, around);
    let step = run.next();
    for (; step.done !== true; step = run.next()) {
      if (now() >= next) {
        next = now() + (terminal.errRedraws ? REDRAW_MS : LINE_MS);
        const text = `${suite.document.value.id}: mutant ${step.value.done + 1} of ${step.value.total}`;
        terminal.err(terminal.errRedraws ? `\r\u001b[2K${terminal.errStyle.dim(text)}` : `${text}\n`);
        drawn = terminal.errRedraws;
      }
      // Ctrl-C is heard between two mutants.
      await turn();
      if (!signal.aborted) continue;
      clear();
      return undefined;
    }
    results.push(step.value);
  }
  clear();
  return results;
}
