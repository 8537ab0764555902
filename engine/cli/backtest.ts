import { openCsvAhead } from '../feeds/csv-ahead.ts';
import { textFlag } from './arguments.ts';
import { refuseMissing } from './bars-missing.ts';
import type { CommandContext } from './command.ts';

export const run = async (context: CommandContext): Promise<number> => {
  const path = textFlag(context.flags, 'data');
  if (path !== undefined) refuseMissing(path);
  // The bars are read while all else is loaded.
  const ahead = path === undefined ? undefined : await openCsvAhead(path);
  try {
    const { simulate } = await import('./simulate.ts');
    return await simulate(context, ahead);
  } finally {
    ahead?.close();
  }
};
