import { createBlockerTally } from '../core/blocker-tally.ts';
import { blockersJson } from '../report/blockers-json.ts';
import { blockersText } from '../report/blockers-text.ts';
import { runBacktest } from '../runtime/backtest.ts';
import { withBarsAhead } from './bars-ahead.ts';
import type { CommandContext } from './command.ts';
import { exitOfRun } from './interruption.ts';
import { prepareRun } from './prepared-run.ts';
import { progressScreen } from './progress.ts';
import { growYoungMemory } from './young-memory.ts';

export const run = (context: CommandContext): Promise<number> =>
  withBarsAhead(context.flags, async (ahead) => {
    growYoungMemory();
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
        ? blockersJson(ruleset, result, tally.entries)
        : blockersText(ruleset, result, tally.entries, { width, style }),
    ]);
    return exitOfRun(result.interrupted, signal);
  });
