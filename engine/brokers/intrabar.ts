import * as fill from './fill.ts';
import type { Floor, Moment } from './moment.ts';
import { type Desk, LIMIT, MARKET, type Working } from './working.ts';

const isStop = (working: Working): boolean => working.kind !== LIMIT && working.kind !== MARKET;

/** The bar's range, from the price at which the order came to be, triggers it. */
const triggers = (moment: Moment, working: Working): boolean =>
  working.kind === LIMIT
    ? fill.limitHit(working.buy, working.through, moment.high, moment.low)
    : isStop(working) && fill.stopHit(working.buy, working.stop, moment.high, moment.low);

const countAmbiguous = (moment: Moment): void => {
  if (moment.ambiguousBar === moment.bar && moment.ambiguousSymbol === moment.symbol) return;
  moment.ambiguousBar = moment.bar;
  moment.ambiguousSymbol = moment.symbol;
  moment.ambiguous++;
};

const sameGroup = (a: Working, b: Working): boolean =>
  a.order.group !== 0 || b.order.group !== 0
    ? a.order.group === b.order.group
    : a.exit && b.exit && a.order.strategy === b.order.strategy && a.order.positionSide === b.order.positionSide;

/** A stop and a limit of one position, or two sides of one entry, both inside the bar: only the rule decides. */
const judgeResting = (floor: Floor, desk: Desk): void => {
  const { moment } = floor;
  const { list } = desk;
  for (let a = 0; a < list.length; a++) {
    const one = list[a]!;
    if (!floor.eligible(one) || !triggers(moment, one)) continue;
    for (let b = a + 1; b < list.length; b++) {
      const other = list[b]!;
      if (!floor.eligible(other) || !sameGroup(one, other) || !triggers(moment, other)) continue;
      if (one.exit ? isStop(one) !== isStop(other) : one.buy !== other.buy) {
        countAmbiguous(moment);
        return;
      }
    }
  }
};

/** Counts the bar when a leg of an entry filled inside it may or may not have been reached after the fill. */
const judgeBorn = (floor: Floor, desk: Desk, from: number, enteredByStop: boolean): void => {
  const { moment } = floor;
  for (let n = from; n < desk.list.length; n++) {
    const leg = desk.list[n]!;
    if (!leg.exit || !floor.eligible(leg) || !triggers(moment, leg)) continue;
    const passed = isStop(leg)
      ? fill.stopHit(leg.buy, leg.stop, leg.bornBase, leg.bornBase)
      : fill.limitHit(leg.buy, leg.through, leg.bornBase, leg.bornBase);
    // A limit entry is reached on the way to its stop; everything else hangs on the path.
    if (!passed && (enteredByStop || !isStop(leg))) countAmbiguous(moment);
  }
};

/**
 * The stops that can fill, the one nearest first: price meets it before the others.
 * @param born they came to be inside this bar, at their `bornBase`; otherwise price comes from the open
 */
const stopsInOrder = (
  floor: Floor,
  list: readonly Working[],
  from: number,
  to: number,
  born: boolean,
): readonly Working[] => {
  const { open } = floor.moment;
  // In millionths, so that the noise of doubles does not decide between two equally near.
  const way = (working: Working): number => Math.round(Math.abs(working.stop - (born ? working.bornBase : open)) * 1e6);
  const stops: Working[] = [];
  for (let n = from; n < to; n++) {
    const working = list[n]!;
    if (working.exit && isStop(working) && floor.eligible(working)) stops.push(working);
  }
  return stops.length < 2 ? stops : stops.sort((a, b) => way(a) - way(b));
};

/** The legs that an entry's fill inside this bar brought with it. */
const settleBorn = (floor: Floor, desk: Desk, from: number, stops: boolean, pessimistic: boolean): void => {
  const { moment } = floor;
  const { list } = desk;
  const legs = stops ? stopsInOrder(floor, list, from, list.length, true) : list.slice(from);
  for (const leg of legs) {
    if (!leg.exit || leg.kind === MARKET || isStop(leg) !== stops || !floor.eligible(leg)) continue;
    const at = leg.bornBase;
    if (stops) {
      if (triggers(moment, leg) || fill.stopHit(leg.buy, leg.stop, at, at)) {
        floor.trip(desk, leg, fill.stopBase(leg.buy, leg.stop, at), 'intrabar');
      }
    } else if (fill.limitHit(leg.buy, leg.through, at, at) || (!pessimistic && triggers(moment, leg))) {
      floor.limit(desk, leg, fill.limitBase(leg.buy, leg.limit, at), 'intrabar');
    }
  }
};

