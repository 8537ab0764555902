import { describe, expect, it } from 'vitest';
import { readBarTime } from '../../engine/cli/bar-time.ts';

const iso = (text: string, symbol = 'SPY'): string => new Date(readBarTime('at', text, symbol)).toISOString();

describe('a time as a person names it', () => {
  it.each([
    // New York is five hours behind in winter, four in summer.
    ['2024-03-05 10:00', '2024-03-05T15:00:00.000Z'],
    ['2024-07-05T9:30', '2024-07-05T13:30:00.000Z'],
    ['2024-07-05 16:00:00', '2024-07-05T20:00:00.000Z'],
    // Clocks go forward at 2:00 on 2024-03-10 and back on 2024-11-03.
    ['2024-03-10 12:00', '2024-03-10T16:00:00.000Z'],
    ['2024-11-03 12:00', '2024-11-03T17:00:00.000Z'],
    // A day alone is its end.
    ['2024-03-05', '2024-03-06T05:00:00.000Z'],
    ['2024-03-05 24:00', '2024-03-06T05:00:00.000Z'],
    ['2024-03-05T15:00:00Z', '2024-03-05T15:00:00.000Z'],
    ['2024-03-05T10:00:00-05:00', '2024-03-05T15:00:00.000Z'],
  ])('%s', (text, wanted) => expect(iso(text)).toBe(wanted));

  it('is UTC for coins', () => expect(iso('2024-03-05 10:00', 'BTC/USD')).toBe('2024-03-05T10:00:00.000Z'));

  it.each(['noon', '2024-02-30', '2024-13-01 10:00', '2024-03-05 25:00', '2024-03-05 10:61', '10:00', ''])(
    'not %j',
    (text) => expect(() => readBarTime('at', text, 'SPY')).toThrow(/--at cannot be/),
  );
});
