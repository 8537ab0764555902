import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAggregator } from '../../engine/market/aggregator.ts';
import type { Bars } from '../../engine/market/bars.ts';
import type { Anchor } from '../../engine/market/bucket.ts';
import { writeBucket } from '../../engine/market/bucket.ts';
import type { Hours } from '../../engine/market/calendar.ts';
import { calendarOf } from '../../engine/market/calendars.ts';
import { DAY, HOUR, instant, MINUTE } from '../../engine/market/time.ts';
import type { Timeframe } from '../../engine/market/timeframe.ts';
import { minuteBars } from './made-bars.ts';

const bounds = (symbol: string, timeframe: Timeframe, hours: Hours, anchor: Anchor, at: string) => {
  const out = new Float64Array(2);
  return writeBucket(calendarOf(symbol), timeframe, hours, anchor, instant(Date.parse(at)), out, 0)
    ? [...out].map((time) => new Date(time).toISOString().slice(0, 16)).join(' ')
    : undefined;
};

describe('bucket bounds', () => {
  it.each([
    ['1h', 'regular', 'clock', '2024-03-08T14:45Z', '2024-03-08T14:30 2024-03-08T15:00'],
    ['1h', 'regular', 'clock', '2024-03-08T15:00Z', '2024-03-08T15:00 2024-03-08T16:00'],
    // After the change of 10 March the session opens at 13:30 UTC.
    ['1h', 'regular', 'clock', '2024-03-11T13:45Z', '2024-03-11T13:30 2024-03-11T14:00'],
    ['1h', 'regular', 'session', '2024-03-08T15:29Z', '2024-03-08T14:30 2024-03-08T15:30'],
    ['1h', 'regular', 'session', '2024-03-08T20:31Z', '2024-03-08T20:30 2024-03-08T21:00'],
    ['2h', 'regular', 'clock', '2024-03-08T14:45Z', '2024-03-08T14:30 2024-03-08T15:00'],
    ['4h', 'regular', 'clock', '2024-03-08T20:59Z', '2024-03-08T17:00 2024-03-08T21:00'],
    ['4h', 'regular', 'clock', '2024-11-29T17:30Z', '2024-11-29T17:00 2024-11-29T18:00'],
    ['1h', 'extended', 'clock', '2024-03-08T14:10Z', '2024-03-08T14:00 2024-03-08T15:00'],
    ['4h', 'extended', 'clock', '2024-11-29T21:30Z', '2024-11-29T21:00 2024-11-29T22:00'],
    ['1h', 'always', 'clock', '2024-03-10T06:30Z', '2024-03-10T06:00 2024-03-10T07:00'],
    ['4h', 'always', 'clock', '2024-03-11T03:30Z', '2024-03-11T01:00 2024-03-11T04:00'],
    ['1d', 'extended', 'clock', '2024-11-29T15:30Z', '2024-11-29T14:30 2024-11-29T18:00'],
    ['1w', 'regular', 'clock', '2024-11-27T15:30Z', '2024-11-25T14:30 2024-11-29T18:00'],
    // Monday 2 September 2024 is a holiday.
    ['1w', 'regular', 'clock', '2024-09-06T15:30Z', '2024-09-03T13:30 2024-09-06T20:00'],
    ['1w', 'regular', 'clock', '2001-09-10T15:30Z', '2001-09-10T13:30 2001-09-10T20:00'],
  ] as const)('%s %s by %s at %s', (timeframe, hours, anchor, at, want) => {
    expect(bounds('SPY', timeframe, hours, anchor, at)).toBe(want);
  });

  it('has none outside the hours', () => {
    expect(bounds('SPY', '1h', 'regular', 'clock', '2024-03-08T14:29Z')).toBeUndefined();
    expect(bounds('SPY', '1h', 'regular', 'clock', '2024-11-29T18:00Z')).toBeUndefined();
    expect(bounds('SPY', '1h', 'extended', 'clock', '2024-11-29T22:00Z')).toBeUndefined();
    expect(bounds('SPY', '1d', 'always', 'clock', '2024-03-08T22:00Z')).toBeUndefined();
    expect(bounds('SPY', '1h', 'extended', 'clock', '2024-11-28T16:00Z')).toBeUndefined();
  });

  it('follows UTC for coins', () => {
    expect(bounds('BTC/USD', '4h', 'regular', 'clock', '2024-03-10T07:30Z')).toBe('2024-03-10T04:00 2024-03-10T08:00');
    expect(bounds('BTC/USD', '1d', 'regular', 'clock', '2024-03-10T07:30Z')).toBe('2024-03-10T00:00 2024-03-11T00:00');
    expect(bounds('BTC/USD', '1w', 'regular', 'clock', '2024-03-10T07:30Z')).toBe('2024-03-04T00:00 2024-03-11T00:00');
  });
});

