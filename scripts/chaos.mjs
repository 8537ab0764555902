// The engine under random faults: `npm run chaos -- --help`. Bundled anew at every start, so that it is what the tests use.
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, 'node_modules', '.cache', 'chaos');
await mkdir(folder, { recursive: true });
const outfile = join(folder, `by-hand-${process.pid}.mjs`);
try {
  await build({
    entryPoints: [join(root, 'test', 'chaos', 'by-hand.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    packages: 'external',
    logLevel: 'warning',
  });
  const { runChaosByHand } = await import(pathToFileURL(outfile).href);
  process.exitCode = await runChaosByHand(process.argv.slice(2));
} finally {
  await rm(outfile, { force: true });
}
