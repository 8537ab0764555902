import { type Bars, CLOSED, EXTENDED, REGULAR } from '../market/bars.ts';
import { writeBucket } from '../market/bucket.ts';
import type { Calendar, Hours } from '../market/calendar.ts';
import { DAY, HOUR, instant } from '../market/time.ts';
import { TIMEFRAME_MS, type Timeframe } from '../market/timeframe.ts';
import { type Columns, rightSized } from './columns.ts';
import { type Cause, isSpike } from './row-check.ts';

export interface Fitting {
  readonly symbol: string;
  readonly calendar: Calendar;
  readonly timeframe: Timeframe;
  readonly hours: Hours;
  /** Times are midnights of dates, not instants. */
  readonly dates: boolean;
  /** Rows, ascending, that were not held to the row before: all others come after it, and their prices stay near its close. */
  readonly breaks: readonly number[];
  readonly from: number;
  readonly to: number;
  /** Told of each row that cannot be used, by its place in the columns. */
  refuse(row: number, cause: Cause, detail: string): void;
}

export interface Fitted {
  readonly bars: Bars;
  readonly outside: number;
  /** Rows that lie before the first or after the last session of the calendar (counted in `outside`). */
  readonly beyond: number;
}

/** Places of a fit's numbers in its cells: bounds of the bar at hand, what was kept last, bounds of the session at hand. */
const START = 0;
const END = 1;
const LAST_TIME = 2;
const LAST_CLOSE = 3;
const LAST_START = 4;
const OPENS = 5;
const CLOSES = 6;

const NOWHERE = 3;
const BEYOND = 4;

/** The rows of one file on their way into bars. Numbers lie in typed arrays and functions are small, so that nothing is boxed. */
interface Fit {
  readonly fitting: Fitting;
  readonly columns: Columns;
  readonly size: number;
  readonly daily: boolean;
  readonly cells: Float64Array;
  readonly end: Float64Array;
  readonly session: Int32Array;
  readonly part: Uint8Array;
  /** Session of the row at hand. */
  current: number;
  kept: number;
  /** Place in the breaks of the first that has not gone by. */
  nextBreak: number;
}

const utc = (time: number): string => new Date(time).toISOString().replace('.000Z', 'Z');

/** Noon of the local date that a daily stamp means: a midnight in UTC names its own date, any other time that of the exchange. */
function noonOfDate(calendar: Calendar, dates: boolean, time: number): number {
  const day = Math.floor(time / DAY) * DAY;
  if (calendar.id === 'CRYPTO') return day + DAY / 2;
  return dates || time === day ? day + 17 * HOUR : calendar.midnight(instant(time)) + DAY / 2;
}

function refuseOrder(fit: Fit, i: number): false {
  const at = fit.columns.time[i]!;
  const last = fit.cells[LAST_TIME]!;
  const next = fit.columns.time[i + 1]!;
  if (at === last) fit.fitting.refuse(i, 'duplicate_time', `${utc(at)} comes twice`);
  else
    fit.fitting.refuse(
      i,
      'time_backwards',
      at < last ? `${utc(at)} comes after ${utc(last)}` : `${utc(at)} comes before ${utc(next)}`,
    );
  return false;
}

function refuseSpike(fit: Fit, i: number): false {
  const { open, high, low } = fit.columns;
  const odd = `low ${low[i]} high ${high[i]} between a close of ${fit.cells[LAST_CLOSE]} and an open of ${open[i + 1]}`;
  fit.fitting.refuse(i, 'price_spike', odd);
  return false;
}

/** The row comes after the one before it, and its prices stay with its neighbours'. */
function follows(fit: Fit, i: number): boolean {
  const { columns, cells } = fit;
  const { time, length } = columns;
  const at = time[i]!;
  if (at <= cells[LAST_TIME]!) return refuseOrder(fit, i);
  if (i + 1 < length) {
    const next = time[i + 1]!;
    // A row that two later ones contradict is itself the stray, not they.
    if (next < at && i + 2 < length && time[i + 2]! < at && next > cells[LAST_TIME]! && time[i + 2]! > next) {
      return refuseOrder(fit, i);
    }
    if (isSpike(cells[LAST_CLOSE]!, columns.high[i]!, columns.low[i]!, columns.open[i + 1]!))
      return refuseSpike(fit, i);
  }
  cells[LAST_TIME] = at;
  cells[LAST_CLOSE] = columns.close[i]!;
  return true;
}

