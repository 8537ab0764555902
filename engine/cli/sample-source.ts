import { createHash } from 'node:crypto';
import type { Ruleset } from '../compiler/ruleset.ts';
import { createSampleMarket, SAMPLE_SOURCE, type SampleMarket, sampleData } from '../feeds/sample.ts';
import type { MarketData } from '../market/bars.ts';
import { calendarOf, isCrypto } from '../market/calendars.ts';
import { DAY, type Instant, instant, MINUTE } from '../market/time.ts';
import type { Timeframe } from '../market/timeframe.ts';
import type { Feed } from '../runtime/feed.ts';

/** Sessions of the sample market's year. */
const YEAR = 252;
const LEAST_WARMUP = 20;
/** The sample market has some ten years before its year. */
const MOST_WARMUP = 2_000;
const MOST_SESSIONS = 2_500;

/** Bars of a regular session by their size; of a week, its fifth. */
const PER_SESSION: Readonly<Record<Timeframe, number>> = {
  '1m': 390,
  '5m': 78,
  '15m': 26,
  '30m': 13,
  '1h': 7,
  '2h': 4,
  '4h': 2,
  '1d': 1,
  '1w': 0.2,
};

/** Sessions before the year that fill every indicator: an indicator of an indicator waits for both. */
export const warmupOf = (ruleset: Ruleset): number => {
  const longest = new Map<number, number>();
  for (const node of ruleset.nodes) {
    if (node.work.kind !== 'indicator') continue;
    const sessions = node.work.entry.warmup(node.work.options) / PER_SESSION[ruleset.series[node.series]!.timeframe];
    longest.set(node.stage, Math.max(longest.get(node.stage) ?? 0, sessions));
  }
  const sum = [...longest.values()].reduce((total, sessions) => total + sessions, 0);
  return Math.min(MOST_WARMUP, Math.max(LEAST_WARMUP, Math.ceil(sum) + 5));
};

const marketFor = (ruleset: Ruleset): SampleMarket =>
  createSampleMarket({ symbols: ruleset.symbols, sessions: YEAR, warmup: warmupOf(ruleset) });

const noonOf = (market: SampleMarket, session: number): Instant =>
  instant(Date.parse(`${market.date(session)}T17:00:00Z`));

/** Minutes that the year holds for a symbol; a quiet minute of a small company sends no bar, so there may be a few less. */
const minutesOf = (symbol: string, market: SampleMarket): number => {
  const end = market.warmup + market.sessions;
  if (isCrypto(symbol))
    return Math.round((noonOf(market, end - 1) - noonOf(market, market.warmup - 1)) / DAY) * 24 * 60;
  const calendar = calendarOf(symbol);
  let minutes = 0;
  for (let n = market.warmup; n < end; n += 1) {
    const session = calendar.sessionOn(noonOf(market, n));
    minutes += (calendar.close(session) - calendar.open(session)) / MINUTE;
  }
  return minutes;
};

/** The sample market session by session: a warm-up, a year, and on for ever. */
export const sampleFeed = (ruleset: Ruleset): Feed => feedOf(marketFor(ruleset), { rows: 0, last: -1 });

const feedOf = (market: SampleMarket, read: { rows: number; last: number }): Feed => {
  const { symbols } = market;
  return {
    bases: new Map(symbols.map((symbol) => [symbol, '1m' as const])),
    warmup: market.warmup,
    length: market.sessions,
    bars: symbols.reduce((sum, symbol) => sum + minutesOf(symbol, market), 0),
    endless: true,
    actions: [],
    get identity() {
      return createHash('sha256')
        .update(`${sampleData(market, 0, 1).hash} ${market.warmup} ${market.sessions}`)
        .digest('hex');
    },
    piece(n) {
      const bars = market.session(n);
      // One that is asked for again was read once.
      if (n > read.last) for (const column of bars.values()) read.rows += column.length;
      read.last = Math.max(read.last, n);
      return bars;
    },
    past(ruleset, n) {
      // The market begins where its own rules needed it: what is older is of the same market, begun earlier.
      const wanted = warmupOf(ruleset);
      const more = Math.min(wanted, MOST_SESSIONS - market.warmup);
      const older = createSampleMarket({ symbols: ruleset.symbols, sessions: YEAR, warmup: market.warmup + more });
      const from = Math.max(0, n + more - wanted);
      return sampleData(older, from, n + more - from).bars;
    },
    async widened(ruleset) {
      const wider = createSampleMarket({ symbols: ruleset.symbols, sessions: YEAR, warmup: market.warmup });
      return { feed: feedOf(wider, read) };
    },
    account() {
      // The bars follow from the seed and the symbols: naming the last session names them all.
      const identity = `${sampleData(market, 0, 1).hash} ${market.date(Math.max(0, read.last))}`;
      return {
        source: SAMPLE_SOURCE,
        synthetic: true,
        rowsRead: read.rows,
        barsUsed: read.rows,
        outsideSession: 0,
        quarantined: [],
        quarantinedCount: 0,
        hash: createHash('sha256').update(identity).digest('hex'),
        warnings: [],
      };
    },
  };
};

/** The sample year as whole columns, warm-up before it, and where the year begins. */
export const sampleYear = (ruleset: Ruleset): { readonly data: MarketData; readonly from: Instant } => {
  const market = marketFor(ruleset);
  const everyCoin = ruleset.traded.every(isCrypto);
  return {
    data: sampleData(market, 0, market.warmup + market.sessions),
    from: calendarOf(everyCoin ? 'BTC/USD' : 'SPY').midnight(noonOf(market, market.warmup)),
  };
};
