import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll } from 'vitest';

let folder: string | undefined;

afterAll(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  folder = undefined;
});

/** The program of the reading's second thread, built from the sources. */
export async function threadScript(): Promise<URL> {
  if (folder === undefined) {
    folder = mkdtempSync(join(tmpdir(), 'thread-'));
    await build({
      entryPoints: ['engine/feeds/csv-thread.ts'],
      outfile: join(folder, 'csv-thread.cjs'),
      bundle: true,
      platform: 'node',
      format: 'cjs',
    });
  }
  return pathToFileURL(join(folder, 'csv-thread.cjs'));
}
