import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashFile } from './csv-hash.ts';
import { ACTIONS_FILE, barFiles, fileOfSymbol, placeAt, sizeOf } from './locate.ts';

/** The files behind a reading of CSV bars, in the order in which their bytes make its hash. */
export interface CsvFiles {
  /** Bytes of the file of corporate actions; 0 when there is none. */
  readonly actionsBytes: number;
  readonly files: readonly { readonly symbol: string; readonly file: string; readonly bytes: number }[];
}

const folderOf = (path: string): string => {
  const place = placeAt(path);
  return place.kind === 'missing' ? path : place.folder;
};

/** Which files a reading of these symbols takes, and how large they are now. */
export function csvFiles(path: string, symbols: readonly string[]): CsvFiles {
  const place = placeAt(path);
  if (place.kind === 'missing') return { actionsBytes: 0, files: [] };
  const actionsBytes = sizeOf(join(place.folder, ACTIONS_FILE));
  if (place.kind === 'file') {
    return { actionsBytes, files: [{ symbol: symbols[0] ?? '', file: place.file, bytes: sizeOf(place.file) }] };
  }
  const all = barFiles(place.files);
  const files = [...new Set(symbols)].flatMap((symbol) => {
    const file = fileOfSymbol(symbol, all);
    return file === undefined
      ? []
      : [{ symbol, file: join(place.folder, file), bytes: sizeOf(join(place.folder, file)) }];
  });
  return { actionsBytes, files };
}

/**
 * The hash that a reading would have had when its files were as long as then: the same as then when they have only grown.
 * Empty when one of them is missing or shorter now.
 */
export function prefixHash(path: string, then: CsvFiles): string {
  const hash = createHash('sha256');
  if (then.actionsBytes > 0) {
    const actions = readActions(path);
    if (actions.length < then.actionsBytes) return '';
    hash.update(actions.subarray(0, then.actionsBytes));
  }
  const buffer = new Uint8Array(1 << 20);
  for (const { file, bytes } of then.files) {
    if (sizeOf(file) < bytes) return '';
    let descriptor: number | undefined;
    try {
      descriptor = openSync(file, 'r');
      hashFile(hash, descriptor, bytes, buffer);
    } catch {
      return '';
    } finally {
      if (descriptor !== undefined) closeSync(descriptor);
    }
  }
  return hash.digest('hex');
}

function readActions(path: string): Uint8Array {
  try {
    return readFileSync(join(folderOf(path), ACTIONS_FILE));
  } catch {
    return new Uint8Array();
  }
}
