import type { Ruleset } from '../compiler/ruleset.ts';
import type { RunLogs } from '../logging/run-logs.ts';
import { resultJson } from '../report/json.ts';
import { eventLine, summaryLine } from '../report/run-events.ts';
import type { RunResult } from '../runtime/result.ts';
import type { RulesFault } from '../runtime/rules-fault.ts';
import { ENGINE_VERSION } from '../runtime/version.ts';
import { isTakenBack } from './followed-rules.ts';
import type { RunSettings } from './run-settings.ts';
import type { Terminal } from './terminal.ts';

/** Whom the beginning and the end of a run are told. */
export interface Listeners {
  readonly terminal: Terminal;
  readonly format: RunSettings['format'];
  readonly logs: RunLogs | undefined;
}

/** What is said of a run when it begins. */
export interface Beginning {
  readonly mode: 'dry' | 'paper' | 'live';
  readonly session: string;
  readonly feed: string;
  readonly synthetic: boolean;
  /** Of bars that are replayed. */
  readonly speed?: 'max' | 'realtime' | number;
}

/** Tells the stream and the logs that a run begins. */
export const tellStarted = (
  { terminal, format, logs }: Listeners,
  { mode, session, feed, synthetic, speed }: Beginning,
  rules: Ruleset,
): void => {
  const ruled = { strategies: rules.strategies.map(({ id }) => id), symbols: rules.traded };
  const about = { feed, synthetic, ...(speed === undefined ? {} : { speed }), ...ruled };
  const head = { engine: ENGINE_VERSION, mode, revision: rules.revision };
  if (format === 'jsonl') terminal.out(eventLine('started', { ...head, session, ...about }));
  logs?.event('info', 'run_started', { ...head, ...about });
};

/**
 * Tells how a run ended, and what came of it.
 * @param summary the same for people
 */
export const tellEnded = async (
  { terminal, format, logs }: Listeners,
  result: RunResult,
  summary: (result: RunResult) => string,
): Promise<void> => {
  const { endEquity, returnPct, trades } = result.metrics;
  logs?.event('info', 'run_ended', { interrupted: result.interrupted, endEquity, returnPct, trades });
  await terminal.stream(
    format === 'json' ? resultJson(result) : format === 'jsonl' ? summaryLine(result) : [summary(result)],
  );
};

/**
 * Tells the logs of an error that ends a run.
 * @returns why the run is over; undefined: what an edit brought about is taken back, and it goes on under other rules
 */
export const tellFault = (
  { logs }: Pick<Listeners, 'logs'>,
  error: unknown,
  fault: RulesFault | undefined,
): string | undefined => {
  logs?.event('error', 'fault', {}, error);
  if (isTakenBack(error, fault)) return undefined;
  return `a fault: ${error instanceof Error ? error.message : String(error)}`;
};
