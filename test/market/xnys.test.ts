import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { calendarOf, xnys } from '../../engine/market/calendars.ts';
import { DAY, HOUR, instant, MINUTE } from '../../engine/market/time.ts';
import { MISSING_DATA, SHARED } from './shared-data.ts';

const calendar = xnys();
const at = (text: string) => instant(Date.parse(text));
const sessionOfDate = (date: string) => calendar.sessionOn(at(`${date}T17:00:00Z`));

const clock = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/New_York',
  hourCycle: 'h23',
  weekday: 'short',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
});

function byIntl(time: number) {
  const parts = Object.fromEntries(clock.formatToParts(time).map((part) => [part.type, part.value]));
  return {
    date: `${parts.year}-${parts.month}-${parts.day}`,
    minute: Number(parts.hour) * 60 + Number(parts.minute),
    weekday: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'].indexOf(parts.weekday!),
    day: Number(parts.day),
  };
}

describe('the New York calendar', () => {
  it.skipIf(MISSING_DATA)('has every session of exchange_calendars from 1990 to 2023, and no other', () => {
    const rows = readFileSync(`${SHARED}xnys-sessions.csv`, 'utf8').trim().split('\n').slice(1);
    expect(rows.length).toBe(8324);
    rows.forEach((row, number) => {
      const [date, open, close] = row.split(',');
      expect([calendar.date(number), calendar.open(number), calendar.close(number)]).toEqual([
        date!.slice(0, 10),
        Date.parse(open!),
        Date.parse(close!),
      ]);
    });
  });

  it.skipIf(MISSING_DATA)('agrees with the Lean calendar from 1998 to 2028, three early closes apart', () => {
    const lean = JSON.parse(readFileSync(`${SHARED}us-equity-calendar.json`, 'utf8')) as {
      holidays: string[];
      earlyCloses: Record<string, string>;
    };
    const iso = (text: string) => {
      const [month, day, year] = text.split('/');
      return `${year}-${month!.padStart(2, '0')}-${day!.padStart(2, '0')}`;
    };
    const holidays = new Set(lean.holidays.map(iso));
    const early = new Set(Object.keys(lean.earlyCloses).map(iso));
    const differences: string[] = [];
    let days = 0;
    for (let day = Date.UTC(1998, 0, 1); day < Date.UTC(2029, 0, 1); day += DAY) {
      const weekday = new Date(day).getUTCDay();
      if (weekday === 0 || weekday === 6) continue;
      days++;
      const date = new Date(day).toISOString().slice(0, 10);
      const session = sessionOfDate(date);
      const open = calendar.date(session) === date;
      if (open === holidays.has(date)) differences.push(date);
      else if (open && calendar.close(session) - calendar.open(session) < 6.5 * HOUR !== early.has(date))
        differences.push(date);
    }
    expect(days).toBeGreaterThan(8000);
    expect(differences).toEqual(['1998-11-27', '1998-12-24', '1999-12-31']);
  });

  it('reads the New York clock as Intl does, hour by hour over every change of 1987 to 2035', () => {
    let checked = 0;
    for (let year = 1987; year <= 2035; year++) {
      for (const [month, day] of [
        [2, 7],
        [2, 30],
        [9, 24],
        [10, 0],
        [0, 0],
        [6, 3],
      ] as const) {
        for (let hour = 0; hour < 9 * 24; hour += 1) {
          const time = Date.UTC(year, month, day) + hour * HOUR + (hour % 60) * MINUTE;
          const want = byIntl(time);
          const got = instant(time);
          if (
            calendar.minuteOfDay(got) !== want.minute ||
            calendar.weekday(got) !== want.weekday ||
            calendar.dayOfMonth(got) !== want.day
          )
            expect.fail(`${new Date(time).toISOString()}: ${calendar.minuteOfDay(got)} against ${want.minute}`);
          const midnight = byIntl(calendar.midnight(got));
          if (midnight.minute !== 0 || midnight.date !== want.date)
            expect.fail(
              `midnight of ${new Date(time).toISOString()}: ${new Date(calendar.midnight(got)).toISOString()}`,
            );
          checked++;
        }
      }
    }
    expect(checked).toBe(49 * 6 * 216);
  });

  it('finds the session of an instant', () => {
    const friday = sessionOfDate('2024-11-29');
    expect(calendar.date(friday)).toBe('2024-11-29');
    expect(calendar.sessionAt(at('2024-11-29T14:29:59Z'))).toBe(-1);
    expect(calendar.sessionAt(at('2024-11-29T14:30:00Z'))).toBe(friday);
    expect(calendar.sessionAt(at('2024-11-29T17:59:59Z'))).toBe(friday);
    expect(calendar.sessionAt(at('2024-11-29T18:00:00Z'))).toBe(-1);
    expect(calendar.nextSession(at('2024-11-29T17:59:59Z'))).toBe(friday);
    expect(calendar.nextSession(at('2024-11-29T18:00:00Z'))).toBe(friday + 1);
    expect(calendar.nextSession(at('2024-11-28T18:00:00Z'))).toBe(friday);
    expect(calendar.sessionOn(at('2024-12-01T18:00:00Z'))).toBe(friday);
    // 03:00 UTC on Saturday is still Friday in New York.
    expect(calendar.sessionOn(at('2024-11-30T03:00:00Z'))).toBe(friday);
    expect(calendar.extendedOpen(friday)).toBe(at('2024-11-29T09:00:00Z'));
    expect(calendar.extendedClose(friday)).toBe(at('2024-11-29T22:00:00Z'));
    expect(calendar.extendedClose(friday + 1)).toBe(at('2024-12-03T01:00:00Z'));
    expect(calendar.isLastOfMonth(friday)).toBe(true);
    expect(calendar.isFirstOfMonth(friday + 1)).toBe(true);
    expect(calendar.isLastOfMonth(friday + 1)).toBe(false);
  });

  it('has no session before 1990 and none after 2035', () => {
    expect(calendar.sessionOn(at('1989-12-29T17:00:00Z'))).toBe(-1);
    expect(calendar.nextSession(at('1989-12-29T17:00:00Z'))).toBe(0);
    expect(calendar.open(-1)).toBe(Number.NEGATIVE_INFINITY);
    const last = calendar.sessionOn(at('2040-01-02T17:00:00Z'));
    expect(calendar.date(last)).toBe('2035-12-31');
    expect(calendar.close(last + 1)).toBe(Number.POSITIVE_INFINITY);
    expect(calendar.date(last + 1)).toBe('');
  });
});

describe('the calendar of coins', () => {
  it('has a session for every UTC day', () => {
    const coins = calendarOf('BTC/USD');
    expect(coins.id).toBe('CRYPTO');
    expect(calendarOf('BRK.B').id).toBe('XNYS');
    const time = at('2024-02-29T23:59:00Z');
    const session = coins.sessionAt(time);
    expect([coins.date(session), coins.minuteOfDay(time), coins.weekday(time), coins.dayOfMonth(time)]).toEqual([
      '2024-02-29',
      1439,
      4,
      29,
    ]);
    expect(coins.isLastOfMonth(session)).toBe(true);
    expect(coins.isFirstOfMonth(session + 1)).toBe(true);
    expect(coins.close(session)).toBe(at('2024-03-01T00:00:00Z'));
  });
});
