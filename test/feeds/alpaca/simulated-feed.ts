import { openConnection } from '../../../engine/alpaca/connection.ts';
import { createLimiter } from '../../../engine/alpaca/limiter.ts';
import { createRest } from '../../../engine/alpaca/rest.ts';
import { openAlpacaHistory, prepareAlpacaFeed } from '../../../engine/feeds/alpaca/connect.ts';
import type { MinuteSource } from '../../../engine/feeds/alpaca/gather.ts';
import type { DataFeed } from '../../../engine/feeds/alpaca/history.ts';
import type { FeedState } from '../../../engine/feeds/alpaca/live-feed.ts';
import type { CorporateAction } from '../../../engine/market/bars.ts';
import type { Hours } from '../../../engine/market/calendar.ts';
import type { Clock } from '../../../engine/market/clock.ts';
import type { MinuteBar } from '../../../engine/market/minute-bar.ts';
import { secret } from '../../../engine/secrets/secret.ts';
import { type AlpacaOptions, type AlpacaSimulator, startAlpaca } from '../../alpaca/simulator/simulator.ts';
import type { When } from '../../alpaca/simulator/virtual-clock.ts';

/** The simulator's time as the engine sees it: both go by one clock. */
export const clockOf = ({ clock }: AlpacaSimulator): Clock => ({
  now: () => clock.now(),
  after(milliseconds, run) {
    let off = false;
    clock.plan(clock.now() + milliseconds, () => {
      if (!off) run();
    });
    return {
      cancel() {
        off = true;
      },
    };
  },
});

export interface SimulatedOptions extends AlpacaOptions {
  readonly symbols: readonly string[];
  readonly after?: number;
  readonly hours?: Hours;
  readonly feed?: DataFeed;
  readonly historyFeed?: DataFeed;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The engine's live feed on a simulator of Alpaca, over real sockets and requests of this machine. */
export async function simulatedFeed({
  symbols,
  feed = 'iex',
  historyFeed,
  hours,
  after,
  ...options
}: SimulatedOptions) {
  const simulator = await startAlpaca(options);
  const clock = clockOf(simulator);
  const { trading, data, stream, tradingStream } = simulator.urls;
  const connection = openConnection({
    keys: { id: secret('PK-TEST'), secret: secret('secret-test') },
    endpoints: {
      trading,
      data,
      stream: `${stream}/v2/${feed}`,
      cryptoStream: `${stream}/v1beta3/crypto/us`,
      tradingStream,
    },
  });
  const dice = () => 0.5;
  const limiter = createLimiter({ clock, dice });
  const rest = createRest({ connection, limiter, clock, dice });
  let waiting = 0;
  /** Requests of which no answer has come, so that time does not go on without it. */
  const counted = async <T>(answer: Promise<T>): Promise<T> => {
    waiting++;
    try {
      return await answer;
    } finally {
      waiting--;
    }
  };
  const instants: { end: number; bars: readonly MinuteBar[]; source: MinuteSource; at: number }[] = [];
  const health: { state: FeedState; words: string; at: number }[] = [];
  const revised: { bar: MinuteBar; why: string }[] = [];
  const bad: string[] = [];
  const halts: [string, boolean][] = [];
  const splits: CorporateAction[] = [];
  const warnings: string[] = [];
  const source = {
    connection,
    rest: { bars: (query: never) => counted(rest.bars(query)), clock: () => counted(rest.clock()) },
    clock,
    feed,
  };
  const live = await prepareAlpacaFeed({
    ...source,
    dice,
    symbols: new Set(symbols),
    after: after ?? clock.now(),
    ...(hours === undefined ? {} : { hours }),
    sink: {
      minute: (end, bars, from) => instants.push({ end, bars, source: from, at: clock.now() }),
      revised: (bar, why) => revised.push({ bar, why }),
      quarantined: (_, cause) => bad.push(cause),
      halted: (symbol, halted) => halts.push([symbol, halted]),
      split: (action) => splits.push(action),
      quote: () => undefined,
      health: (state, words) => health.push({ state, words, at: clock.now() }),
      warning: (words) => warnings.push(words),
    },
  });

  /**
   * Waits until neither side has anything more to do at this instant. Both live on this loop: what one sends the other reads
   * within a few turns of it.
   */
  const settle = async (): Promise<void> => {
    for (let quiet = 0; quiet < 12; quiet++) {
      await turn();
      if (waiting > 0) quiet = 0;
    }
  };

  return {
    simulator,
    clock,
    feed: live,
    history: openAlpacaHistory({ ...source, ...(historyFeed === undefined ? {} : { historyFeed }) }),
    instants,
    health,
    revised,
    bad,
    halts,
    splits,
    warnings,
    states: () => health.map(({ state }) => state),
    /** Lets time go by for both. */
    to: async (when: When): Promise<void> => {
      await settle();
      await simulator.clock.advanceTo(when, settle);
      await settle();
    },
    async close(): Promise<void> {
      const closed = live.close();
      await settle();
      await simulator.clock.advanceBy(1_000, settle);
      await closed;
      limiter.close();
      await connection.close();
      await simulator.close();
    },
  };
}
