import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import type { Ruleset } from '../compiler/ruleset.ts';
import { instant } from '../market/time.ts';
import { TIMEFRAME_MS } from '../market/timeframe.ts';
import type { Feed } from './feed.ts';
import { resultOf } from './outcome.ts';
import type { Recording } from './recording.ts';
import type { RunResult } from './result.ts';
import type { Observer, RunOptions } from './run.ts';
import { createSession, type Session } from './session.ts';

export interface DryRunOptions extends RunOptions {
  /** `max`: as fast as it goes; a number: times real time; `realtime`: 1. */
  readonly speed: 'max' | 'realtime' | number;
  /** Ends at the feed's length. */
  readonly once: boolean;
  /** After the feed's length goes on at a bar a second. */
  readonly sampleThenLive: boolean;
  /** Where the run is kept; undefined: nowhere. */
  readonly recording?: Recording | undefined;
  /** Ends where the journal ends: a recorded run is looked at again. */
  readonly recordedOnly?: boolean;
  /** Called with the run as it stands every few milliseconds of work, and when it stops; never while it is restored. */
  readonly stand?: (session: Session, stopped: boolean) => void;
}

/** Instants between two looks at the screen and the signal: a few milliseconds of work. */
const SLICE = 2_000;

/**
 * Runs rules on a feed with simulated fills, at the asked speed, until the feed's length is done or the signal says stop;
 * either way gives the result so far.
 */
export async function dryRun(
  ruleset: Ruleset,
  feed: Feed,
  options: DryRunOptions,
  observer: Observer = {},
  signal?: AbortSignal,
): Promise<RunResult> {
  const began = performance.now();
  const { recording, recordedOnly = false } = options;
  const firstPiece = feed.piece(0);
  const from = feed.warmup === 0 ? options.from : undefined;
  const watcher = recording?.watch(observer) ?? observer;
  const session = createSession(ruleset, feed.bases, { ...options, from }, watcher, feed.actions);
  recording?.begin(session);
  if (feed.warmup > 0) session.pause();
  const end = feed.warmup + feed.length;
  const endless = feed.endless && !options.once;
  const state = { bars: 0, live: false };
  const report = (): void => {
    observer.progress?.({
      done: session.barsDone,
      total: state.bars <= (feed.bars ?? 0) ? feed.bars : undefined,
      at: instant(session.now),
      equity: session.book.equity(),
      trades: session.book.state.trades.length,
    });
  };
  const outcome = (interrupted: boolean): RunResult => {
    const seconds = (performance.now() - began) / 1000;
    return resultOf(ruleset, session, feed.account(), options, interrupted, seconds);
  };
  const drive: Drive = { session, recording, report, stand: options.stand, signal };
  const restoring = (): boolean => recording?.restoring === true;
  const over = (): boolean => signal?.aborted === true || (recordedOnly && !restoring());

  let n = 0;
  for (; (n < end || endless || (restoring() && feed.endless)) && !over(); n++) {
    if (n === feed.warmup && n > 0) session.resume();
    if (n === end && (endless || restoring())) {
      report();
      session.settle();
      watcher.complete?.(outcome(signal?.aborted === true));
    }
    session.feed(n === 0 ? firstPiece : feed.piece(n));
    const warming = n < feed.warmup;
    const pace = warming ? undefined : paceOf(options, n >= end, session, feed);
    let more = true;
    if (pace === undefined || restoring()) more = await rush(drive, warming, pace !== undefined || recordedOnly);
    if (pace !== undefined && more && !over()) {
      if (n >= end && !state.live) {
        state.live = true;
        observer.live?.();
      }
      more = await walk(drive, pace);
    }
    state.bars = session.barsDone;
    // Stopped inside the piece: it is not done.
    if (more) break;
  }
  // The bars ended before the journal did.
  if (restoring() && signal?.aborted !== true) await recording?.complete();
  const whole = recordedOnly ? recording?.atFinal === true : n >= end && !endless;
  report();
  if (!whole) recording?.stop();
  session.finish(options.closeAtEnd && signal?.aborted !== true);
  if (whole) await recording?.complete();
  if (!restoring()) options.stand?.(session, true);
  return outcome(recordedOnly ? !whole : signal?.aborted === true);
}

/** What the two ways of working bars off share. */
interface Drive {
  readonly session: Session;
  readonly recording: Recording | undefined;
  readonly report: () => void;
  readonly stand: ((session: Session, stopped: boolean) => void) | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Milliseconds of wall clock for an instant; undefined: none. */
function paceOf(options: DryRunOptions, past: boolean, session: Session, feed: Feed): number | undefined {
  if (past && options.sampleThenLive && options.speed === 'max') return 1000;
  if (options.speed === 'max') return undefined;
  const times = options.speed === 'realtime' ? 1 : options.speed;
  let shortest = Number.POSITIVE_INFINITY;
  for (const symbol of session.symbols) {
    const base = feed.bases.get(symbol);
    if (base !== undefined) shortest = Math.min(shortest, TIMEFRAME_MS[base]);
  }
  return shortest / times;
}

/**
 * Works off what is fed in slices.
 * @param untilRestored ends where the journal does
 * @returns false when the bars fed are used up
 */
async function rush(drive: Drive, warming: boolean, untilRestored: boolean): Promise<boolean> {
  const { session, recording, signal } = drive;
  for (;;) {
    const more = await advance(drive, SLICE);
    if (!warming) drive.report();
    if (recording?.restoring !== true) drive.stand?.(session, false);
    await turn();
    if (!more) return false;
    if (signal?.aborted === true || (untilRestored && recording?.restoring !== true)) return true;
  }
}

/** Works off up to `instants` instants and sees the journal keep up; false when the bars fed are used up. */
async function advance({ session, recording }: Drive, instants: number): Promise<boolean> {
  if (recording === undefined) return session.advance(instants);
  recording.applyInputs();
  const more = session.advance(recording.most(instants));
  const stored = recording.mark();
  if (stored !== undefined) await stored;
  return more;
}

/** Works off an instant at a time, each `pace` milliseconds after the last; false when the bars fed are used up. */
async function walk(drive: Drive, pace: number): Promise<boolean> {
  const { session, signal, stand } = drive;
  let next = performance.now();
  let shown = 0;
  while (signal?.aborted !== true) {
    if (!(await advance(drive, 1))) return false;
    const now = performance.now();
    // At high speed many instants fall between two pictures of the screen.
    if (now - shown > 50) {
      shown = now;
      drive.report();
      stand?.(session, false);
    }
    next += pace;
    const wait = next - now;
    if (wait > 1) await rest(wait, signal);
    else if (wait < -1000) next = now;
    else if (wait < -20) await turn();
  }
  return true;
}

async function rest(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(milliseconds, undefined, signal === undefined ? {} : { signal });
  } catch {
    // Aborted: the loop sees the signal.
  }
}
