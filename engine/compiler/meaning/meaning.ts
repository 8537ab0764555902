import type { BreakerModel, RiskModel, StrategyModel } from '../model.ts';
import type { Rules } from '../ruleset.ts';
import type { Change, Meaning } from './change.ts';
import { leaving } from './effect.ts';
import {
  breakerAdded,
  breakerChanges,
  breakerRemoved,
  likelyHeir,
  limitChanges,
  policyChanges,
} from './risk-changes.ts';
import { strategyChanges } from './strategy-changes.ts';

/**
 * What an edit means: every difference between two rulesets that a person made, what it does to a running engine, and which
 * protections are lost by it. Text that decides alike (comments, spaces, the order of keys) is no difference.
 * @param sameStrategy the one strategy of each side is the same one, whatever its id
 */
export function meaningOf(old: Rules, next: Rules, sameStrategy = false): Meaning {
  const strategies = pair(old.models, next.models, sameStrategy);
  const changes: Change[] = [];
  let same = 0;
  for (const model of next.models) {
    const former = strategies.get(model);
    const found = former === undefined ? [strategyAdded(model)] : strategyChanges(former, model);
    if (found.length === 0) same++;
    changes.push(...found);
  }
  changes.push(...orderChanges(strategies, old.models, next.models));
  const heirs = new Set(strategies.values());
  for (const model of old.models) if (!heirs.has(model)) changes.push(strategyRemoved(model));
  const breakers = breakersOf(old.risk, next.risk);
  const limits = limitChanges(old.risk, next.risk);
  changes.push(...breakers.changes, ...limits, ...policyChanges(old.risk, next.risk));
  const losses = [...new Set(changes.flatMap((change) => change.losses))];
  const limited = Object.keys(next.risk.limits).filter((name) => !limits.some(({ subject }) => subject === name));
  return {
    from: old.revision,
    to: next.revision,
    changes,
    losses,
    unchanged: { strategies: same, breakers: breakers.same, limits: limited.length },
  };
}

interface Named {
  readonly id: string;
  readonly renamedFrom: string | undefined;
}

/** What each had been before: the one of its id, else the one that it says it was renamed from. */
function pair<T extends Named>(old: readonly T[], next: readonly T[], sameOne = false): ReadonlyMap<T, T> {
  const pairs = new Map<T, T>();
  if (sameOne && old.length === 1 && next.length === 1) return pairs.set(next[0]!, old[0]!);
  for (const one of next) {
    const former = old.find(({ id }) => id === one.id);
    if (former !== undefined) pairs.set(one, former);
  }
  const taken = new Set(pairs.values());
  for (const one of next) {
    if (pairs.has(one) || one.renamedFrom === undefined) continue;
    const former = old.find((other) => other.id === one.renamedFrom && !taken.has(other));
    if (former === undefined) continue;
    pairs.set(one, former);
    taken.add(former);
  }
  return pairs;
}

function strategyAdded(model: StrategyModel): Change {
  const { length } = model.symbols;
  const symbols = length === 1 ? '1 symbol' : `${length} symbols`;
  return {
    kind: 'added',
    part: 'strategy',
    subject: model.id,
    path: '',
    before: undefined,
    after: `${symbols}, ${model.timeframe}`,
    class: 'on_remove',
    effect: model.enabled ? 'filled from history, then it may enter' : 'not enabled',
    reaches: [],
    losses: [],
  };
}

/** No loss: what is open keeps its exits, or is closed. */
function strategyRemoved(model: StrategyModel): Change {
  const { length } = model.symbols;
  return {
    kind: 'removed',
    part: 'strategy',
    subject: model.id,
    path: '',
    before: `${length === 1 ? '1 symbol' : `${length} symbols`}, ${model.timeframe}`,
    after: undefined,
    class: 'on_remove',
    effect: model.enabled ? leaving(model) : 'it was not enabled',
    reaches: [],
    losses: [],
  };
}

/** Strategies of one priority go by the order of their files when cash is short. */
function orderChanges(
  pairs: ReadonlyMap<StrategyModel, StrategyModel>,
  old: readonly StrategyModel[],
  next: readonly StrategyModel[],
): readonly Change[] {
  const stayed = next.filter((model) => pairs.get(model)?.priority === model.priority);
  return [...new Set(stayed.map(({ priority }) => priority))].flatMap((priority): readonly Change[] => {
    const now = stayed.filter((model) => model.priority === priority);
    const then = now.toSorted((a, b) => old.indexOf(pairs.get(a)!) - old.indexOf(pairs.get(b)!));
    const [before, after] = [then, now].map((models) => models.map(({ id }) => id).join(', '));
    if (before === after) return [];
    return [
      {
        kind: 'changed',
        part: 'risk',
        subject: 'order',
        path: 'files',
        before,
        after,
        class: 'at_once',
        effect: 'who goes first when cash is short',
        reaches: [],
        losses: [],
      },
    ];
  });
}

function breakersOf(before: RiskModel, after: RiskModel): { changes: readonly Change[]; same: number } {
  const pairs = pair<BreakerModel>(before.breakers, after.breakers);
  const changes: Change[] = [];
  let same = 0;
  for (const breaker of after.breakers) {
    const former = pairs.get(breaker);
    const found =
      former === undefined ? [breakerAdded(breaker, after)] : breakerChanges(former, breaker, before, after);
    if (found.length === 0) same++;
    changes.push(...found);
  }
  const heirs = new Set(pairs.values());
  const added = after.breakers.filter((breaker) => !pairs.has(breaker));
  for (const breaker of before.breakers) {
    if (!heirs.has(breaker)) changes.push(breakerRemoved(breaker, before, likelyHeir(breaker, added)));
  }
  return { changes, same };
}
