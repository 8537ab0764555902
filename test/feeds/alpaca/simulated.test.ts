import { afterEach, describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../../engine/market/time.ts';
import { scriptOf, type WrittenBar, writtenBars } from '../../alpaca/simulator/script.ts';
import { type SimulatedOptions, simulatedFeed } from './simulated-feed.ts';

const OPEN = Date.parse('2026-11-23T14:30:00Z');

/** Bars of one symbol from `start` on, prices by a fixed arithmetic of their number; `missing` minutes do not trade. */
function made(symbol: string, start: number, count: number, missing: readonly number[] = [], price = 100) {
  const rows = Array.from({ length: count }, (_, i): WrittenBar => {
    const close = Math.round((price + ((i * 37) % 19) / 10) * 100) / 100;
    return missing.includes(i) ? null : [close, close + 0.5, close - 0.5, close, 100 + i];
  });
  return writtenBars(symbol, start, rows);
}

let world: Awaited<ReturnType<typeof simulatedFeed>> | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});
const start = async (options: SimulatedOptions) => {
  world = await simulatedFeed({ start: OPEN, ...options });
  world.feed.open();
  return world;
};

/** Closes by minute since the open and symbol. */
const closes = () =>
  world!.instants.map(({ end, bars }) => [
    (end - OPEN) / MINUTE,
    ...bars.map(({ symbol, close }) => `${symbol} ${close}`),
  ]);

/** What the same script gives when nothing goes wrong. */
function expected(scripts: readonly ReturnType<typeof made>[], from: number, to: number) {
  const out: (number | string)[][] = [];
  for (let minute = from; minute < to; minute++) {
    const row: (number | string)[] = [minute + 1];
    for (const bars of scripts.toSorted((a, b) => (a.symbol < b.symbol ? -1 : 1))) {
      const at = bars.start.indexOf(OPEN + minute * MINUTE);
      if (at >= 0) row.push(`${bars.symbol} ${bars.close[at]}`);
    }
    out.push(row);
  }
  return out;
}

const SPY = made('SPY', OPEN, 30);
const AAPL = made('AAPL', OPEN, 30, [3, 4], 200);
const TWO = { symbols: ['SPY', 'AAPL'], script: scriptOf([SPY, AAPL]) };

