import type { Calendar } from '../market/calendar.ts';
import { instant, MINUTE } from '../market/time.ts';

/** Cells of a tracker's state: what it remembers of this session and the last. */
const SESSION = 0;
const OPEN = 1;
const HIGH = 2;
const LOW = 3;
const CLOSE = 4;
const PREV_OPEN = 5;
const PREV_HIGH = 6;
const PREV_LOW = 7;
const PREV_CLOSE = 8;
const OPENING = 9;

/** Writes the clock and session measures that rules read of one series; called with each of its bars before its indicators. */
export interface SessionTracker {
  /** Serialisable memory. */
  readonly state: Float64Array;
  update(session: number, start: number, end: number): void;
}

/**
 * @param measures canonical name → slot, as the plan gives them
 * @param bar first of the series' bar slots (open, high, low, close)
 */
export function createSessionTracker(
  calendar: Calendar,
  measures: ReadonlyMap<string, number>,
  values: Float64Array,
  bar: number,
): SessionTracker {
  const openings = [...measures.keys()].filter((name) => name.startsWith('opening_'));
  const state = new Float64Array(OPENING + openings.length).fill(Number.NaN);
  const writers: ((session: number, end: number) => void)[] = [];
  const write = (name: string, read: (session: number, end: number) => number): void => {
    const slot = measures.get(name);
    if (slot === undefined) return;
    writers.push((session, end) => {
      values[slot] = read(session, end);
    });
  };
  const cell = (name: string, index: number): void => write(name, () => state[index]!);
  cell('session.open', OPEN);
  cell('session.high', HIGH);
  cell('session.low', LOW);
  cell('prev_day.open', PREV_OPEN);
  cell('prev_day.high', PREV_HIGH);
  cell('prev_day.low', PREV_LOW);
  cell('prev_day.close', PREV_CLOSE);
  cell('session_number', SESSION);
  write('gap_pct', () => (state[OPEN]! / state[PREV_CLOSE]! - 1) * 100);
  write('minutes_since_open', (session, end) => (end - calendar.open(session)) / MINUTE);
  write('minutes_to_close', (session, end) => (calendar.close(session) - end) / MINUTE);
  write('time', (_session, end) => calendar.minuteOfDay(instant(end)));
  // Monday is 1 and Sunday 7 in rules (ISO 8601).
  write('weekday', (_session, end) => calendar.weekday(instant(end - 1)) || 7);
  write('day_of_month', (_session, end) => calendar.dayOfMonth(instant(end - 1)));
  write('is_first_session_of_month', (session) => (calendar.isFirstOfMonth(session) ? 1 : 0));
  write('is_last_session_of_month', (session) => (calendar.isLastOfMonth(session) ? 1 : 0));

  const openingHigh = openings.map((name) => name.startsWith('opening_high'));
  const openingLength = openings.map((name) => Number(name.split(':')[1]) * MINUTE);
  openings.forEach((name, k) => {
    // Unknown until the range is whole: a bar that ends before the range does only adds to it.
    write(name, (session, end) =>
      end - calendar.open(session) >= openingLength[k]! ? state[OPENING + k]! : Number.NaN,
    );
  });

  function startSession(session: number): void {
    if (!Number.isNaN(state[SESSION]!)) {
      state[PREV_OPEN] = state[OPEN]!;
      state[PREV_HIGH] = state[HIGH]!;
      state[PREV_LOW] = state[LOW]!;
      state[PREV_CLOSE] = state[CLOSE]!;
    }
    state[SESSION] = session;
    state[OPEN] = values[bar]!;
    state[HIGH] = values[bar + 1]!;
    state[LOW] = values[bar + 2]!;
    for (let k = 0; k < openings.length; k++) state[OPENING + k] = Number.NaN;
  }

  return {
    state,
    update(session, start, end) {
      if (session !== state[SESSION]) startSession(session);
      else {
        if (values[bar + 1]! > state[HIGH]!) state[HIGH] = values[bar + 1]!;
        if (values[bar + 2]! < state[LOW]!) state[LOW] = values[bar + 2]!;
      }
      state[CLOSE] = values[bar + 3]!;
      for (let k = 0; k < openings.length; k++) {
        // A bar counts when it lies wholly inside the range; one that straddles its end would look past it.
        if (end - calendar.open(session) > openingLength[k]! || start < calendar.open(session)) continue;
        const seen = state[OPENING + k]!;
        const price = values[bar + (openingHigh[k]! ? 1 : 2)]!;
        if (Number.isNaN(seen) || (openingHigh[k]! ? price > seen : price < seen)) state[OPENING + k] = price;
      }
      for (const writer of writers) writer(session, end);
    },
  };
}
