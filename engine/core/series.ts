import { BAR_FIELDS, type SeriesPlan } from '../compiler/ruleset.ts';
import type { Step } from '../indicators/kernel.ts';
import { type Aggregator, createAggregator } from '../market/aggregator.ts';
import type { Calendar } from '../market/calendar.ts';
import { instant } from '../market/time.ts';
import type { Timeframe } from '../market/timeframe.ts';
import { createSessionTracker, type SessionTracker } from './session-measures.ts';

/** A series at run time. */
export interface RunningSeries {
  readonly plan: SeriesPlan;
  /** Its number in the ruleset. */
  readonly number: number;
  /** First of its six bar slots. */
  readonly slot: number;
  readonly regularOnly: boolean;
  /** Fields that are copied, as in the plan; all of them when session measures are made of them. */
  readonly fields: number;
  /** Somebody asks for the session of its last bar. */
  readonly hasSession: boolean;
  /** Undefined when the feed's bars are of this size already. */
  readonly aggregator: Aggregator | undefined;
  readonly tracker: SessionTracker | undefined;
  readonly calendar: Calendar;
  /** Indicators that read this series alone. */
  readonly steps: readonly Step[];
  /** Session of its last bar, -1 before the first. */
  session: number;
  /** Its slots were blanked because its last bar is too old. */
  stale: boolean;
}

const ALL_FIELDS = (1 << BAR_FIELDS.length) - 1;

/** @param base size of the feed's bars of this symbol */
export function createSeries(
  plan: SeriesPlan,
  number: number,
  base: Timeframe,
  calendar: Calendar,
  values: Float64Array,
  steps: readonly Step[],
): RunningSeries {
  return {
    plan,
    number,
    slot: plan.slot,
    regularOnly: plan.hours === 'regular',
    fields: plan.measures.size === 0 ? plan.fields : ALL_FIELDS,
    hasSession: plan.foreign || plan.measures.size > 0,
    aggregator: plan.timeframe === base ? undefined : createAggregator(calendar, plan.timeframe, plan.hours, 'clock'),
    tracker: plan.measures.size === 0 ? undefined : createSessionTracker(calendar, plan.measures, values, plan.slot),
    calendar,
    steps,
    session: -1,
    stale: false,
  };
}

/** Copies a complete bucket into the slots and empties it. */
export function takeBucket(series: RunningSeries, values: Float64Array): void {
  const aggregator = series.aggregator!;
  const { cells } = aggregator;
  const { slot } = series;
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
