import type { Ruleset } from '../compiler/ruleset.ts';
import type { Diagnostic } from '../documents/diagnostic.ts';
import { finding } from '../documents/finding.ts';
import { TIMEFRAME_MS, type Timeframe } from '../market/timeframe.ts';

/**
 * Findings where rules want bars finer than those at hand: small bars can be made into large ones, never the reverse.
 * @param bases size of the bars at hand, by symbol
 */
export function misfits(ruleset: Ruleset, bases: ReadonlyMap<string, Timeframe>): readonly Diagnostic[] {
  const findings: Diagnostic[] = [];
  const told = new Set<string>();
  for (const { strategyIndex, symbolIndex } of ruleset.instances) {
    const { id, timeframe } = ruleset.strategies[strategyIndex]!;
    const symbol = ruleset.symbols[symbolIndex]!;
    const base = bases.get(symbol);
    if (base === undefined || TIMEFRAME_MS[base] <= TIMEFRAME_MS[timeframe] || told.has(id)) continue;
    told.add(id);
    const message = `strategy \`${id}\` decides on ${timeframe} bars, and those of ${symbol} are ${base}`;
    const help = `bring bars of ${timeframe} or finer, or set \`timeframe: ${base}\` in the strategy`;
    findings.push(finding('E412', undefined, undefined, message, help));
  }
  return findings;
}
