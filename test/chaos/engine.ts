import { join } from 'node:path';
import { createLimiter } from '../../engine/alpaca/limiter.ts';
import { createRest } from '../../engine/alpaca/rest.ts';
import { createTradingStream } from '../../engine/alpaca/trading-stream.ts';
import { loadStreaming } from '../../engine/alpaca/wire.ts';
import type { BrokerDoor } from '../../engine/brokers/alpaca/door.ts';
import { restDoor } from '../../engine/brokers/alpaca/rest-door.ts';
import { DEFAULT_ASSUMPTIONS } from '../../engine/brokers/assumptions.ts';
import { openSession, openState, rulesOf } from '../../engine/cli/dry-session.ts';
import { noticeWords } from '../../engine/cli/live-notices.ts';
import { startLiveSession } from '../../engine/cli/live-session.ts';
import { prepareAlpacaFeed } from '../../engine/feeds/alpaca/connect.ts';
import type { Clock } from '../../engine/market/clock.ts';
import type { MinuteBar } from '../../engine/market/minute-bar.ts';
import type { Steering } from '../../engine/runtime/drive.ts';
import { createAlpacaLink, type LinkNotice } from '../../engine/runtime/live/alpaca-link.ts';
import { openLiveFeed } from '../../engine/runtime/live/live-feed.ts';
import { type LivePort, type LiveStand, liveRun } from '../../engine/runtime/live/live-run.ts';
import type { RunResult } from '../../engine/runtime/result.ts';
import { loadWorkspace, type Workspace } from '../../engine/runtime/workspace.ts';
import type { AlpacaSimulator } from '../alpaca/simulator/simulator.ts';
import { Crash } from '../runtime/live/ground.ts';
import { connectDirectly } from './direct.ts';

/** Dollars of the account. */
export const CASH = 100_000;

export const KEYS = { id: 'PKCANARYKEYIDENTITY', secret: 'canarySecretNobodyMaySee' };

export interface EngineOptions {
  readonly simulator: AlpacaSimulator;
  readonly clock: Clock;
  readonly dir: string;
  readonly dice: () => number;
  readonly way: 'memory' | 'sockets';
  /** What had traded before the engine began. */
  readonly history: ReadonlyMap<string, readonly MinuteBar[]>;
  /** Whether the disk takes anything; may throw `Crash`. */
  readonly storing: (when: 'before' | 'after') => boolean;
  readonly notice: (notice: LinkNotice) => void;
  /** Told of every request and every fact, when somebody wants to see them. */
  readonly trace?: ((text: string) => void) | undefined;
  /** Told of each entry as it is given to the broker's door. */
  readonly entering: (clientId: string, engine: Engine) => void;
  /** Told of each request as it leaves the process. */
  readonly leaves: (method: string, path: string, body: string | undefined, engine: Engine) => void;
}

/** One life of the engine's live run, over the real link to the simulator. */
export interface Engine {
  /** How it ended: an error is a fault of the engine. */
  readonly ended: Promise<RunResult | Crash>;
  readonly over: boolean;
  /** The run as it stands; undefined before its first bar. */
  readonly stand: () => LiveStand | undefined;
  readonly trusted: () => boolean;
  readonly stop: () => void;
  /** Cuts every line of a process that is dead. */
  readonly cut: () => void;
  /** Puts the rules on disk in charge. */
  readonly edit: () => Promise<void>;
}

async function loaded(dir: string) {
  const disk = await loadWorkspace({ dir });
  if (disk.ruleset === undefined) throw new Error(disk.diagnostics.map(({ message }) => message).join('; '));
  return { ...disk, ruleset: disk.ruleset };
}

