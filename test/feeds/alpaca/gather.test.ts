import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGather, type Gather, type GatherOptions } from '../../../engine/feeds/alpaca/gather.ts';
import { calendarOf } from '../../../engine/market/calendars.ts';
import type { MinuteBar } from '../../../engine/market/minute-bar.ts';
import { HOUR, MINUTE, SECOND } from '../../../engine/market/time.ts';
import '../../properties.ts';
import { madeBar, type Witness, witness } from './made-minutes.ts';

/** Monday 2026-11-23, an ordinary session; Friday 2026-11-27 closes at 13:00. */
const OPEN = Date.parse('2026-11-23T14:30:00Z');
const EARLY = Date.parse('2026-11-27T14:30:00Z');

/** A gather whose doubts are answered at once: there is nothing. */
function started(options: Partial<GatherOptions> & { readonly symbols: readonly string[] }): {
  gather: Gather;
  seen: Witness;
} {
  const seen = witness((market, end) => gather.cover(market, end, end));
  const gather: Gather = createGather({ after: OPEN, calendarOf, sink: seen, ...options });
  return { gather, seen };
}

const ends = (seen: Witness): number[] => seen.instants.map(({ end }) => (end - OPEN) / MINUTE);
const symbolsOf = (seen: Witness): string[][] => seen.instants.map(({ bars }) => bars.map(({ symbol }) => symbol));

describe('a minute', () => {
  it('is decided as soon as its last symbol has sent its bar', () => {
    const { gather, seen } = started({ symbols: ['SPY', 'AAPL'] });
    gather.take(madeBar('SPY', OPEN), 'bar', OPEN + MINUTE + 100);
    expect(seen.instants).toEqual([]);
    gather.take(madeBar('AAPL', OPEN), 'bar', OPEN + MINUTE + 150);
    expect(seen.instants).toEqual([
      { end: OPEN + MINUTE, bars: [madeBar('AAPL', OPEN), madeBar('SPY', OPEN)], source: 'stream' },
    ]);
  });

  it('waits for a symbol without a trade as long as the grace, and no longer', () => {
    const { gather, seen } = started({ symbols: ['SPY', 'AAPL'] });
    gather.take(madeBar('SPY', OPEN), 'bar', OPEN + MINUTE + 100);
    expect(gather.due()).toBe(OPEN + MINUTE + 5 * SECOND);
    gather.tick(OPEN + MINUTE + 5 * SECOND - 1);
    expect(seen.instants).toEqual([]);
    gather.tick(OPEN + MINUTE + 5 * SECOND);
    expect(symbolsOf(seen)).toEqual([['SPY']]);
  });

  it('passes without a bar of anybody while the session is open, and only then', () => {
    const { gather, seen } = started({ symbols: ['SPY'], after: OPEN - HOUR });
    gather.tick(OPEN + 3 * MINUTE + 10 * SECOND);
    expect(ends(seen)).toEqual([1, 2, 3]);
    gather.tick(OPEN + 24 * HOUR);
    expect(ends(seen)).toHaveLength(390);
    expect(gather.counts.empty).toBe(390);
  });

  it('is not decided without a bar before somebody has been asked', () => {
    const seen = witness(() => undefined);
    const gather = createGather({ symbols: ['SPY'], after: OPEN, calendarOf, sink: seen });
    gather.tick(OPEN + 3 * MINUTE);
    gather.tick(OPEN + 4 * MINUTE);
    expect(seen.instants).toEqual([]);
    expect(seen.doubts).toEqual([{ market: 'XNYS', end: OPEN + MINUTE }]);
    expect(gather.due()).toBe(Number.POSITIVE_INFINITY);
    gather.take(madeBar('SPY', OPEN), 'backfill', OPEN + 4 * MINUTE);
    gather.cover('XNYS', OPEN + 3 * MINUTE, OPEN + 4 * MINUTE);
    expect(seen.instants.map(({ bars, source }) => [bars.length, source])).toEqual([
      [1, 'backfill'],
      [0, 'backfill'],
      [0, 'backfill'],
    ]);
  });

  it('ends with the session, early closes among them, and the next one begins with the next session', () => {
    const { gather, seen } = started({ symbols: ['SPY'], after: EARLY + 3.5 * HOUR - 2 * MINUTE });
    gather.tick(EARLY + 4 * 24 * HOUR);
    const times = seen.instants.slice(0, 3).map(({ end }) => new Date(end).toISOString());
    expect(times).toEqual(['2026-11-27T17:59:00.000Z', '2026-11-27T18:00:00.000Z', '2026-11-30T14:31:00.000Z']);
  });

  it('does not wait for a halted symbol, but does for the minute of the halt', () => {
    const { gather, seen } = started({ symbols: ['SPY', 'HALT'] });
    gather.halt('HALT', OPEN + 30 * SECOND, true);
    gather.take(madeBar('SPY', OPEN), 'bar', OPEN + MINUTE);
    expect(seen.instants).toEqual([]);
    gather.take(madeBar('HALT', OPEN), 'bar', OPEN + MINUTE + 1);
    gather.take(madeBar('SPY', OPEN + MINUTE), 'bar', OPEN + 2 * MINUTE);
    expect(symbolsOf(seen)).toEqual([['HALT', 'SPY'], ['SPY']]);
    gather.halt('HALT', OPEN + 150 * SECOND, false);
    gather.take(madeBar('SPY', OPEN + 2 * MINUTE), 'bar', OPEN + 3 * MINUTE);
    expect(seen.instants).toHaveLength(2);
    expect(seen.doubts).toEqual([]);
  });

  it('raises no doubt while every symbol is halted', () => {
    const { gather, seen } = started({ symbols: ['HALT'] });
    gather.halt('HALT', OPEN - MINUTE, true);
    gather.tick(OPEN + 10 * MINUTE + 5 * SECOND);
    expect(ends(seen)).toHaveLength(10);
    expect(seen.doubts).toEqual([]);
  });
});

