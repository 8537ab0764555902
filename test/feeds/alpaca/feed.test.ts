import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../../engine/market/time.ts';
import '../../properties.ts';
import { idle } from '../../virtual-clock.ts';
import { exchange, expectedMinutes } from './exchange.ts';

/** Monday 2026-11-23; Friday 2026-11-27 closes at 13:00 New York. */
const OPEN = Date.parse('2026-11-23T14:30:00Z');
const EARLY_OPEN = Date.parse('2026-11-27T14:30:00Z');
const SYMBOLS = ['AAPL', 'SPY'];

const plain = (instants: readonly { end: number; bars: unknown }[]) => instants.map(({ end, bars }) => ({ end, bars }));

describe('a feed', () => {
  it('tells each minute once, as soon as its bars have come', async () => {
    const world = exchange({ symbols: SYMBOLS, start: OPEN });
    await world.opened();
    await world.pass(5 * MINUTE + SECOND);
    expect(plain(world.instants)).toEqual(expectedMinutes(SYMBOLS, OPEN, OPEN + 5 * MINUTE));
    expect(world.instants.every(({ end, at, source }) => at - end <= SECOND && source === 'stream')).toBe(true);
    expect(world.states()).toEqual(['connecting', 'live']);
    await world.feed.close();
    expect(world.states()).toEqual(['connecting', 'live', 'closed']);
    expect(world.clock.waiting).toBe(0);
  });

  it('begins with the minutes that passed since history ended', async () => {
    const world = exchange({ symbols: SYMBOLS, start: OPEN + 20 * MINUTE + 30 * SECOND, after: OPEN });
    await world.opened();
    expect(plain(world.instants)).toEqual(expectedMinutes(SYMBOLS, OPEN, OPEN + 20 * MINUTE));
    expect(world.instants.every(({ source }) => source === 'backfill')).toBe(true);
    expect(world.health.at(-1)).toMatchObject({ state: 'live' });
  });

  it('without a history begins with the minute at hand', async () => {
    const start = OPEN + 20 * MINUTE + 30 * SECOND;
    const world = exchange({ symbols: SYMBOLS, start, after: Number.NEGATIVE_INFINITY });
    await world.opened();
    await world.pass(MINUTE);
    expect(world.instants.map(({ end }) => end)).toEqual([OPEN + 21 * MINUTE]);
  });

  it('over a weekend begins with the session before it, in pieces of a day', async () => {
    const friday = Date.parse('2026-11-20T20:50:00Z');
    const world = exchange({ symbols: SYMBOLS, start: OPEN + MINUTE + 10 * SECOND, after: friday });
    await world.opened();
    await world.pass(SECOND);
    expect(plain(world.instants)).toEqual(expectedMinutes(SYMBOLS, friday, OPEN + MINUTE));
  });
});

