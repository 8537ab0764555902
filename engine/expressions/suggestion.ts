import { didYouMean } from '../documents/suggest.ts';

/** ``did you mean `x`?`` or undefined. */
export function suggestion(word: string, candidates: Iterable<string>): string | undefined {
  const found = didYouMean(word, candidates);
  return found === undefined ? undefined : `did you mean \`${found}\`?`;
}
