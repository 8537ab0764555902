// Alpaca's simulator by hand: `npm run alpaca-sim -- --help`. Bundled anew at every start, so that it is what the tests use.
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, 'node_modules', '.cache', 'alpaca-sim');
await mkdir(folder, { recursive: true });
const outfile = join(folder, `by-hand-${process.pid}.mjs`);
try {
  await build({
    entryPoints: [join(root, 'test', 'alpaca', 'simulator', 'by-hand.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    packages: 'external',
    logLevel: 'warning',
  });
  const { runByHand } = await import(pathToFileURL(outfile).href);
  process.exitCode = await runByHand(process.argv.slice(2), {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  });
} finally {
  await rm(outfile, { force: true });
}
