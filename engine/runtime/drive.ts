import type { Hand } from './control/hand.ts';
import type { Recording } from './recording.ts';
import { FIRST_STEPS, PROBATION, RulesFault } from './rules-fault.ts';
import type { Session } from './session.ts';
import type { SwapAnswer, Swappable, SwapRequest } from './swap.ts';

/** What may be done to a run from outside. */
export interface Steering {
  readonly run: Swappable;
  /** Puts other rules in charge between two bars. */
  swap(request: SwapRequest): Promise<SwapAnswer>;
  /** Does work while no bar comes. */
  still<T>(work: () => Promise<T>): Promise<T>;
}

/** A stretch of a recorded run, ms: bars that end after `from`, up to `to`. */
export interface Range {
  readonly from: number | undefined;
  readonly to: number | undefined;
}

/** What the ways of working bars off share. */
export interface Drive {
  readonly run: Swappable;
  readonly recording: Recording | undefined;
  readonly report: () => void;
  readonly stand: ((session: Session, stopped: boolean) => void) | undefined;
  readonly hand: Hand | undefined;
  readonly signal: AbortSignal | undefined;
  readonly recordedOnly: boolean;
  /** `from` goes once figures have begun. */
  range: Range;
  /** The range is over. */
  atEnd?: boolean;
  /** Work that no bar may come into. */
  held: Promise<void> | undefined;
}

/** Does work while no bar comes; the bars wait for all such work. */
export async function hold<T>(drive: Drive, work: () => Promise<T>): Promise<T> {
  const before = drive.held;
  const working = work();
  const done = working.then(
    () => undefined,
    () => undefined,
  );
  const held = before === undefined ? done : Promise.all([before, done]).then(() => undefined);
  drive.held = held;
  // Work that waits for timers which keep no process alive must not let it end.
  const alive = setInterval(() => undefined, 60_000);
  try {
    return await working;
  } finally {
    clearInterval(alive);
    if (drive.held === held) drive.held = undefined;
  }
}

/** Works off up to `instants` instants and sees the journal keep up; false when the bars fed are used up. */
export async function advance(drive: Drive, instants: number): Promise<boolean> {
  const { run, recording } = drive;
  while (drive.held !== undefined) await drive.held;
  if (recording === undefined) return decide(run, instants);
  const applied = recording.applyInputs();
  if (applied !== undefined) await applied;
  // The last thing in the journal may be an edit or a command: no bar is known to have come after it.
  if (drive.recordedOnly && !recording.restoring && !recording.atFinal) return true;
  const more = inRange(drive, recording) ?? decide(run, recording.most(instants));
  const stored = recording.mark();
  if (stored !== undefined) await stored;
  return more;
}

/** Comes to where the range begins or ends, if the next slice of the journal holds it; undefined: it does not. */
function inRange(drive: Drive, { upcoming = Number.NEGATIVE_INFINITY }: Recording): boolean | undefined {
  const { range, run } = drive;
  const { session } = run;
  const edge = range.from ?? range.to;
  if (edge === undefined || upcoming <= edge) return undefined;
  session.advanceTo(edge);
  if (session.nextTime === Number.POSITIVE_INFINITY) return false;
  if (range.from === undefined) drive.atEnd = true;
  else {
    // Before the first bar that counts there is nothing to leave out.
    if (session.barsDone > 0) session.beginAnew(edge);
    drive.range = { ...range, from: undefined };
  }
  return true;
}

/** @throws RulesFault when rules throw that have only just come */
function decide(run: Swappable, asked: number): boolean {
  if (run.fault !== undefined) throw run.fault;
  const { session, swapped } = run;
  if (swapped === undefined || session.instants - swapped.instants > PROBATION) return session.advance(asked);
  const { instants, now: time } = session;
  try {
    return session.advance(instants - swapped.instants < FIRST_STEPS ? Math.min(asked, 1) : asked);
  } catch (error) {
    const { revision } = session.core.memory.ruleset;
    throw new RulesFault(error, { revision, former: swapped.former, instants, time });
  }
}
