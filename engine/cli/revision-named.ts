import type { Ruleset } from '../compiler/ruleset.ts';
import { REVISION_OF_BODY } from '../journal/inputs.ts';
import { readRevision } from '../journal/revisions.ts';
import type { Sqlite } from '../journal/sqlite.ts';
import { compileDocuments, type WorkspaceOptions } from '../runtime/workspace.ts';
import { failure } from './exit.ts';

/** Digits of a revision that are enough to name it, if no other begins so. */
const FEWEST = 4;
/** Digits that tell revisions apart for a reader. */
const SHOWN = 7;
const MOST_CANDIDATES = 5;

/** Whether a word may be the beginning of a revision. */
export const isRevisionLike = (word: string): boolean => /^[0-9a-f]{4,64}$/i.test(word);

/** Revisions that the journal keeps, the one that came last first. */
const stored = (database: Sqlite): string[] => [
  ...new Set(
    database
      .prepare(`SELECT ${REVISION_OF_BODY} FROM inputs WHERE kind = 'revision' ORDER BY session DESC, n DESC`)
      .pluck()
      .all() as string[],
  ),
];

/** Those of them that begin so. */
export const revisionsLike = (database: Sqlite, word: string): string[] =>
  stored(database).filter((id) => id.startsWith(word.toLowerCase()));

/**
 * The stored revision that a word names by its first digits.
 * @throws Failure (exit 2) when none does, or several; it names candidates
 */
export const revisionNamed = (database: Sqlite, word: string): string => {
  if (!isRevisionLike(word)) {
    throw failure(
      `\`${word}\` is no revision: at least ${FEWEST} digits of it, 0-9 and a-f`,
      'engine revisions lists them',
    );
  }
  const found = revisionsLike(database, word);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (only === undefined) {
    const near = stored(database).map((id) => id.slice(0, SHOWN));
    const more = near.length > MOST_CANDIDATES ? ', ...' : '';
    throw failure(
      `the journal keeps no revision ${word}`,
      near.length === 0
        ? 'engine revisions lists them'
        : `it keeps ${near.slice(0, MOST_CANDIDATES).join(', ')}${more}: engine revisions lists them`,
    );
  }
  throw failure(`${word} begins ${found.length} revisions`, `which one? ${apart(found).join(', ')}`);
};

/** Each with as many digits as tell it from the others. */
const apart = (ids: readonly string[]): string[] => {
  for (let digits = SHOWN; digits < 64; digits++) {
    const short = ids.map((id) => id.slice(0, digits));
    if (new Set(short).size === ids.length) return short.slice(0, MOST_CANDIDATES);
  }
  return ids.slice(0, MOST_CANDIDATES);
};

/**
 * Rules that the journal keeps, compiled.
 * @throws Failure when this engine does not take them any more
 */
export const storedRules = (
  database: Sqlite,
  revision: string,
  options: Pick<WorkspaceOptions, 'dir' | 'symbols'>,
): Ruleset => {
  const { ruleset, diagnostics } = compileDocuments(options, readRevision(database, revision));
  if (ruleset !== undefined) return ruleset;
  const first = diagnostics.find(({ severity }) => severity === 'error');
  throw failure(
    `this engine does not take the rules ${revision.slice(0, SHOWN)} any more: ${first?.message ?? 'they are not sound'}`,
    `engine revisions show ${revision.slice(0, SHOWN)} shows them as they were`,
  );
};
