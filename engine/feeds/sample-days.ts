import { createStream, gaussian, type Stream, seed, uniform } from './sample-random.ts';

/** One factor day by day: what it does over night and over the session, as logarithms, and how restless the day is. */
export interface Days {
  /** Adds days until there are `count`. */
  reach(count: number): void;
  readonly gap: number[];
  readonly move: number[];
  /** Deviation of the day's move. */
  readonly volatility: number[];
  /** Sum of all gaps and moves before the day. */
  readonly level: number[];
}

interface Regime {
  readonly drift: number;
  readonly volatility: number;
  /** Chance that tomorrow is of the same kind. */
  readonly stay: number;
  /** Where it goes when it does not stay, a chance each in the order of the table. */
  readonly next: readonly number[];
}

/** Calm, rising, falling, stress; drift and deviation a day, in logarithms. */
const REGIMES: readonly Regime[] = [
  { drift: 0.0002, volatility: 0.0058, stay: 0.965, next: [0, 0.55, 0.35, 0.1] },
  { drift: 0.0016, volatility: 0.0068, stay: 0.96, next: [0.7, 0, 0.2, 0.1] },
  { drift: -0.0014, volatility: 0.0105, stay: 0.94, next: [0.4, 0.35, 0, 0.25] },
  { drift: -0.0015, volatility: 0.021, stay: 0.88, next: [0.3, 0.5, 0.2, 0] },
];

function createDays(step: (days: Days, day: number) => void): Days {
  const days: Days = {
    gap: [],
    move: [],
    volatility: [],
    level: [0],
    reach(count) {
      for (let day = days.gap.length; day < count; day++) {
        step(days, day);
        days.level.push(days.level[day]! + days.gap[day]! + days.move[day]!);
      }
    },
  };
  return days;
}

const add = (days: Days, gap: number, move: number, volatility: number): void => {
  days.gap.push(gap);
  days.move.push(move);
  days.volatility.push(volatility);
};

function change(regime: number, stream: Stream): number {
  const now = REGIMES[regime]!;
  const draw = uniform(stream);
  if (draw < now.stay) return regime;
  let rest = (draw - now.stay) / (1 - now.stay);
  for (let i = 0; i < now.next.length; i++) {
    rest -= now.next[i]!;
    if (rest < 0) return i;
  }
  return 0;
}

/** The market as a whole: regimes that last, and restlessness that follows large moves. */
export function createMarketDays(marketSeed: number): Days {
  const stream = createStream();
  seed(stream, marketSeed, 1, 0);
  // regime, memory of squared shocks
  const state = new Float64Array([0, 1]);
  return createDays((days) => {
    state[0] = change(state[0]!, stream);
    const regime = REGIMES[state[0]!]!;
    const volatility = regime.volatility * Math.sqrt(state[1]!);
    const night = gaussian(stream);
    const day = gaussian(stream);
    state[1] = 0.9 * state[1]! + 0.1 * (0.2 * night * night + 0.8 * day * day);
    add(days, 0.4 * volatility * night, regime.drift + 0.9 * volatility * day, volatility);
  });
}

/**
 * What a sector, a coin market or one company does by itself: spells of trend, and swings about its course that die away in days.
 * Its level is held near 0 so that no price runs off; `jumpEvery` days there is news over night (0: never).
 */
export function createOwnDays(marketSeed: number, key: number, size: number, jumpEvery: number, gaps: number): Days {
  const stream = createStream();
  seed(stream, marketSeed, 2, key);
  // trend, swing, memory of squared shocks
  const state = new Float64Array([0, 0, 1]);
  const offset = jumpEvery === 0 ? 0 : (key >>> 3) % jumpEvery;
  return createDays((days, day) => {
    const volatility = size * Math.sqrt(state[2]!);
    const night = gaussian(stream);
    const shock = gaussian(stream);
    const news = gaussian(stream);
    state[0] = 0.96 * state[0]! + 0.05 * size * gaussian(stream);
    const swing = 0.7 * state[1]! + 0.45 * volatility * gaussian(stream);
    const move = state[0]! + 0.85 * volatility * shock + (swing - state[1]!) - 0.004 * days.level[day]!;
    state[1] = swing;
    state[2] = 0.92 * state[2]! + 0.08 * (0.25 * night * night + 0.75 * shock * shock);
    const jump = jumpEvery > 0 && day % jumpEvery === offset ? 3 * size * news : 0;
    add(days, gaps * 0.4 * volatility * night + jump, move, volatility);
  });
}