describe('a socket that is lost', () => {
  it('leaves its minutes to REST, in order and before any new one', async () => {
    const world = exchange({ symbols: SYMBOLS, start: OPEN });
    await world.opened();
    await world.pass(2 * MINUTE + 10 * SECOND);
    world.drop();
    await world.pass(3 * MINUTE);
    expect(world.instants.at(-1)).toMatchObject({ end: OPEN + 5 * MINUTE, source: 'backfill' });
    world.connect();
    await world.pass(3 * MINUTE);
    expect(plain(world.instants)).toEqual(expectedMinutes(SYMBOLS, OPEN, OPEN + 8 * MINUTE));
    expect(world.states()).toEqual(['connecting', 'live', 'connecting', 'live']);
    expect(world.feed.counts).toMatchObject({ reconnects: 1, late: 0, duplicates: 0 });
  });

  it('for a moment across the end of a minute loses nothing', async () => {
    const world = exchange({ symbols: SYMBOLS, start: OPEN });
    await world.opened();
    await world.pass(2 * MINUTE - SECOND);
    world.drop();
    await world.pass(2 * SECOND);
    world.connect();
    await world.pass(MINUTE);
    expect(plain(world.instants)).toEqual(expectedMinutes(SYMBOLS, OPEN, OPEN + 3 * MINUTE));
    expect(world.instants.map(({ source }) => source)).toEqual(['stream', 'backfill', 'stream']);
  });

  it('decides nothing while REST is down too, and everything after', async () => {
    const world = exchange({ symbols: SYMBOLS, start: OPEN });
    await world.opened();
    await world.pass(MINUTE + 10 * SECOND);
    world.drop();
    world.rest.down = true;
    await world.pass(10 * MINUTE);
    expect(world.instants).toHaveLength(1);
    world.connect();
    await world.pass(MINUTE);
    expect(world.instants).toHaveLength(1);
    expect(world.states().at(-1)).toBe('connecting');
    world.rest.down = false;
    await world.pass(2 * MINUTE);
    expect(plain(world.instants)).toEqual(expectedMinutes(SYMBOLS, OPEN, OPEN + 14 * MINUTE));
    expect(world.states().at(-1)).toBe('live');
  });

  it('tells the same trouble once, however often it is tried again', async () => {
    const world = exchange({ symbols: SYMBOLS, start: OPEN });
    await world.opened();
    for (let i = 0; i < 5; i++) {
      world.drop('XNYS', 'another program is connected with these keys');
      await world.pass(SECOND);
    }
    expect(world.health.map(({ words }) => words)).toEqual([
      'connecting',
      'bars come',
      'another program is connected with these keys; trying again in 1 second',
    ]);
  });
});

describe('a socket that is silent in market hours', () => {
  it('is stale within two bars and given up; its minutes come by REST', async () => {
    const world = exchange({ symbols: SYMBOLS, start: OPEN });
    await world.opened();
    await world.pass(2 * MINUTE + 10 * SECOND);
    world.side().mute = true;
    await world.pass(2 * MINUTE);
    expect(world.states()).toEqual(['connecting', 'live', 'stale']);
    expect(world.side().restarts).toEqual(['the socket is silent']);
    expect(world.health.at(-1)!.at - (OPEN + 2 * MINUTE)).toBeLessThanOrEqual(2 * MINUTE + 10 * SECOND);
    await world.pass(4 * MINUTE);
    expect(world.states()).toEqual(['connecting', 'live', 'stale']);
    world.side().mute = false;
    await world.pass(2 * MINUTE);
    expect(plain(world.instants)).toEqual(expectedMinutes(SYMBOLS, OPEN, OPEN + 10 * MINUTE));
    expect(world.states()).toEqual(['connecting', 'live', 'stale', 'live']);
  });

  it('is not stale when nothing trades: REST says so', async () => {
    const quiet = (_: string, start: number) => start < OPEN + 2 * MINUTE || start >= OPEN + 9 * MINUTE;
    const world = exchange({ symbols: SYMBOLS, start: OPEN, trades: quiet });
    await world.opened();
    await world.pass(12 * MINUTE + 10 * SECOND);
    expect(plain(world.instants)).toEqual(expectedMinutes(SYMBOLS, OPEN, OPEN + 12 * MINUTE, quiet));
    expect(world.states()).toEqual(['connecting', 'live']);
    expect(world.feed.counts.empty).toBe(7);
  });

  it('is stale when REST cannot say', async () => {
    const world = exchange({ symbols: SYMBOLS, start: OPEN });
    await world.opened();
    await world.pass(MINUTE + 10 * SECOND);
    world.side().mute = true;
    world.rest.down = true;
    await world.pass(2 * MINUTE);
    expect(world.states()).toEqual(['connecting', 'live', 'stale']);
    expect(world.instants).toHaveLength(1);
    world.side().mute = false;
    world.rest.down = false;
    await world.pass(3 * MINUTE);
    expect(plain(world.instants)).toEqual(expectedMinutes(SYMBOLS, OPEN, OPEN + 6 * MINUTE));
    expect(world.states().at(-1)).toBe('live');
  });

  it('raises no alarm after the close, early or not', async () => {
    const close = EARLY_OPEN + 3.5 * HOUR;
    const world = exchange({ symbols: SYMBOLS, start: close - 3 * MINUTE });
    await world.opened();
    await world.pass(6 * HOUR);
    expect(plain(world.instants)).toEqual(expectedMinutes(SYMBOLS, close - 3 * MINUTE, close));
    expect(world.states()).toEqual(['connecting', 'live']);
    expect(world.side().restarts).toEqual([]);
  });

  it('raises no alarm while all its symbols are halted', async () => {
    const world = exchange({ symbols: ['HALT'], start: OPEN, trades: (_, start) => start < OPEN + 2 * MINUTE });
    await world.opened();
    await world.pass(90 * SECOND);
    world.side().take({ kind: 'halt', symbol: 'HALT', at: OPEN + 90 * SECOND, halted: true });
    await world.pass(10 * MINUTE);
    expect(world.states()).toEqual(['connecting', 'live']);
    expect(world.halts).toEqual([['HALT', true]]);
    expect(world.instants.length).toBe(11);
  });
});