describe('coins and shares', () => {
  const BEFORE = OPEN - 2 * MINUTE;

  it('are decided together while both trade, and coins alone around the clock', () => {
    const { gather, seen } = started({ symbols: ['SPY', 'BTC/USD'], after: BEFORE });
    for (let start = BEFORE; start < OPEN + MINUTE; start += MINUTE) {
      gather.take(madeBar('BTC/USD', start), 'bar', start + MINUTE);
    }
    expect(ends(seen)).toEqual([-1, 0]);
    gather.take(madeBar('SPY', OPEN), 'bar', OPEN + MINUTE);
    expect(symbolsOf(seen)).toEqual([['BTC/USD'], ['BTC/USD'], ['BTC/USD', 'SPY']]);
  });

  it('do not wait for a socket whose market is closed', () => {
    const { gather, seen } = started({ symbols: ['SPY', 'BTC/USD'], after: BEFORE });
    gather.hold('XNYS');
    for (let start = BEFORE; start < OPEN + 2 * MINUTE; start += MINUTE) {
      gather.take(madeBar('BTC/USD', start), 'bar', start + MINUTE);
    }
    expect(ends(seen)).toEqual([-1, 0]);
    gather.take(madeBar('SPY', OPEN), 'backfill', OPEN + 2 * MINUTE);
    gather.release('XNYS');
    gather.cover('XNYS', OPEN + MINUTE, OPEN + 2 * MINUTE);
    expect(symbolsOf(seen).slice(2)).toEqual([['BTC/USD', 'SPY']]);
    expect(seen.instants[2]?.source).toBe('backfill');
  });
});

