import { describe, expect, it } from 'vitest';
import { compareHours, type ExchangeDay } from '../../../engine/feeds/alpaca/exchange-hours.ts';
import { xnys } from '../../../engine/market/calendars.ts';
import { instant } from '../../../engine/market/time.ts';
import { createXnys } from '../../../engine/market/xnys.ts';

const WEEK: readonly ExchangeDay[] = [
  { date: '2026-11-23', open: '09:30', close: '16:00' },
  { date: '2026-11-24', open: '09:30', close: '16:00' },
  { date: '2026-11-25', open: '09:30', close: '16:00' },
  { date: '2026-11-27', open: '09:30', close: '13:00' },
];
const compare = (days: readonly ExchangeDay[]) => compareHours(days, '2026-11-23', '2026-11-29', xnys());
const at = (text: string) => instant(Date.parse(text));

describe("the broker's calendar", () => {
  it('that agrees, holiday and early close among it, amends nothing', () => {
    expect(compare(WEEK)).toEqual({ amendments: [], warnings: [] });
  });

  it('with a closure that we do not know closes the day', () => {
    const { amendments, warnings } = compare(WEEK.filter(({ date }) => date !== '2026-11-24'));
    expect(amendments).toEqual([{ date: '2026-11-24', hours: undefined }]);
    expect(warnings).toEqual([
      '2026-11-24: the broker says that the exchange is closed, our calendar has a session: it counts as closed',
    ]);
    const amended = createXnys(amendments);
    expect(amended.sessionAt(at('2026-11-24T15:00:00Z'))).toBe(-1);
    const monday = amended.sessionAt(at('2026-11-23T15:00:00Z'));
    expect(amended.date(monday + 1)).toBe('2026-11-25');
    expect(amended.date(amended.nextSession(at('2026-11-23T22:00:00Z')))).toBe('2026-11-25');
  });

  it('with an early close or a late open that we do not know keeps its hours', () => {
    const days = WEEK.map((day) => (day.date === '2026-11-25' ? { ...day, open: '10:00', close: '12:30' } : day));
    const { amendments, warnings } = compare(days);
    expect(warnings).toEqual([
      "2026-11-25: the broker's calendar has 10:00 to 12:30, ours has 09:30 to 16:00: the broker's hours hold",
    ]);
    const amended = createXnys(amendments);
    const session = amended.sessionOn(at('2026-11-25T18:00:00Z'));
    expect(amended.open(session)).toBe(Date.parse('2026-11-25T15:00:00Z'));
    expect(amended.close(session)).toBe(Date.parse('2026-11-25T17:30:00Z'));
    expect(amended.extendedOpen(session)).toBe(Date.parse('2026-11-25T09:00:00Z'));
    expect(amended.extendedClose(session)).toBe(Date.parse('2026-11-25T22:00:00Z'));
  });

  it('with a session on a day that is a holiday for us opens it', () => {
    const { amendments } = compare([...WEEK, { date: '2026-11-26', open: '09:30', close: '16:00' }]);
    const amended = createXnys(amendments);
    const thanksgiving = amended.sessionAt(at('2026-11-26T15:00:00Z'));
    expect(amended.date(thanksgiving)).toBe('2026-11-26');
    expect(amended.date(thanksgiving - 1)).toBe('2026-11-25');
    expect(amended.date(thanksgiving + 1)).toBe('2026-11-27');
    // The next year's sessions are numbered on.
    const last = amended.sessionOn(at('2026-12-31T15:00:00Z'));
    expect(amended.date(last + 1)).toBe('2027-01-04');
  });

  it('that cannot be one amends nothing and says so', () => {
    expect(compare([]).amendments).toEqual([]);
    expect(compare([]).warnings).toHaveLength(1);
    const odd = compare([{ date: '2026-11-23', open: 'noon', close: '16:00' }, ...WEEK.slice(1)]);
    expect(odd.amendments).toEqual([]);
    expect(odd.warnings[0]).toContain('no session');
  });
});
