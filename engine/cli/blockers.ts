import { createBlockerTally } from '../core/blocker-tally.ts';
import { blockersJson } from '../report/blockers-json.ts';
import { blockersText } from '../report/blockers-text.ts';
import { runBacktest } from '../runtime/backtest.ts';
import { withBarsAhead } from './bars-ahead.ts';
import type { CommandContext } from './command.ts';
import { exitOfRun } from './interruption.ts';
import { prepareRun } from './prepared-run.ts';
import { progressScreen } from './progress.ts';
import { sessionAsked } from './session-asked.ts';
import { growYoungMemory } from './young-memory.ts';

/** Counts over a recorded run when one is named or runs now, over a backtest otherwise. */
export const run = async (context: CommandContext): Promise<number> => {
  growYoungMemory();
  const session = await sessionAsked(context.flags, context.positionals);
  if (session !== undefined) return (await import('./blockers-session.ts')).blockersSession(context, session);
  return withBarsAhead(context.flags, async (ahead) => {
    const prepared = await prepareRun(context, context.positionals, ahead);
    if (typeof prepared === 'number') return prepared;
    const { ruleset, data, options, signal, first } = prepared;
    const { terminal, flags } = context;
    const tally = createBlockerTally(ruleset);
    const screen = progressScreen(terminal, first, () => performance.now());
    const result = await runBacktest(ruleset, data, options, { progress: screen.update, probe: tally.probe }, signal);
    screen.end();
    const { width, style } = terminal;
    await terminal.stream([
      flags.format === 'json'
        ? blockersJson(result, tally.entries)
        : blockersText(result, tally.entries, { width, style }),
    ]);
    return exitOfRun(result.interrupted, signal);
  });
};
