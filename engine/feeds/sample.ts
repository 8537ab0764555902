import { createHash } from 'node:crypto';
import type { Bars, MarketData } from '../market/bars.ts';
import { crypto, isCrypto, xnys } from '../market/calendars.ts';
import { DAY, instant, MINUTE } from '../market/time.ts';
import { createSampleColumns, type SampleColumns, writeBars } from './sample-bars.ts';
import { createMarketDays, createOwnDays, type Days } from './sample-days.ts';
import { createShape, type Shape, writePath } from './sample-path.ts';
import { type Profile, profileOf, SECTORS } from './sample-profile.ts';
import { createStream, exponential, hashText, seed as seedStream } from './sample-random.ts';

/** What every screen that shows the sample says. */
export const SAMPLE_SOURCE = 'sample market (SYNTHETIC)';

/** Raised whenever the same seed gives other bars. */
const EDITION = 1;

const FIRST_DATE = '2014-01-02';
const ANCHOR_DATE = '2024-01-02';
const LAST_DATE = '2024-12-31';
const NOON = 'T17:00:00Z';

/** A synthetic market of one-minute bars of the regular session, session by session, the same for a seed. */
export interface SampleMarket {
  readonly symbols: readonly string[];
  readonly seed: number;
  /** Sessions before the year proper: 0 to `warmup` - 1 of `session`. */
  readonly warmup: number;
  /** Sessions of the year proper, the last of them 2024-12-31. */
  readonly sessions: number;
  /** Sessions there are in all: the market goes on past its year until the calendar ends with 2035. */
  readonly length: number;
  /** Date of a session, `YYYY-MM-DD`. */
  date(n: number): string;
  /**
   * Bars of session `n` by symbol; any order of asking gives the same bars. Coins have every minute from the end of the session
   * day before to the end of this day, UTC, weekends included. Empty past the end. RangeError below 0.
   */
  session(n: number): ReadonlyMap<string, Bars>;
}

export interface SampleOptions {
  readonly seed?: number | undefined;
  readonly symbols: readonly string[];
  readonly sessions: number;
  readonly warmup: number;
}

interface Walker {
  readonly profile: Profile;
  readonly days: Days;
  readonly sector: number;
}

/** Everything that makes bars; sessions are numbered as the calendar does, days of coins since 1970. */
interface Generator {
  /** Appends the bars of a symbol for the sessions from `first` to `last` of the calendar, both included. */
  write(symbol: string, out: SampleColumns, first: number, last: number): void;
  /** Bars that those sessions hold at most. */
  room(symbol: string, first: number, last: number): number;
}

function createGenerator(seed: number): Generator {
  const calendar = xnys();
  const base = calendar.sessionOn(instant(Date.parse(FIRST_DATE + NOON)));
  const anchor = calendar.sessionOn(instant(Date.parse(ANCHOR_DATE + NOON)));
  const coinBase = Math.floor(Date.parse(FIRST_DATE) / DAY);
  const coinAnchor = Math.floor(Date.parse(ANCHOR_DATE) / DAY) - 1;

  const market = createMarketDays(seed);
  const sectors = SECTORS.map((name) => {
    const coins = name === 'coins';
    return createOwnDays(seed, hashText(name), coins ? 0.024 : 0.005, 0, coins ? 0 : 1);
  });
  const shapes = new Map<string, Shape>();
  const walkers = new Map<string, Walker>();
  const path = new Float64Array(24 * 60);
  const moves = new Float64Array(24 * 60);
  const stream = createStream();
  const paths = new Map<number, { day: number; readonly path: Float64Array }>();

  const shapeOf = (minutes: number, even: boolean): Shape => {
    const name = `${minutes} ${even}`;
    const known = shapes.get(name) ?? createShape(minutes, even);
    shapes.set(name, known);
    return known;
  };

  const walkerOf = (symbol: string): Walker => {
    const known = walkers.get(symbol);
    if (known !== undefined) return known;
    const profile = profileOf(symbol);
    const coin = isCrypto(symbol);
    const days = createOwnDays(seed, profile.hash, profile.ownVolatility, coin ? 0 : 63, coin ? 0 : 1);
    const made = { profile, days, sector: SECTORS.indexOf(profile.sector) };
    walkers.set(symbol, made);
    return made;
  };

  /** The path of the market (-1) or of a sector on a day, made once for all symbols that share it. */
  const factorPath = (factor: number, days: Days, day: number, shape: Shape): Float64Array => {
    const known = paths.get(factor) ?? { day: -1, path: new Float64Array(24 * 60) };
    paths.set(factor, known);
    if (known.day !== day) {
      known.day = day;
      writePath(known.path, shape, seed, hashText(`factor ${factor}`), day, days.volatility[day]!, days.move[day]!);
    }
    return known.path;
  };

  const level = (walker: Walker, day: number, marketToo: boolean): number =>
    walker.days.level[day]! +
    walker.profile.sectorBeta * sectors[walker.sector]!.level[day]! +
    (marketToo ? walker.profile.beta * market.level[day]! : 0);

  const writeDay = (
    walker: Walker,
    out: SampleColumns,
    day: number,
    session: number,
    opens: number,
    minutes: number,
  ): void => {
    const { profile, days } = walker;
    const coin = profile.sector === 'coins';
    const sector = sectors[walker.sector]!;
    const reached = 1 + Math.max(day, coin ? coinAnchor - coinBase : anchor - base);
    days.reach(reached);
    sector.reach(reached);
    if (!coin) market.reach(reached);
    const shape = shapeOf(minutes, coin);
    const shared = factorPath(walker.sector, sector, day, shape);
    const all = coin ? undefined : factorPath(-1, market, day, shape);
    writePath(path, shape, seed, profile.hash, day, days.volatility[day]!, days.move[day]!);
    const { beta, sectorBeta } = profile;
    for (let i = 0; i < minutes; i++)
      moves[i] = path[i]! + sectorBeta * shared[i]! + (all === undefined ? 0 : beta * all[i]!);
    const gap = days.gap[day]! + sectorBeta * sector.gap[day]! + (coin ? 0 : beta * market.gap[day]!);
    const origin = level(walker, coin ? coinAnchor - coinBase : anchor - base, !coin);
    const own = days.volatility[day]!;
    const sectoral = sectorBeta * sector.volatility[day]!;
    const general = coin ? 0 : beta * market.volatility[day]!;
    const volatility = Math.sqrt(own * own + sectoral * sectoral + general * general);
    const usual = Math.sqrt(profile.ownVolatility * profile.ownVolatility + (coin ? 6e-4 : 1e-4 * beta * beta));
    seedStream(stream, seed ^ 0x27d4eb2f, profile.hash, day);
    writeBars(
      out,
      {
        session,
        opens,
        price: profile.price * exponential(level(walker, day, !coin) - origin + gap),
        volatility,
        volume: profile.volume * (0.5 + (0.5 * volatility) / usual),
        lots: coin ? 10_000 : 1,
        silent: Math.floor(profile.silent * 65_536),
      },
      shape,
      moves,
      stream,
    );
  };

  const dayOfSession = (session: number): number => Math.floor(calendar.open(session) / DAY);

  return {
    write(symbol, out, first, last) {
      const walker = walkerOf(symbol);
      if (isCrypto(symbol)) {
        for (let day = dayOfSession(first - 1) + 1; day <= dayOfSession(last); day++) {
          writeDay(walker, out, day - coinBase, crypto().sessionOn(instant(day * DAY)), day * DAY, 24 * 60);
        }
        return;
      }
      for (let session = first; session <= last; session++) {
        const opens = calendar.open(session);
        writeDay(walker, out, session - base, session, opens, (calendar.close(session) - opens) / MINUTE);
      }
    },
    room(symbol, first, last) {
      return isCrypto(symbol) ? (dayOfSession(last) - dayOfSession(first - 1)) * 24 * 60 : (last - first + 1) * 390;
    },
  };
}

