import type { Diagnostic } from '../documents/diagnostic.ts';
import { finding } from '../documents/finding.ts';
import type { Bars } from '../market/bars.ts';
import { writeBucket } from '../market/bucket.ts';
import { calendarOf } from '../market/calendars.ts';
import { instant } from '../market/time.ts';
import { contextOf } from './finding.ts';
import type { StrategyModel } from './model.ts';
import type { NodePlan, Ruleset, SeriesPlan } from './ruleset.ts';

/** What one node needs of one series. */
interface Need {
  readonly series: number;
  readonly bars: number;
  readonly node: NodePlan;
}

/** Strategies that read an indicator which the bars at hand never make ready. */
export function shortHistories(
  models: readonly StrategyModel[],
  ruleset: Ruleset,
  bars: ReadonlyMap<string, Bars>,
): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const told = new Set<number>();
  const needs = needsOf(ruleset);
  const owner = new Map<number, number>();
  ruleset.nodes.forEach(({ outputs }, index) => {
    for (const slot of outputs) owner.set(slot, index);
  });
  const counts = new Map<string, number>();
  for (const instance of ruleset.instances) {
    if (told.has(instance.strategyIndex)) continue;
    const read = new Set([...instance.slots.values()].flatMap((slot) => owner.get(slot) ?? []));
    for (const index of read) {
      const need = needs[index]!;
      const series = ruleset.series[need.series]!;
      const symbol = ruleset.symbols[series.symbolIndex]!;
      const column = bars.get(symbol);
      if (column === undefined) continue;
      const key = `${series.key} ${need.bars}`;
      const have = counts.get(key) ?? countBars(series, column, need.bars);
      counts.set(key, have);
      if (have >= need.bars) continue;
      told.add(instance.strategyIndex);
      const model = models.find(({ id }) => id === ruleset.strategies[instance.strategyIndex]!.id);
      if (model === undefined) break;
      const name = need.node.work.kind === 'indicator' ? need.node.work.entry.name : 'an expression';
      const message = `\`${model.id}\` reads \`${name}\`, which needs ${need.bars} bars of ${symbol} ${series.timeframe}; there are ${have}, so it is never known`;
      const { document } = model;
      const help = 'bring more history, or use a shorter length';
      found.push(
        finding('W389', document.source(['id']), document.valueSpan(['id']), message, help, contextOf(document, [])),
      );
      break;
    }
  }
  return found;
}

/**
 * The longest stretch of one series that each node needs before it has a value: its own warm-up on top of that of its inputs, where they
 * run on the same bars; where they do not, whichever wants more.
 */
function needsOf(ruleset: Ruleset): readonly Need[] {
  const needs: Need[] = [];
  const owner = new Map<number, number>();
  ruleset.nodes.forEach((node, index) => {
    const { work, series } = node;
    let before = 1;
    let other: Need | undefined;
    for (const slot of node.inputs) {
      const need = needs[owner.get(slot) ?? -1];
      if (need === undefined) continue;
      if (need.series === series) before = Math.max(before, need.bars);
      else if (other === undefined || need.bars > other.bars) other = need;
    }
    const own = work.kind === 'indicator' ? work.entry.warmup(work.options) : 1;
    const mine: Need = { series, bars: before + own - 1, node };
    needs.push(other !== undefined && other.bars > mine.bars ? other : mine);
    for (const slot of node.outputs) owner.set(slot, index);
  });
  return needs;
}

/** Bars of a series that a symbol's bars make, up to `enough`. */
function countBars({ timeframe, hours }: SeriesPlan, column: Bars, enough: number): number {
  if (timeframe === column.timeframe) return column.length;
  const calendar = calendarOf(column.symbol);
  const bounds = new Float64Array(2);
  let count = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < column.length && count < enough; row++) {
    const start = column.start[row]!;
    if (start < end || !writeBucket(calendar, timeframe, hours, 'clock', instant(start), bounds, 0)) continue;
    end = bounds[1]!;
    count++;
  }
  return count;
}
