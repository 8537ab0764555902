import { relative, sep } from 'node:path';
import { packageRoot } from './package-files.ts';

/** How the engine is called from here: inside a clone of its own source there is no `engine` on the path, npx finds it. */
export const programName = (): string => {
  const root = packageRoot();
  if (root.split(sep).includes('node_modules')) return 'engine';
  const inside = relative(root, process.cwd());
  return inside === '..' || inside.startsWith(`..${sep}`) ? 'engine' : 'npx engine';
};