const fire = (floor: Floor, desk: Desk, working: Working): void => {
  const { moment } = floor;
  if (!triggers(moment, working)) return;
  // The open itself was dealt with before: it is only the price from which the bar moves.
  if (working.kind === LIMIT) {
    floor.limit(desk, working, fill.limitBase(working.buy, working.limit, moment.open), 'intrabar');
  } else floor.trip(desk, working, fill.stopBase(working.buy, working.stop, moment.open), 'intrabar');
};

/**
 * The rules that know only the bar's range: `pessimistic` looks at stops before targets, `optimistic` the other way;
 * entries come last, each with the legs it brings. A target of such an entry is out of reach under `pessimistic`
 * unless its level was already passed at the fill.
 */
export const walkRanges = (floor: Floor, desk: Desk, pessimistic: boolean): void => {
  const { list } = desk;
  judgeResting(floor, desk);
  const resting = list.length;
  for (let pass = 0; pass < 2; pass++) {
    const stops = (pass === 0) === pessimistic;
    if (stops) {
      for (const working of stopsInOrder(floor, list, 0, resting, false))
        if (floor.eligible(working)) fire(floor, desk, working);
      continue;
    }
    for (let n = 0; n < resting; n++) {
      const working = list[n]!;
      if (working.exit && working.kind === LIMIT && floor.eligible(working)) {
        fire(floor, desk, working);
      }
    }
  }
  for (let n = 0; n < resting; n++) {
    const entry = list[n]!;
    if (entry.exit || entry.kind === MARKET || !floor.eligible(entry)) continue;
    const from = list.length;
    const byStop = isStop(entry);
    fire(floor, desk, entry);
    if (list.length === from) continue;
    judgeBorn(floor, desk, from, byStop);
    settleBorn(floor, desk, from, pessimistic, pessimistic);
    settleBorn(floor, desk, from, !pessimistic, pessimistic);
  }
};

/** Where the order trades while price runs from `from` to `to`, or NaN. */
const levelOnWay = (working: Working, from: number, to: number): number => {
  const high = Math.max(from, to);
  const low = Math.min(from, to);
  if (working.kind === LIMIT) {
    return fill.limitHit(working.buy, working.through, high, low)
      ? fill.limitBase(working.buy, working.limit, from)
      : Number.NaN;
  }
  return isStop(working) && fill.stopHit(working.buy, working.stop, high, low)
    ? fill.stopBase(working.buy, working.stop, from)
    : Number.NaN;
};

/** How far price must run from `from` to meet an order; a limit is met where it is penetrated. */
const wayTo = (working: Working, from: number, to: number): number => {
  const level = levelOnWay(working, from, to);
  if (working.kind !== LIMIT || Number.isNaN(level)) return Math.abs(level - from);
  return working.buy ? Math.max(0, from - working.through) : Math.max(0, working.through - from);
};

/** The order that price meets first on its way; of two met at one price the earlier submitted. */
const firstOnWay = (floor: Floor, desk: Desk, tried: Set<Working>, from: number, to: number): Working | undefined => {
  let first: Working | undefined;
  let shortest = Number.POSITIVE_INFINITY;
  for (const working of desk.list) {
    if (!floor.eligible(working) || tried.has(working)) continue;
    const way = wayTo(working, from, to);
    if (way < shortest) {
      first = working;
      shortest = way;
    }
  }
  return first;
};

/** The `nearest` rule: price runs open → nearer extreme → other extreme → close, and meets the orders on its way. */
export const walkPath = (floor: Floor, desk: Desk): void => {
  const { moment } = floor;
  const { open, high, low, close } = moment;
  judgeResting(floor, desk);
  const up = fill.highFirst(open, high, low);
  const stations = [up ? high : low, up ? low : high, close];
  const tried = new Set<Working>();
  let at = open;
  for (const station of stations) {
    for (;;) {
      const working = firstOnWay(floor, desk, tried, at, station);
      if (working === undefined) break;
      const level = levelOnWay(working, at, station);
      const byStop = isStop(working);
      const from = desk.list.length;
      // Price turns back only at a station: a level met is where it stands now.
      at = level;
      if (working.kind === LIMIT) {
        floor.limit(desk, working, level, 'intrabar');
        tried.add(working);
      } else floor.trip(desk, working, level, 'intrabar');
      if (!working.exit) judgeBorn(floor, desk, from, byStop);
    }
    at = station;
  }
};
