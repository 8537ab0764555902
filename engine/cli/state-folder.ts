import { join, relative, resolve } from 'node:path';
import { type Arguments, textFlag } from './arguments.ts';

/** Beside the rules, unless somebody says otherwise. */
const DEFAULT = 'data_cache';

/** The folder of the journal and the snapshots: `--state`, the environment's `ENGINE_STATE`, or `data_cache` of the workspace. */
export const stateFolder = (flags: Arguments['flags'], workspace: string): string => {
  const named = textFlag(flags, 'state') ?? (process.env.ENGINE_STATE || undefined);
  return named === undefined ? join(workspace, DEFAULT) : resolve(named);
};

/** A path as the person would type it from here. */
export const shownPath = (path: string): string => {
  const short = relative(process.cwd(), path);
  return short === '' ? '.' : short.startsWith('..') ? path : short;
};
