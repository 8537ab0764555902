import { join, relative, resolve, sep } from 'node:path';
import type { Ruleset } from '../compiler/ruleset.ts';
import { csvFiles, prefixHash } from '../feeds/csv-source.ts';
import { moveAside } from '../journal/aside.ts';
import { type Arrival, type Input, readInputs, storeInput } from '../journal/inputs.ts';
import { type Lock, takeLock } from '../journal/lock.ts';
import { filesRefusal, JOURNAL, makeStateFolder, openJournal, refusalOf } from '../journal/open.ts';
import { isRefusal, refuse } from '../journal/refusal.ts';
import { prune } from '../journal/retention.ts';
import { readRevision } from '../journal/revisions.ts';
import { arrivalOf } from '../journal/rollbacks.ts';
import { beginSession, endSession, lastSession, type SessionRow, type Source } from '../journal/session.ts';
import { lastSlices, readSlices } from '../journal/slices.ts';
import { createWriter, own, type SessionWriter } from '../journal/writer.ts';
import { commandFrom } from '../runtime/control/operator-command.ts';
import { createPatientSink, type PatientHooks, type Reopenable } from '../runtime/patient-sink.ts';
import { createRecording, type RecordedSession, type Recording, type RecordingHooks } from '../runtime/recording.ts';
import { swapAtOnce } from '../runtime/swap.ts';
import { ENGINE_VERSION } from '../runtime/version.ts';
import { loadDocuments, type RuleDocument, type Workspace, type WorkspaceOptions } from '../runtime/workspace.ts';
import { refuseOtherOptions, type SessionOptions } from './session-options.ts';
import { shownPath } from './state-folder.ts';

/** A state folder that this process holds, with its journal open. */
export interface OpenState {
  readonly folder: string;
  readonly held: Reopenable;
  readonly lock: Lock;
  /** Where `--fresh` put a journal that could not be used. */
  readonly aside: string | undefined;
  close(): void;
}

const nowIso = (): string => new Date().toISOString();

/**
 * Takes the state folder and opens its journal.
 * @param fresh a journal that cannot be used is moved aside
 * @throws Refusal
 */