describe('a halt', () => {
  it('is over when the symbol trades again, though nobody said so', async () => {
    const trades = (symbol: string, start: number) =>
      symbol !== 'HALT' || start < OPEN + 2 * MINUTE || start >= OPEN + 5 * MINUTE;
    const world = exchange({ symbols: ['HALT', 'SPY'], start: OPEN, trades });
    await world.opened();
    await world.pass(90 * SECOND);
    world.side().take({ kind: 'halt', symbol: 'HALT', at: OPEN + 90 * SECOND, halted: true });
    await world.pass(6 * MINUTE);
    expect(world.halts).toEqual([
      ['HALT', true],
      ['HALT', false],
    ]);
    expect(plain(world.instants)).toEqual(expectedMinutes(['HALT', 'SPY'], OPEN, OPEN + 7 * MINUTE, trades));
  });
});

describe('the clock', () => {
  it.each([20 * SECOND, -20 * SECOND, HOUR, -HOUR])(
    '%i ms off from the start: minutes go by the server',
    async (by) => {
      const world = exchange({ symbols: SYMBOLS, start: OPEN });
      world.setClock(by);
      await world.opened();
      await world.pass(4 * MINUTE + SECOND);
      expect(plain(world.instants)).toEqual(expectedMinutes(SYMBOLS, OPEN, OPEN + 4 * MINUTE));
      expect(world.instants.every(({ source }) => source === 'stream')).toBe(true);
      expect(world.warnings).toHaveLength(1);
      expect(world.warnings[0]).toContain(by > 0 ? 'ahead of' : 'behind');
    },
  );

  it.each([HOUR, -HOUR, 7 * SECOND])(
    'set by %i ms in mid-session decides no minute twice and skips none',
    async (by) => {
      const world = exchange({ symbols: SYMBOLS, start: OPEN });
      await world.opened();
      await world.pass(2 * MINUTE + 10 * SECOND);
      world.setClock(by);
      await world.pass(4 * MINUTE);
      expect(plain(world.instants)).toEqual(expectedMinutes(SYMBOLS, OPEN, OPEN + 6 * MINUTE));
      expect(world.bad).toEqual([]);
      expect(world.feed.counts.late).toBe(0);
    },
  );

  it.each(['refused', 'hangs'] as const)('of the server that cannot be asked (%s) holds nothing up', async (how) => {
    const world = exchange({ symbols: SYMBOLS, start: OPEN });
    world.rest.timeDown = how;
    world.feed.open();
    await world.pass(4 * SECOND);
    world.connect();
    await world.pass(MINUTE + 30 * SECOND);
    world.drop();
    await world.pass(MINUTE);
    world.connect();
    await world.pass(MINUTE);
    expect(plain(world.instants)).toEqual(expectedMinutes(SYMBOLS, OPEN, OPEN + 3 * MINUTE));
    expect(world.feed.state).toBe('live');
  });

  it('stands still while the machine sleeps: everything comes by REST, then the sockets are opened anew', async () => {
    const world = exchange({ symbols: SYMBOLS, start: OPEN });
    await world.opened();
    await world.pass(2 * MINUTE + 10 * SECOND);
    world.side().mute = true;
    world.clock.set(world.clock.now() + 3 * HOUR);
    await world.pass(10 * SECOND);
    expect(world.side().restarts).toEqual(['the machine was asleep']);
    world.side().mute = false;
    await world.pass(MINUTE);
    expect(plain(world.instants)).toEqual(expectedMinutes(SYMBOLS, OPEN, OPEN + 3 * HOUR + 3 * MINUTE));
    expect(world.states().at(-1)).toBe('live');
  });
});

