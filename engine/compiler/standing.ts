import type { ExitModel, StrategyModel } from './model.ts';
import type { Ruleset, StrategyPlan } from './ruleset.ts';

/** The rules that run, and what of them must go on under the next ones. */
export interface Standing {
  readonly ruleset: Ruleset;
  /** Strategies and symbols (`heldKey`) with a position or an order at work: their exits stay, whoever leaves. */
  readonly held: ReadonlySet<string>;
  /** The same of those that decide beside them. */
  readonly shadow?: Standing | undefined;
}

export const heldKey = (strategy: string, symbol: string): string => `${strategy}\n${symbol}`;

/**
 * Numbers of strategies: those that run keep theirs, so that what the account has booked under a number stays where it is.
 * A strategy that is gone keeps its place, retired; one that comes is numbered on.
 * @param running ids in the order of decision, each with the id it had before, if another
 */
export function numberStrategies(
  running: readonly { readonly id: string; readonly formerly: string | undefined }[],
  standing: Ruleset | undefined,
): { readonly numbers: readonly number[]; readonly retired: readonly StrategyPlan[] } {
  const former = standing?.strategies ?? [];
  const taken = new Set<number>();
  const find = (id: string | undefined): number => former.findIndex((one, n) => one.id === id && !taken.has(n));
  const numbers = running.map(() => -1);
  const take = (place: number, number: number): void => {
    if (number < 0) return;
    numbers[place] = number;
    taken.add(number);
  };
  running.forEach(({ id }, place) => {
    take(place, find(id));
  });
  running.forEach(({ formerly }, place) => {
    if (numbers[place] === -1 && formerly !== undefined) take(place, find(formerly));
  });
  let next = former.length;
  return {
    numbers: numbers.map((number) => (number < 0 ? next++ : number)),
    retired: former.filter((_, n) => !taken.has(n)).map((plan) => ({ ...plan, retired: true })),
  };
}

/** A strategy's exits; those of a side that it enters no more stay, for what may be open there. */
export function keptExits(
  { entries, exits }: Pick<StrategyModel, 'entries' | 'exits'>,
  former: StrategyPlan | undefined,
): StrategyModel['exits'] {
  if (former === undefined) return exits;
  const entered = (side: 'long' | 'short'): boolean => entries.some((entry) => entry.side === side);
  const word = exits[entered('long') ? 'long' : 'short'];
  const kept = (side: 'long' | 'short'): ExitModel =>
    entered(side) ? exits[side] : { ...former.exits[side], onChange: word.onChange, onRemove: word.onRemove };
  return { long: kept('long'), short: kept('short') };
}
