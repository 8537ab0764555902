import type { OrderDesk } from '../../brokers/alpaca/desk.ts';
import type { Fact, Request } from '../../brokers/alpaca/facts.ts';
import type { Ruleset } from '../../compiler/ruleset.ts';
import { instant } from '../../market/time.ts';
import type { Hand } from '../control/hand.ts';
import { createSleeper } from '../control/sleeper.ts';
import { advance, hold, type Steering } from '../drive.ts';
import { resultOf } from '../outcome.ts';
import type { Outside, Recording } from '../recording.ts';
import type { RunResult } from '../result.ts';
import type { Observer, RunOptions } from '../run.ts';
import type { Session } from '../session.ts';
import { type Swappable, swapRules } from '../swap.ts';
import { beginLive } from './live-drive.ts';
import type { LiveFeed } from './live-feed.ts';
import { applyInputs } from './live-replay.ts';
import type { Minute } from './minute.ts';

/** How the world reaches a live run. Every call only queues; the run takes what waits between two bars. */
export interface LivePort {
  /** All bars that end at one moment; later than every one before. */
  minute(minute: Minute): void;
  /** A share was split: minutes from here on stand on the new footing. */
  split(symbol: string, ratio: number): void;
  /** What came to be known of an order. @param at when, ms */
  fact(fact: Fact, at: number): void;
  /** Does something with the run as it stands. */
  ask<T>(work: (stand: LiveStand) => T): Promise<T>;
}

/** A live run between two bars. */
export interface LiveStand {
  readonly session: Session;
  /** Undefined when fills are simulated. */
  readonly desk: OrderDesk | undefined;
  /** End of the last minute taken, ms; NaN before the first. */
  readonly until: number;
}

/** What a live run is connected to. */
export interface LiveLink {
  /**
   * Called once, when all that the journal knows is worked off: from now on bars and facts may come.
   * @param unsettled requests whose outcome nobody knows
   */
  connect(port: LivePort, stand: LiveStand, unsettled: readonly Request[]): Promise<void>;
  /** Sends requests that are in the journal. */
  send(requests: readonly Request[]): void;
  /** Something that a person should know of. */
  remark?(remark: ReturnType<OrderDesk['remarks']>[number]): void;
  close(): Promise<void>;
}

export interface LiveRunOptions extends RunOptions {
  readonly recording: Recording;
  /** Puts what has been recorded on disk; false: it could not, and waits. */
  readonly flush: (durable: boolean) => boolean;
  readonly link: LiveLink;
  /** The venue that `RunOptions.venue` makes; undefined when fills are simulated. */
  readonly desk: () => OrderDesk | undefined;
  /** Requests that came out since the last call; the recording has them as events. */
  readonly made: () => Request[];
  /** Wall clock, ms. */
  readonly now: () => number;
  readonly steer?: (steering: Steering) => void;
  readonly stand?: (session: Session, stopped: boolean) => void;
  readonly hand?: Hand | undefined;
}

/** Milliseconds between two attempts to store what waits, and between two looks at the screen. */
const HEARTBEAT = 500;
const ALL = Number.MAX_SAFE_INTEGER;

/** It could open a position; to ask what became of one opens nothing. */
const opens = ({ kind, urgency }: Request): boolean => kind === 'submit' && urgency === 'entry';

/**
 * Runs rules on live bars until the signal says stop. Start-up and recovery are one way: what the journal has is worked off,
 * then the link is opened, and what was missed comes through it.
 */
