import type { Input, NewInput } from '../journal/inputs.ts';
import { chained, NO_EVENTS, type Slice, type SliceRow } from '../journal/slices.ts';
import type { RecordedSession, SliceSink } from './recording.ts';
import type { RuleDocument } from './workspace.ts';

/** A run's journal for as long as the process lives: what it needs to be worked off again. */
export interface MemoryJournal {
  /** As it stands now. */
  session(): RecordedSession;
  readonly sink: SliceSink;
  /** Of a revision that the run had. */
  documents(revision: string): readonly RuleDocument[];
}

const SEAL = '';

/** @param first the rules that the run begins with, and when, ISO 8601 */
export function createMemoryJournal(
  first: { readonly revision: string; readonly documents: readonly RuleDocument[]; readonly at: string },
  engine: string,
): MemoryJournal {
  const inputs: Input[] = [{ kind: 'revision', how: 'start', instants: 0, at: first.at, revision: first.revision }];
  const slices: SliceRow[] = [];
  const documents = new Map([[first.revision, first.documents]]);
  let closed = false;
  const append = (slice: Slice): undefined => {
    const last = slices.at(-1);
    // A stretch in which nothing happened grows until something does.
    if (last !== undefined && !closed && last.events === NO_EVENTS && !slice.final) slices.pop();
    closed = false;
    slices.push({ ...slice, n: slices.length, hash: chained(slices.at(-1)?.hash ?? SEAL, slice) });
  };
  return {
    session: () => ({ name: 'of this process', engine, seal: SEAL, inputs: [...inputs], slices: [...slices].values() }),
    sink: {
      append,
      complete: append,
      input(input: NewInput): undefined {
        closed = true;
        if (input.kind === 'revision') {
          const { documents: bytes, ...kept } = input;
          documents.set(input.revision, bytes as readonly RuleDocument[]);
          inputs.push({ how: 'reload', ...kept });
        } else inputs.push(input);
      },
    },
    documents: (revision) => documents.get(revision)!,
  };
}
