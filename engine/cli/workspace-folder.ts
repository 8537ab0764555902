import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Arguments, textFlag } from './arguments.ts';
import { failure } from './exit.ts';

/** The folder that holds strategies.d/ and risk.yaml: the one named, or the nearest from here upward, or here. */
export const workspaceFolder = (flags: Arguments['flags']): string => {
  const named = textFlag(flags, 'workspace');
  if (named !== undefined) {
    const folder = resolve(named);
    if (!existsSync(folder)) throw failure(`--workspace ${named} does not exist`, `engine init ${named} makes one`);
    if (!statSync(folder).isDirectory())
      throw failure(`--workspace ${named} is no folder`, 'name the folder that holds strategies.d/');
    return folder;
  }
  const here = process.cwd();
  let folder = here;
  for (;;) {
    if (existsSync(join(folder, 'strategies.d'))) return folder;
    const above = dirname(folder);
    if (above === folder) return here;
    folder = above;
  }
};
