import { createBlockerTally } from '../core/blocker-tally.ts';
import { blockersJson } from '../report/blockers-json.ts';
import { blockersText } from '../report/blockers-text.ts';
import { resultWith } from '../runtime/result.ts';
import type { CommandContext } from './command.ts';
import { EXIT } from './exit.ts';
import { exitOfRun } from './interruption.ts';
import { progressScreen } from './progress.ts';
import { replaySession, withSession } from './recorded.ts';
import type { SessionAsked } from './session-asked.ts';

/** What held entries back in a recorded run, as far as it came: it is run again from its journal and held to it. */
export const blockersSession = (context: CommandContext, session: SessionAsked): Promise<number> => {
  const { flags, terminal, interruption } = context;
  const signal = interruption();
  return withSession(flags, session, async (journal, row, about) => {
    const tally = createBlockerTally();
    const screen = progressScreen(terminal, 'SPY', () => performance.now());
    const { result } = await replaySession(
      journal,
      row,
      flags,
      { probe: tally.probe, progress: screen.update },
      signal,
    );
    screen.end();
    if (signal.aborted) return exitOfRun(true, signal);
    const { width, style } = terminal;
    // A session that goes on was not cut short.
    const shown = resultWith(result, { interrupted: false });
    await terminal.stream([
      flags.format === 'json'
        ? blockersJson(shown, tally.entries, about)
        : blockersText(shown, tally.entries, { width, style, session: about }),
    ]);
    return EXIT.fine;
  });
};
