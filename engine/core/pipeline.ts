import { BAR_FIELDS, type Ruleset } from '../compiler/ruleset.ts';
import type { Steps } from '../compiler/steps.ts';
import type { Step } from '../indicators/kernel.ts';
import { type Bars, REGULAR } from '../market/bars.ts';
import type { Calendar } from '../market/calendar.ts';
import { instant } from '../market/time.ts';
import type { Timeframe } from '../market/timeframe.ts';
import { type Arena, bindGraph } from './arena.ts';
import type { BarsEvent } from './events.ts';
import { grouped } from './grouped.ts';
import { createSeries, type RunningSeries, resetSeries, takeBucket } from './series.ts';
import type { Stretch } from './stretch.ts';

/**
 * From bars to numbers: feeds every series that some rule reads, builds the longer ones by the clock, and runs the
 * indicators. What it gives stands in the arena's slots; which series has a new bar stands in `stamps`.
 */
export interface Pipeline {
  readonly arena: Arena;
  /** By series number: the indicators of those that have one are worked out ahead of the decisions. */
  readonly stretches: readonly (Stretch | undefined)[];
  readonly series: readonly RunningSeries[];
  /** Number of the instant in which a series had its last bar. */
  readonly stamps: Int32Array;
  /** Takes the bars of instant `number`. */
  take(event: BarsEvent, number: number): void;
  /** The clock reached `time` (ms) without a bar; false when no bar was completed by it. */
  clock(time: number, number: number): boolean;
  /** Bars of longer timeframes are built, or grow stale, by the clock: every instant counts. */
  readonly builds: boolean;
  readonly hasLate: boolean;
  /** Runs what is made of measures, for the series that have a bar in instant `number`. */
  late(number: number): void;
  /** End of the earliest bar that waits for the clock, ms; Infinity when none does. */
  due(): number;
  /** Forgets everything, for a re-warm. */
  reset(): void;
}

const NO_STEPS: readonly Step[] = [];

const [OPEN, HIGH, LOW, , VOLUME, VWAP] = BAR_FIELDS.map((_, field) => 1 << field) as [
  number,
  number,
  number,
  number,
  number,
  number,
];

/** Sessions that may pass until the next bar of a timeframe is complete, and one more. */
const allowedAge = (one: RunningSeries): number => (one.plan.timeframe === '1w' ? 10 : 1);

/**
 * @param bases size of the feed's bars by symbol number
 * @param rows bars whose indicators are worked out at once, at most
 * @param rewindable the run may stop between any two bars and go on under other rules
 */