describe('a bar', () => {
  it('outside the hours, or that nobody asked for, is dropped', () => {
    const { gather, seen } = started({ symbols: ['SPY'], after: OPEN - HOUR });
    gather.take(madeBar('SPY', OPEN - MINUTE), 'bar', OPEN);
    gather.take(madeBar('SPY', OPEN + 6.5 * HOUR), 'bar', OPEN + 7 * HOUR);
    gather.take(madeBar('QQQ', OPEN), 'bar', OPEN + MINUTE);
    expect(gather.counts.outside).toBe(3);
    expect(seen.instants).toEqual([]);
  });

  it('before the open is kept where extended hours are asked for', () => {
    const { gather, seen } = started({ symbols: ['SPY'], after: OPEN - HOUR, hours: 'extended' });
    gather.take(madeBar('SPY', OPEN - HOUR), 'bar', OPEN - HOUR + MINUTE);
    expect(ends(seen)).toEqual([-59]);
  });

  it('that corrects one before its minute is decided takes its place; after that it is told', () => {
    const { gather, seen } = started({ symbols: ['SPY', 'AAPL'] });
    gather.take(madeBar('SPY', OPEN), 'bar', OPEN + MINUTE);
    gather.take(madeBar('SPY', OPEN, 1), 'updated', OPEN + MINUTE + 1);
    gather.take(madeBar('SPY', OPEN), 'bar', OPEN + MINUTE + 2);
    gather.take(madeBar('AAPL', OPEN), 'bar', OPEN + MINUTE + 3);
    expect(seen.instants[0]?.bars[1]).toEqual(madeBar('SPY', OPEN, 1));
    gather.take(madeBar('SPY', OPEN, 1), 'updated', OPEN + MINUTE + 30 * SECOND);
    expect(seen.revisions).toEqual([]);
    gather.take(madeBar('SPY', OPEN, 2), 'updated', OPEN + MINUTE + 31 * SECOND);
    expect(seen.revisions).toEqual([{ bar: madeBar('SPY', OPEN, 2), why: 'updated' }]);
    expect(seen.instants).toHaveLength(1);
  });

  it('that comes after its minute was decided is told and decides nothing', () => {
    const { gather, seen } = started({ symbols: ['SPY', 'AAPL'] });
    gather.take(madeBar('SPY', OPEN), 'bar', OPEN + MINUTE);
    gather.tick(OPEN + MINUTE + 5 * SECOND);
    gather.take(madeBar('AAPL', OPEN), 'bar', OPEN + MINUTE + 6 * SECOND);
    expect(seen.revisions).toEqual([{ bar: madeBar('AAPL', OPEN), why: 'late' }]);
    expect(seen.instants).toHaveLength(1);
    expect(gather.counts.late).toBe(1);
  });

  it.each<[string, Partial<MinuteBar>]>([
    ['not_a_number', { close: Number.NaN }],
    ['not_a_number', { volume: Number.POSITIVE_INFINITY }],
    ['not_positive', { low: 0 }],
    ['not_positive', { open: -1 }],
    ['high_below_low', { high: 99, low: 100 }],
    ['close_outside_range', { close: 200 }],
    ['negative_volume', { volume: -1 }],
    ['bad_time', { start: OPEN + 1 }],
    ['bad_time', { start: Number.NaN }],
    ['from_the_future', { start: OPEN + 3 * MINUTE }],
  ])('with %s is set aside and the minute goes without it', (cause, wrong) => {
    const { gather, seen } = started({ symbols: ['SPY', 'AAPL'] });
    gather.take({ ...madeBar('SPY', OPEN), ...wrong }, 'bar', OPEN + MINUTE);
    gather.take(madeBar('AAPL', OPEN), 'bar', OPEN + MINUTE);
    gather.tick(OPEN + MINUTE + 5 * SECOND);
    expect(symbolsOf(seen)).toEqual([['AAPL']]);
    expect(seen.bad.map((bad) => bad.cause)).toEqual([cause]);
    expect(gather.counts.quarantined).toBe(1);
  });

  it('ten times the price before is set aside, and believed when the next one says so too', () => {
    const { gather, seen } = started({ symbols: ['SPY'] });
    const at = (minute: number, shift: number) =>
      gather.take(madeBar('SPY', OPEN + minute * MINUTE, shift), 'bar', OPEN + (minute + 1) * MINUTE);
    at(0, 0);
    at(1, 2_000);
    at(2, 0);
    at(3, 5_000);
    at(4, 5_000);
    expect(seen.bad.map(({ cause, bar }) => [cause, (bar.start - OPEN) / MINUTE])).toEqual([
      ['price_spike', 1],
      ['price_spike', 3],
    ]);
    expect(symbolsOf(seen)).toEqual([['SPY'], [], ['SPY'], [], ['SPY']]);
  });

  it('waits for a limit, whatever has come', () => {
    const { gather, seen } = started({ symbols: ['SPY'] });
    gather.limit('XNYS', OPEN + MINUTE);
    for (const minute of [0, 1, 2]) {
      gather.take(madeBar('SPY', OPEN + minute * MINUTE), 'bar', OPEN + (minute + 1) * MINUTE);
    }
    gather.cover('XNYS', OPEN + 5 * MINUTE, OPEN + 5 * MINUTE);
    expect(ends(seen)).toEqual([1]);
    expect(gather.due()).toBe(Number.POSITIVE_INFINITY);
    gather.limit('XNYS', OPEN + 3 * MINUTE);
    gather.tick(OPEN + 5 * MINUTE);
    expect(ends(seen)).toEqual([1, 2, 3]);
  });

  it('is held against the price that a split restates', () => {
    const { gather, seen } = started({ symbols: ['SPY'] });
    gather.reference('SPY', 5_000);
    gather.take(madeBar('SPY', OPEN), 'bar', OPEN + MINUTE);
    gather.reference('SPY', 2_000);
    gather.restate('SPY', 20);
    gather.take(madeBar('SPY', OPEN + MINUTE), 'bar', OPEN + 2 * MINUTE);
    expect(symbolsOf(seen)).toEqual([[], ['SPY']]);
  });
});

