import { join } from 'node:path';
import { type Logger, pino, stdSerializers, stdTimeFunctions } from 'pino';
import type { Level } from './levels.ts';
import { createRollingFile, type RollingFile } from './rolling-file.ts';

/** The logs of a run: lines of JSON with time, level, event, session and the revision that decided. */
export interface RunLogs {
  /** A line of the main log, `paper_engine.log`; `error` with its causes and stacks. */
  readonly event: (level: Level, event: string, fields?: Readonly<Record<string, unknown>>, error?: unknown) => void;
  /** Trips, clears and resets: a line of `circuit_breaker.log` and of the main log. */
  readonly breaker: (level: Level, event: string, fields: Readonly<Record<string, unknown>>) => void;
  readonly close: () => void;
}

export interface LogOptions {
  /** Made when it is not there. */
  readonly folder: string;
  readonly level: Level;
  readonly session: string;
  /** Of the rules that run now. */
  readonly revision: () => string;
  /** Every line goes through it before it is written. */
  readonly scrub: (text: string) => string;
  /** Logging failed, or goes on: a sentence for the person, once. */
  readonly warn: (sentence: string) => void;
  /** What the system's code means for a file, to be read after its name. */
  readonly trouble: (code: string) => string | undefined;
  readonly now: () => number;
}

const MAX_BYTES = 10 * 1024 * 1024;
/** Rolled files kept of each log: with the running one some 100 MB at most. */
const KEEP = 9;

/** Opens the logs of a run; files are made at their first line. A file that cannot be written is one warning, never an error. */
export const openRunLogs = (options: LogOptions): RunLogs => {
  const { folder, level, session, revision, scrub, now } = options;

  /** What befalls one file mostly befalls the others: it is said once. */
  const trouble = { failing: 0, lost: 0 };

  const open = (name: string): { readonly file: RollingFile; readonly logger: Logger } => {
    const path = join(folder, name);
    const file = createRollingFile({
      path,
      maxBytes: MAX_BYTES,
      keep: KEEP,
      now,
      failed(error) {
        trouble.failing++;
        if (trouble.failing > 1) return;
        const { code, message } = error as NodeJS.ErrnoException;
        options.warn(
          `no log: ${path}: ${options.trouble(code ?? '') ?? scrub(message)}. The run goes on; what happens meanwhile is not logged`,
        );
      },
      resumed(lost) {
        trouble.failing--;
        trouble.lost += lost;
        logger.warn({ event: 'log_gap', lost });
        if (trouble.failing > 0) return;
        options.warn(`logging in ${folder} goes on; ${trouble.lost} line${trouble.lost === 1 ? '' : 's'} missing`);
        trouble.lost = 0;
      },
    });
    const logger = pino(
      {
        level,
        base: { session },
        timestamp: stdTimeFunctions.isoTime,
        messageKey: 'message',
        errorKey: 'error',
        serializers: { error: stdSerializers.errWithCause },
        formatters: { level: (label) => ({ level: label }) },
        mixin: () => ({ revision: revision() }),
        hooks: { streamWrite: scrub },
      },
      file,
    );
    return { file, logger };
  };

  const main = open('paper_engine.log');
  const breakers = open('circuit_breaker.log');
  return {
    event(at, event, fields = {}, error) {
      main.logger[at]({ event, ...fields, ...(error === undefined ? {} : { error }) });
    },
    breaker(at, event, fields) {
      main.logger[at]({ event, ...fields });
      breakers.logger[at]({ event, ...fields });
    },
    close() {
      main.file.close();
      breakers.file.close();
    },
  };
};
