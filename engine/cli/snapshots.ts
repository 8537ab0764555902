import { writeSnapshot } from '../journal/snapshots.ts';
import { troubleOf } from '../journal/sqlite.ts';
import { portfolioState } from '../runtime/portfolio-state.ts';
import type { Session } from '../runtime/session.ts';

/** Milliseconds of wall time between two snapshots. */
const EVERY = 5 * 60_000;

export interface Snapshots {
  /** Writes one when it is time, or when the run stops. */
  readonly stand: (session: Session, stopped: boolean) => void;
}

/**
 * Snapshots of a run in its state folder. One that cannot be written is said once and missed: they are exports.
 * @param clock milliseconds of a steady clock
 */
export const snapshots = (
  folder: string,
  about: { readonly name: string; readonly revision: () => string; readonly synthetic: boolean },
  say: (text: string) => void,
  clock: () => number,
): Snapshots => {
  let last = clock();
  let failed = false;
  return {
    stand(session, stopped) {
      const now = clock();
      if (!stopped && now - last < EVERY) return;
      last = now;
      const savedAt = new Date().toISOString();
      try {
        writeSnapshot(folder, savedAt, portfolioState(session, { ...about, revision: about.revision(), savedAt }));
        failed = false;
      } catch (error) {
        if (troubleOf(error) === undefined && (error as { code?: unknown }).code === undefined) throw error;
        if (!failed) say(`no snapshot could be written: ${(error as Error).message}`);
        failed = true;
      }
    },
  };
};
