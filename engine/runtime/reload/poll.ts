import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { matters, type Place } from './places.ts';

/** Files looked at before the running session gets its turn. */
const SLICE = 64;

/** One line a file: what changes with every way of writing to it. */
function lookAt(path: string): string {
  try {
    const { ino, size, mtimeMs, ctimeMs } = statSync(path);
    return `${path} ${ino} ${size} ${mtimeMs} ${ctimeMs}`;
  } catch {
    return `${path} -`;
  }
}

function namesIn(place: Place): string[] {
  try {
    const names = new Set(place.names);
    for (const name of place.documents ? readdirSync(place.folder) : []) if (matters(place, name)) names.add(name);
    return [...names].sort();
  } catch {
    return ['-'];
  }
}

/** What shows whether a file of these places was written, replaced, added or removed; it reads no file. */
export async function signatureOf(places: readonly Place[]): Promise<string> {
  const lines: string[] = [];
  for (const place of places) {
    for (const name of namesIn(place)) {
      const path = join(place.folder, name);
      // A folder's own time changes with every file in it, ours or not.
      lines.push(places.some(({ folder }) => folder === path) ? path : lookAt(path));
      if (lines.length % SLICE === 0) await turn();
    }
  }
  return lines.join('\n');
}
