import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readInputs } from '../journal/inputs.ts';
import { readRevision } from '../journal/revisions.ts';
import { forgetRollback, storeRollback } from '../journal/rollbacks.ts';
import type { SessionRow } from '../journal/session.ts';
import { counted } from '../report/amounts.ts';
import { SCHEMA_VERSION } from '../report/json.ts';
import { reloadedText } from '../report/operated-text.ts';
import { askEngine } from '../runtime/control/client.ts';
import type { ReloadResult } from '../runtime/control/results.ts';
import { compileDocuments } from '../runtime/workspace.ts';
import { trouble } from './ask.ts';
import type { CommandContext } from './command.ts';
import { canAsk, confirmed } from './confirm.ts';
import { EXIT, failure, fileFailure } from './exit.ts';
import type { OpenedJournal } from './recorded.ts';
import { RELOAD_CODES } from './reload.ts';
import { revisionNamed } from './revision-named.ts';
import { outside, planRollback, type Step } from './rollback-plan.ts';
import type { SessionOptions } from './session-options.ts';
import { shownPath, stateFolder } from './state-folder.ts';
import { workspaceFolder } from './workspace-folder.ts';
import { makeFolderOf, writeWhole } from './write-file.ts';

/** Folder of the state folder that keeps what rollbacks replace. */
const KEPT = 'rolled-back';

/**
 * Writes the files of a former revision back. A running engine takes them as it takes any edit, and is asked to do so at once;
 * without one the next start does. Nothing is deleted: what is replaced goes into the state folder.
 */
export const rollBack = async (context: CommandContext, journal: OpenedJournal, word: string): Promise<number> => {
  const { flags, terminal } = context;
  const { database } = journal;
  const dir = workspaceFolder(flags);
  const state = stateFolder(flags, dir);
  const revision = revisionNamed(database, word);
  const short = revision.slice(0, 7);
  const ran = lastThatRan(journal, revision);
  const documents = partsOf(journal, dir, revision);
  const far = outside(documents);
  if (far !== undefined) {
    throw failure(
      `${far.path} of ${short} stands outside the workspace`,
      `write it there yourself: engine revisions show ${short} --out DIR`,
    );
  }
  const steps = planRollback(database, dir, documents, ran.row.options as SessionOptions);
  if (steps.length > 0 && !(await agreed(context, short, steps))) {
    terminal.err('Nothing was changed.\n');
    return EXIT.fine;
  }
  const at = new Date();
  const folder = steps.some(({ kind }) => kind !== 'created') ? freeFolder(join(state, KEPT), at) : undefined;
  // Files that are what runs already are no rollback: the edit is taken back before it ran.
  const record =
    steps.length === 0 || currentRevision(journal) === revision
      ? undefined
      : storeRollback(database, { at: at.toISOString(), revision, folder: folder ?? '' });
  try {
    await carryOut(dir, folder, steps);
  } catch (error) {
    if (record !== undefined) forgetRollback(database, record);
    throw fileFailure(error) ?? error;
  }
  if (flags.format !== 'json') terminal.out(stepsText(context, short, steps, folder));
  const asked = await askEngine(state, { command: 'reload' });
  if (asked.kind !== 'done' && asked.kind !== 'absent') throw trouble(asked, state);
  const reload = asked.kind === 'done' ? (asked.result as ReloadResult) : undefined;
  if (flags.format === 'json') {
    const of = (kind: Step['kind']): string[] => steps.filter((step) => step.kind === kind).map(({ path }) => path);
    await terminal.stream([
      `${JSON.stringify({ schemaVersion: SCHEMA_VERSION, revision, written: of('written'), created: of('created'), moved: of('moved'), kept: folder ?? null, reload: reload ?? null }, undefined, 1)}\n`,
    ]);
  } else if (reload !== undefined) terminal.out(reloadedText(reload, terminal.style));
  else terminal.out('No engine runs here: the next start takes them.\n');
  return reload === undefined ? EXIT.fine : RELOAD_CODES[reload.outcome];
};

/** The last session that a revision ruled, and which of its inputs brought it. */
const lastThatRan = ({ database, sessions }: OpenedJournal, revision: string): { readonly row: SessionRow } => {
  const row = [...sessions]
    .reverse()
    .find(({ id }) => readInputs(database, id).some((one) => one.kind === 'revision' && one.revision === revision));
  if (row === undefined) throw failure(`no session ran ${revision.slice(0, 7)}`, 'engine revisions lists what did');
  return { row };
};