export async function liveRun(
  ruleset: Ruleset,
  feed: LiveFeed,
  options: LiveRunOptions,
  observer: Observer,
  signal: AbortSignal,
): Promise<RunResult> {
  const began = performance.now();
  const { recording, hand, link, flush } = options;
  const drive = beginLive(ruleset, feed, options, observer, signal);
  const { run, report } = drive;
  hand?.begin(run);
  options.steer?.({
    run,
    swap: (request) => swapRules(run, request, (work) => hold(drive, work)),
    still: (work) => hold(drive, work),
  });

  const sleeper = createSleeper();
  const { rest, wake } = hand ?? sleeper;
  const inbox: (() => void)[] = [];
  const minutes: Minute[] = [];
  const splits: { readonly symbol: string; readonly ratio: number; readonly before: number }[] = [];
  /** Minutes taken since the link was opened. */
  let taken = 0;
  let until = Number.NaN;
  const over = (): boolean => signal.aborted;
  const standing = (): LiveStand => ({ session: run.session, desk: options.desk(), until });

  /** Stores what came of the last step, then lets go of what it asks for. */
  function after(): void {
    void recording.mark();
    const requests = options.made();
    const eventful = requests.length > 0;
    const stored = flush(eventful);
    const desk = options.desk();
    for (const remark of desk?.remarks() ?? []) link.remark?.(remark);
    if (!eventful) return;
    // What is not in the journal is not sent, unless it closes or protects.
    link.send(stored ? requests : requests.filter((request) => !opens(request)));
    if (stored) return;
    for (const request of requests) {
      if (opens(request)) inbox.push(() => hear({ kind: 'withheld', request: request.n }, options.now()));
    }
  }

  function hear(fact: Fact, time: number): void {
    // The journal has whole milliseconds: what acts now must act alike when it comes from there.
    const at = Math.floor(time);
    void recording.input({
      kind: 'order_event',
      instants: run.session.instants,
      at: new Date(at).toISOString(),
      fact,
    });
    options.desk()?.hear(fact, instant(at));
    after();
  }

  function tick(end: number): void {
    if (!run.session.waitsFor(end)) return;
    void recording.input({
      kind: 'clock',
      instants: run.session.instants,
      at: new Date(options.now()).toISOString(),
      time: end,
    });
    run.session.clock(end);
    after();
  }

  function restate({ symbol, ratio }: Split): void {
    void recording.input({
      kind: 'account',
      instants: run.session.instants,
      at: new Date(options.now()).toISOString(),
      account: { kind: 'split', symbol, ratio },
    });
    restateRun(run, { symbol, ratio });
    after();
  }

  /** Rules that take over let nothing come in between. */
  async function free(): Promise<void> {
    while (drive.held !== undefined) await drive.held;
  }

  const port: LivePort = {
    minute(minute) {
      minutes.push(minute);
      wake();
    },
    split(symbol, ratio) {
      // It stands between two minutes.
      const before = minutes.length;
      splits.push({ symbol, ratio, before: taken + before });
      wake();
    },
    fact(fact, at) {
      inbox.push(() => hear(fact, at));
      wake();
    },
    ask: (work) =>
      new Promise((resolve, reject) => {
        inbox.push(() => {
          try {
            resolve(work(standing()));
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        });
        wake();
      }),
  };

  /** Works off one piece. */
  async function take(n: number, restoring: boolean): Promise<void> {
    run.piece = n;
    run.session.feed(feed.piece(n));
    const minute = feed.minute(n);
    if (minute !== undefined) run.session.stale(minute.stale);
    while (await advance(drive, ALL));
    if (minute === undefined) return;
    until = minute.end;
    if (restoring) return;
    after();
    tick(minute.end);
  }

  try {
    run.session.pause();
    await take(0, true);
    run.session.resume();
    let n = 1;
    for (; n < feed.next && !over(); n++) {
      await applyInputs(recording);
      await take(n, true);
    }
    if (!over()) await applyInputs(recording);
    // Requests of the past are asked about, not sent again.
    options.made();
    flush(true);
    if (!over()) {
      observer.live?.();
      await link.connect(port, standing(), options.desk()?.unsettled() ?? []);
    }
    let shown = 0;
    while (!over()) {
      await free();
      await hand?.carryOut();
      await free();
      after();
      for (let work = inbox.shift(); work !== undefined; work = inbox.shift()) work();
      while (splits[0] !== undefined && splits[0].before <= taken) restate(splits.shift()!);
      const minute = minutes.shift();
      if (minute !== undefined) {
        taken++;
        n = feed.push(minute);
        await take(n, false);
      }
      const now = performance.now();
      if (minute !== undefined || now - shown > HEARTBEAT) {
        shown = now;
        report();
        options.stand?.(run.session, false);
      }
      if (minute === undefined && inbox.length === 0) await rest(HEARTBEAT, signal);
    }
  } finally {
    await link.close();
  }
  while (drive.held !== undefined) await drive.held;
  report();
  flush(true);
  recording.stop();
  run.session.finish(false);
  options.stand?.(run.session, true);
  const seconds = (performance.now() - began) / 1000;
  return resultOf(run.session.core.memory.ruleset, run.session, run.feed.account(), options, true, seconds);
}

interface Split {
  readonly symbol: string;
  readonly ratio: number;
}

function restateRun({ session, feed }: Swappable, { symbol, ratio }: Split): void {
  const live = feed as LiveFeed;
  live.restate(symbol, ratio);
  const number = session.symbols.indexOf(symbol);
  const kept = live.kept();
  if (number >= 0) session.restate(number, ratio, (n) => kept.get(session.symbols[n]!));
}

/** Makes what the journal has from outside act again. */
export const applyOutside =
  (desk: () => OrderDesk | undefined) =>
  (input: Outside, run: Swappable): void => {
    if (input.kind === 'clock') run.session.clock(input.time);
    else if (input.kind === 'account') restateRun(run, input.account as Split);
    else desk()?.hear(input.fact as Fact, instant(Date.parse(input.at)));
  };
