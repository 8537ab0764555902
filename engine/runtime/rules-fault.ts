/** Rules that came while the run was at work, and threw: the fault is theirs, and those before them still run. */
export class RulesFault extends Error {
  /** Revision that threw, and the one before it. */
  readonly revision: string;
  readonly former: string;
  /** The run is whole up to there: instants worked off, and market time, ms (NaN before the first bar). */
  readonly instants: number;
  readonly time: number;

  constructor(cause: unknown, at: Pick<RulesFault, 'revision' | 'former' | 'instants' | 'time'>) {
    super(cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause), { cause });
    this.revision = at.revision;
    this.former = at.former;
    this.instants = at.instants;
    this.time = at.time;
  }
}

/** Instants after a swap in which an error is laid to the new rules. */
export const PROBATION = 2_000;
/** Of them, those that are taken one by one, so that as little as can be is done over. */
export const FIRST_STEPS = 100;
