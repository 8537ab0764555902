import { createOrderDesk } from '../engine/brokers/alpaca/desk.ts';
import { DEFAULT_ASSUMPTIONS } from '../engine/brokers/assumptions.ts';
import type { Ruleset } from '../engine/compiler/ruleset.ts';
import type { MinuteBar } from '../engine/market/minute-bar.ts';
import { type LiveFeed, openLiveFeed } from '../engine/runtime/live/live-feed.ts';
import { createSession, type Session } from '../engine/runtime/session.ts';
import { loadDocuments } from '../engine/runtime/workspace.ts';
import type { Figure } from './figure.ts';
import { generateBars } from './market.ts';
import { median, quantile, ROOT } from './measure.ts';

const RISK = 'limits:\n  max_open_positions: 100000\ncircuit_breakers: []\n';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Three capitals for a number. */
const nameOf = (n: number): string =>
  LETTERS[Math.floor(n / 676)]! + LETTERS[Math.floor(n / 26) % 26]! + LETTERS[n % 26]!;

const textOf = (strategy: number, symbols: readonly string[]): string => `id: s${strategy}
symbols: [${symbols.join(', ')}]
timeframe: 1m
capital: 1000000
indicators:
  bands: bbands(close, 20, 2)
entry:
  long:
    when: crosses_above(sma(close, ${10 + strategy}), sma(close, ${30 + strategy})) and rsi(14) < 60 and close < bands.upper and atr(14) > 0.0005 * close
    size:
      shares: 1
exit:
  when: rsi(14) > 75
`;

async function rulesFor(strategies: number, symbols: readonly string[]): Promise<Ruleset> {
  const documents = [
    ...Array.from({ length: strategies }, (_, n) => ({
      path: `strategies.d/s${n}.yaml`,
      role: 'strategy' as const,
      bytes: Buffer.from(textOf(n, symbols)),
    })),
    { path: 'risk.yaml', role: 'risk' as const, bytes: Buffer.from(RISK) },
  ];
  const { ruleset, diagnostics } = await loadDocuments({ dir: ROOT }, documents);
  if (ruleset === undefined) throw new Error(diagnostics.map(({ message }) => message).join('; '));
  return ruleset;
}

/** A run as `liveRun` drives it, without its journal: minutes in, orders on the desk. */
async function begin(ruleset: Ruleset, history: ReadonlyMap<string, readonly MinuteBar[]>) {
  const kept = new Map<string, string>();
  const feed = await openLiveFeed(
    {
      source: 'bench',
      symbols: ruleset.symbols,
      reach: () => 0,
      keep: 500,
      store: {
        put: (piece, part, text) => (piece === 0 ? kept.set(`${piece}/${part}`, text) : undefined),
        get: (piece, part) => kept.get(`${piece}/${part}`),
      },
      history: async () => history,
    },
    ruleset,
    0,
  );
  const session = createSession(
    ruleset,
    feed.bases,
    {
      cash: 10_000_000,
      from: undefined,
      to: undefined,
      assumptions: DEFAULT_ASSUMPTIONS,
      closeAtEnd: false,
      barByBar: true,
      venue: (hooks) => createOrderDesk(hooks),
    },
    {},
  );
  session.pause();
  session.feed(feed.piece(0));
  while (session.advance(100_000));
  session.resume();
  return { feed, session };
}

function decide(feed: LiveFeed, session: Session, end: number, bars: readonly MinuteBar[]): void {
  const n = feed.push({ end, stale: false, bars });
  session.feed(feed.piece(n));
  while (session.advance(1));
  session.clock(end);
}

const minutesOf = (symbol: string, count: number, seed: number): MinuteBar[] => {
  const bars = generateBars(symbol, count, seed);
  return Array.from({ length: count }, (_, i) => ({
    symbol,
    start: bars.start[i]!,
    open: bars.open[i]!,
    high: bars.high[i]!,
    low: bars.low[i]!,
    close: bars.close[i]!,
    volume: bars.volume[i]!,
    vwap: undefined,
  }));
};

async function oneBar(section: string): Promise<Figure[]> {
  const bars = minutesOf('SPY', 25_000, 1);
  const { feed, session } = await begin(await rulesFor(1, ['SPY']), new Map([['SPY', bars.slice(0, 2000)]]));
  const times: number[] = [];
  for (const bar of bars.slice(2000)) {
    const from = process.hrtime.bigint();
    decide(feed, session, bar.start + 60_000, [bar]);
    times.push(Number(process.hrtime.bigint() - from));
  }
  const settled = times.slice(5000);
  return [
    {
      section,
      name: 'decoded bar to decision, 5 indicators, p50',
      value: quantile(settled, 0.5),
      unit: 'ns',
      floor: 5_000,
      goal: 1_500,
    },
    { section, name: 'the same, p99', value: quantile(settled, 0.99), unit: 'ns', floor: 20_000, goal: 5_000 },
  ];
}

async function burst(section: string): Promise<Figure[]> {
  const symbols = Array.from({ length: 11_000 }, (_, n) => nameOf(n));
  const one = minutesOf('X', 130, 3);
  const history = new Map(symbols.map((symbol) => [symbol, one.slice(0, 100).map((bar) => ({ ...bar, symbol }))]));
  const { feed, session } = await begin(await rulesFor(10, symbols), history);
  const times: number[] = [];
  for (const bar of one.slice(100)) {
    const bars = symbols.map((symbol) => ({ ...bar, symbol }));
    const from = performance.now();
    decide(feed, session, bar.start + 60_000, bars);
    times.push(performance.now() - from);
  }
  return [
    {
      section,
      name: 'a minute of 11,000 symbols under 10 strategies, all decided',
      value: median(times.slice(5)),
      unit: 'ms',
      floor: 200,
      goal: 50,
    },
  ];
}

async function day(section: string): Promise<Figure[]> {
  const symbols = Array.from({ length: 500 }, (_, n) => nameOf(n));
  const columns = symbols.map((symbol, n) => minutesOf(symbol, 100 + 390 * 2, n + 1));
  const history = new Map(symbols.map((symbol, n) => [symbol, columns[n]!.slice(0, 100)]));
  const { feed, session } = await begin(await rulesFor(20, symbols), history);
  const heap = (): number => {
    globalThis.gc?.();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  let warm = 0;
  const from = performance.now();
  let decided = 0;
  for (let k = 100; k < 100 + 390 * 2; k++) {
    if (k === 100 + 390) warm = heap();
    const bars = columns.map((column) => column[k]!);
    decide(feed, session, bars[0]!.start + 60_000, bars);
    decided += bars.length;
  }
  const seconds = (performance.now() - from) / 1000;
  if (session.barsDone !== decided) throw new Error(`${decided - session.barsDone} bars were lost`);
  return [
    { section, name: 'two days of 500 symbols under 20 strategies', value: decided / seconds / 1e6, unit: 'M bars/s' },
    { section, name: 'memory after the second day against the first', value: heap() / warm, unit: 'times', floor: 1.1 },
  ];
}

/** The live path after decoding, without its journal. */
export async function liveFigures(): Promise<Figure[]> {
  const section = 'Live path, from the decoded bar on';
  return [...(await oneBar(section)), ...(await burst(section)), ...(await day(section))];
}
