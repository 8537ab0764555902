import { reloadedText } from '../report/operated-text.ts';
import type { ReloadResult } from '../runtime/control/results.ts';
import { textFlag } from './arguments.ts';
import { ask, tellJson } from './ask.ts';
import type { CommandContext } from './command.ts';
import { EXIT, failure } from './exit.ts';

/** Digits of a revision that name it. */
const SHORTEST = 7;

/** What each outcome of a reload ends a command with. */
export const RELOAD_CODES: Readonly<Record<ReloadResult['outcome'], number>> = {
  applied: EXIT.fine,
  unchanged: EXIT.fine,
  refused: EXIT.findings,
  waiting: EXIT.findings,
  unsettled: EXIT.findings,
  unknown: EXIT.usage,
};

const reloaded = async (
  context: CommandContext,
  command: 'reload' | 'approve',
  given: Readonly<Record<string, string>>,
): Promise<number> => {
  const { at, result } = await ask<ReloadResult>(context, { command, arguments: given });
  const { terminal, flags } = context;
  if (flags.format === 'json') await tellJson(context, { command, at, ...result });
  else await terminal.stream([reloadedText(result, terminal.style)]);
  return RELOAD_CODES[result.outcome] ?? EXIT.fine;
};

export const reload = (context: CommandContext): Promise<number> => reloaded(context, 'reload', {});

export const approve = (context: CommandContext): Promise<number> => {
  const [revision] = context.positionals;
  if (revision === undefined)
    throw failure('engine approve needs a revision', 'engine status shows the one that waits');
  if (!/^[0-9a-f]+$/i.test(revision) || revision.length < SHORTEST) {
    throw failure(
      `\`${revision}\` is no revision: at least ${SHORTEST} digits of it, 0-9 and a-f`,
      'engine status shows the one that waits',
    );
  }
  const reason = textFlag(context.flags, 'reason');
  return reloaded(context, 'approve', {
    revision: revision.toLowerCase(),
    ...(reason === undefined ? {} : { reason }),
  });
};
