import type { EquityPoint } from '../../ledger/trade.ts';

export interface EquityShown {
  readonly points: readonly EquityPoint[];
  /** Of each point: how far equity lies under its highest so far, percent, >= 0; null where that was not above zero. */
  readonly drawdownPct: readonly (number | null)[];
}

/** Points kept of each stretch: first, last, lowest, highest, deepest under the peak. */
const KEPT = 5;

/**
 * Equity with its drawdown, thinned to at most `most` points (not under 5): of each stretch the ends and the extremes
 * stay, so that the highest, the lowest and the deepest fall are drawn where they were.
 * @param start equity before the first point, the first peak, in dollars
 */
export function equityShown(equity: readonly EquityPoint[], start: number, most: number): EquityShown {
  let peak = start;
  const drawdownPct = equity.map((point) => {
    peak = Math.max(peak, point.equity);
    return peak > 0 ? (100 * (peak - point.equity)) / peak : null;
  });
  if (equity.length <= most) return { points: equity, drawdownPct };
  const stretches = Math.max(1, Math.floor(most / KEPT));
  const kept: number[] = [];
  for (let stretch = 0; stretch < stretches; stretch++) {
    const from = Math.floor((stretch * equity.length) / stretches);
    const to = Math.floor(((stretch + 1) * equity.length) / stretches);
    let low = from;
    let high = from;
    let deep = from;
    for (let i = from; i < to; i++) {
      if (equity[i]!.equity < equity[low]!.equity) low = i;
      if (equity[i]!.equity > equity[high]!.equity) high = i;
      if ((drawdownPct[i] ?? 0) > (drawdownPct[deep] ?? 0)) deep = i;
    }
    kept.push(...[...new Set([from, low, high, deep, to - 1])].sort((a, b) => a - b));
  }
  return { points: kept.map((i) => equity[i]!), drawdownPct: kept.map((i) => drawdownPct[i]!) };
}
