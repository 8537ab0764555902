import { setImmediate as turn } from 'node:timers/promises';
import type { Ruleset } from '../compiler/ruleset.ts';
import type { Operator } from '../core/breakers.ts';
import { instant } from '../market/time.ts';
import { TIMEFRAME_MS } from '../market/timeframe.ts';
import type { Hand } from './control/hand.ts';
import { createSleeper } from './control/sleeper.ts';
import { advance, type Drive, hold, type Range, type Steering } from './drive.ts';
import type { Feed } from './feed.ts';
import { resultOf } from './outcome.ts';
import type { Recording } from './recording.ts';
import type { RunResult } from './result.ts';
import type { Observer, RunOptions } from './run.ts';
import type { Session } from './session.ts';
import { createShadowed } from './shadowed.ts';
import { type Swappable, swapRules } from './swap.ts';

export interface DryRunOptions extends RunOptions {
  /** `max`: as fast as it goes; a number: times real time; `realtime`: 1. */
  readonly speed: 'max' | 'realtime' | number;
  /** Ends at the feed's length. */
  readonly once: boolean;
  /** After the feed's length goes on at a bar a second. */
  readonly sampleThenLive: boolean;
  /** Who clears breakers that wait for a person from the feed's length on; undefined: whoever does before. */
  readonly liveOperator?: Operator | undefined;
  /** Where the run is kept; undefined: nowhere. */
  readonly recording?: Recording | undefined;
  /** Ends where the journal ends: a recorded run is looked at again. */
  readonly recordedOnly?: boolean;
  /** The stretch of a recorded run that its figures are about: it ends at `to`; both ms, exclusive. */
  readonly range?: Range | undefined;
  /** Takes what the run may be steered with, before its first bar. */
  readonly steer?: (steering: Steering) => void;
  /** Called with the run as it stands every few milliseconds of work, and when it stops; never while it is restored. */
  readonly stand?: (session: Session, stopped: boolean) => void;
  /** Commands of a person, carried out between two bars. */
  readonly hand?: Hand | undefined;
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
  const runOptions = { ...options, from };
  const run: Swappable = {
    session: createShadowed(ruleset, feed.bases, runOptions, watcher, feed.actions),
    feed,
    piece: 0,
    options: runOptions,
    observer: watcher,
  };
  recording?.begin(run);
  if (feed.warmup > 0) run.session.pause();
  options.hand?.begin(run);
  const end = feed.warmup + feed.length;
  const endless = feed.endless && !options.once;
  const state = { bars: 0, live: false };
  const report = (): void => {
    const { session } = run;
    observer.progress?.({
      done: session.barsDone,
      total: state.bars <= (feed.bars ?? 0) ? feed.bars : undefined,
      at: instant(session.now),
      equity: session.book.equity(),
      trades: session.book.state.trades.length,
    });
  };
  const outcome = (interrupted: boolean): RunResult => {
    const { session } = run;
    const seconds = (performance.now() - began) / 1000;
    return resultOf(session.core.memory.ruleset, session, run.feed.account(), options, interrupted, seconds);
  };
  const drive: Drive = {
    run,
    recording,
    report,
    stand: options.stand,
    hand: options.hand,
    signal,
    recordedOnly,
    range: { from: undefined, to: undefined, ...options.range },
    held: undefined,
  };
  const restoring = (): boolean => recording?.restoring === true;
  const over = (): boolean => signal?.aborted === true || (recordedOnly && !restoring()) || drive.atEnd === true;
  options.steer?.({
    run,
    swap: (request) => swapRules(run, request, (work) => hold(drive, work)),
    still: (work) => hold(drive, work),
  });

  let n = 0;
  for (; (n < end || endless || (restoring() && feed.endless)) && !over(); n++) {
    while (drive.held !== undefined) await drive.held;
    if (n === feed.warmup && n > 0) run.session.resume();
    if (n === end && (endless || restoring())) {
      report();
      run.session.settle();
      watcher.complete?.(outcome(signal?.aborted === true));
      if (options.liveOperator !== undefined) run.session.attend(options.liveOperator);
    }
    run.piece = n;
    run.session.feed(n === 0 && run.feed === feed ? firstPiece : run.feed.piece(n));
    const warming = n < feed.warmup;
    const pace = warming ? undefined : paceOf(options, n >= end, run.session, run.feed);
    let more = true;
    if (pace === undefined || restoring()) more = await rush(drive, warming, pace !== undefined || recordedOnly);
    if (pace !== undefined && more && !over()) {
      if (n >= end && !state.live) {
        state.live = true;
        observer.live?.();
      }
      more = await walk(drive, pace);
    }
    state.bars = run.session.barsDone;
    // Stopped inside the piece: it is not done.
    if (more) break;
  }
  while (drive.held !== undefined) await drive.held;
  // The bars ended before the journal did.
  if (restoring() && signal?.aborted !== true && drive.atEnd !== true) await recording?.complete();
  const whole = recordedOnly ? recording?.atFinal === true : n >= end && !endless;
  report();
  if (!whole) recording?.stop();
  run.session.finish(options.closeAtEnd && signal?.aborted !== true);
  if (whole) await recording?.complete();
  if (!restoring()) options.stand?.(run.session, true);
  return outcome(recordedOnly ? !whole : signal?.aborted === true);
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

const isOver = (signal: AbortSignal | undefined): boolean => signal?.aborted === true;

/**
 * Works off what is fed in slices.
 * @param untilRestored ends where the journal does
 * @returns false when the bars fed are used up
 */
async function rush(drive: Drive, warming: boolean, untilRestored: boolean): Promise<boolean> {
  const { run, recording, signal } = drive;
  for (;;) {
    const more = await advance(drive, SLICE);
    if (!warming) drive.report();
    if (recording?.restoring !== true) drive.stand?.(run.session, false);
    await turn();
    if (recording?.restoring !== true) await drive.hand?.carryOut();
    if (!more) return false;
    if (signal?.aborted === true || drive.atEnd === true || (untilRestored && recording?.restoring !== true))
      return true;
  }
}

/** Works off an instant at a time, each `pace` milliseconds after the last; false when the bars fed are used up. */
async function walk(drive: Drive, pace: number): Promise<boolean> {
  const { run, signal, stand, hand } = drive;
  const { rest } = hand ?? createSleeper();
  let next = performance.now();
  let shown = 0;
  while (!isOver(signal)) {
    if (!(await advance(drive, 1))) return false;
    const now = performance.now();
    // At high speed many instants fall between two pictures of the screen.
    if (now - shown > 50) {
      shown = now;
      drive.report();
      stand?.(run.session, false);
    }
    next += pace;
    const late = now - next;
    if (late > 1000) next = now;
    else if (late > 20) await turn();
    await hand?.carryOut();
    for (let wait = next - now; wait > 1 && !isOver(signal); wait = next - performance.now()) {
      await rest(wait, signal);
      await hand?.carryOut();
    }
  }
  return true;
}
