import type { QuarantinedRow } from '../market/bars.ts';
import { plainText } from './plain-text.ts';
import type { Cause } from './row-check.ts';

const KEPT = 1000;

/** The rows of a reading that were not used: all counted, the first thousand kept. */
export interface Quarantine {
  readonly rows: readonly QuarantinedRow[];
  readonly count: number;
  put(file: string, line: number, cause: Cause, detail: string): void;
}

export function createQuarantine(): Quarantine {
  const rows: QuarantinedRow[] = [];
  let count = 0;
  return {
    rows,
    get count() {
      return count;
    },
    put(file, line, cause, detail) {
      count++;
      if (rows.length < KEPT) rows.push({ file, line, cause, detail: plainText(detail) });
    },
  };
}
