import { type CsvAhead, openCsvAhead } from '../feeds/csv-ahead.ts';
import { textFlag } from './arguments.ts';
import { refuseMissing } from './bars-missing.ts';
import type { CommandContext } from './command.ts';

/**
 * Begins to read the bars of `--data`, so that they come in while all else is loaded, and closes them after the work.
 * @throws Failure (exit 2) when there is no such file
 */
export const withBarsAhead = async (
  flags: CommandContext['flags'],
  work: (ahead: CsvAhead | undefined) => Promise<number>,
): Promise<number> => {
  const path = textFlag(flags, 'data');
  if (path !== undefined) refuseMissing(path);
  const ahead = path === undefined ? undefined : await openCsvAhead(path);
  try {
    return await work(ahead);
  } finally {
    ahead?.close();
  }
};
