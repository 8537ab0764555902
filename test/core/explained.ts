import { DEFAULT_ASSUMPTIONS, type FillAssumptions } from '../../engine/brokers/assumptions.ts';
import type { Ruleset } from '../../engine/compiler/ruleset.ts';
import type { Bars } from '../../engine/market/bars.ts';
import { type Instant, instant } from '../../engine/market/time.ts';
import { type ExplainedDecision, explainDecisions } from '../../engine/runtime/explain.ts';
import type { RunOptions } from '../../engine/runtime/run.ts';
import { marketOf } from './rules.ts';

export const optionsOf = (
  choices: { readonly cash?: number; readonly from?: Instant; readonly assumptions?: Partial<FillAssumptions> } = {},
): RunOptions => ({
  cash: choices.cash,
  from: choices.from,
  to: undefined,
  assumptions: { ...DEFAULT_ASSUMPTIONS, slippage: { kind: 'none' }, ...choices.assumptions },
  closeAtEnd: false,
});

/** The decision of every bar of TEST (or another symbol), by row. */
export async function everyDecision(
  ruleset: Ruleset,
  bars: readonly Bars[],
  options: RunOptions = optionsOf(),
): Promise<readonly ExplainedDecision[]> {
  const [first] = bars;
  const targets = Array.from({ length: first!.length }, (_, row) => ({
    strategy: ruleset.strategies[0]!.id,
    symbol: first!.symbol,
    at: instant(first!.end[row]!),
  }));
  const found = await explainDecisions(ruleset, marketOf(bars), options, targets);
  return found.map((one, row) => {
    if (one?.decision.at !== targets[row]!.at) throw new Error(`bar ${row} was not decided`);
    return one;
  });
}

/** `false`, `true order`, `true cooldown`: the first entry's value and what came of it, by row. */
export const entryLines = (decisions: readonly ExplainedDecision[]): string[] =>
  decisions.map(({ decision }) => {
    const { value, blocker, order } = decision.entries[0]!;
    const word = ['false', 'true', 'unknown'][value]!;
    return [word, ...(blocker === undefined ? [] : [blocker]), ...(order > 0 ? ['order'] : [])].join(' ');
  });
