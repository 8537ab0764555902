import { DEFAULT_ASSUMPTIONS } from '../../engine/brokers/assumptions.ts';
import type { Ruleset } from '../../engine/compiler/ruleset.ts';
import type { Bars } from '../../engine/market/bars.ts';
import { resultOf } from '../../engine/runtime/outcome.ts';
import type { RunResult } from '../../engine/runtime/result.ts';
import type { RunOptions } from '../../engine/runtime/run.ts';
import type { Session } from '../../engine/runtime/session.ts';
import { createShadowed } from '../../engine/runtime/shadowed.ts';
import { type Ground, standingOf, succeed } from '../../engine/runtime/succeed.ts';
import { marketOf, nextRuleset } from '../core/rules.ts';

/** A run whose rules may change. */
export const SWAPPABLE: RunOptions = {
  cash: undefined,
  from: undefined,
  to: undefined,
  assumptions: DEFAULT_ASSUMPTIONS,
  closeAtEnd: false,
  swappable: true,
};

export const bySymbol = (bars: readonly Bars[]): ReadonlyMap<string, Bars> =>
  new Map(bars.map((one) => [one.symbol, one] as const));

const basesOf = (bars: readonly Bars[]) => new Map(bars.map(({ symbol, timeframe }) => [symbol, timeframe] as const));

/** A run that has no bars yet. */
export const start = (ruleset: Ruleset, bars: readonly Bars[], options: Partial<RunOptions> = {}): Session =>
  createShadowed(ruleset, basesOf(bars), { ...SWAPPABLE, ...options }, {});

/** A run before its first bar. */
export const begin = (ruleset: Ruleset, bars: readonly Bars[], options: Partial<RunOptions> = {}): Session => {
  const session = start(ruleset, bars, options);
  session.feed(bySymbol(bars));
  return session;
};

/** What a session that goes on under other rules stands on: the same bars, in one piece. */
export const groundOf = (bars: readonly Bars[]): Ground => ({
  bases: basesOf(bars),
  at: () => ({ piece: 0, past: new Map(), present: () => bySymbol(bars) }),
  actions: [],
});

/** Puts other rules in charge, as `risk.yaml` and strategies write them. */
export const swap = (session: Session, bars: readonly Bars[], risk: string | undefined, ...texts: string[]): Session =>
  succeed(session, nextRuleset(standingOf(session), risk, ...texts), groundOf(bars), SWAPPABLE, {});

/** The result of a run that is over, or that is looked at where it stands. */
export const resultNow = (session: Session, bars: readonly Bars[]): RunResult =>
  resultOf(session.core.memory.ruleset, session, marketOf(bars), SWAPPABLE, false, 0);

/** Everything that a session came to. */
export const outcome = (session: Session, bars: readonly Bars[]) => {
  const { orders, trades, equity, metrics, strategies, ambiguousBars, openPositions, breakers } = resultNow(
    session,
    bars,
  );
  return { orders, trades, equity, metrics, strategies, ambiguousBars, openPositions, breakers };
};
