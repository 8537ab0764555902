import type { Ruleset } from '../compiler/ruleset.ts';
import type { Standing } from '../compiler/standing.ts';
import type { Steps } from '../compiler/steps.ts';
import type { Diagnostic } from '../documents/diagnostic.ts';
import { breathe } from './breathe.ts';
import type { Feed } from './feed.ts';
import { misfits } from './fit.ts';
import { RulesFault } from './rules-fault.ts';
import type { Observer, RunOptions } from './run.ts';
import { type Session, StandingChanged } from './session.ts';
import { withShadowSymbols } from './shadowed.ts';
import { standingOf, successorSteps } from './succeed.ts';

/** A run whose rules may change. */
export interface Swappable {
  session: Session;
  feed: Feed;
  /** The feed's piece that the session works on. */
  piece: number;
  /** The last swap: how many instants the former rules decided, and who they were. */
  swapped?: { readonly instants: number; readonly former: string };
  /** Rules threw while they took over: nothing of the run is to be trusted. */
  fault?: RulesFault;
  readonly options: RunOptions;
  readonly observer: Observer;
}

export interface SwapRequest {
  readonly plan: (standing: Standing) => Steps<Ruleset>;
  /** Last things to do before the new rules decide, while no bar comes; a failure leaves the old ones. */
  readonly ahead?: (session: Session) => Promise<void>;
}

export type SwapAnswer =
  | { readonly kind: 'swapped'; readonly former: Session; readonly milliseconds: number }
  | { readonly kind: 'refused'; readonly diagnostics: readonly Diagnostic[] };

/** Attempts to find a place for what is held, while trades come and go. */
const ATTEMPTS = 20;

/**
 * Puts other rules in charge of a run between two bars; bars go on while they are made ready.
 * @param still keeps bars from coming while the work runs
 */
export async function swapRules(
  run: Swappable,
  request: SwapRequest,
  still: <T>(work: () => Promise<T>) => Promise<T>,
): Promise<SwapAnswer> {
  for (let attempt = 1; ; attempt++) {
    const { feed } = run;
    const next = await breathe(request.plan(standingOf(run.session)));
    const widened = await feed.widened(withShadowSymbols(next));
    if (!('feed' in widened)) return { kind: 'refused', diagnostics: widened.diagnostics };
    const { bases } = widened.feed;
    const unfit = [...misfits(next, bases), ...(next.shadow === undefined ? [] : misfits(next.shadow, bases))];
    if (unfit.length > 0) return { kind: 'refused', diagnostics: unfit };
    const successor = await breathe(
      successorSteps(run.session, next, groundOf(run, widened.feed, next), run.options, run.observer),
    );
    try {
      return await still(async () => {
        const former = run.session;
        if (!successor.hasRoom()) throw new StandingChanged();
        await request.ahead?.(former);
        const from = performance.now();
        const { instants, now: time } = former;
        const revision = former.core.memory.ruleset.revision;
        try {
          successor.takeOver();
        } catch (error) {
          run.fault = new RulesFault(error, { revision: next.revision, former: revision, instants, time });
          throw run.fault;
        }
        run.session = successor;
        run.swapped = { instants, former: revision };
        run.feed = widened.feed;
        return { kind: 'swapped', former, milliseconds: performance.now() - from };
      });
    } catch (error) {
      if (!(error instanceof StandingChanged) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** The same at once: for a run that is worked off again. */
export async function swapAtOnce(run: Swappable, plan: SwapRequest['plan']): Promise<SwapAnswer> {
  const nothingElse = <T>(work: () => Promise<T>): Promise<T> => work();
  return swapRules(run, { plan }, nothingElse);
}

/** What the feed has for the next rules at the piece that is worked on, whichever that is when it is asked for. */
function groundOf(run: Swappable, feed: Feed, next: Ruleset) {
  let known = -1;
  let past: ReturnType<Feed['past']> = new Map();
  return {
    bases: feed.bases,
    actions: feed.actions,
    at: () => {
      if (known !== run.piece) past = feed.past(withShadowSymbols(next), run.piece);
      known = run.piece;
      return { piece: run.piece, past, present: () => feed.piece(run.piece) };
    },
  };
}
