import type { Ruleset } from '../compiler/ruleset.ts';
import type { Standing } from '../compiler/standing.ts';
import { drain, type Steps } from '../compiler/steps.ts';
import { heldOf } from '../core/carry.ts';
import type { CorporateAction } from '../market/bars.ts';
import type { Timeframe } from '../market/timeframe.ts';
import type { Observer, RunOptions } from './run.ts';
import type { Session, Surroundings } from './session.ts';
import { shadowedSteps } from './shadowed.ts';

/** What the next rules run on: the feed's bars of their symbols. */
export interface Ground {
  readonly bases: ReadonlyMap<string, Timeframe>;
  readonly at: () => Surroundings;
  readonly actions: readonly CorporateAction[];
}

/** What a plan of the next rules must keep of a session's. */
export const standingOf = (session: Session): Standing => {
  const { memory } = session.core;
  const { shadow } = session;
  return {
    ruleset: memory.ruleset,
    held: heldOf(memory),
    ...(shadow === undefined ? {} : { shadow: standingOf(shadow) }),
  };
};

/**
 * Makes the session that is to go on under the next rules, while the former one may go on; its `takeOver` does the swap.
 * @param next made with `standingOf` the session: `hasRoom` says whether that still does
 * @throws RangeError when the rules want bars that the ground does not have
 */
export const successorSteps = (
  session: Session,
  next: Ruleset,
  ground: Ground,
  options: RunOptions,
  observer: Observer,
): Steps<Session> =>
  shadowedSteps(next, ground.bases, options, observer, ground.actions, {
    former: session,
    at: ground.at,
  });

/**
 * Swaps the rules of a session between two instants: gives the session that goes on, with everything the former one had.
 * The former one must not be used any more.
 */
export const succeed = (...given: Parameters<typeof successorSteps>): Session => {
  const successor = drain(successorSteps(...given));
  successor.takeOver();
  return successor;
};
