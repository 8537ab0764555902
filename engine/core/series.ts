import type { SeriesPlan } from '../compiler/ruleset.ts';
import { type Aggregator, createAggregator } from '../market/aggregator.ts';
import { type Bars, REGULAR } from '../market/bars.ts';
import type { Calendar } from '../market/calendar.ts';
import { instant } from '../market/time.ts';
import type { Timeframe } from '../market/timeframe.ts';
import { createSessionTracker, type SessionTracker } from './session-measures.ts';

/** A series at run time: takes the feed's bars, writes its slots when a bar of its own size is complete. */
export interface RunningSeries {
  readonly plan: SeriesPlan;
  /** Undefined when the feed's bars are of this size already. */
  readonly aggregator: Aggregator | undefined;
  readonly tracker: SessionTracker | undefined;
  readonly calendar: Calendar;
  /** Number of the instant in which its last bar was completed. */
  stamp: number;
  /** Session of its last bar. */
  session: number;
  /** Its slots were blanked because its last bar is too old. */
  stale: boolean;
}

/** @param base size of the feed's bars of this symbol */
export function createSeries(
  plan: SeriesPlan,
  base: Timeframe,
  calendar: Calendar,
  values: Float64Array,
): RunningSeries {
  return {
    plan,
    aggregator: plan.timeframe === base ? undefined : createAggregator(calendar, plan.timeframe, plan.hours, 'clock'),
    tracker: plan.measures.size === 0 ? undefined : createSessionTracker(calendar, plan.measures, values, plan.slot),
    calendar,
    stamp: -1,
    session: -1,
    stale: false,
  };
}

/** Copies a bar of the feed into the slots; false when it lies outside the series' hours. */
export function takeBar(series: RunningSeries, bars: Bars, row: number, values: Float64Array): boolean {
  if (series.plan.hours === 'regular' && bars.hours[row] !== REGULAR) return false;
  const slot = series.plan.slot;
  values[slot] = bars.open[row]!;
  values[slot + 1] = bars.high[row]!;
  values[slot + 2] = bars.low[row]!;
  values[slot + 3] = bars.close[row]!;
  values[slot + 4] = bars.volume[row]!;
  if (bars.vwap !== undefined) values[slot + 5] = bars.vwap[row]!;
  series.session = bars.session[row]!;
  series.stale = false;
  if (series.tracker !== undefined) series.tracker.update(series.session, bars.start[row]!, bars.end[row]!);
  return true;
}

/** Copies a complete bucket into the slots and empties it. */
export function takeBucket(series: RunningSeries, values: Float64Array): void {
  const aggregator = series.aggregator!;
  const { cells } = aggregator;
  const slot = series.plan.slot;
  const start = cells[0]!;
  const end = cells[1]!;
  for (let k = 0; k < 5; k++) values[slot + k] = cells[2 + k]!;
  values[slot + 5] = cells[7]! / cells[6]!;
  series.session = series.calendar.sessionOn(instant(start));
  series.stale = false;
  aggregator.take();
  if (series.tracker !== undefined) series.tracker.update(series.session, start, end);
}

/** Forgets all bars, for a re-warm. */
export function resetSeries(series: RunningSeries): void {
  series.aggregator?.take();
  series.tracker?.state.fill(Number.NaN);
  series.session = -1;
  series.stale = false;
}
