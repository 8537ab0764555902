import { meaningOf } from '../compiler/meaning/meaning.ts';
import type { Ruleset } from '../compiler/ruleset.ts';
import { reigns } from '../journal/history.ts';
import { readRevision } from '../journal/revisions.ts';
import { openRollback } from '../journal/rollbacks.ts';
import { counted } from '../report/amounts.ts';
import { SCHEMA_VERSION } from '../report/json.ts';
import { meaningMembers } from '../report/reload-json.ts';
import { changeWords, reloadLines } from '../report/reload-lines.ts';
import { revisionsJson, revisionsText, type ToldReign } from '../report/revisions-text.ts';
import { compileDocuments } from '../runtime/workspace.ts';
import type { CommandContext } from './command.ts';
import { asideOf } from './diff.ts';
import { EXIT, failure } from './exit.ts';
import { journalFailure } from './journal-failure.ts';
import { didYouMean } from './nearest.ts';
import { type OpenedJournal, withJournal } from './recorded.ts';
import { revisionNamed, storedRules } from './revision-named.ts';
import { showRevision } from './revision-show.ts';
import { rollBack } from './rollback.ts';
import { workspaceFolder } from './workspace-folder.ts';

/** Rows of the list that are shown unless all are asked for. */
const LAST = 30;

const VERBS = ['list', 'show', 'diff', 'rollback'] as const;
type Verb = (typeof VERBS)[number];

/** How many revisions a verb takes, and how it is typed. */
const TAKES: Readonly<Record<Verb, readonly [number, string]>> = {
  list: [0, 'engine revisions'],
  show: [1, 'engine revisions show REV'],
  diff: [2, 'engine revisions diff A B'],
  rollback: [1, 'engine revisions rollback REV'],
};

/** Flags that only one verb takes. */
const OF_VERB: Readonly<Record<string, Verb>> = { all: 'list', out: 'show', yes: 'rollback' };

export const run = async (context: CommandContext): Promise<number> => {
  const [word = 'list', ...revisions] = context.positionals;
  const verb = VERBS.find((known) => known === word);
  if (verb === undefined) {
    throw failure(
      `engine revisions does not \`${word}\``,
      didYouMean(word, VERBS) ?? 'engine revisions lists them; show REV, diff A B and rollback REV take one up',
    );
  }
  const [wanted, typed] = TAKES[verb];
  if (revisions.length !== wanted) {
    const takes = wanted === 0 ? 'takes no revision' : `needs ${wanted === 1 ? 'one revision' : 'two revisions'}`;
    throw failure(
      `engine revisions ${verb} ${takes}`,
      wanted === 0 ? `it is typed: ${typed}` : `${typed}; engine revisions lists them`,
    );
  }
  const strange = Object.entries(OF_VERB).find(([flag, of]) => context.flags[flag] !== undefined && of !== verb);
  if (strange !== undefined) {
    throw failure(`engine revisions ${verb} takes no --${strange[0]}`, `it goes with engine revisions ${strange[1]}`);
  }
  const [a = '', b = ''] = revisions;
  try {
    return await withJournal(
      context.flags,
      (journal) => {
        switch (verb) {
          case 'list':
            return list(context, journal);
          case 'show':
            return showRevision(context, journal, a);
          case 'diff':
            return diff(context, journal, a, b);
          case 'rollback':
            return rollBack(context, journal, a);
        }
      },
      verb !== 'rollback',
    );
  } catch (error) {
    throw journalFailure(error);
  }
};

const list = async ({ flags, terminal }: CommandContext, journal: OpenedJournal): Promise<number> => {
  const { database, sessions } = journal;
  const all = reigns(database, sessions);
  const shown = flags.all === true || flags.format === 'json' ? all : all.slice(-LAST);
  const dir = workspaceFolder(flags);
  const known = new Map<string, Ruleset | undefined>();
  const rules = (revision: string): Ruleset | undefined => {
    if (!known.has(revision)) {
      known.set(revision, compileDocuments({ dir }, readRevision(database, revision)).ruleset);
    }
    return known.get(revision);
  };
  const first = all.length - shown.length;
  const told = shown.map(
    (reign, n): ToldReign => ({ ...reign, meaning: meaningWords(all[first + n - 1]?.revision, reign.revision, rules) }),
  );
  const rollback = openRollback(database);
  if (flags.format === 'json') await terminal.stream([revisionsJson(told, rollback)]);
  else {
    const symbol = known.get(all.at(-1)?.revision ?? '')?.traded[0] ?? '';
    const { width, style } = terminal;
    await terminal.stream([revisionsText(told, first, rollback, { width, style, symbol })]);
  }
  return EXIT.fine;
};

function meaningWords(
  before: string | undefined,
  now: string,
  rules: (revision: string) => Ruleset | undefined,
): string {
  if (before === now) return 'as before';
  const next = rules(now);
  if (next === undefined) return 'not taken by this engine any more';
  const old = before === undefined ? undefined : rules(before);
  if (old === undefined) {
    const { strategies, risk } = next;
    return `${counted(strategies.length, 'strategy', 'strategies')}, ${counted(risk.breakers.length, 'breaker')}`;
  }
  const { changes } = meaningOf(old, next);
  const [first] = changes;
  if (first === undefined) return 'nothing differs in meaning';
  return changes.length === 1 ? changeWords(first) : `${changeWords(first)}; ${changes.length - 1} more`;
}

const diff = async (
  { flags, terminal }: CommandContext,
  { database }: OpenedJournal,
  a: string,
  b: string,
): Promise<number> => {
  const dir = workspaceFolder(flags);
  const [old, next] = [a, b].map((word) => storedRules(database, revisionNamed(database, word), { dir }));
  const meaning = meaningOf(old!, next!);
  const { width, style } = terminal;
  const pieces =
    flags.format === 'json'
      ? [`${JSON.stringify({ schemaVersion: SCHEMA_VERSION, ...meaningMembers(meaning) }, undefined, 1)}\n`]
      : [
          `${reloadLines({ word: 'diff', meaning, aside: asideOf(meaning), whole: true }, { width, style }).join('\n')}\n`,
        ];
  await terminal.stream(pieces);
  return EXIT.fine;
};
