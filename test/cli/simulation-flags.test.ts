import { describe, expect, it } from 'vitest';
import { isFailure } from '../../engine/cli/exit.ts';
import {
  readCash,
  readCommission,
  readInstant,
  readSlippage,
  readSymbols,
  readZone,
} from '../../engine/cli/simulation-flags.ts';

const refused = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (isFailure(error)) return `${error.message}; ${error.help}`;
    throw error;
  }
  throw new Error('was taken');
};

describe('costs', () => {
  it('are read as the table of commands writes them', () => {
    expect(readSlippage('1bps')).toEqual({ kind: 'bps', bps: 1 });
    expect(readSlippage('0.5bps')).toEqual({ kind: 'bps', bps: 0.5 });
    expect(readSlippage('2ticks')).toEqual({ kind: 'ticks', ticks: 2 });
    expect(readSlippage('0')).toEqual({ kind: 'none' });
    expect(readCommission('0.005/share')).toEqual({ kind: 'per_share', dollars: 0.005 });
    expect(readCommission('1/order')).toEqual({ kind: 'per_order', dollars: 1 });
    expect(readCommission('5bps')).toEqual({ kind: 'bps', bps: 5 });
    expect(readCommission('0')).toEqual({ kind: 'none' });
  });

  it('are refused when they say nothing', () => {
    expect(refused(() => readSlippage('3'))).toBe('--slippage cannot be `3`; write 1bps, 2ticks (a whole number) or 0');
    expect(refused(() => readSlippage('-1bps'))).toContain('cannot be `-1bps`');
    expect(refused(() => readSlippage('1.5ticks'))).toContain('whole number');
    expect(refused(() => readCommission('5'))).toContain('0.005/share');
    expect(refused(() => readCommission('NaN/share'))).toContain('cannot be');
  });
});

describe('slippage', () => {
  it('is at most a tenth of the price', () => {
    expect(readSlippage('1000bps')).toEqual({ kind: 'bps', bps: 1000 });
    expect(refused(() => readSlippage('1000.5bps'))).toContain('more than 1000bps');
  });
});

describe('offsets of a zone', () => {
  it('are those that places on earth have', () => {
    expect(readZone('-05:00')).toBe('-05:00');
    expect(readZone('-5')).toBe('-05');
    expect(readZone('+14:00')).toBe('+14:00');
    expect(readZone('America/New_York')).toBe('America/New_York');
    expect(readZone(undefined)).toBeUndefined();
    for (const text of ['+14:01', '+15', '-99:00', '+05:60']) {
      expect(refused(() => readZone(text))).toContain(`--tz cannot be \`${text}\``);
    }
  });
});

describe('cash', () => {
  it('is dollars above 0, however a person writes them', () => {
    expect(readCash('100000')).toBe(100_000);
    expect(readCash('$1,000,000')).toBe(1_000_000);
    expect(readCash(undefined)).toBeUndefined();
    for (const text of ['0', '-5', 'abc', 'Infinity', '1e15', '1e5', '0x100', '0.5', '', '1,00', '2000000000000'])
      expect(refused(() => readCash(text))).toContain('--cash');
  });
});

describe('dates', () => {
  it('are whole days on the New York clock, over both changes of the clock', () => {
    const iso = (text: string, end: boolean): string => new Date(readInstant('from', text, end, 'SPY')!).toISOString();
    expect(iso('2024-01-31', false)).toBe('2024-01-31T05:00:00.000Z');
    expect(iso('2024-01-31', true)).toBe('2024-02-01T05:00:00.000Z');
    expect(iso('2024-03-10', false)).toBe('2024-03-10T05:00:00.000Z');
    expect(iso('2024-03-10', true)).toBe('2024-03-11T04:00:00.000Z');
    expect(iso('2024-11-03', true)).toBe('2024-11-04T05:00:00.000Z');
  });

  it('are UTC days for coins', () => {
    expect(readInstant('to', '2024-02-28', true, 'BTC/USD')).toBe(Date.UTC(2024, 1, 29));
  });

  it('may be times with a zone, and nothing else', () => {
    expect(readInstant('from', '2024-01-31T10:30:00-05:00', false, 'SPY')).toBe(Date.UTC(2024, 0, 31, 15, 30));
    for (const text of ['2024-02-30', 'yesterday', '2024-01-31T10:30:00', '31.1.2024', '2024-13-01']) {
      expect(refused(() => readInstant('from', text, false, 'SPY'))).toContain(`--from cannot be \`${text}\``);
    }
  });
});

describe('symbols', () => {
  it('are split at commas, upper case, once each', () => {
    expect(readSymbols('aapl, SPY,spy,BTC/USD,BRK.B')).toEqual(['AAPL', 'SPY', 'BTC/USD', 'BRK.B']);
    expect(refused(() => readSymbols('AAPL,,SPY'))).toContain('`` is no symbol');
    expect(refused(() => readSymbols('A B'))).toContain('`A B` is no symbol');
  });
});
