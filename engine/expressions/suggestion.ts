import { didYouMean } from '../documents/suggest.ts';

/** ``did you mean `x`?`` or undefined. */
export function suggestion(word: string, candidates: Iterable<string>): string | undefined {
  const found = didYouMean(word, candidates);
  return found === undefined ? undefined : `did you mean \`${found}\`?`;
}

/** A sorted list of words, cut where it becomes too long to read. */
export function listing(words: readonly string[], most = 24): string {
  const sorted = [...new Set(words)].sort();
  const shown = sorted.slice(0, most).join(', ');
  return sorted.length > most ? `${shown}, ... (${sorted.length} in all)` : shown;
}
