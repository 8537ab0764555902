import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { causeOf, openJournal, refusalOf } from '../journal/open.ts';
import { isRefusal } from '../journal/refusal.ts';
import type { Sqlite, Trouble } from '../journal/sqlite.ts';
import { troubleOf } from '../journal/sqlite.ts';
import type { SessionWriter } from '../journal/writer.ts';
import type { SliceSink } from './recording.ts';

/** Milliseconds between two attempts while the disk is full. */
const RETRY = 500;

/** A database that can be opened anew after a fault of the disk. */
export interface Reopenable {
  readonly path: string;
  database: Sqlite;
}

export interface PatientHooks {
  /** The journal cannot be written: the run stands still. Said at the first failed attempt, then with every further one. */
  readonly stuck: (reason: string, attempts: number) => void;
  /** It can be written again. */
  readonly resumed: () => void;
  /** The person ended the run while it stood still: what came last is not in the journal. */
  readonly lost: () => void;
  /** Wall clock, ISO 8601. */
  readonly now: () => string;
}

const PASSING: readonly (Trouble | undefined)[] = ['disk', 'busy', 'readonly', 'missing'];

/**
 * Writes through to a session's writer and, when the disk has no room or a fault, tries again until it can: what is not in the
 * journal does not happen, so the run waits. An abort ends the waiting.
 */
export function createPatientSink(
  held: Reopenable,
  writer: SessionWriter,
  hooks: PatientHooks,
  signal: AbortSignal | undefined,
): SliceSink {
  const state = { lost: false };

  async function persist(work: () => void, first: unknown): Promise<void> {
    let error = first;
    for (let attempts = 1; ; attempts++) {
      if (!PASSING.includes(troubleOf(error))) throw isRefusal(error) ? error : refusalOf(held.path, error);
      hooks.stuck(causeOf(dirname(held.path), error), attempts);
      await rest(signal);
      try {
        // After a fault of the disk the database's caches are not to be trusted, and closing it empties its log into it, which
        // gives room on a disk that is almost full.
        await reopen();
        work();
        hooks.resumed();
        return;
      } catch (again) {
        error = isRefusal(again) && again.refusal === 'files' ? error : again;
      }
      if (signal?.aborted === true) {
        state.lost = true;
        hooks.lost();
        return;
      }
    }
  }

  async function reopen(): Promise<void> {
    try {
      held.database.close();
    } catch {
      // It is given up either way.
    }
    held.database = await openJournal(held.path);
  }

  function put(work: () => void): Promise<void> | undefined {
    if (state.lost) return undefined;
    try {
      work();
      return undefined;
    } catch (error) {
      return persist(work, error);
    }
  }

  return {
    append: (slice) => put(() => writer.append(slice)),
    input: (input) => put(() => writer.input(input)),
    complete: (last) => put(() => writer.complete(last, hooks.now())),
  };
}

async function rest(signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(RETRY, undefined, signal === undefined ? {} : { signal });
  } catch {
    // Aborted: one last attempt is made.
  }
}