function placeDaily(fit: Fit, at: number): number {
  const { calendar, timeframe, dates } = fit.fitting;
  const { cells } = fit;
  const noon = instant(noonOfDate(calendar, dates, at));
  if (timeframe === '1w') {
    // A week whose first day is a holiday, or that is stamped with the Sunday before it, begins with its first session.
    const first = calendar.open(calendar.nextSession(instant(noon - DAY / 2)));
    if (!Number.isFinite(first) || !writeBucket(calendar, '1w', 'regular', 'clock', first, cells, START)) return BEYOND;
    fit.current = calendar.sessionOn(instant(cells[END]! - 1));
    return REGULAR;
  }
  fit.current = calendar.sessionOn(noon);
  cells[START] = calendar.open(fit.current);
  cells[END] = calendar.close(fit.current);
  return fit.current < 0 || noon >= calendar.open(fit.current) + 366 * DAY
    ? BEYOND
    : noon >= cells[START]! + DAY
      ? NOWHERE
      : REGULAR;
}

/** Finds the session that the bar from `at` overlaps, clips it to that, and tells in which part of the day it lies. */
function placeIntraday(fit: Fit, at: number): number {
  const { calendar } = fit.fitting;
  const { cells } = fit;
  const session = calendar.sessionOn(instant(at));
  fit.current = session;
  const end = at + fit.size;
  let from: number = calendar.open(session);
  let to: number = calendar.close(session);
  if (session < 0 || at > to + 366 * DAY) return BEYOND;
  let part = REGULAR;
  cells[OPENS] = from;
  cells[CLOSES] = to;
  if (!(at < to && end > from)) {
    from = calendar.extendedOpen(session);
    to = calendar.extendedClose(session);
    part = EXTENDED;
    if (!(at < to && end > from)) {
      cells[START] = at;
      cells[END] = end;
      return CLOSED;
    }
  }
  cells[START] = at < from ? from : at;
  cells[END] = end > to ? to : end;
  return part;
}

function place(fit: Fit, i: number): number {
  const { cells } = fit;
  const at = fit.columns.time[i]!;
  if (fit.daily) return placeDaily(fit, at);
  if (at < cells[OPENS]! || at + fit.size > cells[CLOSES]!) return placeIntraday(fit, at);
  cells[START] = at;
  cells[END] = at + fit.size;
  return REGULAR;
}

function keep(fit: Fit, i: number, part: number): void {
  const { cells, columns, kept } = fit;
  const { time, open, high, low, close, volume, vwap } = columns;
  const start = cells[START]!;
  if (start < fit.fitting.from || start >= fit.fitting.to) return;
  if (start <= cells[LAST_START]!) {
    fit.fitting.refuse(i, 'duplicate_time', `a second bar for ${utc(start)}`);
    return;
  }
  cells[LAST_START] = start;
  time[kept] = start;
  fit.end[kept] = cells[END]!;
  if (kept !== i) {
    open[kept] = open[i]!;
    high[kept] = high[i]!;
    low[kept] = low[i]!;
    close[kept] = close[i]!;
    volume[kept] = volume[i]!;
    if (vwap !== undefined) vwap[kept] = vwap[i]!;
  }
  fit.session[kept] = fit.current;
  fit.part[kept] = part;
  fit.kept = kept + 1;
}

/** The first break from `row` on, or the end of the rows. */
function breakFrom(fit: Fit, row: number): number {
  const { breaks } = fit.fitting;
  while (fit.nextBreak < breaks.length && breaks[fit.nextBreak]! < row) fit.nextBreak++;
  return breaks[fit.nextBreak] ?? fit.columns.length;
}

