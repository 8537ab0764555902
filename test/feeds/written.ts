import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { type CsvReading, readCsv } from '../../engine/feeds/csv.ts';
import type { CsvOptions } from '../../engine/feeds/csv-gathering.ts';

const made: string[] = [];

afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** A folder of its own with the given files. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'feeds-'));
  made.push(folder);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

/** Reads one file of bars given as text. */
export const readText = (
  text: string | Uint8Array,
  options: Partial<CsvOptions> = {},
  name = 'BTC-USD.csv',
): Promise<CsvReading> => readCsv({ path: folderWith({ [name]: text }), hours: 'regular', ...options });

export const iso = (time: number | undefined): string => new Date(time!).toISOString().replace('.000Z', 'Z');
