import { setImmediate as turn } from 'node:timers/promises';
import type { Ruleset } from '../compiler/ruleset.ts';
import { instant } from '../market/time.ts';
import { until } from './backtest.ts';
import type { DryRunOptions } from './dry-run.ts';
import type { Feed } from './feed.ts';
import type { Progress, RunOptions } from './run.ts';
import type { Session } from './session.ts';
import { createShadowed } from './shadowed.ts';

/** Something that a person did to a run, to be done to another. */
export interface Deed {
  /** Market time, ms, after which it was done; NaN: before the first bar. */
  readonly after: number;
  readonly act: (session: Session) => void;
}

/** A run of other rules over the bars of one that is over. */
export interface Counterfactual {
  readonly session: Session;
  /** Most bars of one traded symbol that counted. */
  readonly bars: number;
  /** Traded symbols without a bar. */
  readonly missing: readonly string[];
}

/** Instants between two looks at the signal. */
const SLICE = 2_000;

/**
 * Runs rules from the feed's start to a moment, with what a person did meanwhile.
 * @param end bars that end later are left out, ms
 * @param deeds the earliest first
 */
export async function runInstead(
  ruleset: Ruleset,
  feed: Feed,
  end: number,
  deeds: readonly Deed[],
  options: RunOptions & Pick<DryRunOptions, 'liveOperator'>,
  progress?: (progress: Progress) => void,
  signal?: AbortSignal,
): Promise<Counterfactual> {
  const session = createShadowed(ruleset, feed.bases, options, {}, feed.actions);
  const counts = new Map(ruleset.traded.map((symbol) => [symbol, 0]));
  let done = 0;
  const doDeeds = (): void => {
    for (let deed = deeds[done]; deed !== undefined && isPast(deed, session); deed = deeds[++done]) deed.act(session);
  };
  if (feed.warmup > 0) session.pause();
  const pieces = feed.endless ? Number.POSITIVE_INFINITY : feed.warmup + feed.length;
  for (let n = 0; n < pieces && !isOver(signal); n++) {
    if (n === feed.warmup && n > 0) session.resume();
    if (n === feed.warmup + feed.length && options.liveOperator !== undefined) {
      session.settle();
      session.attend(options.liveOperator);
    }
    const bars = until(feed.piece(n), end);
    if (n > 0 && [...bars.values()].every(({ length }) => length === 0)) break;
    session.feed(bars);
    if (n >= feed.warmup)
      for (const symbol of ruleset.traded) {
        counts.set(symbol, counts.get(symbol)! + (bars.get(symbol)?.length ?? 0));
      }
    for (let more = true; more && !isOver(signal); ) {
      doDeeds();
      // While something is still to be done, the moment must not be passed.
      more = session.advance(done < deeds.length ? 1 : SLICE);
      const { now, book, barsDone } = session;
      if (n >= feed.warmup)
        progress?.({
          done: barsDone,
          total: undefined,
          at: instant(now),
          equity: book.equity(),
          trades: book.state.trades.length,
        });
      if (done >= deeds.length || session.instants % SLICE === 0) await turn();
    }
  }
  doDeeds();
  session.finish(false);
  const numbers = [...counts];
  return {
    session,
    bars: Math.max(0, ...counts.values()),
    missing: numbers.filter(([, count]) => count === 0).map(([symbol]) => symbol),
  };
}

const isPast = ({ after }: Deed, { now }: Session): boolean => Number.isNaN(after) || now >= after;

const isOver = (signal: AbortSignal | undefined): boolean => signal?.aborted === true;
