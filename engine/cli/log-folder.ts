import { join, resolve } from 'node:path';
import { LEVELS, type Level } from '../logging/levels.ts';
import { type Arguments, textFlag } from './arguments.ts';
import { readEnvironment } from './environment.ts';
import { failure } from './exit.ts';

/** Beside the rules, unless somebody says otherwise. */
const DEFAULT = 'logs';

/** The folder of the logs: `--log`, `ENGINE_LOG` (environment or .env), or `logs` of the workspace; undefined: `off`. */
export const logFolder = (flags: Arguments['flags'], workspace: string): string | undefined => {
  const named = textFlag(flags, 'log') ?? readEnvironment(workspace).ENGINE_LOG.value;
  if (named === 'off') return undefined;
  return named === undefined ? join(workspace, DEFAULT) : resolve(named);
};

/** @throws Failure for a word that is no level */
export const logLevel = (flags: Arguments['flags']): Level => {
  const named = textFlag(flags, 'log-level') ?? 'info';
  const level = LEVELS.find((one) => one === named);
  if (level === undefined) throw failure(`--log-level cannot be \`${named}\``, `write ${LEVELS.join(', ')}`);
  return level;
};