function toBars(symbol: string, columns: SampleColumns): Bars {
  const { length } = columns;
  const cut = (column: Float64Array) => column.subarray(0, length);
  return {
    symbol,
    timeframe: '1m',
    length,
    start: cut(columns.start),
    end: cut(columns.end),
    open: cut(columns.open),
    high: cut(columns.high),
    low: cut(columns.low),
    close: cut(columns.close),
    volume: cut(columns.volume),
    vwap: cut(columns.vwap),
    session: columns.session.subarray(0, length),
    hours: new Uint8Array(length),
  };
}

/** Makers of the markets that are about, so that whole columns can be had of a market without a second set of columns. */
const generators = new WeakMap<SampleMarket, { readonly generator: Generator; readonly first: number }>();

/**
 * A sample market that begins `warmup` sessions before its year of `sessions`, which ends on 2024-12-31. A symbol's bars depend
 * on the seed and its name alone. RangeError when it would begin before 2014.
 */
export function createSampleMarket(options: SampleOptions): SampleMarket {
  const { symbols, sessions, warmup } = options;
  const seed = options.seed ?? 23;
  const calendar = xnys();
  const first = calendar.sessionOn(instant(Date.parse(LAST_DATE + NOON))) + 1 - sessions - warmup;
  const earliest = calendar.sessionOn(instant(Date.parse(FIRST_DATE + NOON)));
  if (first <= earliest)
    throw new RangeError(`the sample market has no ${sessions + warmup} sessions: it begins in 2014`);
  const generator = createGenerator(seed);
  const market: SampleMarket = {
    symbols,
    seed,
    warmup,
    sessions,
    length: calendar.sessionOn(instant(Date.parse(`2035-12-31${NOON}`))) + 1 - first,
    date: (n) => calendar.date(first + n),
    session(n) {
      if (n < 0) throw new RangeError(`session ${n}: sessions are numbered from 0`);
      const bars = new Map<string, Bars>();
      if (n >= market.length) return bars;
      for (const symbol of symbols) {
        const columns = createSampleColumns(generator.room(symbol, first + n, first + n));
        generator.write(symbol, columns, first + n, first + n);
        bars.set(symbol, toBars(symbol, columns));
      }
      return bars;
    },
  };
  generators.set(market, { generator, first });
  return market;
}

/** Sessions `from` to `from + count - 1` of a sample market as whole columns. RangeError when the market is not of `createSampleMarket`. */
export function sampleData(market: SampleMarket, from: number, count: number): MarketData {
  const made = generators.get(market);
  if (made === undefined || from < 0) throw new RangeError('no such stretch of a sample market');
  const last = Math.min(from + count, market.length) - 1;
  const bars = new Map<string, Bars>();
  let rows = 0;
  for (const symbol of market.symbols) {
    const columns = createSampleColumns(Math.max(0, made.generator.room(symbol, made.first + from, made.first + last)));
    made.generator.write(symbol, columns, made.first + from, made.first + last);
    bars.set(symbol, toBars(symbol, columns));
    rows += columns.length;
  }
  const identity = JSON.stringify([EDITION, market.seed, market.date(from), market.date(last), market.symbols]);
  return {
    source: SAMPLE_SOURCE,
    synthetic: true,
    bars,
    actions: [],
    rowsRead: rows,
    barsUsed: rows,
    outsideSession: 0,
    quarantined: [],
    quarantinedCount: 0,
    hash: createHash('sha256').update(identity).digest('hex'),
    warnings: [],
  };
}
