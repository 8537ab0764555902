import { editDistance } from '../documents/suggest.ts';

/** The known words that a mistyped one most likely meant, nearest first, at most three. */
export const nearest = (word: string, known: readonly string[]): string[] => {
  if (word.length === 0 || word.length > 60) return [];
  const typed = word.toLowerCase();
  const allowed = Math.max(1, Math.floor(typed.length / 3));
  return known
    .map((candidate) => {
      const name = candidate.toLowerCase();
      const prefix = typed.length >= 2 && (name.startsWith(typed) || (name.length >= 3 && typed.startsWith(name)));
      return { candidate, far: prefix ? 0.5 : editDistance(typed, name) };
    })
    .filter(({ far }) => far <= allowed)
    .sort((a, b) => a.far - b.far || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, 3)
    .map(({ candidate }) => candidate);
};

/** "did you mean ...?" for the nearest known words, or undefined when none is near. */
export const didYouMean = (word: string, known: readonly string[]): string | undefined => {
  const near = nearest(word, known);
  return near.length === 0 ? undefined : `did you mean ${near.map((name) => `\`${name}\``).join(' or ')}?`;
};
