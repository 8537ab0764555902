import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { openConnection } from '../engine/alpaca/connection.ts';
import { endpointsOf } from '../engine/alpaca/endpoints.ts';
import { createLimiter } from '../engine/alpaca/limiter.ts';
import { createRest } from '../engine/alpaca/rest.ts';
import { systemClock } from '../engine/alpaca/system-clock.ts';
import type { BrokerDoor } from '../engine/brokers/alpaca/door.ts';
import { restDoor } from '../engine/brokers/alpaca/rest-door.ts';
import { createSender } from '../engine/brokers/alpaca/sender.ts';
import { DEFAULT_ASSUMPTIONS } from '../engine/brokers/assumptions.ts';
import { openState } from '../engine/cli/dry-session.ts';
import { startLiveSession } from '../engine/cli/live-session.ts';
import type { MinuteBar } from '../engine/market/minute-bar.ts';
import { MINUTE } from '../engine/market/time.ts';
import { openLiveFeed } from '../engine/runtime/live/live-feed.ts';
import { type LivePort, liveRun } from '../engine/runtime/live/live-run.ts';
import { loadWorkspace } from '../engine/runtime/workspace.ts';
import { secret } from '../engine/secrets/secret.ts';
import { scriptOf, writtenBars } from '../test/alpaca/simulator/script.ts';
import { type AlpacaSimulator, startAlpaca } from '../test/alpaca/simulator/simulator.ts';
import type { Figure } from './figure.ts';
import { quantile, scratchPath } from './measure.ts';

const OPEN = Date.parse('2026-11-23T14:30:00Z');
const MINUTES = 380;
/** Minutes that are not counted: connections open and code is compiled. */
const WARM = 100;

/** It buys on every bar that rises, and sells on every bar that falls. */
const STRATEGY = `id: steps
symbols: [SPY]
timeframe: 1m
capital: 100000
entry:
  long:
    when: close > open
    trigger: while_true
    size:
      shares: 10
exit:
  when: close < open
`;

/** Bars that rise and fall in turn. */
const ROWS = Array.from({ length: MINUTES }, (_, n): [number, number, number, number, number] =>
  n % 2 === 0 ? [100, 101, 100, 101, 1000] : [101, 101, 100, 100, 1000],
);

const BARS: readonly MinuteBar[] = ROWS.map(([open, high, low, close, volume], n) => ({
  symbol: 'SPY',
  start: OPEN + n * MINUTE,
  open,
  high,
  low,
  close,
  volume,
  vwap: undefined,
}));

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Tells when orders arrive at a server of this process, its request line and headers read. */
function watchPosts(): { next(): Promise<bigint | undefined>; close(): void } {
  const name = 'http.server.request.start';
  let arrived: bigint | undefined;
  const hear = (message: unknown): void => {
    const { request } = message as { readonly request: IncomingMessage };
    if (request.method === 'POST' && request.url === '/v2/orders') arrived ??= process.hrtime.bigint();
  };
  subscribe(name, hear);
  return {
    /** The next arrival; undefined when none comes within some thousand turns of the loop. */
    async next() {
      arrived = undefined;
      for (let turns = 0; turns < 5_000 && arrived === undefined; turns++) await turn();
      return arrived;
    },
    close: () => {
      unsubscribe(name, hear);
    },
  };
}

/** The whole way of an order: a bar is handed to the run, decided, its request put on disk, sent, and read by the simulator. */
async function signalToPost(): Promise<number[]> {
  const simulator = await startAlpaca({
    script: scriptOf([writtenBars('SPY', OPEN, ROWS)]),
    cash: 1_000_000,
    rateLimit: 0,
    validate: false,
  });
  const connection = openConnection({
    keys: { id: secret('PKBENCHBENCHBENCH'), secret: secret('bench-bench-bench') },
    endpoints: endpointsOf({ trading: simulator.urls.trading, data: simulator.urls.data, feed: 'iex' }),
  });
  const limiter = createLimiter({ clock: systemClock, dice: Math.random, perMinute: 1_000_000 });
  const door = restDoor(createRest({ connection, limiter, clock: systemClock, dice: Math.random }));
  try {
    await connection.warm();
    return await runAgainst(simulator, door);
  } finally {
    limiter.close();
    await connection.close();
    await simulator.close();
  }
}

