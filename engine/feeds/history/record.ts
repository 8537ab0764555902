import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a file of bars holds, beyond what its rows say. */
export interface FileRecord {
  readonly timeframe: string;
  readonly adjustment: string;
  readonly feed: string;
  /** Bars from here on were asked for, ms since 1970. */
  readonly from: number;
}

/** By name of the file: `SPY.csv`. */
export type FolderRecord = Readonly<Record<string, FileRecord>>;

/** With a dot in front, whoever reads the folder's bars passes over it. */
const NAME = '.engine-history.json';

const isRecord = (value: unknown): value is FileRecord => {
  if (typeof value !== 'object' || value === null) return false;
  const { timeframe, adjustment, feed, from } = value as Record<string, unknown>;
  return [timeframe, adjustment, feed].every((word) => typeof word === 'string') && Number.isFinite(from);
};

/** What is known of the files of a folder; nothing, where nothing can be read. */
export async function readRecord(folder: string): Promise<FolderRecord> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(join(folder, NAME), 'utf8'));
  } catch {
    return {};
  }
  const files = (parsed as { readonly files?: unknown } | null)?.files;
  if (typeof files !== 'object' || files === null) return {};
  return Object.fromEntries(Object.entries(files).filter((entry): entry is [string, FileRecord] => isRecord(entry[1])));
}

/** Writes it whole or not at all. */
export async function writeRecord(folder: string, record: FolderRecord): Promise<void> {
  const beside = join(folder, `${NAME}.tmp`);
  await writeFile(beside, `${JSON.stringify({ schemaVersion: 1, files: record }, undefined, 2)}\n`);
  await rename(beside, join(folder, NAME));
}
