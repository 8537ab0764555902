import type { CorporateAction } from '../../market/bars.ts';

/** A day's close, as it was paid and as it is after all splits until now, dollars. */
export interface DailyClose {
  /** `YYYY-MM-DD`, New York. */
  readonly date: string;
  readonly raw: number;
  readonly adjusted: number;
}

/** Splits are of small numbers: 7:1, 3:2, 1:20, or 21:20 for a stock dividend of 5 %. */
const LARGEST_DENOMINATOR = 100;

/** The simplest ratio of whole numbers that two rounded prices can come from; 1 when nothing was split. */
export function ratioOf(raw: number, adjusted: number): number {
  const ratio = raw / adjusted;
  // Adjusted prices are rounded to a cent or less; both may be.
  const slack = Math.max(1e-4, 0.01 / adjusted);
  for (let below = 1; below <= LARGEST_DENOMINATOR; below++) {
    const above = Math.round(ratio * below);
    if (above > 0 && Math.abs(above / below / ratio - 1) <= slack) return above / below;
  }
  return ratio;
}

/**
 * The splits that lie behind adjusted prices: between two days whose ratios differ, or after the last one.
 * @param days in order of their dates
 * @param today `YYYY-MM-DD`, the first day after them
 */
export function splitsBehind(symbol: string, days: readonly DailyClose[], today: string): CorporateAction[] {
  const out: CorporateAction[] = [];
  for (let i = 0; i < days.length; i++) {
    const { raw, adjusted } = days[i]!;
    const next = days[i + 1];
    const now = ratioOf(raw, adjusted);
    const then = next === undefined ? 1 : ratioOf(next.raw, next.adjusted);
    // 10:1 yesterday and 1:1 today is one split of 10; 30:1 and 3:1 another of 10, by rounded figures.
    const split = ratioOf(now, then);
    if (split !== 1) out.push({ symbol, date: next?.date ?? today, split, dividend: 0 });
  }
  return out;
}