describe('symbols that come and go', () => {
  it('are decided from the minute on in which the server confirms them', async () => {
    const world = exchange({ symbols: ['SPY'], start: OPEN });
    await world.opened();
    await world.pass(2 * MINUTE + 10 * SECOND);
    world.feed.setSymbols(new Set(['SPY', 'QQQ']));
    await world.pass(20 * SECOND);
    world.side().take({ kind: 'confirmed' });
    await world.pass(2 * MINUTE);
    world.feed.setSymbols(new Set(['QQQ']));
    await world.pass(MINUTE);
    expect(plain(world.instants)).toEqual([
      ...expectedMinutes(['SPY'], OPEN, OPEN + 2 * MINUTE),
      ...expectedMinutes(['QQQ', 'SPY'], OPEN + 2 * MINUTE, OPEN + 4 * MINUTE),
      ...expectedMinutes(['QQQ'], OPEN + 4 * MINUTE, OPEN + 5 * MINUTE),
    ]);
  });

  it('of another market bring its socket with them', async () => {
    const world = exchange({ symbols: ['SPY'], start: OPEN });
    await world.opened();
    await world.pass(MINUTE + 10 * SECOND);
    world.feed.setSymbols(new Set(['SPY', 'BTC/USD']));
    await idle();
    world.connect('CRYPTO');
    await world.pass(2 * MINUTE);
    expect(plain(world.instants)).toEqual([
      ...expectedMinutes(['SPY'], OPEN, OPEN + MINUTE),
      ...expectedMinutes(['SPY', 'BTC/USD'], OPEN + MINUTE, OPEN + 3 * MINUTE),
    ]);
    world.feed.setSymbols(new Set(['BTC/USD']));
    await world.pass(MINUTE);
    expect(world.side('XNYS').state).toBe('closed');
    expect(world.instants.at(-1)?.bars.map(({ symbol }) => symbol)).toEqual(['BTC/USD']);
  });

  it('of a market that is closed keep nobody waiting', async () => {
    const night = OPEN - 5 * HOUR;
    const world = exchange({ symbols: ['SPY', 'BTC/USD'], start: night });
    world.feed.open();
    await idle();
    world.connect('CRYPTO');
    await world.pass(3 * MINUTE + SECOND);
    expect(plain(world.instants)).toEqual(expectedMinutes(['BTC/USD'], night, night + 3 * MINUTE));
    expect(world.feed.state).toBe('connecting');
  });
});

