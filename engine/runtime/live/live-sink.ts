import { dirname } from 'node:path';
import { causeOf, openJournal, refusalOf } from '../../journal/open.ts';
import { isRefusal } from '../../journal/refusal.ts';
import { type Trouble, troubleOf } from '../../journal/sqlite.ts';
import type { Entry, SessionWriter } from '../../journal/writer.ts';
import type { PatientHooks, Reopenable } from '../patient-sink.ts';
import type { SliceSink } from '../recording.ts';
import type { BarStore } from './live-feed.ts';

const PASSING: readonly (Trouble | undefined)[] = ['disk', 'busy', 'readonly', 'missing'];

/**
 * The journal of a live run. What came and what came of it gather, and go to the disk as one transaction; a disk that takes
 * nothing does not stop the run, since positions are open: it all waits in memory, and the caller sends nothing that opens.
 */
export interface LiveSink extends SliceSink {
  readonly bars: BarStore['put'];
  /** Everything so far is on disk. @param durable it has to survive the loss of power */
  flush(durable: boolean): boolean;
  /** Something could not be stored yet. */
  readonly stuck: boolean;
}

/** @throws from `flush`, a Refusal when another engine took over or the journal cannot be trusted any more */
export function createLiveSink(held: Reopenable, writer: SessionWriter, hooks: PatientHooks): LiveSink {
  let waiting: Entry[] = [];
  let attempts = 0;
  let reopening = false;

  /** After a fault of the disk the database's caches are not to be trusted. */
  async function reopen(): Promise<void> {
    reopening = true;
    try {
      held.database.close();
    } catch {
      // It is given up either way.
    }
    try {
      held.database = await openJournal(held.path);
    } catch {
      // The next attempt tries again.
    } finally {
      reopening = false;
    }
  }

  const keep = (entry: Entry): undefined => {
    waiting.push(entry);
    return undefined;
  };

  return {
    bars: (piece, part, text) => keep({ kind: 'bars', row: { piece, part, text } }),
    append: (slice) => keep({ kind: 'slice', slice }),
    input: (input) => keep({ kind: 'input', input }),
    complete(last) {
      writer.complete(last, hooks.now());
      return undefined;
    },
    get stuck() {
      return attempts > 0;
    },
    flush(durable) {
      if (waiting.length === 0) return attempts === 0;
      if (reopening) return false;
      try {
        writer.together(waiting, durable);
        waiting = [];
        if (attempts > 0) hooks.resumed();
        attempts = 0;
        return true;
      } catch (error) {
        if (!PASSING.includes(troubleOf(error))) throw isRefusal(error) ? error : refusalOf(held.path, error);
        hooks.stuck(causeOf(dirname(held.path), error), ++attempts);
        void reopen();
        return false;
      }
    },
  };
}
