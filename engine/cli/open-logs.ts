import type { Level } from '../logging/levels.ts';
import type { RunLogs } from '../logging/run-logs.ts';
import { fileTrouble } from './exit.ts';
import { scrubberOfKnown } from './known-secrets.ts';
import type { Terminal } from './terminal.ts';

export interface LogChoice {
  /** Undefined: no logs. */
  readonly folder: string | undefined;
  readonly level: Level;
  /** Names the run in every line. */
  readonly session: string;
}

/**
 * Opens the logs of a run, and has faults of the process written there before it ends.
 * @param revision of the rules that run now
 */
export const openLogs = async (
  { folder, level, session }: LogChoice,
  terminal: Terminal,
  revision: () => string,
): Promise<RunLogs | undefined> => {
  if (folder === undefined) return undefined;
  const { openRunLogs } = await import('../logging/run-logs.ts');
  const style = terminal.errStyle;
  const logs = openRunLogs({
    folder,
    level,
    session,
    revision,
    scrub: scrubberOfKnown(),
    warn: (sentence) => terminal.err(`${style.yellow('warning')}: ${sentence}\n`),
    trouble: fileTrouble,
    now: () => Date.now(),
  });
  const fault = (error: unknown): void => logs.event('error', 'fault', {}, error);
  process.on('uncaughtExceptionMonitor', fault);
  return {
    ...logs,
    close() {
      process.off('uncaughtExceptionMonitor', fault);
      logs.close();
    },
  };
};
