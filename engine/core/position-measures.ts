import type { Instance } from './instance.ts';
import { STEADY, type Stretch } from './stretch.ts';

type Writer = (instance: Instance) => void;

/** Gain of the open position against its entry price, in percent; NaN when flat. */
const profitPct = (instance: Instance, close: number): number =>
  instance.state.side * (close / instance.state.entryPrice - 1) * 100;

const READERS: Readonly<Record<string, (instance: Instance, close: number) => number>> = {
  'position.side': ({ state }) => state.side,
  'position.qty': ({ state }) => state.qty,
  'position.entry_price': ({ state }) => state.entryPrice,
  'position.bars': ({ state }) => (state.side === 0 ? Number.NaN : state.bars),
  'position.profit_pct': (instance, close) => (instance.state.side === 0 ? Number.NaN : profitPct(instance, close)),
  'position.peak_profit_pct': ({ state }) => state.peakProfitPct,
  bars_since_exit: ({ state }) => state.sinceExit,
  exit_unknown_bars: ({ state }) => state.exitUnknownBars,
};

/** Sets the measures that stay as they are between fills on the rows of the stretch from `row` on. */
export function holdSteady(instance: Instance, stretch: Stretch, row: number): void {
  for (const [name, slot] of instance.plan.measures) {
    if (STEADY.includes(name)) stretch.hold(slot, READERS[name]!(instance, Number.NaN), row);
  }
}

/**
 * Ties the position measures that an instance's rules read to their slots; strategy measures are the
 * account's work.
 * @param closeSlot slot of the close of the instance's own series
 */
export function bindPositionMeasures(
  measures: ReadonlyMap<string, number>,
  values: Float64Array,
  closeSlot: number,
): Writer {
  const writers: Writer[] = [];
  for (const [name, slot] of measures) {
    const read = READERS[name];
    if (read === undefined) continue;
    writers.push((instance) => {
      values[slot] = read(instance, values[closeSlot]!);
    });
  }
  const [only] = writers;
  if (only !== undefined && writers.length === 1) return only;
  return (instance) => {
    for (const writer of writers) writer(instance);
  };
}