export function* createPipeline(
  ruleset: Ruleset,
  bases: readonly Timeframe[],
  calendars: readonly Calendar[],
  rows: number,
  rewindable: boolean,
): Steps<Pipeline> {
  const { arena, stretches, steps, stages, late } = yield* bindGraph(
    ruleset,
    ruleset.series.map(
      ({ timeframe, symbolIndex, foreign, measures }) =>
        timeframe === bases[symbolIndex] && !foreign && measures.size === 0,
    ),
    rows,
    rewindable,
  );
  const { values } = arena;
  const series = ruleset.series.map((plan, number) => {
    const base = bases[plan.symbolIndex]!;
    return createSeries(plan, number, base, calendars[plan.symbolIndex]!, values, steps[number]?.[0] ?? NO_STEPS);
  });
  const stamps = new Int32Array(series.length).fill(-1);
  const bySymbol = grouped(series, ({ plan }) => plan.symbolIndex);
  const ofSymbol = (wanted: (one: RunningSeries) => boolean) =>
    ruleset.symbols.map((_, symbol) => (bySymbol.get(symbol) ?? []).filter(wanted));
  const direct = ofSymbol((one) => one.aggregator === undefined);
  const built = ofSymbol((one) => one.aggregator !== undefined);
  const aggregated = series.filter((one) => one.aggregator !== undefined);
  const foreign = series.filter((one) => one.plan.foreign);

  /** Writes a bar of the feed into the slots of a series of the same size, and runs what reads that series alone. */
  function takeDirect(one: RunningSeries, bars: Bars, row: number, number: number): void {
    if (one.regularOnly && bars.mixedHours !== false && bars.hours[row] !== REGULAR) return;
    const { slot, fields } = one;
    // Every column is a stream of memory of its own: what nobody reads is left alone.
    if ((fields & OPEN) !== 0) values[slot] = bars.open[row]!;
    if ((fields & HIGH) !== 0) values[slot + 1] = bars.high[row]!;
    if ((fields & LOW) !== 0) values[slot + 2] = bars.low[row]!;
    values[slot + 3] = bars.close[row]!;
    if ((fields & VOLUME) !== 0) values[slot + 4] = bars.volume[row]!;
    if ((fields & VWAP) !== 0 && bars.vwap !== undefined) values[slot + 5] = bars.vwap[row]!;
    if (one.hasSession) {
      one.session = bars.session[row]!;
      one.stale = false;
    }
    stamps[one.number] = number;
    if (one.tracker !== undefined) one.tracker.update(one.session, bars.start[row]!, bars.end[row]!);
    const own = one.steps;
    for (let k = 0; k < own.length; k++) own[k]!(0, 1);
  }

  function closeBuckets(time: number, number: number): boolean {
    let any = false;
    for (let s = 0; s < aggregated.length; s++) {
      const one = aggregated[s]!;
      if (one.aggregator!.due() > time) continue;
      takeBucket(one, values);
      stamps[one.number] = number;
      for (let k = 0; k < one.steps.length; k++) one.steps[k]!(0, 1);
      any = true;
    }
    return any;
  }

  /** Indicators that read several series, once all bars of the instant are in. */
  function mix(number: number): void {
    for (let stage = 1; stage < stages; stage++) {
      for (let s = 0; s < series.length; s++) {
        if (stamps[s] !== number) continue;
        const mixed = steps[s]![stage];
        if (mixed === undefined) continue;
        for (let k = 0; k < mixed.length; k++) mixed[k]!(0, 1);
      }
    }
  }

  /** Another symbol's last complete bar serves until it is older than a session; then it and what is made of it is unknown. */
  function blankStale(time: number): void {
    for (const one of foreign) {
      if (one.stale || one.session < 0) continue;
      if (one.calendar.sessionOn(instant(time)) - one.session <= allowedAge(one)) continue;
      one.stale = true;
      for (let k = 0; k < 6; k++) values[one.slot + k] = Number.NaN;
      for (const node of ruleset.nodes) {
        if (node.series === one.number) for (const slot of node.outputs) values[slot] = Number.NaN;
      }
    }
  }

  return {
    arena,
    stretches,
    series,
    stamps,
    take(event, number) {
      const { count, symbols, columns, rows } = event;
      for (let k = 0; k < count; k++) {
        const symbol = symbols[k]!;
        const same = direct[symbol]!;
        for (let s = 0; s < same.length; s++) {
          const one = same[s]!;
          const stretch = stretches[one.number];
          if (stretch === undefined) takeDirect(one, columns[k]!, rows[k]!, number);
          else if (stretch.take(columns[k]!, rows[k]!)) stamps[one.number] = number;
        }
        const longer = built[symbol]!;
        for (let s = 0; s < longer.length; s++) longer[s]!.aggregator!.add(columns[k]!, rows[k]!);
      }
      // Doubles that cross a call are boxed, so what most runs do not need is asked for first.
      if (aggregated.length > 0) closeBuckets(event.time, number);
      if (foreign.length > 0) blankStale(event.time);
      if (stages > 1) mix(number);
    },
    clock(time, number) {
      const any = closeBuckets(time, number);
      if (any && stages > 1) mix(number);
      return any;
    },
    builds: aggregated.length > 0 || foreign.length > 0,
    hasLate: late.length > 0,
    late(number) {
      for (const { series: of, step } of late) if (stamps[of] === number) step(0, 1);
    },
    due() {
      let earliest = Number.POSITIVE_INFINITY;
      for (let s = 0; s < aggregated.length; s++) {
        const time = aggregated[s]!.aggregator!.due();
        if (time < earliest) earliest = time;
      }
      return earliest;
    },
    reset() {
      values.fill(Number.NaN);
      for (const state of arena.states.values()) state.fill(0);
      for (const one of series) resetSeries(one);
      for (const stretch of stretches) stretch?.forget();
    },
  };
}
