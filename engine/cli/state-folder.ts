import { join, resolve } from 'node:path';
import { type Arguments, textFlag } from './arguments.ts';
import { readEnvironment } from './environment.ts';

export { shownPath } from './shown-path.ts';

/** Beside the rules, unless somebody says otherwise. */
const DEFAULT = 'data_cache';

/** The folder of the journal and the snapshots: `--state`, `ENGINE_STATE` (environment or .env), or `data_cache` of the workspace. */
export const stateFolder = (flags: Arguments['flags'], workspace: string): string => {
  const named = textFlag(flags, 'state') ?? readEnvironment(workspace).ENGINE_STATE.value;
  return named === undefined ? join(workspace, DEFAULT) : resolve(named);
};