interface Row {
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  turnover: number;
}

const fields = (time: number, zone: string) => {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    dateStyle: 'short',
    timeStyle: 'short',
  }).format(time);
  const [date, hour, minute] = [parts.slice(0, 10), Number(parts.slice(12, 14)), Number(parts.slice(15, 17))];
  return { date: date!, minute: hour! * 60 + minute! };
};

/** Minutes since the midnight that the text of the clock shows: on the days of its change not what the hands say. */
function elapsed(time: number, zone: string): { date: string; minute: number } {
  const { date, minute } = fields(time, zone);
  const midnight = [0, -HOUR, HOUR]
    .map((shift) => time - minute * MINUTE + shift)
    .find((at) => {
      const there = fields(at, zone);
      return there.date === date && there.minute === 0;
    });
  return { date, minute: (time - midnight!) / MINUTE };
}

/** Groups by local date and the minutes since its midnight, both read off the text of the clock, without the calendar's arithmetic. */
function naive(bars: Bars, timeframe: Timeframe, zone: string, anchorMinute: number): Row[] {
  const minutes = { '5m': 5, '15m': 15, '30m': 30, '1h': 60, '2h': 120, '4h': 240 }[timeframe as '1h'];
  const rows: Row[] = [];
  let last = '';
  for (let i = 0; i < bars.length; i++) {
    const { date, minute } = elapsed(bars.start[i]!, zone);
    let key = date;
    if (timeframe === '1w') {
      const day = Date.parse(date);
      key = new Date(day - ((new Date(day).getUTCDay() + 6) % 7) * DAY).toISOString();
    } else if (minutes !== undefined) key = `${date} ${Math.floor((minute - anchorMinute) / minutes)}`;
    let row = rows.at(-1);
    if (row === undefined || key !== last) {
      last = key;
      row = { open: bars.open[i]!, high: -1, low: 1e9, close: 0, volume: 0, turnover: 0 };
      rows.push(row);
    }
    row.high = Math.max(row.high, bars.high[i]!);
    row.low = Math.min(row.low, bars.low[i]!);
    row.close = bars.close[i]!;
    row.volume += bars.volume[i]!;
    row.turnover += bars.vwap![i]! * bars.volume[i]!;
  }
  return rows;
}

function aggregated(bars: Bars, timeframe: Timeframe, hours: Hours, anchor: Anchor) {
  const aggregator = createAggregator(calendarOf(bars.symbol), timeframe, hours, anchor);
  const out: Row[] = [];
  const spans: number[][] = [];
  const close = (now: number) => {
    if (aggregator.due() > now) return;
    const [start, end, open, high, low, last, volume, turnover] = aggregator.cells;
    spans.push([start!, end!]);
    out.push({ open: open!, high: high!, low: low!, close: last!, volume: volume!, turnover: turnover! });
    aggregator.take();
  };
  for (let i = 0; i < bars.length; i++) {
    close(bars.start[i]!);
    aggregator.add(bars, i);
    close(bars.end[i]!);
  }
  close(1e15);
  return { out, spans };
}

const WEEKS = [
  '2024-03-04',
  '2024-03-11',
  '2023-10-30',
  '2023-11-06',
  '2024-11-25',
  '1999-12-27',
  '2006-04-03',
  '2001-09-10',
];