describe('a split overnight', () => {
  const CLOSE = OPEN + 6.5 * HOUR;
  const NEXT_OPEN = OPEN + 24 * HOUR;
  const split = { symbol: 'AAPL', date: '2026-11-24', split: 7, dividend: 0 };

  it('is told between the last minute of a session and the first of the next', async () => {
    const world = exchange({ symbols: SYMBOLS, start: CLOSE - 2 * MINUTE });
    world.announced.set('2026-11-24', [split]);
    await world.opened();
    await world.pass(2 * MINUTE + 10 * SECOND);
    world.clock.set(NEXT_OPEN - 11 * MINUTE);
    await world.pass(12 * MINUTE + 10 * SECOND);
    expect(world.splits).toEqual([{ action: split, after: CLOSE }]);
    expect(world.rest.splits).toEqual(['2026-11-24']);
    expect(plain(world.instants)).toEqual([
      ...expectedMinutes(SYMBOLS, CLOSE - 2 * MINUTE, CLOSE),
      ...expectedMinutes(SYMBOLS, NEXT_OPEN, NEXT_OPEN + MINUTE),
    ]);
  });

  it('that cannot be asked for keeps the session waiting, not what trades around the clock', async () => {
    const world = exchange({ symbols: ['AAPL', 'BTC/USD'], start: CLOSE - 2 * MINUTE });
    world.announced.set('2026-11-24', [split]);
    await world.opened();
    await world.pass(2 * MINUTE + 10 * SECOND);
    world.clock.set(NEXT_OPEN - 11 * MINUTE);
    await world.pass(30 * SECOND);
    world.rest.down = true;
    await world.pass(13 * MINUTE);
    expect(world.instants.at(-1)?.end).toBe(NEXT_OPEN);
    expect(world.warnings).toHaveLength(1);
    expect(world.warnings[0]).toContain('the splits of 2026-11-24 cannot be asked for');
    world.rest.down = false;
    await world.pass(MINUTE);
    expect(world.splits).toMatchObject([{ action: split }]);
    expect(plain(world.instants.filter(({ end }) => end > NEXT_OPEN))).toEqual(
      expectedMinutes(['AAPL', 'BTC/USD'], NEXT_OPEN, world.instants.at(-1)!.end),
    );
  });

  it('slept through is told in its place among the minutes that come by REST', async () => {
    const world = exchange({ symbols: SYMBOLS, start: CLOSE - 2 * MINUTE });
    world.announced.set('2026-11-24', [split]);
    await world.opened();
    await world.pass(10 * SECOND);
    world.side().mute = true;
    world.clock.set(NEXT_OPEN + 24 * HOUR + 10 * MINUTE);
    await world.pass(MINUTE + 10 * SECOND);
    expect(world.splits).toEqual([{ action: split, after: CLOSE }]);
    expect(world.rest.splits).toEqual(['2026-11-24', '2026-11-25']);
    const until = NEXT_OPEN + 24 * HOUR + 11 * MINUTE;
    expect(plain(world.instants)).toEqual(expectedMinutes(SYMBOLS, CLOSE - 2 * MINUTE, until));
  });
});

describe('any schedule of faults', () => {
  const fault = fc.record({
    after: fc.integer({ min: 0, max: 100 }),
    kind: fc.constantFrom('drop', 'connect', 'mute', 'speak', 'rest down', 'rest up', 'sleep', 'set'),
  });

  it('comes to the instants of a day without them', async () => {
    const trades = (symbol: string, start: number) => symbol !== 'THIN' || (start / MINUTE) % 7 === 0;
    const symbols = ['AAPL', 'SPY', 'THIN'];
    await fc.assert(
      fc.asyncProperty(fc.array(fault, { maxLength: 12 }), async (faults) => {
        const world = exchange({ symbols, start: OPEN, trades });
        await world.opened();
        for (const { after, kind } of faults) {
          await world.pass(after * 2_500);
          if (kind === 'drop') world.drop();
          else if (kind === 'connect') world.connect();
          else if (kind === 'mute') world.side().mute = true;
          else if (kind === 'speak') world.side().mute = false;
          else if (kind === 'rest down') world.rest.down = true;
          else if (kind === 'rest up') world.rest.down = false;
          else if (kind === 'set') world.setClock(after * SECOND);
          else world.clock.set(world.clock.now() + after * 10 * SECOND);
          await idle();
        }
        world.rest.down = false;
        world.side().mute = false;
        world.connect();
        await world.pass(3 * MINUTE);
        const until = Math.floor((world.serverNow() - 6 * SECOND) / MINUTE) * MINUTE;
        const seen = plain(world.instants).filter(({ end }) => end <= until);
        expect(seen).toEqual(expectedMinutes(symbols, OPEN, until, trades));
        expect(world.feed.state).toBe('live');
        await world.feed.close();
        expect(world.clock.waiting).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
