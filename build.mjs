// Builds dist/: JSON Schemas become TypeScript types and precompiled validators, then esbuild bundles the commands,
// one chunk a command, so that a cold start loads only what it runs.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { chmod, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
process.chdir(root);

/** Newest modification time (ms) of the files under the given paths. */
function newest(paths) {
  let latest = 0;
  for (const path of paths) {
    if (!existsSync(path)) continue;
    const stat = statSync(path);
    if (stat.isDirectory()) {
      for (const name of readdirSync(path)) {
        if (name !== 'generated') latest = Math.max(latest, newest([join(path, name)]));
      }
    } else latest = Math.max(latest, stat.mtimeMs);
  }
  return latest;
}

const sources = ['engine', 'schemas', 'bench', 'build.mjs', 'package.json'];
const fresh = existsSync('dist/engine.js') && statSync('dist/engine.js').mtimeMs > newest(sources);
if (process.argv.includes('--if-stale') && fresh) process.exit(0);

const { generate } = await import('./engine/documents/generate.mjs');
await generate(root);

const { build } = await import('esbuild');
await rm('dist', { recursive: true, force: true });
await build({
  entryPoints: { engine: 'engine/cli/main.ts', bench: 'bench/main.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  external: ['tulind', 'grademark', 'better-sqlite3', '@alpacahq/*', 'undici', 'ws'],
  // Less text to compile at every cold start.
  minify: !process.argv.includes('--readable'),
  chunkNames: 'chunks/[name]-[hash]',
  define: {
    __ENGINE_VERSION__: JSON.stringify(JSON.parse(readFileSync('package.json', 'utf8')).version),
  },
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
await build({
  // The thread stands beside the chunk that starts it, which finds it by its own place; of this form it starts sooner.
  entryPoints: { 'csv-thread': 'engine/feeds/csv-thread.ts' },
  outdir: 'dist/chunks',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20.19',
  minify: !process.argv.includes('--readable'),
  logLevel: 'warning',
});
await build({
  // The HTML report carries these whole, charts and all, so that it opens without a network.
  entryPoints: ['main.ts', 'page.css'].map((file) => ({ in: `engine/report/html/page/${file}`, out: 'report-page' })),
  outdir: 'dist',
  bundle: true,
  platform: 'browser',
  format: 'iife',
  target: ['chrome110', 'firefox115', 'safari16.4'],
  charset: 'utf8',
  legalComments: 'inline',
  banner: { js: `/*! uPlot\n${readFileSync('node_modules/uplot/LICENSE', 'utf8').trim()}\n*/` },
  minify: !process.argv.includes('--readable'),
  logLevel: 'warning',
});
await chmod('dist/engine.js', 0o755);
