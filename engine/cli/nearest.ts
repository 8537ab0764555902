/** Damerau-Levenshtein distance (adjacent swaps count one) between two short words. */
const distance = (a: string, b: string): number => {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, before[j - 2]! + 1);
      row.push(best);
    }
    before = previous;
    previous = row;
  }
  return previous[b.length]!;
};

/** The known words that a mistyped one most likely meant, nearest first, at most three. */
export const nearest = (word: string, known: readonly string[]): string[] => {
  if (word.length === 0 || word.length > 60) return [];
  const typed = word.toLowerCase();
  const allowed = Math.max(1, Math.floor(typed.length / 3));
  return known
    .map((candidate) => {
      const name = candidate.toLowerCase();
      const prefix = typed.length >= 2 && (name.startsWith(typed) || (name.length >= 3 && typed.startsWith(name)));
      return { candidate, far: prefix ? 0.5 : distance(typed, name) };
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
