import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { failure } from './exit.ts';

/** Folder of the installed package: the nearest above this file that holds a package.json and the schemas. */
export const packageRoot = (): string => {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    if (existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'schemas'))) return folder;
    const above = dirname(folder);
    if (above === folder) throw failure('the installed package is incomplete: schemas/ is missing', 'install it again');
    folder = above;
  }
};

/** Path of a file that is shipped with the package. */
export const packageFile = (...parts: readonly string[]): string => join(packageRoot(), ...parts);
