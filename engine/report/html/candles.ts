import {
  CELL_CLOSE,
  CELL_END,
  CELL_HIGH,
  CELL_LOW,
  CELL_OPEN,
  CELL_START,
  createAggregator,
} from '../../market/aggregator.ts';
import { type Bars, REGULAR } from '../../market/bars.ts';
import { calendarOf } from '../../market/calendars.ts';
import { TIMEFRAME_MS, TIMEFRAMES, type Timeframe } from '../../market/timeframe.ts';
import { type Candles, type PackedCandles, packCandles } from './candle-columns.ts';

/** A range of rows of a column of bars; `to` is not in it. */
interface Rows {
  readonly from: number;
  readonly to: number;
}

type Growing = { readonly [Field in keyof Candles]: number[] };

const empty = (): Growing => ({ start: [], open: [], high: [], low: [], close: [] });

function asTheyAre(bars: Bars, { from, to }: Rows): Candles {
  const column = (values: Float64Array): number[] => Array.from(values.subarray(from, to));
  return {
    start: column(bars.start),
    open: column(bars.open),
    high: column(bars.high),
    low: column(bars.low),
    close: column(bars.close),
  };
}

function gathered(bars: Bars, { from, to }: Rows, timeframe: Timeframe, regular: boolean): Candles {
  const candles = empty();
  const aggregator = createAggregator(calendarOf(bars.symbol), timeframe, regular ? 'regular' : 'always', 'clock');
  const { cells } = aggregator;
  const close = (): void => {
    if (Number.isNaN(cells[CELL_START]!)) return;
    candles.start.push(cells[CELL_START]!);
    candles.open.push(cells[CELL_OPEN]!);
    candles.high.push(cells[CELL_HIGH]!);
    candles.low.push(cells[CELL_LOW]!);
    candles.close.push(cells[CELL_CLOSE]!);
    aggregator.take();
  };
  for (let row = from; row < to; row++) {
    if (bars.start[row]! >= cells[CELL_END]!) close();
    aggregator.add(bars, row);
  }
  close();
  return candles;
}

function rowsWithin(bars: Bars, from: number, to: number): Rows {
  let first = 0;
  while (first < bars.length && bars.start[first]! < from) first++;
  let last = bars.length;
  while (last > first && bars.end[last - 1]! > to) last--;
  return { from: first, to: last };
}

const onlyRegular = (bars: Bars, { from, to }: Rows): boolean => {
  if (bars.mixedHours === false) return true;
  for (let row = from; row < to; row++) if (bars.hours[row]! !== REGULAR) return false;
  return true;
};

/**
 * A symbol's bars of a span of time as at most `most` candles: the bars themselves, or the finest larger timeframe that
 * fits; of weeks too many, the latest.
 * @param span from the first start to the last end, milliseconds since the epoch
 */
export function candlesOf(
  bars: Bars,
  span: { readonly from: number; readonly to: number },
  most: number,
): PackedCandles {
  const rows = rowsWithin(bars, span.from, span.to);
  const count = rows.to - rows.from;
  const regular = onlyRegular(bars, rows);
  const sizes = TIMEFRAMES.slice(TIMEFRAMES.indexOf(bars.timeframe));
  let timeframe: Timeframe = bars.timeframe;
  let candles: Candles = empty();
  for (const size of sizes) {
    timeframe = size;
    if (size === bars.timeframe) {
      if (count > most && sizes.length > 1) continue;
      candles = asTheyAre(bars, rows);
      break;
    }
    // A candle holds no more bars than its length has room for: sizes that cannot fit are not tried.
    const room = TIMEFRAME_MS[size] / TIMEFRAME_MS[bars.timeframe];
    if (count / room > most && size !== sizes.at(-1)) continue;
    candles = gathered(bars, rows, size, regular);
    if (candles.start.length <= most) break;
  }
  const left = Math.max(0, candles.start.length - most);
  const latest = (values: readonly number[]): readonly number[] => (left === 0 ? values : values.slice(left));
  return {
    symbol: bars.symbol,
    timeframe,
    base: bars.timeframe,
    baseBars: count,
    left,
    ...packCandles({
      start: latest(candles.start),
      open: latest(candles.open),
      high: latest(candles.high),
      low: latest(candles.low),
      close: latest(candles.close),
    }),
  };
}