async function runAgainst(simulator: AlpacaSimulator, door: BrokerDoor): Promise<number[]> {
  const dir = scratchPath('wire');
  mkdirSync(join(dir, 'strategies.d'), { recursive: true });
  writeFileSync(join(dir, 'strategies.d', 'steps.yaml'), STRATEGY);
  writeFileSync(join(dir, 'risk.yaml'), 'limits: {}\ncircuit_breakers: []\n');
  const disk = await loadWorkspace({ dir });
  const { ruleset } = disk;
  if (ruleset === undefined) throw new Error(disk.diagnostics.map(({ message }) => message).join('; '));
  const state = await openState(join(dir, 'state'), true);
  const posts = watchPosts();
  try {
    const session = startLiveSession({
      state,
      known: undefined,
      revision: ruleset.revision,
      disk: { ...disk, ruleset },
      source: { kind: 'alpaca', hash: 'bench', feed: 'iex', account: 'paper' },
      options: { cash: 100_000, symbols: null, risk: null, paths: [], tz: null, assumptions: DEFAULT_ASSUMPTIONS },
      where: { dir },
      hooks: { stuck: () => undefined, resumed: () => undefined, lost: () => undefined, now: () => '2026-11-23' },
      trades: true,
    });
    const feed = await openLiveFeed(
      {
        source: 'bench',
        symbols: ruleset.symbols,
        reach: () => 0,
        keep: 1000,
        store: session.store,
        history: async () => new Map(),
      },
      ruleset,
      0,
    );
    const stop = new AbortController();
    const times: number[] = [];
    let port: LivePort | undefined;
    const tell = (fact: Parameters<LivePort['fact']>[0]): void => port?.fact(fact, simulator.clock.now());
    const sender = createSender({
      wanted: () => true,
      door,
      tell,
      wait: turn,
    });

    /** What became of the orders at the broker, as the minutely comparison asks. */
    async function compare(): Promise<void> {
      const ids = await port!.ask(({ desk }) => desk!.atBroker());
      for (const target of ids) {
        const found = await door.find({ target });
        if (found.kind === 'done' && found.value !== undefined) tell({ kind: 'report', order: found.value });
      }
      await port!.ask(() => undefined);
    }

    async function play(): Promise<void> {
      for (const bar of BARS) {
        const end = bar.start + MINUTE;
        await simulator.clock.advanceTo(end, turn);
        await compare();
        const from = process.hrtime.bigint();
        port!.minute({ end, stale: false, bars: [bar] });
        const arrived = await posts.next();
        if (arrived !== undefined) times.push(Number(arrived - from));
        await port!.ask(() => undefined);
      }
    }

    let failed: unknown;
    await liveRun(
      ruleset,
      feed,
      {
        cash: 100_000,
        from: undefined,
        to: undefined,
        assumptions: DEFAULT_ASSUMPTIONS,
        closeAtEnd: false,
        barByBar: true,
        swappable: true,
        recording: session.recording,
        venue: session.venue,
        flush: session.flush,
        desk: session.desk,
        made: session.made,
        now: () => simulator.clock.now(),
        link: {
          async connect(given) {
            port = given;
            void play()
              .catch((error: unknown) => {
                failed = error;
              })
              .finally(() => stop.abort());
          },
          send(requests) {
            for (const request of requests) sender.send(request);
          },
          close: async () => sender.close(),
        },
      },
      {},
      stop.signal,
    );
    if (failed !== undefined) throw failed;
    return times.slice(WARM);
  } finally {
    posts.close();
    state.close();
  }
}

/** What a signal takes until its order is with the broker, over loopback and with the journal on this disk. */
export async function wireFigures(): Promise<Figure[]> {
  const section = 'Order path, from the bar to the broker, its intent on disk';
  const times = await signalToPost();
  if (times.length < 150) throw new Error(`${times.length} orders were sent, some 280 should have been`);
  return [
    {
      section,
      name: 'signal to POST received, p50',
      value: quantile(times, 0.5) / 1000,
      unit: 'µs',
      floor: 500,
      goal: 280,
    },
    { section, name: 'the same, p99', value: quantile(times, 0.99) / 1000, unit: 'µs', floor: 1_500 },
  ];
}
