import { type Arrival, readInputs } from './inputs.ts';
import type { SessionRow } from './session.ts';
import type { Sqlite } from './sqlite.ts';

/** Where a run stood. */
export interface Reach {
  /** Worked off since its start. */
  readonly instants: number;
  /** Market time, ms; NaN before the first bar. */
  readonly time: number;
}

/** A stretch of a session that one revision ruled. */
export interface Reign {
  readonly session: string;
  readonly revision: string;
  readonly how: Arrival;
  readonly reason: string | undefined;
  /** Wall clock when it took effect, ISO 8601. */
  readonly at: string;
  readonly from: Reach;
  readonly to: Reach;
  /** It rules the run that goes on, now or at the next start. */
  readonly current: boolean;
}

/** What ruled when, the oldest first. @throws Refusal `damaged` */
export function reigns(database: Sqlite, sessions: readonly SessionRow[]): Reign[] {
  const reached = database.prepare(
    'SELECT instants, time FROM slices WHERE session = ? AND instants <= ? ORDER BY n DESC LIMIT 1',
  );
  return sessions.flatMap(({ id, name, state }) => {
    const at = (instants: number): Reach => {
      const row = reached.get(id, instants) as { readonly instants: number; readonly time: number | null } | undefined;
      return { instants: row?.instants ?? 0, time: row?.time ?? Number.NaN };
    };
    const came = readInputs(database, id).flatMap((input) => (input.kind === 'revision' ? [input] : []));
    return came.map(({ revision, how, reason, at: wall, instants }, n) => {
      const next = came[n + 1];
      return {
        session: name,
        revision,
        how,
        reason,
        at: wall,
        from: at(instants),
        to: at(next?.instants ?? Number.MAX_SAFE_INTEGER),
        current: next === undefined && state === 'open',
      };
    });
  });
}