export const openState = async (folder: string, fresh: boolean): Promise<OpenState> => {
  makeStateFolder(folder);
  let lock: Lock;
  try {
    lock = takeLock(folder, nowIso());
  } catch (error) {
    throw filesRefusal(folder, error);
  }
  const path = join(folder, JOURNAL);
  try {
    const opened = await openOrMove(path, fresh);
    const held: Reopenable = { path, database: opened.database };
    return {
      folder,
      held,
      lock,
      aside: opened.aside,
      close() {
        try {
          held.database.close();
        } catch {
          // A database that met a fault of the disk may refuse; the process ends anyway.
        }
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
};

const openOrMove = async (
  path: string,
  fresh: boolean,
): Promise<{ readonly database: Reopenable['database']; readonly aside: string | undefined }> => {
  try {
    const database = await openJournal(path);
    try {
      // Damage that only a reading shows.
      if (fresh) lastSession(database);
      return { database, aside: undefined };
    } catch (error) {
      database.close();
      throw refusalOf(path, error);
    }
  } catch (error) {
    if (!fresh || !isRefusal(error) || (error.refusal !== 'damaged' && error.refusal !== 'newer')) throw error;
    const stamp = nowIso()
      .replace(/[-:]|\.\d+Z/g, '')
      .replace('T', '-');
    const aside = moveAside(path, stamp);
    return { database: await openJournal(path), aside };
  }
};

/** The session that a start goes on with, or begins. */
export interface DrySession {
  readonly row: SessionRow;
  /** It was there before: it goes on. */
  readonly resumed: boolean;
  /** The rules that it began with. */
  readonly ruleset: Ruleset;
  readonly recording: Recording;
  /** How a revision comes to rule that the files bring, if it is not by a rollback. */
  readonly arrival: (revision: string, otherwise: Arrival) => ReturnType<typeof arrivalOf>;
}

/** The session that this start would go on with; undefined: it begins a new one. */
export const openSession = (state: OpenState, fresh: boolean): SessionRow | undefined => {
  const { held } = state;
  try {
    const last = lastSession(held.database);
    if (last === undefined || last.state !== 'open') return undefined;
    if (!fresh) return last;
    own(held.database, state.lock.token);
    endSession(held.database, last.id, 'abandoned', nowIso());
    return undefined;
  } catch (error) {
    throw refusalOf(held.path, error);
  }
};

/** Rules as they stand on disk. */
export interface DiskRules {
  readonly ruleset: Ruleset;
  readonly documents: () => readonly RuleDocument[];
}

/** The rules that a session began with, and those that it ran by last: to be held against the disk once it goes on. */
export interface SessionRules {
  readonly first: Ruleset;
  readonly last: Workspace;
}

/** The rules of a session. They are the disk's own as long as nobody edited them. */
export const rulesOf = async (
  state: OpenState,
  row: SessionRow,
  disk: Workspace & DiskRules,
  options: Pick<WorkspaceOptions, 'dir' | 'symbols'>,
): Promise<SessionRules> => {
  const { database, path } = state.held;
  try {
    const revisions = readInputs(database, row.id).flatMap((input) =>
      input.kind === 'revision' ? input.revision : [],
    );
    const [first] = revisions;
    if (first === undefined) throw refuse('damaged', `session ${row.name} has no rules`, '--fresh starts anew');
    const last = revisions.at(-1)!;
    const rules = async (revision: string): Promise<Workspace & { readonly ruleset: Ruleset }> =>
      revision === disk.ruleset.revision ? disk : keptRules(database, row, revision, options);
    return { first: (await rules(first)).ruleset, last: await rules(last) };
  } catch (error) {
    throw refusalOf(path, error);
  }
};

/** Rules of a revision that a session had. @throws Refusal */
export const rulesAt = (
  state: OpenState,
  row: SessionRow,
  revision: string,
  options: Pick<WorkspaceOptions, 'dir' | 'symbols'>,
): Promise<Workspace & { readonly ruleset: Ruleset }> => keptRules(state.held.database, row, revision, options);

/** Rules that a session keeps. @throws Refusal `differs` when this engine does not take them */
export const keptRules = async (
  database: Reopenable['database'],
  row: SessionRow,
  revision: string,
  options: Pick<WorkspaceOptions, 'dir' | 'symbols'>,
): Promise<Workspace & { readonly ruleset: Ruleset }> => {
  const loaded = await loadDocuments(options, readRevision(database, revision));
  const { ruleset } = loaded;
  if (ruleset !== undefined) return { ...loaded, ruleset };
  throw refuse(
    'differs',
    `this engine no longer takes rules ${revision.slice(0, 7)}, by which session ${row.name} ran`,
    `run engine ${row.engine}; or --fresh starts anew`,
  );
};

/** What a run's bars are, for the journal. */
export const sourceOf = (path: string | undefined, identity: string, symbols: readonly string[]): Source =>
  path === undefined
    ? { kind: 'sample', hash: identity }
    : { kind: 'csv', path: resolve(path), hash: identity, ...csvFiles(path, symbols) };

/** @throws Refusal `differs` naming what is not as it was when the session began */
export const refuseOtherSource = (row: SessionRow, now: Source, path: string | undefined): void => {
  const then = row.source;
  const help = `give the feed that it began with; or --fresh starts anew`;
  const name = (source: Source): string =>
    source.kind === 'sample'
      ? 'the sample market'
      : source.kind === 'alpaca'
        ? `Alpaca's ${source.feed} bars`
        : `the bars in ${shownPath(source.path)}`;
  if (then.kind !== now.kind) {
    throw refuse('differs', `session ${row.name} runs on ${name(then)}, not on ${name(now)} (--feed)`, help);
  }
  if (then.hash === now.hash) return;
  if (then.kind === 'sample' || now.kind === 'sample' || path === undefined) {
    throw refuse(
      'differs',
      `session ${row.name} ran on other prices of the sample market`,
      `run engine ${row.engine}; or --fresh starts anew`,
    );
  }
  if (then.kind === 'alpaca' || now.kind === 'alpaca') {
    throw refuse('differs', `session ${row.name} ran on another account of Alpaca, or another feed`, help);
  }
  // Files may have moved with their folder; their order is that of the symbols.
  const files = then.files.map((one, n) => ({ ...one, file: now.files[n]?.file ?? one.file }));
  if (prefixHash(path, { actionsBytes: then.actionsBytes, files }) === then.hash) return;
  const shorter = files.find(({ bytes }, n) => (now.files[n]?.bytes ?? 0) < bytes);
  throw refuse(
    'differs',
    shorter === undefined
      ? `bars that session ${row.name} ran on were changed in ${name(now)}`
      : `${shownPath(shorter.file)} is shorter than when session ${row.name} ran on it`,
    `new bars may only be added at the end; ${help}`,
  );
};

/**
 * Goes on with a session, or begins one.
 * @throws Refusal
 */
export const startSession = (
  state: OpenState,
  known: SessionRow | undefined,
  ruleset: Ruleset,
  disk: DiskRules,
  source: Source,
  path: string | undefined,
  options: SessionOptions,
  where: Pick<WorkspaceOptions, 'dir' | 'symbols'>,
  hooks: PatientHooks & Pick<RecordingHooks, 'restored'>,
  signal: AbortSignal,
): DrySession => {
  const { held, lock } = state;
  try {
    if (known !== undefined) {
      refuseOtherOptions(known, options);
      refuseOtherSource(known, source, path);
    }
    own(held.database, lock.token);
    const row = known ?? begin(held, disk, source, options);
    const recorded = recordedSession(held.database, row);
    const writer = writerOf(state, row, recorded.inputs.length);
    const recording = createRecording(recorded, createPatientSink(held, writer, hooks, signal), ruleset.revision, {
      applyCommand: applyCommandOf(row),
      applyRevision: revisionsOf(held.database, row, where),
      ...(hooks.restored === undefined ? {} : { restored: hooks.restored }),
    });
    return {
      row,
      resumed: known !== undefined,
      ruleset,
      recording,
      arrival: (revision, otherwise) => arrivalOf(held.database, revision, otherwise),
    };
  } catch (error) {
    throw refusalOf(held.path, error);
  }
};

/** A session as the journal has it, to be worked off again. */
export const recordedSession = (
  database: Reopenable['database'],
  { id, name, engine, seal }: SessionRow,
  inputs: readonly Input[] = readInputs(database, id),
): RecordedSession => ({ name, engine, seal, inputs, slices: readSlices(database, id, seal) });

/** Goes on writing a session. @param inputs how many of it are stored */
export const writerOf = ({ held, lock }: OpenState, row: SessionRow, inputs: number): SessionWriter => {
  const [tail, before] = lastSlices(held.database, row.id, 2);
  return createWriter(() => held.database, lock.token, {
    session: row.id,
    inputs,
    tail,
    before: before?.hash ?? row.seal,
  });
};

/** Puts the revisions that a session came to in charge, as they did then. */
export const revisionsOf =
  (
    database: Reopenable['database'],
    row: SessionRow,
    where: Pick<WorkspaceOptions, 'dir' | 'symbols'>,
  ): RecordingHooks['applyRevision'] =>
  async (revision, run) => {
    const { plan } = await keptRules(database, row, revision, where);
    const swapped = await swapAtOnce(run, plan!);
    if (swapped.kind === 'swapped') return;
    throw refuse(
      'differs',
      `rules ${revision.slice(0, 7)} of session ${row.name} no longer fit its bars: ${swapped.diagnostics[0]?.message}`,
      'give the feed that it ran on; or --fresh starts anew',
    );
  };

/** Gives a run the commands that a person gave it then. */
export const applyCommandOf =
  (row: SessionRow): RecordingHooks['applyCommand'] =>
  (command, at, run) => {
    const known = commandFrom(command.name, command.arguments);
    if (typeof known === 'string') {
      throw refuse(
        'differs',
        `session ${row.name} holds the command ${command.name}, which this engine does not know`,
        `run engine ${row.engine}; or --fresh starts anew`,
      );
    }
    run.session.command(known, Date.parse(at));
  };

/** Begins a session with the rules on disk. */
export const begin = (held: Reopenable, disk: DiskRules, source: Source, options: SessionOptions): SessionRow => {
  const { database } = held;
  prune(database, Date.now());
  const at = nowIso();
  return database
    .transaction(() => {
      const row = beginSession(database, { engine: ENGINE_VERSION, started: at, source, options });
      // The rules that it begins with are its first input.
      storeInput(database, row.id, 0, {
        kind: 'revision',
        instants: 0,
        at,
        ...arrivalOf(database, disk.ruleset.revision, 'start'),
        revision: disk.ruleset.revision,
        documents: disk.documents(),
      });
      return row;
    })
    .immediate();
};

export const workspacePath = (dir: string, path: string): string =>
  relative(resolve(dir), resolve(path)).split(sep).join('/');
