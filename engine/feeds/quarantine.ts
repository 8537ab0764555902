import type { QuarantinedRow } from '../market/bars.ts';
import { plainText } from './plain-text.ts';
import type { Cause } from './row-check.ts';

const KEPT = 1000;

/** One cause among the rows of a file: how many rows it holds back, and the first of them. */
export interface Tally {
  readonly cause: Cause;
  readonly count: number;
  readonly line: number;
  readonly detail: string;
}

/** The rows of a reading that were not used: all counted, the first thousand kept. */
export interface Quarantine {
  readonly rows: readonly QuarantinedRow[];
  readonly count: number;
  put(file: string, line: number, cause: Cause, detail: string): void;
  /** Begins the count by cause anew. */
  startFile(): void;
  /** The cause that holds back most rows since `startFile`, or undefined when none does. */
  commonest(): Tally | undefined;
}

export function createQuarantine(): Quarantine {
  const rows: QuarantinedRow[] = [];
  const tallies = new Map<Cause, { cause: Cause; count: number; line: number; detail: string }>();
  let count = 0;
  return {
    rows,
    get count() {
      return count;
    },
    put(file, line, cause, detail) {
      count++;
      if (rows.length < KEPT) rows.push({ file, line, cause, detail: plainText(detail) });
      const tally = tallies.get(cause);
      if (tally === undefined) {
        tallies.set(cause, { cause, count: 1, line, detail: plainText(detail) });
        return;
      }
      tally.count++;
      // A file from the newest row to the oldest is judged from its end.
      if (line < tally.line) {
        tally.line = line;
        tally.detail = plainText(detail);
      }
    },
    startFile() {
      tallies.clear();
    },
    commonest() {
      let most: Tally | undefined;
      for (const tally of tallies.values()) if (most === undefined || tally.count > most.count) most = tally;
      return most;
    },
  };
}

/** The commonest cause and its first line, for a sentence on `refused` rows that were set aside. */
export function causeOf(refused: number, { cause, count, line, detail }: Tally): string {
  if (refused === 1) return `line ${line}: ${detail}`;
  const share = count === refused ? '' : `${count} of them with ${cause.replaceAll('_', ' ')}, `;
  return `${share}the first on line ${line}: ${detail}`;
}
