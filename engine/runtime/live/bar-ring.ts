import { type Bars, CLOSED, EXTENDED, REGULAR } from '../../market/bars.ts';
import type { Calendar } from '../../market/calendar.ts';
import type { MinuteBar } from '../../market/minute-bar.ts';
import { instant, MINUTE } from '../../market/time.ts';

/** Rows that a symbol has room for at most, unless more must be kept: two months of regular minutes. */
const ROOM = 16_384;

/** Rows that it begins with room for: of thousands of symbols most have few bars. */
const FIRST_ROOM = 512;

/**
 * The last minutes of a symbol, in columns. Rows are added at the end; when the room is used up they move to columns twice as
 * long, and at the longest the newer half to fresh ones, so that views of older rows stay as they were and memory stays bounded.
 */
export interface BarRing {
  readonly length: number;
  /** @returns its row as a column of one, or undefined when it does not follow on what is there */
  add(bar: MinuteBar): Bars | undefined;
  /** Puts what is there on the footing of after a split of `ratio` new shares for an old one. */
  restate(ratio: number): void;
  /** All that is kept but the last `less` rows. */
  view(less?: number): Bars;
}

type Column = 'start' | 'end' | 'open' | 'high' | 'low' | 'close' | 'volume';
const COLUMNS: readonly Column[] = ['start', 'end', 'open', 'high', 'low', 'close', 'volume'];

/** @param keep rows that must be kept */
export function createBarRing(symbol: string, calendar: Calendar, keep: number): BarRing {
  const most = Math.max(ROOM, keep * 2);
  let capacity = Math.min(FIRST_ROOM, most);
  let columns = fresh(capacity);
  let length = 0;
  // Sessions are asked for once a day, not once a bar.
  let session = -1;
  let opens = Number.NaN;
  let closes = Number.NaN;

  function makeRoom(): void {
    const from = capacity < most ? 0 : length - keep;
    capacity = Math.min(most, capacity * 2);
    const next = fresh(capacity);
    for (const name of COLUMNS) next[name].set(columns[name].subarray(from, length));
    next.session.set(columns.session.subarray(from, length));
    next.hours.set(columns.hours.subarray(from, length));
    columns = next;
    length -= from;
  }

  function locate(start: number): void {
    if (start >= opens && start < closes) return;
    session = calendar.sessionOn(instant(start));
    opens = calendar.open(session);
    closes = calendar.close(session);
  }

  function hoursOf(start: number): number {
    if (start >= opens && start < closes) return REGULAR;
    return start >= calendar.extendedOpen(session) && start < calendar.extendedClose(session) ? EXTENDED : CLOSED;
  }

  const rows = (from: number, to: number, mixedHours?: boolean): Bars => ({
    symbol,
    timeframe: '1m',
    length: to - from,
    start: columns.start.subarray(from, to),
    end: columns.end.subarray(from, to),
    open: columns.open.subarray(from, to),
    high: columns.high.subarray(from, to),
    low: columns.low.subarray(from, to),
    close: columns.close.subarray(from, to),
    volume: columns.volume.subarray(from, to),
    vwap: undefined,
    session: columns.session.subarray(from, to),
    hours: columns.hours.subarray(from, to),
    ...(mixedHours === undefined ? {} : { mixedHours }),
  });

  return {
    get length() {
      return length;
    },
    add(bar) {
      if (length > 0 && bar.start <= columns.start[length - 1]!) return undefined;
      if (length === capacity) makeRoom();
      locate(bar.start);
      columns.start[length] = bar.start;
      columns.end[length] = bar.start + MINUTE;
      columns.open[length] = bar.open;
      columns.high[length] = bar.high;
      columns.low[length] = bar.low;
      columns.close[length] = bar.close;
      columns.volume[length] = bar.volume;
      columns.session[length] = session;
      columns.hours[length] = hoursOf(bar.start);
      length++;
      return rows(length - 1, length, columns.hours[length - 1] !== REGULAR);
    },
    restate(ratio) {
      // Views that others hold stay as they were.
      columns = {
        ...columns,
        open: columns.open.map((price) => price / ratio),
        high: columns.high.map((price) => price / ratio),
        low: columns.low.map((price) => price / ratio),
        close: columns.close.map((price) => price / ratio),
        volume: columns.volume.map((shares) => shares * ratio),
      };
    },
    view: (less = 0) => rows(0, Math.max(0, length - less)),
  };
}

function fresh(capacity: number) {
  return {
    start: new Float64Array(capacity),
    end: new Float64Array(capacity),
    open: new Float64Array(capacity),
    high: new Float64Array(capacity),
    low: new Float64Array(capacity),
    close: new Float64Array(capacity),
    volume: new Float64Array(capacity),
    session: new Int32Array(capacity),
    hours: new Uint8Array(capacity),
  };
}