/** What rules the run that goes on, or ruled the last one. */
const currentRevision = ({ database, sessions }: OpenedJournal): string | undefined => {
  const last = sessions.at(-1);
  if (last === undefined) return undefined;
  return readInputs(database, last.id)
    .flatMap((one) => (one.kind === 'revision' ? [one.revision] : []))
    .at(-1);
};

/** The documents that a revision is made of; files that only stood beside them are none of its own. */
const partsOf = ({ database }: OpenedJournal, dir: string, revision: string) => {
  const documents = readRevision(database, revision);
  const made = new Set(compileDocuments({ dir }, documents).texts.map(({ path }) => path));
  return documents.filter(({ path, role }) => role !== 'sibling' || made.has(path));
};

/** Whether edits that no revision keeps may be replaced; asks where there is somebody to ask. */
const agreed = async ({ flags }: CommandContext, short: string, steps: readonly Step[]): Promise<boolean> => {
  const lost = steps.filter(({ unkept }) => unkept).map(({ path }) => path);
  if (lost.length === 0 || flags.yes === true) return true;
  const [first] = lost;
  const more = lost.length > 1 ? ` and ${counted(lost.length - 1, 'other file')}` : '';
  const hold = lost.length > 1 ? 'hold edits' : 'holds an edit';
  const sentence = `${first}${more} ${hold} that never ran`;
  if (canAsk())
    return (await confirmed(`${sentence}. Replace by ${short}, and keep it in the state folder?`)) === 'yes';
  throw failure(
    `${sentence}: engine revisions rollback ${short} would replace ${lost.length > 1 ? 'them' : 'it'}`,
    `--yes replaces all the same; what is replaced is kept in ${KEPT}/ of the state folder`,
  );
};

/** A folder of this moment that nobody has. */
const freeFolder = (above: string, at: Date): string => {
  const stamp = at
    .toISOString()
    .replace(/[-:]|\.\d+Z/g, '')
    .replace('T', '-');
  const named = (n: number): string => join(above, n === 1 ? stamp : `${stamp}-${n}`);
  let n = 1;
  while (existsSync(named(n))) n++;
  return named(n);
};

/** Does all steps, or none: a file that cannot be written takes back what came before it. */
const carryOut = async (dir: string, folder: string | undefined, steps: readonly Step[]): Promise<void> => {
  const keptAt = (path: string): string => join(folder!, path);
  for (const { path, kind } of steps) {
    if (kind === 'created') continue;
    mkdirSync(dirname(keptAt(path)), { recursive: true, mode: 0o700 });
    copyFileSync(join(dir, path), keptAt(path));
  }
  const done: Step[] = [];
  try {
    for (const step of steps) {
      const target = join(dir, step.path);
      done.push(step);
      if (step.bytes === undefined) rmSync(target);
      else {
        await makeFolderOf(target);
        await writeWhole(target, [step.bytes], shownPath(target));
      }
    }
  } catch (error) {
    for (const { path, kind } of done) {
      try {
        if (kind === 'created') rmSync(join(dir, path), { force: true });
        else copyFileSync(keptAt(path), join(dir, path));
      } catch {
        // It is kept in the folder; what failed first is what the person hears of.
      }
    }
    throw error;
  }
};

const WORDS = { written: 'written over', created: 'written', moved: 'moved away' } as const;
const MARKS = { written: '~', created: '+', moved: '-' } as const;

const stepsText = (
  { terminal: { style } }: CommandContext,
  short: string,
  steps: readonly Step[],
  folder: string | undefined,
): string => {
  if (steps.length === 0) return `The files are those of ${short} already.\n`;
  const wide = Math.max(...steps.map(({ path }) => path.length));
  const lines = [
    style.bold(`Rolled back to ${short}: ${counted(steps.length, 'file')}.`),
    ...steps.map(({ path, kind }) => `  ${MARKS[kind]} ${path.padEnd(wide)}  ${WORDS[kind]}`),
    ...(folder === undefined ? [] : [style.dim(`What they replace is kept in ${shownPath(folder)}/.`)]),
  ];
  return `${lines.join('\n')}\n`;
};
