import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Ruleset } from '../compiler/ruleset.ts';
import { readInputs } from '../journal/inputs.ts';
import { JOURNAL, openJournal, refusalOf } from '../journal/open.ts';
import { refuse } from '../journal/refusal.ts';
import { readRevision } from '../journal/revisions.ts';
import { listSessions, type SessionRow } from '../journal/session.ts';
import { lastSlices, type SliceRow } from '../journal/slices.ts';
import type { Sqlite } from '../journal/sqlite.ts';
import { amendXnys } from '../market/calendars.ts';
import { instant } from '../market/time.ts';
import type { AskedSession } from '../report/session-line.ts';
import type { Range } from '../runtime/drive.ts';
import { dryRun } from '../runtime/dry-run.ts';
import { createRecording } from '../runtime/recording.ts';
import type { RunResult } from '../runtime/result.ts';
import type { Observer } from '../runtime/run.ts';
import type { Session } from '../runtime/session.ts';
import { withShadowSymbols } from '../runtime/shadowed.ts';
import type { Swappable } from '../runtime/swap.ts';
import { loadDocuments, type WorkspaceOptions } from '../runtime/workspace.ts';
import { type Arguments, textFlag } from './arguments.ts';
import { refuseMissing } from './bars-missing.ts';
import { dryFeed } from './bars-source.ts';
import { applyCommandOf, keptRules, recordedSession, refuseOtherSource, revisionsOf, sourceOf } from './dry-session.ts';
import { failure } from './exit.ts';
import { hasErrors } from './findings.ts';
import { journalFailure } from './journal-failure.ts';
import { didYouMean } from './nearest.ts';
import { type RecordedLive, tradedThen } from './recorded-source.ts';
import type { SessionAsked } from './session-asked.ts';
import { attendanceOf, type SessionOptions } from './session-options.ts';
import { shownPath, stateFolder } from './state-folder.ts';
import { remembered } from './stopped-early.ts';
import { workspaceFolder } from './workspace-folder.ts';

/** A journal opened to be read; an engine may be writing it meanwhile. */
export interface OpenedJournal {
  readonly database: Sqlite;
  readonly path: string;
  readonly sessions: readonly SessionRow[];
}

/**
 * Opens the journal of the state folder that the flags name, for the time of `work`.
 * @param moment shows it as it is now, whatever is stored meanwhile; not for work that stores something itself
 * @throws Refusal when there is none, or it is damaged
 */
export const withJournal = async <T>(
  flags: Arguments['flags'],
  work: (journal: OpenedJournal) => Promise<T>,
  moment = true,
): Promise<T> => {
  const folder = stateFolder(flags, workspaceFolder(flags));
  const path = join(folder, JOURNAL);
  if (!existsSync(path)) {
    throw refuse(
      'files',
      `there is no journal in ${shownPath(folder)}`,
      'engine run --dry writes one; or name another folder: --state DIR',
    );
  }
  const database = await openJournal(path);
  try {
    // One moment of a journal that goes on: what is stored meanwhile does not come into it.
    if (moment) database.exec('BEGIN');
    return await work({ database, path, sessions: listSessions(database) });
  } catch (error) {
    throw refusalOf(path, error);
  } finally {
    database.close();
  }
};

/** The session of that name; `last`, or no name: the last one. */
export const sessionNamed = ({ sessions, path }: OpenedJournal, name = 'last'): SessionRow => {
  const found = name === 'last' ? sessions.at(-1) : sessions.find((row) => row.name === name);
  if (found !== undefined) return found;
  if (sessions.length === 0) {
    throw refuse('differs', `${shownPath(path)} holds no session`, 'engine run --dry begins one');
  }
  const near = didYouMean(
    name,
    sessions.map((row) => row.name),
  );
  throw refuse('differs', `there is no session \`${name}\``, near ?? 'engine replay lists them');
};

/** How far a session came; undefined before its first bar. */
export const reached = ({ database }: OpenedJournal, row: SessionRow): SliceRow | undefined =>
  lastSlices(database, row.id, 1)[0];

/**
 * Does `work` with the session that is asked about.
 * @throws Failure (exit 2) when there is none, it has no bar yet, or its journal cannot be used
 */
export const withSession = async (
  flags: Arguments['flags'],
  { name, unasked, running }: SessionAsked,
  work: (journal: OpenedJournal, row: SessionRow, about: AskedSession) => Promise<number>,
): Promise<number> => {
  try {
    return await withJournal(flags, async (journal) => {
      const row = sessionNamed(journal, name);
      const at = reached(journal, row);
      if (at === undefined || Number.isNaN(at.time)) {
        throw failure(
          `session ${row.name} has not come to its first bar`,
          unasked ? 'ask again; or --session none: of a backtest' : 'engine run --dry goes on with it',
        );
      }
      return work(journal, row, {
        name: row.name,
        started: row.started,
        state: row.state,
        // Of those that are open an engine is at the last.
        running: running && row.state === 'open' && row.id === journal.sessions.at(-1)?.id,
        reached: instant(at.time),
      });
    });
  } catch (error) {
    throw journalFailure(error);
  }
};

