import { describe, expect, it } from 'vitest';
import { exitOfRun } from '../../engine/cli/interruption.ts';
import { atItsEnd, remembered } from '../../engine/cli/stopped-early.ts';
import type { Bars } from '../../engine/market/bars.ts';
import { instant } from '../../engine/market/time.ts';
import { wholeFeed } from '../../engine/runtime/feed.ts';
import { result } from '../report/hand-made.ts';

/** Bars of one minute that end at the minutes given. */
const column = (symbol: string, ...minutes: number[]): Bars => {
  const end = Float64Array.from(minutes, (minute) => minute * 60_000);
  const flat = new Float64Array(end.length).fill(1);
  return {
    symbol,
    timeframe: '1m',
    length: end.length,
    start: end.map((at) => at - 60_000),
    end,
    open: flat,
    high: flat,
    low: flat,
    close: flat,
    volume: flat,
    vwap: undefined,
    session: new Int32Array(end.length),
    hours: new Uint8Array(end.length),
  };
};

const bars = new Map([
  ['AAPL', column('AAPL', 1, 2, 3, 4)],
  ['SPY', column('SPY', 2, 4, 5)],
]);
const at = (minute: number, interrupted = true) => ({
  ...result,
  interrupted,
  data: { ...result.data, symbols: ['AAPL', 'SPY'], barsUsed: 7, to: instant(minute * 60_000) },
});

describe('a run that was stopped', () => {
  it('counts the bars that it came to', () => {
    expect(atItsEnd(at(2), bars, undefined)).toMatchObject({ interrupted: true, data: { barsUsed: 3 } });
    expect(atItsEnd(at(4), bars, undefined)).toMatchObject({ interrupted: true, data: { barsUsed: 6 } });
  });

  it('is not called interrupted when nothing was left to do', () => {
    expect(atItsEnd(at(5), bars, undefined)).toMatchObject({ interrupted: false, data: { barsUsed: 7 } });
    expect(atItsEnd(at(4), bars, 4 * 60_000).interrupted).toBe(false);
    expect(atItsEnd(at(3), bars, 4 * 60_000).interrupted).toBe(true);
  });

  it('is left as it is when no signal came', () => {
    const whole = at(2, false);
    expect(atItsEnd(whole, bars, undefined)).toBe(whole);
  });

  it('counts within the last piece of a feed', () => {
    const feed = wholeFeed({ ...result.data, bars, actions: [], quarantined: [], quarantinedCount: 0 });
    const once = remembered(feed, false);
    once.feed.piece(0);
    expect(once.atItsEnd(at(2))).toMatchObject({ interrupted: true, data: { barsUsed: 3 } });
    expect(once.atItsEnd(at(5)).interrupted).toBe(false);
    const endless = remembered(feed, true);
    endless.feed.piece(0);
    expect(endless.atItsEnd(at(5)).interrupted).toBe(true);
    const longer = remembered({ ...feed, length: 2 }, false);
    longer.feed.piece(0);
    expect(longer.atItsEnd(at(5)).interrupted).toBe(true);
  });

  it('ends with 130 only when Ctrl-C cut it short', () => {
    expect(exitOfRun(true, AbortSignal.abort('SIGINT'))).toBe(130);
    expect(exitOfRun(false, AbortSignal.abort('SIGINT'))).toBe(0);
    expect(exitOfRun(true, AbortSignal.abort('SIGTERM'))).toBe(0);
    expect(exitOfRun(true, AbortSignal.abort())).toBe(0);
  });
});