describe('an aggregator', () => {
  it('equals grouping by the text of the clock, over changes of the clock and early closes', () => {
    let buckets = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...WEEKS),
        fc.constantFrom<Timeframe>('5m', '15m', '30m', '1h', '2h', '4h', '1d', '1w'),
        fc.constantFrom<Hours>('regular', 'extended', 'always'),
        fc.constantFrom<Anchor>('clock', 'session'),
        fc.constantFrom('SPY', 'BTC/USD'),
        fc.array(fc.nat(2 * 7 * 24 * 60 - 1), { minLength: 30, maxLength: 300 }),
        (week, timeframe, hours, anchor, symbol, minutes) => {
          // A day without a session has no open to count from.
          fc.pre(hours !== 'always' || anchor === 'clock');
          const calendar = calendarOf(symbol);
          const base = Date.parse(`${week}T00:00:00Z`);
          const starts = [...new Set(minutes)].sort((a, b) => a - b).map((minute) => base + minute * MINUTE);
          const bars = minuteBars(symbol, calendar, starts);
          const coin = symbol === 'BTC/USD';
          const daily = timeframe === '1d' || timeframe === '1w';
          const used = starts.filter(
            (_, i) => bars.hours[i]! <= (hours === 'regular' || daily ? 0 : hours === 'extended' ? 1 : 2),
          );
          const zone = coin ? 'UTC' : 'America/New_York';
          const kept = new Set(used);
          const pick = (column: Float64Array) => column.filter((_, i) => kept.has(starts[i]!));
          const only: Bars = {
            ...bars,
            length: used.length,
            start: pick(bars.start),
            open: pick(bars.open),
            high: pick(bars.high),
            low: pick(bars.low),
            close: pick(bars.close),
            volume: pick(bars.volume),
            vwap: pick(bars.vwap!),
          };
          const want = naive(only, timeframe, zone, anchor === 'session' && !coin ? 9 * 60 + 30 : 0);
          const { out, spans } = aggregated(bars, timeframe, hours, anchor);
          expect(out).toEqual(want);
          spans.forEach(([start, end], i) => {
            expect(end!).toBeGreaterThan(start!);
            if (i > 0) expect(start!).toBeGreaterThanOrEqual(spans[i - 1]![1]!);
          });
          buckets += out.length;
        },
      ),
      { numRuns: 300 },
    );
    expect(buckets).toBeGreaterThan(5000);
  });

  it.each([
    ['2024-03-10', 23],
    ['2023-11-05', 25],
    ['2006-04-02', 23],
  ])('cuts %s, a day of %i hours, by the hours elapsed', (date, hours) => {
    const midnight = Date.parse(`${date}T${date === '2023-11-05' ? '04' : '05'}:00:00Z`);
    const starts = Array.from({ length: hours }, (_, hour) => midnight + hour * HOUR);
    const { spans } = aggregated(minuteBars('SPY', calendarOf('SPY'), starts), '4h', 'always', 'clock');
    const want = starts.filter((_, hour) => hour % 4 === 0);
    expect(spans).toEqual(want.map((start) => [start, Math.min(start + 4 * HOUR, midnight + hours * HOUR)]));
  });

  it('is due at the end of the bucket though its last minutes had no bar', () => {
    const calendar = calendarOf('SPY');
    const open = Date.parse('2024-11-29T14:30Z');
    const bars = minuteBars('SPY', calendar, [open - MINUTE, open + 2 * MINUTE, open + 3 * MINUTE]);
    const aggregator = createAggregator(calendar, '1h', 'regular', 'clock');
    expect(aggregator.due()).toBe(Number.POSITIVE_INFINITY);
    aggregator.add(bars, 0);
    expect(aggregator.cells[0]).toBeNaN();
    aggregator.add(bars, 1);
    aggregator.add(bars, 2);
    expect(aggregator.due()).toBe(open + 30 * MINUTE);
    const resumed = createAggregator(calendar, '1h', 'regular', 'clock');
    resumed.cells.set(aggregator.cells);
    expect(resumed.due()).toBe(open + 30 * MINUTE);
    aggregator.take();
    expect(aggregator.due()).toBe(Number.POSITIVE_INFINITY);
  });

  it('refuses a bar past an open one and leaves one before it out', () => {
    const calendar = calendarOf('BTC/USD');
    const base = Date.parse('2024-01-01T00:00Z');
    const bars = minuteBars('BTC/USD', calendar, [base, base + HOUR, base + 2 * HOUR]);
    const aggregator = createAggregator(calendar, '1h', 'always', 'clock');
    aggregator.add(bars, 1);
    aggregator.add(bars, 0);
    expect(aggregator.cells[6]).toBe(101);
    expect(() => aggregator.add(bars, 2)).toThrow(RangeError);
  });
});
