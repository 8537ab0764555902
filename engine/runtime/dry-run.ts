import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import type { Ruleset } from '../compiler/ruleset.ts';
import { instant } from '../market/time.ts';
import { TIMEFRAME_MS } from '../market/timeframe.ts';
import type { Feed } from './feed.ts';
import { resultOf } from './outcome.ts';
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
  /** Called about every `SLICE` instants and at the end with the run as it stands; never while it is restored. */
  readonly stand?: (session: Session) => void;
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
  const firstPiece = feed.piece(0);
  const from = feed.warmup === 0 ? options.from : undefined;
  const session = createSession(ruleset, feed.bases, { ...options, from }, observer, feed.actions);
  if (feed.warmup > 0) session.pause();
  const end = feed.warmup + feed.length;
  const endless = feed.endless && !options.once;
  const state = { bars: 0, live: false };
  const report = (): void => {
    options.stand?.(session);
    observer.progress?.({
      done: session.barsDone,
      total: state.bars <= (feed.bars ?? 0) ? feed.bars : undefined,
      at: instant(session.now),
      equity: session.book.equity(),
      trades: session.book.state.trades.length,
    });
  };
  const outcome = (): RunResult => {
    const seconds = (performance.now() - began) / 1000;
    return resultOf(ruleset, session, feed.account(), options, signal?.aborted === true, seconds);
  };

  for (let n = 0; (n < end || endless) && signal?.aborted !== true; n++) {
    if (n === feed.warmup && n > 0) session.resume();
    if (n === end) {
      report();
      session.settle();
      observer.complete?.(outcome());
    }
    session.feed(n === 0 ? firstPiece : feed.piece(n));
    const warming = n < feed.warmup;
    const pace = warming ? undefined : paceOf(options, n >= end, session, feed);
    if (pace !== undefined && n >= end && !state.live) {
      state.live = true;
      observer.live?.();
    }
    if (pace === undefined) await rush(session, warming ? undefined : report, signal);
    else await walk(session, pace, report, signal);
    state.bars = session.barsDone;
  }
  report();
  session.finish(options.closeAtEnd && signal?.aborted !== true);
  return outcome();
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

async function rush(
  session: Session,
  report: (() => void) | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  while (session.advance(SLICE)) {
    report?.();
    await turn();
    if (signal?.aborted === true) return;
  }
  report?.();
  await turn();
}

/** Works off an instant at a time, each `pace` milliseconds after the last. */
async function walk(
  session: Session,
  pace: number,
  report: () => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  let next = performance.now();
  let shown = 0;
  while (signal?.aborted !== true && session.advance(1)) {
    const now = performance.now();
    // At high speed many instants fall between two pictures of the screen.
    if (now - shown > 50) {
      shown = now;
      report();
    }
    next += pace;
    const wait = next - now;
    if (wait > 1) await rest(wait, signal);
    else if (wait < -1000) next = now;
    else if (wait < -20) await turn();
  }
}

async function rest(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(milliseconds, undefined, signal === undefined ? {} : { signal });
  } catch {
    // Aborted: the loop sees the signal.
  }
}
