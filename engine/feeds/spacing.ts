import { DAY, HOUR, MINUTE } from '../market/time.ts';
import { TIMEFRAME_MS, TIMEFRAMES, type Timeframe } from '../market/timeframe.ts';

/** Rows that are looked at: the rest of a file is as its beginning. */
const LOOKED_AT = 100_000;

/**
 * A file that runs from the newest row to the oldest.
 * @param breaks rows, ascending, that may not come after the one before
 */
export function isReversed(time: Float64Array, length: number, breaks: readonly number[]): boolean {
  const end = Math.min(length, LOOKED_AT);
  let rising = end;
  for (let k = 0; k < breaks.length && breaks[k]! < end; k++) {
    const i = breaks[k]!;
    rising--;
    if (time[i]! > time[i - 1]!) rising++;
    else if (time[i]! < time[i - 1]!) rising--;
  }
  return rising < 0;
}

/** The size of a file's bars, or the commonest distance of its rows in ms when no bar size fits. */
export type Spacing = { readonly timeframe: Timeframe } | { readonly odd: number };

/**
 * Infers the size of bars from the distances of their times (ms, ascending, `rows` of them): two of three a day or
 * more apart are daily or weekly bars; else the commonest distance is the size, the smaller one of equals.
 */
export function inferSpacing(time: Float64Array, rows: number): Spacing {
  const length = Math.min(rows, LOOKED_AT);
  if (length < 2) return { timeframe: length === 1 && time[0]! % MINUTE === 0 && time[0]! % HOUR !== 0 ? '1m' : '1d' };
  const perMinute = new Int32Array(24 * 60);
  let within = 0;
  let seconds = 0;
  let weeks = 0;
  for (let i = 1; i < length; i++) {
    const distance = time[i]! - time[i - 1]!;
    if (distance <= 0) continue;
    if (distance < 12 * HOUR) {
      within++;
      const minutes = distance / MINUTE;
      if (minutes === Math.floor(minutes)) perMinute[minutes] = perMinute[minutes]! + 1;
      else seconds++;
    } else if (distance > 4.5 * DAY) weeks++;
  }
  if (within * 3 < length - 1) return { timeframe: weeks * 2 > length - 1 ? '1w' : '1d' };
  let mode = 0;
  for (let minutes = 1; minutes < perMinute.length; minutes++)
    if (perMinute[minutes]! > perMinute[mode]!) mode = minutes;
  if (seconds > perMinute[mode]!) return { odd: commonest(time, length) };
  // Where bars are missing, two minutes may be as common as one: a size that the commonest distance is a multiple of will do.
  const timeframe =
    TIMEFRAMES.find((size) => TIMEFRAME_MS[size] === mode * MINUTE) ??
    TIMEFRAMES.findLast((size) => {
      const minutes = TIMEFRAME_MS[size] / MINUTE;
      return mode % minutes === 0 && (perMinute[minutes] ?? 0) * 10 >= perMinute[mode]!;
    });
  return timeframe === undefined ? { odd: mode * MINUTE } : { timeframe };
}

function commonest(time: Float64Array, length: number): number {
  const counts = new Map<number, number>();
  let best = 0;
  for (let i = 1; i < Math.min(length, 10_000); i++) {
    const distance = time[i]! - time[i - 1]!;
    counts.set(distance, (counts.get(distance) ?? 0) + 1);
    if ((counts.get(distance) ?? 0) > (counts.get(best) ?? 0)) best = distance;
  }
  return best;
}