/** Starts an engine on a state folder, from wherever its journal stands. */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { simulator, clock, dir, dice, storing } = options;
  const disk = await loaded(dir);
  const state = await openState(join(dir, 'state'), false);
  const stop = new AbortController();
  const streaming = await loadStreaming();
  const limiter = createLimiter({ clock, dice });
  const dataLimiter = createLimiter({ clock, dice });
  const connection = connectDirectly({
    simulator,
    clock,
    keys: KEYS,
    way: options.way,
    leaves: (method, path, body) => options.leaves(method, path, body, engine),
  });
  const rest = createRest({ connection, limiter, dataLimiter, clock, dice });
  const known = openSession(state, false);
  const kept = known === undefined ? undefined : await rulesOf(state, known, disk, { dir });
  const first = kept?.first ?? disk.ruleset;
  let last: Workspace = kept?.last ?? disk;
  const live = startLiveSession({
    state,
    known,
    revision: first.revision,
    disk,
    source: { kind: 'alpaca', hash: 'chaos', feed: 'iex', account: 'paper' },
    options: { cash: CASH, symbols: null, risk: null, paths: [], tz: null, assumptions: DEFAULT_ASSUMPTIONS },
    where: { dir },
    hooks: { stuck: () => undefined, resumed: () => undefined, lost: () => undefined, now: () => '2026-11-23' },
    trades: true,
  });
  const feed = await openLiveFeed(
    {
      source: 'Alpaca iex',
      symbols: first.symbols,
      reach: () => 100,
      keep: 1000,
      store: live.store,
      history: async (symbols) => new Map([...options.history].filter(([symbol]) => symbols.includes(symbol))),
    },
    first,
    live.pieces,
  );
  const door: BrokerDoor = restDoor(rest);
  const credentials = { keyId: KEYS.id, secret: KEYS.secret };
  const link = createAlpacaLink({
    clock,
    account: {
      door: {
        ...door,
        submit(clientId, submission, urgency, wanted) {
          if (urgency === 'entry') options.entering(clientId, engine);
          return door.submit(clientId, submission, urgency, wanted);
        },
      },
      stream: (take) =>
        createTradingStream({ streaming, credentials, url: simulator.urls.tradingStream, clock, dice, take }),
      policy: () => 'halt',
    },
    feed: (after, sink) =>
      prepareAlpacaFeed({
        connection,
        rest,
        clock,
        feed: 'iex',
        dice,
        symbols: new Set(last.ruleset!.symbols),
        after,
        sink,
      }),
    tell: options.notice,
  });
  let dead = false;
  let over = false;
  let steering: Steering | undefined;
  let stood: LiveStand | undefined;

  const cut = (): void => {
    dead = true;
    limiter.close();
    dataLimiter.close();
    void connection.close();
  };
  const traced = (given: LivePort): LivePort => ({
    ...given,
    fact(fact, at) {
      options.trace?.(`<- ${JSON.stringify(fact)}`);
      given.fact(fact, at);
    },
  });
  const run = liveRun(
    first,
    feed,
    {
      cash: CASH,
      from: undefined,
      to: undefined,
      assumptions: DEFAULT_ASSUMPTIONS,
      operator: 'never',
      closeAtEnd: false,
      swappable: true,
      recording: live.recording,
      venue: live.venue,
      flush(durable) {
        if (dead) return false;
        const takes = storing('before');
        const stored = takes && live.flush(durable);
        storing('after');
        return stored;
      },
      link: {
        ...link,
        async connect(given, stand, unsettled) {
          stood = stand;
          await link.connect(traced(given), stand, unsettled);
          if (last.revision !== disk.revision) void edit();
        },
        send(requests) {
          for (const request of requests) options.trace?.(`-> ${JSON.stringify(request)}`);
          if (!dead) link.send(requests);
        },
        async close() {
          if (!dead) return link.close();
          // Nobody says good-bye for a process that is dead; what is left of it must only not act.
          simulator.faults.add({ on: 'instant', do: { kind: 'drop', clean: false, linger: 0 } });
          void link.close();
        },
      },
      desk: live.desk,
      made: live.made,
      now: () => clock.now(),
      steer: (given) => {
        steering = given;
      },
      stand: () => undefined,
    },
    {},
    stop.signal,
  );

  const edit = async (): Promise<void> => {
    const next = await loaded(dir);
    if (next.revision === last.revision) return;
    const answer = await steering!.swap({
      plan: next.plan!,
      ahead: async (session) => {
        await live.recording.input({
          kind: 'revision',
          how: 'reload',
          instants: session.instants,
          at: new Date(clock.now()).toISOString(),
          revision: next.revision,
          documents: next.documents(),
        });
      },
    });
    if (answer.kind === 'refused') throw new Error(answer.diagnostics.map(({ message }) => message).join('; '));
    last = next;
    link.setSymbols(new Set(next.ruleset.symbols));
  };

  const engine: Engine = {
    ended: run
      .catch((error: unknown) => {
        if (error instanceof Crash) return error;
        throw error;
      })
      .finally(() => {
        over = true;
        cut();
        state.close();
      }),
    get over() {
      return over;
    },
    stand: () =>
      steering === undefined || stood === undefined
        ? undefined
        : { ...stood, session: steering.run.session, desk: live.desk() },
    trusted: () => link.trusted,
    stop: () => stop.abort(),
    cut,
    edit,
  };
  engine.ended.catch(() => undefined);
  return engine;
}

export const wordsOf = (notice: LinkNotice): string => noticeWords(notice).text;
