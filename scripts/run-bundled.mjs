// Runs a program of the tests by hand. Bundled anew at every start, so that it is what the tests use.
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Bundles a file of this project, and gives its exports to `use`.
 * @param {string} name of its folder in the cache
 * @param {string} entry path from the project's root
 * @param {(exports: any) => Promise<void>} use
 */
export async function runBundled(name, entry, use) {
  const folder = join(root, 'node_modules', '.cache', name);
  await mkdir(folder, { recursive: true });
  const outfile = join(folder, `by-hand-${process.pid}.mjs`);
  try {
    await build({
      entryPoints: [join(root, entry)],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20.19',
      packages: 'external',
      logLevel: 'warning',
    });
    await use(await import(pathToFileURL(outfile).href));
  } finally {
    await rm(outfile, { force: true });
  }
}
