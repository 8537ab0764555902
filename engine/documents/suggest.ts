/** Edits (insert, delete, replace, swap of neighbours) between two words: Damerau-Levenshtein, optimal string alignment. */
export function editDistance(a: string, b: string): number {
  const width = b.length + 1;
  const rows = new Uint16Array((a.length + 1) * width);
  for (let i = 0; i <= a.length; i++) rows[i * width] = i;
  for (let j = 0; j <= b.length; j++) rows[j] = j;
  const at = (i: number, j: number): number => rows[i * width + j] as number;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1);
      let best = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (same ? 0 : 1));
      const swapped =
        i > 1 && j > 1 && a.charCodeAt(i - 1) === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === b.charCodeAt(j - 1);
      if (swapped) best = Math.min(best, at(i - 2, j - 2) + 1);
      rows[i * width + j] = best;
    }
  }
  return at(a.length, b.length);
}

const bare = (word: string): string => word.toLowerCase().replace(/[\s_-]/g, '');

/** The word of `known` that `written` most likely means, or undefined when none is near: a third of its letters may be wrong. */
export function didYouMean(written: string, known: Iterable<string>): string | undefined {
  if (written.length === 0 || written.length > 64) return undefined;
  const word = bare(written);
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const candidate of known) {
    const other = bare(candidate);
    if (other === word) return candidate;
    if (Math.abs(other.length - word.length) >= bestDistance) continue;
    const distance = editDistance(word, other);
    const allowed = Math.max(1, Math.floor(Math.max(word.length, other.length) / 3));
    if (distance <= allowed && distance < Math.min(word.length, other.length) && distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}
