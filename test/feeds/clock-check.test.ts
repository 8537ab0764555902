import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../engine/market/time.ts';
import { readText } from './written.ts';

const HEAD = 'timestamp,open,high,low,close,volume\n';
const DAYS = ['2024-01-03', '2024-01-04', '2024-01-05'];

/** Rows of five minutes from one clock reading to another on each day. */
function rows(from: string, to: string, mark: string): string {
  const out: string[] = [];
  for (const day of DAYS) {
    for (let at = Date.parse(`${day}T${from}Z`); at < Date.parse(`${day}T${to}Z`); at += 5 * MINUTE)
      out.push(`${new Date(at).toISOString().slice(0, 19)}${mark},100,101,99,100,5\n`);
  }
  return HEAD + out.join('');
}

const clock = async (text: string, options: Parameters<typeof readText>[1]) =>
  (await readText(text, options, 'SPY.csv')).data.warnings.filter((warning) => warning.includes('time zone'));

describe('an intraday file of equities read by the wrong clock', () => {
  it('is told, with the zone to try', async () => {
    const text = rows('09:30', '16:00', '');
    // 09:30 UTC is 04:30 in New York: 18 of 78 rows a day lie in the session.
    const [warning, ...more] = await clock(text, { timezone: 'UTC' });
    expect(more).toEqual([]);
    expect(warning).toContain('180 of 234 rows lie outside the session');
    expect(warning).toContain('try --tz America/New_York');
    for (const hours of ['extended', 'always'] as const) {
      const [wider] = await clock(text, { timezone: 'UTC', hours });
      expect(wider).toContain('180 of 234 rows lie outside the session');
    }
    expect(await clock(text, { timezone: 'America/New_York' })).toEqual([]);
  });

  it('is told what to do about a mark in the times', async () => {
    const [warning] = await clock(rows('09:30', '16:00', 'Z'), {});
    expect(warning).toContain('take the mark');
    const [other] = await clock(rows('14:30', '21:00', ''), { timezone: 'America/New_York' });
    expect(other).toContain('try --tz UTC');
  });

  it('is no file with full sessions and the hours around them, no daily file and no coin', async () => {
    const text = rows('04:00', '20:00', '');
    expect(await clock(text, { timezone: 'America/New_York' })).toEqual([]);
    expect(await clock(text, { timezone: 'America/New_York', hours: 'extended' })).toEqual([]);
    const { data } = await readText(rows('00:00', '08:00', ''), { timezone: 'America/New_York' });
    expect([data.barsUsed, data.warnings]).toEqual([288, []]);
  });

  it('is told as well when no row is left', async () => {
    const { diagnostics } = await readText(rows('09:30', '16:00', ''), { timezone: 'Asia/Tokyo' }, 'SPY.csv');
    expect(diagnostics).toMatchObject([{ code: 'E408', help: expect.stringContaining('try --tz America/New_York') }]);
  });
});
