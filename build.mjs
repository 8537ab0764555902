// Builds dist/: JSON Schemas become TypeScript types and precompiled validators, then esbuild bundles the
// commands into one program, whose code V8 compiles ahead, so that a cold start neither looks for modules nor compiles them.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
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
const codeCache = `dist/program-${process.version}-${process.arch}.cache`;
const fresh = existsSync(codeCache) && statSync(codeCache).mtimeMs > newest(sources);
if (process.argv.includes('--if-stale') && fresh) process.exit(0);

const { generate } = await import('./engine/documents/generate.mjs');
await generate(root);
const { assemble } = await import('./engine/feeds/assemble.mjs');
await assemble(root);

const { build } = await import('esbuild');
await rm('dist', { recursive: true, force: true });
const minify = !process.argv.includes('--readable');
/** Programs for Node, each in one file: modules that are loaded late are set up late, and none is looked up on the disk. */
const forNode = {
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20.19',
  external: ['tulind', 'grademark', 'better-sqlite3', '@alpacahq/*', 'undici', 'ws'],
  supported: { 'dynamic-import': false },
  minify,
  define: {
    __ENGINE_VERSION__: JSON.stringify(JSON.parse(readFileSync('package.json', 'utf8')).version),
    'import.meta.url': '__moduleUrl',
  },
  banner: { js: "const __moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
  logLevel: 'warning',
};
await build({ ...forNode, entryPoints: { engine: 'engine/cli/launch.ts', bench: 'bench/main.ts' } });
await build({
  ...forNode,
  // What `engine/cli/program.ts` reads and calls: a function, so that V8 can be handed its code.
  entryPoints: { program: 'engine/cli/main.ts' },
  banner: { js: `(function (require, __filename) { 'use strict';\n${forNode.banner.js}` },
  footer: { js: '})' },
});
// It is read one byte a character. Strings are escaped, regular expressions are not: there `\u20ac` has to be written.
if (readFileSync('dist/program.js').some((byte) => byte > 127)) throw new Error('dist/program.js is not plain ASCII');
await build({
  ...forNode,
  // The thread stands beside the program that starts it, which finds it by its own place.
  entryPoints: { 'csv-thread': 'engine/feeds/csv-thread.ts' },
  outExtension: { '.js': '.cjs' },
});
// The package's own files are ES modules, these are not.
writeFileSync('dist/package.json', '{ "type": "commonjs" }\n');
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
  minify,
  logLevel: 'warning',
});
await chmod('dist/engine.js', 0o755);
await build({ ...forNode, entryPoints: { 'compile-ahead': 'engine/cli/compile-ahead.ts' } });
execFileSync(process.execPath, ['dist/compile-ahead.js'], { stdio: 'pipe' });
await rm('dist/compile-ahead.js');