/** The rules that a session came to, in the order in which they first ruled. @throws Refusal */
export const sessionRules = async (
  { database }: OpenedJournal,
  row: SessionRow,
  flags: Arguments['flags'],
): Promise<readonly Ruleset[]> => {
  const inputs = readInputs(database, row.id);
  const revisions = new Set(inputs.flatMap((input) => (input.kind === 'revision' ? input.revision : [])));
  const rules: Ruleset[] = [];
  for (const revision of revisions) rules.push((await keptRules(database, row, revision, placeOf(row, flags))).ruleset);
  return rules;
};

/** A session on live bars whose orders went to a broker; undefined: it is another. */
export const tradedLive = (
  { database }: OpenedJournal,
  row: SessionRow,
  { ruleset }: Replayed,
  flags: Arguments['flags'],
): RecordedLive | undefined => {
  const { source } = row;
  if (source.kind !== 'alpaca' || !tradedThen(source)) return undefined;
  return { database, row, source, ruleset, where: placeOf(row, flags) };
};

/** Where the rules of a session are named from. */
const placeOf = (row: SessionRow, flags: Arguments['flags']): Pick<WorkspaceOptions, 'dir' | 'symbols'> => {
  const { symbols } = row.options as SessionOptions;
  return { dir: workspaceFolder(flags), ...(symbols === null ? {} : { symbols }) };
};

export interface Replayed {
  readonly result: RunResult;
  /** The rules that it began with. */
  readonly ruleset: Ruleset;
  readonly session: Session;
  /** Came to the end of its feed. */
  readonly complete: boolean;
}

/**
 * Runs a recorded session again, as far as it came, and holds what comes out to the journal.
 * @param begin is given the run before its first bar
 * @param range the stretch that the figures are about; the run ends where it does
 * @throws Refusal `differs` naming the first difference
 */
export const replaySession = async (
  { database, path }: OpenedJournal,
  row: SessionRow,
  flags: Arguments['flags'],
  observer: Observer,
  signal: AbortSignal,
  begin: (run: Swappable) => void = () => undefined,
  range?: Range,
): Promise<Replayed> => {
  const options = row.options as SessionOptions;
  // Its days are those that its broker had.
  if (options.amendments !== undefined) amendXnys(options.amendments);
  const inputs = readInputs(database, row.id);
  const [first] = inputs;
  if (first?.kind !== 'revision')
    throw refuse('damaged', `${path} is damaged: session ${row.name} has no rules`, '--fresh starts anew');
  const where = placeOf(row, flags);
  const { ruleset } = await loadDocuments(where, readRevision(database, first.revision));
  if (ruleset === undefined) {
    throw refuse('differs', `this engine no longer takes the rules of session ${row.name}`, `run engine ${row.engine}`);
  }
  if (row.source.kind === 'alpaca') {
    const { replayRecordedLive } = await import('./recorded-live.ts');
    return replayRecordedLive(
      { database, row, source: row.source, ruleset, where },
      { observer, signal, begin, range },
    );
  }
  const bars = row.source.kind === 'csv' ? (textFlag(flags, 'data') ?? shownPath(row.source.path)) : undefined;
  if (bars !== undefined) refuseMissing(bars);
  const source = await dryFeed(ruleset, options.tz === null ? {} : { tz: options.tz }, bars);
  if (hasErrors(source.diagnostics)) {
    throw refuse(
      'differs',
      `the bars that session ${row.name} ran on cannot be read: ${source.diagnostics[0]!.message}`,
      'name them: --data DIR',
    );
  }
  refuseOtherSource(row, sourceOf(bars, source.feed.identity, withShadowSymbols(ruleset).symbols), bars);
  const reading = remembered(source.feed, false);
  const recording = createRecording(recordedSession(database, row, inputs), undefined, ruleset.revision, {
    applyCommand: applyCommandOf(row),
    applyRevision: revisionsOf(database, row, where),
  });
  let run: Swappable | undefined;
  const ended = await dryRun(
    ruleset,
    reading.feed,
    {
      cash: options.cash ?? undefined,
      from: undefined,
      to: undefined,
      assumptions: options.assumptions,
      ...attendanceOf(options),
      closeAtEnd: false,
      speed: 'max',
      once: true,
      sampleThenLive: false,
      swappable: true,
      recording,
      recordedOnly: true,
      range,
      steer(steering) {
        ({ run } = steering);
        begin(run);
      },
    },
    observer,
    signal,
  );
  return {
    result: ended.interrupted ? reading.atItsEnd(ended) : ended,
    ruleset,
    session: run!.session,
    complete: !ended.interrupted,
  };
};
