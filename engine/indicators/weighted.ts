import { nearestTick, oldest, pushRing, ringSize, TICKS, tickOf } from './window.ts';

/**
 * Sliding window with linear weights, 1 for the oldest value to `length` for the newest, in O(1) a bar.
 *
 * As in window.ts, values on the price grid are summed as whole ticks, so a window's value is a function of the values
 * inside it alone; a value off the grid switches to a direct pass for as long as it is inside.
 *
 * State: values off the grid, sum of ticks, weighted sum of ticks, ring.
 */
const RING = 3;

export const weightedSize = (length: number): number => RING + ringSize(length);

/** Largest tick whose weighted sum over `length` values is certain to be exact. */
export const weightedLimit = (length: number): number => Math.floor(2 ** 53 / (length * (length + 1)));

export const weightedFull = (state: Float64Array, at: number, length: number): boolean =>
  state[at + RING + 1]! === length;

/**
 * Adds a value; true once the window is full.
 * @param limit `weightedLimit(length)`
 */
export const pushWeighted = (state: Float64Array, at: number, length: number, limit: number, x: number): boolean => {
  const tick = tickOf(x, limit);
  if (Number.isNaN(tick) || state[at]! !== 0 || state[at + RING + 1]! !== length) {
    return pushAnyWeighted(state, at, length, limit, x);
  }
  const sum = state[at + 1]!;
  const head = state[at + RING]! | 0;
  const slot = at + RING + 2 + head;
  // Every weight falls by one, the oldest value's to nothing.
  state[at + 2] = state[at + 2]! - sum + tick * length;
  state[at + 1] = sum - nearestTick(state[slot]!) + tick;
  state[slot] = x;
  state[at + RING] = head + 1 === length ? 0 : head + 1;
  return true;
};

/** The same while the window fills or holds values off the grid. */
const pushAnyWeighted = (state: Float64Array, at: number, length: number, limit: number, x: number): boolean => {
  let off = state[at]!;
  let sum = state[at + 1]!;
  let weighted = state[at + 2]!;
  const held = state[at + RING + 1]!;
  let weight = held + 1;
  if (held === length) {
    weight = length;
    weighted -= sum;
    const leaving = tickOf(oldest(state, at + RING), limit);
    if (Number.isNaN(leaving)) off -= 1;
    else sum -= leaving;
  }
  const tick = tickOf(x, limit);
  if (Number.isNaN(tick)) off += 1;
  else {
    sum += tick;
    weighted += tick * weight;
  }
  state[at] = off;
  state[at + 1] = sum;
  state[at + 2] = weighted;
  pushRing(state, at + RING, length, x);
  return weight === length;
};

/** Linearly weighted mean of a full window. */
export const weightedMean = (state: Float64Array, at: number, length: number): number => {
  const weights = (length * (length + 1)) / 2;
  return state[at]! === 0 ? state[at + 2]! / (weights * TICKS) : weightedRingMean(state, at + RING, length);
};

/** The same of a plain ring (window.ts) of `length` values, by a direct pass; of equal values exactly that value. */
export const weightedRingMean = (state: Float64Array, at: number, length: number): number => {
  const ring = at + 2;
  let j = state[at]! | 0;
  const newest = state[ring + (j === 0 ? length : j) - 1]!;
  let sum = 0;
  for (let weight = 1; weight <= length; weight++) {
    sum += (state[ring + j]! - newest) * weight;
    j = j + 1 === length ? 0 : j + 1;
  }
  return newest + sum / ((length * (length + 1)) / 2);
};

/** Slope per bar of the least-squares line through a full window. */
export const slopeOf = (state: Float64Array, at: number, length: number): number => {
  const scale = 6 / (length * (length * length - 1));
  if (state[at]! === 0) return ((2 * state[at + 2]! - (length + 1) * state[at + 1]!) * scale) / TICKS;
  const ring = at + RING + 2;
  let j = state[at + RING]! | 0;
  const first = state[ring + j]!;
  let moment = 0;
  for (let place = 1 - length; place < length; place += 2) {
    moment += (state[ring + j]! - first) * place;
    j = j + 1 === length ? 0 : j + 1;
  }
  return moment * scale;
};

/** Plain mean of a full window. */
export const plainMean = (state: Float64Array, at: number, length: number): number => {
  if (state[at]! === 0) return state[at + 1]! / (length * TICKS);
  const ring = at + RING + 2;
  let j = state[at + RING]! | 0;
  const first = state[ring + j]!;
  let sum = 0;
  for (let k = 0; k < length; k++) {
    sum += state[ring + j]! - first;
    j = j + 1 === length ? 0 : j + 1;
  }
  return first + sum / length;
};