/** The first row from `row` to `end`, all in order of time, that is later than `latest`; `end` when none is. */
function laterFrom(time: Float64Array, row: number, end: number, latest: number): number {
  let low = row;
  let high = end;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (time[middle]! > latest) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Fits rows from `i` on for as long as each is a whole bar of the regular session at hand that follows the one before without a
 * question; gives the first that is not. What `follows`, `place` and `keep` do for any row, without a call; rows that are no
 * breaks are not even looked at.
 */
function fitRun(fit: Fit, i: number): number {
  const { cells, columns, size, fitting } = fit;
  const { time, open, high, low, close } = columns;
  const earliest = Math.max(cells[OPENS]!, fitting.from);
  const latest = Math.min(cells[CLOSES]! - size, fitting.to - 1);
  // What comes after the last row is not known.
  const length = columns.length - 1;
  let last = Math.max(cells[LAST_TIME]!, cells[LAST_START]!);
  let lastClose = cells[LAST_CLOSE]!;
  let row = i;
  while (row < length) {
    const at = time[row]!;
    if (!(at > last && at >= earliest && at <= latest && time[row + 1]! >= at)) break;
    if (isSpike(lastClose, high[row]!, low[row]!, open[row + 1]!)) break;
    row++;
    const end = Math.min(breakFrom(fit, row), length);
    if (end > row) {
      row = laterFrom(time, row, end, latest);
      // A break may lie before it.
      if (time[row]! < time[row - 1]!) row--;
    }
    last = time[row - 1]!;
    lastClose = close[row - 1]!;
  }
  if (row > i) {
    cells[LAST_TIME] = last;
    cells[LAST_START] = last;
    cells[LAST_CLOSE] = lastClose;
    keepRun(fit, i, row);
  }
  return row;
}

/** Keeps the rows from `from` to `to`, whole bars of the regular session at hand. */
function keepRun(fit: Fit, from: number, to: number): void {
  const { columns, kept, end, size } = fit;
  const { time, open, high, low, close, volume, vwap } = columns;
  const stop = kept + to - from;
  if (kept !== from) {
    for (const column of [time, open, high, low, close, volume, vwap]) column?.copyWithin(kept, from, to);
  }
  for (let k = kept; k < stop; k++) end[k] = time[k]! + size;
  fit.session.fill(fit.current, kept, stop);
  fit.part.fill(REGULAR, kept, stop);
  fit.kept = stop;
}

/**
 * Orders the rows of a file into bars: drops what runs backwards and what spikes, clips every bar to the session it overlaps and
 * leaves out those beyond the wanted hours. Works in place: the columns belong to the bars afterwards.
 */
export function fitBars(columns: Columns, fitting: Fitting): Fitted {
  const { length } = columns;
  const { timeframe, hours } = fitting;
  const cells = new Float64Array(8).fill(Number.NEGATIVE_INFINITY);
  cells[LAST_CLOSE] = Number.NaN;
  const fit: Fit = {
    fitting,
    columns,
    size: TIMEFRAME_MS[timeframe],
    daily: timeframe === '1d' || timeframe === '1w',
    cells,
    end: new Float64Array(length),
    session: new Int32Array(length),
    part: new Uint8Array(length),
    current: -1,
    kept: 0,
    nextBreak: 0,
  };
  const widest = hours === 'regular' ? REGULAR : hours === 'extended' ? EXTENDED : CLOSED;
  let outside = 0;
  let beyond = 0;
  for (let i = 0; i < length; i++) {
    if (!fit.daily) i = fitRun(fit, i);
    if (!follows(fit, i)) continue;
    const part = place(fit, i);
    if (part <= widest) keep(fit, i, part);
    else {
      outside++;
      if (part === BEYOND) beyond++;
    }
  }
  return { bars: barsOf(fit), outside, beyond };
}

function barsOf(fit: Fit): Bars {
  const { columns, kept, fitting } = fit;
  const { vwap } = columns;
  return {
    symbol: fitting.symbol,
    timeframe: fitting.timeframe,
    length: kept,
    start: rightSized(columns.time, kept),
    end: rightSized(fit.end, kept),
    open: rightSized(columns.open, kept),
    high: rightSized(columns.high, kept),
    low: rightSized(columns.low, kept),
    close: rightSized(columns.close, kept),
    volume: rightSized(columns.volume, kept),
    vwap: vwap === undefined ? undefined : rightSized(vwap, kept),
    session: fit.session.subarray(0, kept),
    hours: fit.part.subarray(0, kept),
  };
}