describe('the live feed on a simulated Alpaca', () => {
  it('tells each minute when its bars are there, or five seconds after its end', async () => {
    const { to, states } = await start(TWO);
    await to(OPEN + 8 * MINUTE + 10 * SECOND);
    expect(closes()).toEqual(expected([SPY, AAPL], 0, 8));
    expect(world!.instants.map(({ end, at }) => at - end)).toEqual([0, 0, 0, 5_000, 5_000, 0, 0, 0]);
    expect(states()).toEqual(['connecting', 'live']);
    expect(world!.simulator.sockets().market).toBe(1);
  });

  it('begins with what has passed since its history, and that history ends where it begins', async () => {
    const { to, history, simulator } = await start({
      ...TWO,
      start: OPEN + 10 * MINUTE + 30 * SECOND,
      after: OPEN + 4 * MINUTE,
    });
    const past = await history.minutes(['SPY', 'AAPL'], OPEN, OPEN + 4 * MINUTE);
    expect(past.bars.get('AAPL')?.map(({ start: at }) => (at - OPEN) / MINUTE)).toEqual([0, 1, 2]);
    expect(past.warnings).toEqual([]);
    await to(simulator.clock.now() + MINUTE);
    expect(closes()).toEqual(expected([SPY, AAPL], 4, 11));
  });

  it('comes back after a drop with every minute that was missed', async () => {
    const { to, simulator, states } = await start(TWO);
    await to(OPEN + 2 * MINUTE + 10 * SECOND);
    simulator.faults.add({ on: 'opening', socket: 'market', do: { kind: 'refuse', status: 503 }, count: 5 });
    simulator.faults.add({ on: 'instant', do: { kind: 'drop', socket: 'market' } });
    await to(OPEN + 10 * MINUTE + 10 * SECOND);
    expect(closes()).toEqual(expected([SPY, AAPL], 0, 10));
    expect(states()).toEqual(['connecting', 'live', 'connecting', 'connecting', 'live']);
    expect(world!.feed.counts.reconnects).toBe(6);
  });

  it('waits 90 seconds when the server still counts the connection that broke', async () => {
    const { to, simulator, health } = await start({ ...TWO, linger: 85_000 });
    await to(OPEN + 2 * MINUTE + 10 * SECOND);
    simulator.faults.add({ on: 'instant', do: { kind: 'drop', socket: 'market' } });
    await to(OPEN + 8 * MINUTE + 10 * SECOND);
    expect(health.map(({ words }) => words)[3]).toMatch(
      /another program is connected.*; trying again in (?:9|10)\d seconds/,
    );
    expect(health.at(-1)?.state).toBe('live');
    expect(closes()).toEqual(expected([SPY, AAPL], 0, 8));
    expect(world!.instants.every(({ end, at }) => at - end <= 6 * SECOND)).toBe(true);
  });

  it('finds a mute socket out within two bars, and a half-open one by its ping', async () => {
    for (const kind of ['mute', 'half_open'] as const) {
      const { to, simulator, health } = await start(TWO);
      await to(OPEN + 2 * MINUTE + 10 * SECOND);
      simulator.faults.add({ on: 'instant', do: { kind, socket: 'market' } });
      await to(OPEN + 8 * MINUTE + 10 * SECOND);
      const noticed = health[2]!;
      expect(noticed.state).toBe(kind === 'mute' ? 'stale' : 'connecting');
      expect(noticed.at).toBeLessThanOrEqual(OPEN + 4 * MINUTE + 10 * SECOND);
      expect(closes()).toEqual(expected([SPY, AAPL], 0, 8));
      // A server that does not know that we are gone takes nobody else until it has found out.
      if (kind === 'half_open') {
        expect(health.at(-1)?.words).toContain('another program is connected');
        simulator.faults.add({ on: 'instant', do: { kind: 'drop', socket: 'market' } });
        await to(OPEN + 12 * MINUTE + 10 * SECOND);
        expect(closes()).toEqual(expected([SPY, AAPL], 0, 12));
      }
      expect(world!.feed.state).toBe('live');
      await world!.close();
    }
    world = undefined;
  });

  it('gives up a server that never takes the keys, and keeps to REST meanwhile', async () => {
    const { to, simulator, health } = await start(TWO);
    await to(OPEN + MINUTE + 10 * SECOND);
    simulator.faults.add({ on: 'opening', socket: 'market', do: { kind: 'never_authenticate' }, count: 3 });
    simulator.faults.add({ on: 'instant', do: { kind: 'drop', socket: 'market' } });
    await to(OPEN + 4 * MINUTE);
    expect(health.some(({ words }) => words.includes('no word on the keys within 10 seconds'))).toBe(true);
    expect(closes()).toEqual(expected([SPY, AAPL], 0, 4).slice(0, closes().length));
    await to(OPEN + 6 * MINUTE + 10 * SECOND);
    expect(closes()).toEqual(expected([SPY, AAPL], 0, 6));
    expect(world!.feed.state).toBe('live');
  });

  it('says that the keys are refused, and goes on when they are good again', async () => {
    const { to, simulator, health } = await start(TWO);
    await to(OPEN + MINUTE + 10 * SECOND);
    simulator.faults.add({ on: 'instant', do: { kind: 'revoke_keys', status: 401 } });
    simulator.faults.add({ on: 'instant', do: { kind: 'drop', socket: 'market', clean: true } });
    await to(OPEN + 5 * MINUTE);
    expect(world!.feed.state).toBe('refused');
    expect(health.find(({ state }) => state === 'refused')?.words).toContain('ALPACA_API_KEY');
    expect(closes()).toEqual(expected([SPY, AAPL], 0, 1));
    simulator.faults.add({ on: 'instant', do: { kind: 'restore_keys' } });
    await to(OPEN + 14 * MINUTE + 10 * SECOND);
    expect(world!.feed.state).toBe('live');
    expect(closes()).toEqual(expected([SPY, AAPL], 0, 14));
  });

  it('sets bars with missing or wrong fields aside, and goes on without them', async () => {
    const { to, simulator, bad } = await start(TWO);
    await to(OPEN + MINUTE + 10 * SECOND);
    simulator.faults.add({
      on: 'message',
      socket: 'market',
      type: 'b',
      do: { kind: 'strip', fields: ['c'] },
      count: 1,
    });
    simulator.faults.add({
      on: 'message',
      socket: 'market',
      type: 'b',
      do: { kind: 'change', fields: { l: 0 } },
      skip: 3,
      count: 1,
    });
    await to(OPEN + 4 * MINUTE + 10 * SECOND);
    expect(bad.sort()).toEqual(['not_a_number', 'not_positive']);
    expect(world!.instants).toHaveLength(4);
    expect(world!.feed.counts.quarantined).toBe(2);
  });

  it('takes doubles, delays within the grace and any order for what they are', async () => {
    const { to, simulator } = await start(TWO);
    simulator.faults.add({ on: 'message', socket: 'market', type: 'b', do: { kind: 'duplicate', times: 2 } });
    simulator.faults.add({
      on: 'message',
      socket: 'market',
      type: 'b',
      do: { kind: 'delay', ms: 4_000 },
      skip: 2,
      count: 3,
    });
    await to(OPEN + 8 * MINUTE + 10 * SECOND);
    expect(closes()).toEqual(expected([SPY, AAPL], 0, 8));
    expect(world!.feed.counts.duplicates).toBeGreaterThan(5);
    expect(world!.revised).toEqual([]);
  });

  it('tells corrections of decided minutes, and halts', async () => {
    const { to, simulator, revised, halts } = await start(TWO);
    const better = {
      symbol: 'SPY',
      start: OPEN,
      open: 100,
      high: 101,
      low: 99,
      close: 100.25,
      volume: 90,
      vwap: 100,
      trades: 3,
    };
    simulator.revise(better);
    simulator.broadcast(OPEN + 3 * MINUTE + 5 * SECOND, { T: 's', S: 'AAPL', sc: 'H' });
    simulator.broadcast(OPEN + 5 * MINUTE + 5 * SECOND, { T: 's', S: 'AAPL', sc: 'T' });
    await to(OPEN + 8 * MINUTE + 10 * SECOND);
    expect(revised).toMatchObject([{ bar: { symbol: 'SPY', start: OPEN, close: 100.25 }, why: 'updated' }]);
    expect(halts).toEqual([
      ['AAPL', true],
      ['AAPL', false],
    ]);
    expect(closes()).toEqual(expected([SPY, AAPL], 0, 8));
  });

  it('counts minutes by the server, whatever its clock is against ours', async () => {
    const { to, simulator, warnings } = await start({ ...TWO });
    await to(OPEN + 2 * MINUTE + 10 * SECOND);
    expect(warnings).toEqual([]);
    simulator.faults.add({ on: 'instant', do: { kind: 'skew', ms: 3_000 } });
    await to(OPEN + 2 * HOUR);
    expect(warnings).toEqual([
      "the clock of this machine is 3 s behind the server's: minutes are counted by the server's; set the clock (NTP)",
    ]);
  });

  it('is silent after an early close, and raises no alarm then', async () => {
    const early = Date.parse('2026-11-27T17:55:00Z');
    const after = made('SPY', early, 20);
    const { to, states } = await start({ symbols: ['SPY'], script: scriptOf([after]), start: early });
    await to(early + 6 * HOUR);
    expect(world!.instants.map(({ end }) => (end - early) / MINUTE)).toEqual([1, 2, 3, 4, 5]);
    expect(states()).toEqual(['connecting', 'live']);
  });

  it('knows a split before the first minute that shows it', async () => {
    const evening = Date.parse('2014-06-09T19:55:00Z');
    const morning = Date.parse('2014-06-10T13:30:00Z');
    const bars = [made('AAPL', evening, 5, [], 645), made('AAPL', morning, 5, [], 92)];
    const columns = ['start', 'end', 'open', 'high', 'low', 'close', 'volume'] as const;
    const joined = {
      ...bars[0]!,
      length: 10,
      ...(Object.fromEntries(
        columns.map((name) => [name, Float64Array.from([...bars[0]![name], ...bars[1]![name]])]),
      ) as Record<(typeof columns)[number], Float64Array>),
    };
    const action = { symbol: 'AAPL', date: '2014-06-10', split: 7, dividend: 0 };
    const { to, history } = await start({ symbols: ['AAPL'], script: scriptOf([joined], [action]), start: evening });
    await to(evening + 6 * MINUTE);
    await to(morning + 3 * MINUTE + 10 * SECOND);
    expect(world!.splits).toEqual([action]);
    expect(world!.instants.map(({ bars: [bar] }) => bar!.close)).toEqual([...joined.close.subarray(0, 8)]);
    const warm = await history.minutes(['AAPL'], evening, morning + 2 * MINUTE);
    expect(warm.bars.get('AAPL')![0]!.close).toBeCloseTo(joined.close[0]! / 7, 2);
    expect(warm.splits).toEqual([action]);
  });

  it('follows coins by their own socket, at night too', async () => {
    const night = OPEN - 6 * HOUR;
    const coin = made('BTC/USD', night, 10, [4], 50_000);
    const { to, states } = await start({ symbols: ['BTC/USD', 'SPY'], script: scriptOf([coin, SPY]), start: night });
    await to(night + 8 * MINUTE + 10 * SECOND);
    expect(world!.instants.map(({ end, bars }) => [(end - night) / MINUTE, bars.length])).toEqual(
      Array.from({ length: 8 }, (_, i) => [i + 1, i === 4 ? 0 : 1]),
    );
    expect(states()).toEqual(['connecting', 'live']);
    expect(world!.simulator.sockets().market).toBe(2);
  });
});