describe('symbols', () => {
  it('that are new are waited for from now on, those that left no longer', () => {
    const { gather, seen } = started({ symbols: ['SPY', 'AAPL'] });
    gather.take(madeBar('AAPL', OPEN), 'bar', OPEN + MINUTE);
    gather.setSymbols(['SPY', 'QQQ']);
    gather.take(madeBar('SPY', OPEN), 'bar', OPEN + MINUTE);
    expect(seen.instants).toEqual([]);
    gather.take(madeBar('QQQ', OPEN), 'bar', OPEN + MINUTE);
    expect(symbolsOf(seen)).toEqual([['QQQ', 'SPY']]);
  });
});

describe('any order, doubles and delays', () => {
  const SYMBOLS = ['AAPL', 'SPY', 'BTC/USD'];
  const LENGTH = 12;
  const arrivals = fc.record({
    /** Which symbols trade in which minute. */
    traded: fc.array(fc.subarray(SYMBOLS, { minLength: 1 }), { minLength: LENGTH, maxLength: LENGTH }),
    /** Delay of each bar past its end, ms, within the grace; and of its double. */
    delays: fc.array(fc.integer({ min: 0, max: 4_999 }), { minLength: 6 * LENGTH, maxLength: 6 * LENGTH }),
    doubled: fc.array(fc.boolean(), { minLength: 3 * LENGTH, maxLength: 3 * LENGTH }),
    early: fc.integer({ min: 0, max: 5 }),
  });

  it('come to the same instants once the grace is kept', () => {
    fc.assert(
      fc.property(arrivals, ({ traded, delays, doubled, early }) => {
        const after = OPEN - early * MINUTE;
        const { gather, seen } = started({ symbols: SYMBOLS, after });
        const messages: { at: number; bar: MinuteBar }[] = [];
        const expected: { end: number; bars: MinuteBar[] }[] = [];
        traded.forEach((symbols, minute) => {
          const start = after + minute * MINUTE;
          const open = symbols.filter((symbol) => symbol === 'BTC/USD' || start >= OPEN);
          expected.push({ end: start + MINUTE, bars: open.toSorted().map((symbol) => madeBar(symbol, start)) });
          symbols.forEach((symbol, i) => {
            const bar = madeBar(symbol, start);
            const slot = minute * 3 + i;
            messages.push({ at: start + MINUTE + delays[slot * 2]!, bar });
            if (doubled[slot]) messages.push({ at: start + MINUTE + delays[slot * 2 + 1]!, bar });
          });
        });
        messages.sort((a, b) => a.at - b.at);
        for (const { at, bar } of messages) {
          gather.tick(at);
          gather.take(bar, 'bar', at);
        }
        gather.tick(after + LENGTH * MINUTE + 5 * SECOND);
        expect(seen.instants.map(({ end, bars }) => ({ end, bars }))).toEqual(expected);
        expect(seen.bad).toEqual([]);
      }),
    );
  });

  it('come to the instants of a run without the gap when the bars of an outage come by REST', () => {
    const outage = fc.record({
      from: fc.integer({ min: 0, max: LENGTH - 1 }),
      length: fc.integer({ min: 1, max: LENGTH }),
      /** Bars that still came by the socket before it broke, and those that came by both. */
      streamed: fc.array(fc.boolean(), { minLength: LENGTH * 2, maxLength: LENGTH * 2 }),
    });
    fc.assert(
      fc.property(outage, ({ from, length, streamed }) => {
        const symbols = ['AAPL', 'SPY'];
        const { gather, seen } = started({ symbols });
        const until = Math.min(LENGTH, from + length);
        for (let minute = 0; minute < LENGTH; minute++) {
          const start = OPEN + minute * MINUTE;
          const now = start + MINUTE + SECOND;
          if (minute === from) gather.hold('XNYS');
          symbols.forEach((symbol, i) => {
            const away = minute >= from && minute < until;
            if (!away || streamed[minute * 2 + i]) gather.take(madeBar(symbol, start), 'bar', now);
          });
          gather.tick(now + 4 * SECOND);
          if (minute !== until - 1) continue;
          for (let past = from; past <= minute; past++) {
            for (const symbol of symbols)
              gather.take(madeBar(symbol, OPEN + past * MINUTE), 'backfill', now + 5 * SECOND);
          }
          gather.release('XNYS');
          gather.cover('XNYS', start + MINUTE, now + 5 * SECOND);
        }
        expect(seen.instants.map(({ end, bars }) => ({ end, bars }))).toEqual(
          Array.from({ length: LENGTH }, (_, minute) => ({
            end: OPEN + (minute + 1) * MINUTE,
            bars: symbols.map((symbol) => madeBar(symbol, OPEN + minute * MINUTE)),
          })),
        );
        expect(seen.revisions).toEqual([]);
      }),
    );
  });

  it('decide no minute twice, skip none and go only forward, whatever comes', () => {
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('bar' as const),
        symbol: fc.constantFrom('AAPL', 'SPY', 'BTC/USD', 'QQQ'),
        minute: fc.integer({ min: -3, max: 20 }),
        shift: fc.constantFrom(0, 1, -99, 2_000, Number.NaN),
        origin: fc.constantFrom('bar' as const, 'updated' as const, 'backfill' as const),
      }),
      fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: -90_000, max: 90_000 }) }),
      fc.record({ kind: fc.constant('hold' as const) }),
      fc.record({ kind: fc.constant('release' as const) }),
      fc.record({ kind: fc.constant('cover' as const) }),
      fc.record({ kind: fc.constant('halt' as const), halted: fc.boolean() }),
      fc.record({
        kind: fc.constant('symbols' as const),
        symbols: fc.subarray(['AAPL', 'SPY', 'BTC/USD'], { minLength: 1 }),
      }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const { gather, seen } = started({ symbols: ['AAPL', 'SPY', 'BTC/USD'] });
        let now = OPEN;
        for (const one of steps) {
          if (one.kind === 'bar') {
            gather.take(madeBar(one.symbol, OPEN + one.minute * MINUTE, one.shift), one.origin, now);
          } else if (one.kind === 'wait') now += one.ms;
          else if (one.kind === 'hold') gather.hold('XNYS');
          else if (one.kind === 'release') gather.release('XNYS');
          else if (one.kind === 'cover') gather.cover('XNYS', Math.floor(now / MINUTE) * MINUTE, now);
          else if (one.kind === 'halt') gather.halt('AAPL', now, one.halted);
          else gather.setSymbols(one.symbols);
          gather.tick(now);
        }
        expect(ends(seen)).toEqual(seen.instants.map((_, i) => i + 1));
        expect(gather.counts.minutes).toBe(seen.instants.length);
        for (const { bars, end } of seen.instants) {
          for (const bar of bars) {
            expect(bar.start).toBe(end - MINUTE);
            expect(Number.isFinite(bar.close)).toBe(true);
          }
        }
      }),
    );
  });
});
