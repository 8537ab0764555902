import { planRuleset } from '../compiler/plan.ts';
import type { Ruleset } from '../compiler/ruleset.ts';
import { drain, type Steps } from '../compiler/steps.ts';
import type { RunOptions } from './run.ts';
import { createSession, type Session, sessionSteps } from './session.ts';

type Given = Parameters<typeof sessionSteps>;

/** `shadowedSteps` at once. */
export const createShadowed = (...given: Given): Session => drain(shadowedSteps(...given));

/** The symbols of rules and of those that decide beside them: what a feed has to give. Everything else is as the rules say. */
export const withShadowSymbols = (ruleset: Ruleset): Ruleset => {
  const more = (ruleset.shadow?.symbols ?? []).filter((symbol) => !ruleset.symbols.includes(symbol));
  return more.length === 0 ? ruleset : { ...ruleset, symbols: [...ruleset.symbols, ...more] };
};

/**
 * `sessionSteps`, with a second session beside it for what decides without ordering: its own book, its own simulated broker,
 * the same bars up to the same moment. The first neither knows of it nor waits for it: it is the same with and without.
 */
export function* shadowedSteps(
  ...[ruleset, bases, options, observer, actions = [], succession]: Given
): Steps<Session> {
  const live = yield* sessionSteps(ruleset, bases, options, observer, actions, succession);
  if (ruleset.shadow === undefined) return live;
  const rules = inDollars(ruleset.shadow, live.startCash);
  const own = { ...options, cash: undefined, venue: undefined };
  if (succession === undefined) {
    return beside(live, yield* sessionSteps(rules, bases, own, {}, actions));
  }
  const { former, at } = succession;
  const before = former.shadow ?? empty(former, own);
  const shadow = yield* sessionSteps(rules, bases, own, {}, actions, { former: before, at });
  return beside(live, shadow, () => {
    if (former.shadow === undefined) keepTime(before, former);
  });
}

/** Purses that are parts of the account as the dollars that they are: a shadow's ledger has no account. */
const inDollars = (rules: Ruleset, cash: number): Ruleset => ({
  ...rules,
  strategies: rules.strategies.map((plan) =>
    plan.capital.kind === 'dollars'
      ? plan
      : { ...plan, capital: { kind: 'dollars', amount: (cash * plan.capital.amount) / 100 } },
  ),
});

/** A session of nothing, standing where another stands: what the first shadows of a run go on from. */
function empty(live: Session, options: RunOptions): Session {
  const none = planRuleset('', [], { document: undefined, limits: {}, breakers: [] }, []);
  const session = createSession(none, new Map(), options, {});
  const estate = { ...session.estate, reference: live.estate.reference };
  keepTime({ ...session, estate }, live);
  return Object.create(session, { estate: { value: estate } }) as Session;
}

function keepTime({ estate }: Pick<Session, 'estate'>, live: Session): void {
  const { now, nextClose, session, active, paused, instants } = live.estate.clock;
  Object.assign(estate.clock, { now, nextClose, session, active, paused, instants });
}

/** Two sessions that are driven as one. @param ahead called before the second takes over from another */
function beside(live: Session, shadow: Session, ahead: () => void = () => undefined): Session {
  const own: Partial<Session> = {
    shadow,
    feed(bars) {
      live.feed(bars);
      shadow.feed(bars);
    },
    advance(instants) {
      const more = live.advance(instants);
      shadow.advanceTo(more ? live.now : Number.POSITIVE_INFINITY);
      return more;
    },
    stale(stale) {
      live.stale(stale);
      shadow.stale(stale);
    },
    restate(symbol, ratio, past) {
      live.restate(symbol, ratio, past);
      const name = live.symbols[symbol]!;
      const own = shadow.symbols.indexOf(name);
      if (own >= 0) shadow.restate(own, ratio, (n) => past(live.symbols.indexOf(shadow.symbols[n]!)));
    },
    clock(time) {
      live.clock(time);
      shadow.clock(time);
    },
    pause() {
      live.pause();
      shadow.pause();
    },
    resume() {
      live.resume();
      shadow.resume();
    },
    beginAnew(time) {
      live.beginAnew(time);
      shadow.beginAnew(time);
    },
    settle() {
      live.settle();
      shadow.settle();
    },
    command(command, given) {
      const { place } = command;
      const mine =
        place?.scope === 'strategy' &&
        shadow.core.memory.ruleset.strategies.some(({ id, retired }) => id === place.name && !retired);
      return (mine ? shadow : live).command(command, given);
    },
    finish(closeAtEnd) {
      live.finish(closeAtEnd);
      shadow.finish(closeAtEnd);
    },
    takeOver() {
      ahead();
      live.takeOver();
      shadow.takeOver();
    },
    hasRoom: () => live.hasRoom() && shadow.hasRoom(),
  };
  // What is not its own is the live session's, getters and all.
  return Object.create(live, Object.getOwnPropertyDescriptors(own)) as Session;
}
