import { join } from 'node:path';
import type { Companion } from './csv-companion.ts';
import { openToCut, type Segments } from './csv-segments.ts';
import { barFiles, placeAt, sizeOf } from './locate.ts';

/** A file that a companion reads too. */
export interface SharedFile {
  readonly segments: Segments;
  readonly companion: Companion;
}

/** A companion, and the files that it was let read. */
export interface CsvAhead {
  readonly companion: Companion;
  /** Lets the companion begin with a file, unless it cannot be cut. */
  begin(path: string): void;
  /** Gives away, for one reading, a file that was begun or is begun now; undefined when it cannot be cut. */
  take(path: string): SharedFile | undefined;
  /** Drops what is under way. */
  close(): void;
}

export interface AheadOptions {
  /** Bytes that are worth the start of a thread. */
  readonly worthwhile?: number | undefined;
  /** Bytes that one thread reads before the other may have the next. */
  readonly segment?: number | undefined;
  /** Program of the thread. */
  readonly script?: URL | undefined;
}

const WORTHWHILE = 8 << 20;
const SEGMENT = 1 << 20;

/** Starts a companion for the reading of so many bytes; undefined when they are too few for one, or none can be had. */
export async function startAhead(bytes: number, options: AheadOptions = {}): Promise<CsvAhead | undefined> {
  if (bytes <= (options.worthwhile ?? WORTHWHILE)) return undefined;
  // Few bytes are the usual case and need not load what makes threads.
  const { startCompanion } = await import('./csv-companion.ts');
  const companion = startCompanion(options.script);
  return companion && aheadOf(companion, options.segment ?? SEGMENT);
}

function aheadOf(companion: Companion, bytes: number): CsvAhead {
  const files = new Map<string, SharedFile | undefined>();
  let begun = 0;
  function begin(path: string): void {
    if (files.has(path)) return;
    const segments = openToCut(begun++, path, bytes);
    files.set(path, segments && { segments, companion: companion });
    if (segments !== undefined) companion.begin(segments);
  }
  return {
    companion,
    begin,
    take(path) {
      begin(path);
      const file = files.get(path);
      files.delete(path);
      return file;
    },
    close: () => companion.close(),
  };
}

/**
 * Begins to read what stands at a path before anyone knows which symbols are wanted: the thread starts where there is much, and
 * gets to work where there is one file. To be handed to `readCsv`, or closed.
 */
export async function openCsvAhead(path: string, options: AheadOptions = {}): Promise<CsvAhead | undefined> {
  const place = placeAt(path);
  if (place.kind === 'missing') return undefined;
  const files = place.kind === 'file' ? [place.file] : barFiles(place.files).map((file) => join(place.folder, file));
  const ahead = await startAhead(
    files.reduce((sum, file) => sum + sizeOf(file), 0),
    options,
  );
  if (files.length === 1) ahead?.begin(files[0]!);
  return ahead;
}
