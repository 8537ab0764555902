import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fact, Request } from '../../../engine/brokers/alpaca/facts.ts';
import { DEFAULT_ASSUMPTIONS } from '../../../engine/brokers/assumptions.ts';
import { openSession, openState, rulesOf } from '../../../engine/cli/dry-session.ts';
import { startLiveSession } from '../../../engine/cli/live-session.ts';
import type { Bars } from '../../../engine/market/bars.ts';
import type { MinuteBar } from '../../../engine/market/minute-bar.ts';
import { openLiveFeed } from '../../../engine/runtime/live/live-feed.ts';
import { type LiveLink, type LivePort, type LiveStand, liveRun } from '../../../engine/runtime/live/live-run.ts';
import type { Lateness } from '../../../engine/runtime/live/minute.ts';
import type { RunResult } from '../../../engine/runtime/result.ts';
import { loadWorkspace } from '../../../engine/runtime/workspace.ts';
import type { createExchange } from '../../brokers/alpaca/exchange.ts';
import type { Row } from '../../core/rules.ts';

/** The process died. */
export class Crash extends Error {}

export const minuteBars = (bars: Bars): MinuteBar[] =>
  Array.from({ length: bars.length }, (_, i) => ({
    symbol: bars.symbol,
    start: bars.start[i]!,
    open: bars.open[i]!,
    high: bars.high[i]!,
    low: bars.low[i]!,
    close: bars.close[i]!,
    volume: bars.volume[i]!,
    vwap: undefined,
  }));

/** Limits that stand in no rule's way, and no breaker. */
export const ROOMY = 'limits:\n  max_position_pct: 100\n  max_gross_exposure_pct: 200\ncircuit_breakers: []\n';

/** A seeded walk in cents from 100 dollars, each minute opening where the last one closed. @param most dollars of a minute */
export function walk(count: number, seed: number, most: number): Row[] {
  let state = seed;
  let price = 100;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const from = price;
    price = Math.round((price + ((state / 2 ** 32) * 2 - 1) * most) * 100) / 100;
    return [from, Math.max(from, price), Math.min(from, price), price];
  });
}

export function writeRules(dir: string, risk: string, strategies: Readonly<Record<string, string>>): void {
  mkdirSync(join(dir, 'strategies.d'), { recursive: true });
  writeFileSync(join(dir, 'risk.yaml'), risk);
  for (const [name, text] of Object.entries(strategies)) writeFileSync(join(dir, 'strategies.d', `${name}.yaml`), text);
}

interface Market {
  readonly exchange: ReturnType<typeof createExchange> | undefined;
  readonly history: readonly MinuteBar[];
  readonly minutes: readonly MinuteBar[];
}

export interface LiveTry {
  readonly dir: string;
  readonly market: Market;
  /** Called before each storing of what came (`before`) and after it: may throw `Crash`. */
  readonly at?: (when: 'before' | 'after') => void;
  /** Called before each minute. */
  readonly minute?: (k: number) => Promise<void> | void;
  /** Why entries rest in a minute; undefined: they do not. */
  readonly late?: (k: number) => Lateness | undefined;
}

/** Runs the rules of a folder over minutes against an exchange, from where its journal stands, to the last minute. */
export async function runLive({
  dir,
  market,
  at,
  minute,
  late,
}: LiveTry): Promise<{ result: RunResult; stand: LiveStand }> {
  const { exchange } = market;
  const where = { dir };
  const disk = await loadWorkspace(where);
  if (disk.ruleset === undefined) throw new Error(disk.diagnostics.map(({ message }) => message).join('; '));
  const rules = { ...disk, ruleset: disk.ruleset };
  const state = await openState(join(dir, 'state'), false);
  try {
    const known = openSession(state, false);
    const first = known === undefined ? rules.ruleset : (await rulesOf(state, known, rules, where)).first;
    const live = startLiveSession({
      state,
      known,
      revision: first.revision,
      disk: rules,
      source: { kind: 'alpaca', hash: 'test', feed: 'test', account: null },
      options: { cash: 100_000, symbols: null, risk: null, paths: [], tz: null, assumptions: DEFAULT_ASSUMPTIONS },
      where,
      hooks: { stuck: () => undefined, resumed: () => undefined, lost: () => undefined, now: () => '2024-01-08' },
      trades: exchange !== undefined,
    });
    const feed = await openLiveFeed(
      {
        source: 'test',
        symbols: first.symbols,
        reach: () => 100,
        keep: 5000,
        store: live.store,
        history: async () => new Map([['SPY', market.history]]),
      },
      first,
      live.pieces,
    );
    const stop = new AbortController();
    let port: LivePort | undefined;
    let last: LiveStand | undefined;
    let failed: unknown;
    let now = market.minutes[0]!.start;
    const answer = (fact: Fact): void => port?.fact(fact, now);
    const news = (): void => {
      for (const fact of exchange?.news.splice(0) ?? []) answer(fact);
    };
    const link: LiveLink = {
      async connect(given, stand, unsettled) {
        port = given;
        if (!Number.isNaN(stand.until)) now = stand.until + 1000;
        for (const { n } of unsettled) answer({ kind: 'unknown', request: n });
        // What happened while nothing listened.
        exchange?.news.splice(0);
        for (const id of stand.desk?.atBroker() ?? []) answer({ kind: 'report', order: exchange!.report(id) });
        await Promise.resolve();
        void play(stand.until).catch((error: unknown) => {
          failed = error;
          stop.abort();
        });
      },
      send(requests: readonly Request[]) {
        for (const request of requests) {
          const fact = exchange!.ask(request);
          queueMicrotask(() => {
            answer(fact);
            news();
          });
        }
      },
      close: async () => undefined,
    };
    async function settled(): Promise<void> {
      for (let k = 0; k < 8; k++) await port!.ask(() => undefined);
    }
    async function play(until: number): Promise<void> {
      await settled();
      for (let k = 0; k < market.minutes.length; k++) {
        const bar = market.minutes[k]!;
        if (bar.start + 60_000 <= until) continue;
        await minute?.(k);
        now = bar.start + 30_000;
        exchange?.trade('SPY', bar.open, bar.start);
        exchange?.trade('SPY', bar.close, bar.start + 30_000);
        news();
        await settled();
        const why = late?.(k);
        port!.minute({ end: bar.start + 60_000, stale: why !== undefined, why, bars: [bar] });
        now = bar.start + 61_000;
        await settled();
      }
      await port!.ask((stand) => {
        last = stand;
      });
      stop.abort();
    }
    const result = await liveRun(
      first,
      feed,
      {
        cash: 100_000,
        from: undefined,
        to: undefined,
        assumptions: DEFAULT_ASSUMPTIONS,
        operator: 'never',
        closeAtEnd: false,
        swappable: true,
        recording: live.recording,
        venue: live.venue,
        flush(durable) {
          at?.('before');
          const stored = live.flush(durable);
          at?.('after');
          return stored;
        },
        link,
        desk: live.desk,
        made: live.made,
        now: () => Date.parse('2024-01-08T15:00:00Z'),
      },
      {},
      stop.signal,
    );
    if (failed !== undefined) throw failed;
    return { result, stand: last! };
  } finally {
    state.close();
  }
}
