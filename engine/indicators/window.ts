/**
 * Sliding windows over typed state, O(1) a bar.
 *
 * Prices and volumes lie on a grid of 1e-4, so they are summed as whole ticks: exact in a double, whatever came before.
 * A window's value is therefore a function of the values inside it alone; the same bars give the same bits wherever
 * history began. Values off the grid (an RSI, a ratio) switch the window to a direct pass, oldest value first, for as
 * long as one of them is inside.
 */

/** Ticks in one unit of price. */
export const TICKS = 10_000;

/** Every whole number up to here is a double. */
const EXACT = 2 ** 53;
/** Sums of squares stay so far below EXACT that moving them to another centre is exact too. */
const SQUARES_EXACT = 2 ** 51;
const DEVIATION_EXACT = 2 ** 25;

/** Added and taken away again, it leaves the nearest whole number (below 2^51): a third of what Math.round costs. */
const ROUNDER = 1.5 * 2 ** 52;

/** Largest tick whose sum over `length` values is certain to be exact; larger ones count as off the grid. */
export const tickLimit = (length: number): number => Math.min(2 ** 50, Math.floor(EXACT / length));

/** The whole number of ticks nearest to `x`. */
export const nearestTick = (x: number): number => x * TICKS + ROUNDER - ROUNDER;

/** The whole number of ticks that `x` stands for, or NaN when it is off the grid or beyond `limit`. */
export const tickOf = (x: number, limit: number): number => {
  const tick = x * TICKS + ROUNDER - ROUNDER;
  return tick / TICKS === x && tick <= limit && tick >= -limit ? tick : NaN;
};

const WIDEST_TICK = tickLimit(2);

/** `x - y`, free of the residue that doubles leave between prices: 100.03 - 100.02 is 0.01. */
export const difference = (x: number, y: number): number => {
  const ticks = tickOf(x, WIDEST_TICK) - tickOf(y, WIDEST_TICK);
  return !Number.isNaN(ticks) ? ticks / TICKS : x - y;
};

/** Values within 1e-9 of each other (relative) are tied: cent prices and rounding noise decide nothing. */
export const tied = (a: number, b: number): boolean => {
  if (a === b) return true;
  const gap = Math.abs(a - b);
  return gap !== Infinity && gap <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
};

// ---- ring: place of the oldest value (once full), values held, values

const RING = 2;

export const ringSize = (length: number): number => RING + length;

export const ringFull = (state: Float64Array, at: number, length: number): boolean => state[at + 1]! === length;

/** The oldest value of a full ring. */
export const oldest = (state: Float64Array, at: number): number => state[at + RING + (state[at]! | 0)]!;

export const pushRing = (state: Float64Array, at: number, length: number, x: number): void => {
  const head = state[at]! | 0;
  state[at + RING + head] = x;
  state[at] = head + 1 === length ? 0 : head + 1;
  if (state[at + 1]! < length) state[at + 1] = state[at + 1]! + 1;
};

/** Sum of a full ring, added from the oldest value on. */
export const ringSum = (state: Float64Array, at: number, length: number): number => {
  const ring = at + RING;
  const head = ring + (state[at]! | 0);
  let sum = 0;
  for (let j = head; j < ring + length; j++) sum += state[j]!;
  for (let j = ring; j < head; j++) sum += state[j]!;
  return sum;
};

/** Mean of a full ring; of equal values exactly that value. It may leave the values' span by a rounding error. */
export const ringAverage = (state: Float64Array, at: number, length: number): number => {
  const ring = at + RING;
  const head = ring + (state[at]! | 0);
  const first = state[head]!;
  let sum = 0;
  for (let j = head; j < ring + length; j++) sum += state[j]! - first;
  for (let j = ring; j < head; j++) sum += state[j]! - first;
  return first + sum / length;
};

/** Mean of a full ring, never outside its values. */
const ringMean = (state: Float64Array, at: number, length: number): number => {
  const mean = ringAverage(state, at, length);
  const ring = at + RING;
  let low = Infinity;
  let high = -Infinity;
  // As a rule the first few values already lie on both sides.
  for (let j = ring; j < ring + length; j++) {
    const x = state[j]!;
    if (x < low) low = x;
    if (x > high) high = x;
    if (low <= mean && mean <= high) return mean;
  }
  return mean < low ? low : high;
};

/** Sum of |x - centre| over a full ring. */
export const ringDistance = (state: Float64Array, at: number, length: number, centre: number): number => {
  const ring = at + RING;
  const head = ring + (state[at]! | 0);
  let sum = 0;
  for (let j = head; j < ring + length; j++) sum += Math.abs(state[j]! - centre);
  for (let j = ring; j < head; j++) sum += Math.abs(state[j]! - centre);
  return sum;
};

/** How many values of a full ring are `x` or less. */
export const ringNotAbove = (state: Float64Array, at: number, length: number, x: number): number => {
  const ring = at + RING;
  let times = 0;
  for (let k = 0; k < length; k++) if (state[ring + k]! <= x) times += 1;
  return times;
};

/** Sum of squared deviations from the mean of a full ring in two passes; of equal values exactly 0. */
const ringSquares = (state: Float64Array, at: number, length: number): number => {
  const mean = ringAverage(state, at, length);
  const ring = at + RING;
  const head = ring + (state[at]! | 0);
  let squares = 0;
  for (let j = head; j < ring + length; j++) {
    const u = state[j]! - mean;
    squares += u * u;
  }
  for (let j = ring; j < head; j++) {
    const u = state[j]! - mean;
    squares += u * u;
  }
  return squares;
};

// ---- sum: values off the grid, sum of the ticks of the others, ring

const SUM = 2;

export const sumSize = (length: number): number => SUM + ringSize(length);

export const sumFull = (state: Float64Array, at: number, length: number): boolean => ringFull(state, at + SUM, length);

/**
 * Adds a value; true once the window is full.
 * @param limit `tickLimit(length)`
 */
export const pushSum = (state: Float64Array, at: number, length: number, limit: number, x: number): boolean => {
  const tick = x * TICKS + ROUNDER - ROUNDER;
  if (tick / TICKS !== x || tick > limit || tick < -limit || state[at]! !== 0 || state[at + 3]! !== length) {
    return pushAnySum(state, at, length, limit, x);
  }
  const head = state[at + 2]! | 0;
  const slot = at + SUM + RING + head;
  state[at + 1] = state[at + 1]! + (tick - nearestTick(state[slot]!));
  state[slot] = x;
  state[at + 2] = head + 1 === length ? 0 : head + 1;
  return true;
};

/** The same while the window fills or holds values off the grid. */
const pushAnySum = (state: Float64Array, at: number, length: number, limit: number, x: number): boolean => {
  let off = state[at]!;
  let ticks = state[at + 1]!;
  if (sumFull(state, at, length)) {
    const tick = tickOf(oldest(state, at + SUM), limit);
    if (Number.isNaN(tick)) off -= 1;
    else ticks -= tick;
  }
  const tick = tickOf(x, limit);
  if (Number.isNaN(tick)) off += 1;
  else ticks += tick;
  state[at] = off;
  state[at + 1] = ticks;
  pushRing(state, at + SUM, length, x);
  return sumFull(state, at, length);
};

/**
 * `pushSum` and `meanOf` down a column, for as long as the window is full and all in it lies on the grid: the same bits, with
 * what moves held in locals. Gives the first row that it left.
 */
export const slideMean = (
  state: Float64Array,
  length: number,
  limit: number,
  values: Float64Array,
  input: number,
  out: number,
  from: number,
  to: number,
): number => {
  if (state[0]! !== 0 || state[3]! !== length) return from;
  const ring = SUM + RING;
  const divisor = TICKS * length;
  let ticks = state[1]!;
  let head = state[2]! | 0;
  let row = from;
  for (; row < to; row++) {
    const x = values[input + row]!;
    const tick = x * TICKS + ROUNDER - ROUNDER;
    if (tick / TICKS !== x || tick > limit || tick < -limit) break;
    ticks += tick - nearestTick(state[ring + head]!);
    state[ring + head] = x;
    head = head + 1 === length ? 0 : head + 1;
    values[out + row] = ticks / divisor;
  }
  state[1] = ticks;
  state[2] = head;
  return row;
};

/** Sum over a full window. */
export const sumOf = (state: Float64Array, at: number, length: number): number =>
  state[at]! === 0 ? state[at + 1]! / TICKS : ringSum(state, at + SUM, length);

/** Mean over a full window, never outside its values; of equal values exactly that value. */
export const meanOf = (state: Float64Array, at: number, length: number): number =>
  state[at]! === 0 ? state[at + 1]! / (TICKS * length) : ringMean(state, at + SUM, length);

/** `x - mean` over a full window that holds `x`. */
export const fromMean = (state: Float64Array, at: number, length: number, x: number): number =>
  state[at]! === 0
    ? (nearestTick(x) * length - state[at + 1]!) / (TICKS * length)
    : x - ringMean(state, at + SUM, length);

/** Mean of |x - mean| over a full window. */
export const meanDistance = (state: Float64Array, at: number, length: number): number =>
  ringDistance(state, at + SUM, length, meanOf(state, at, length)) / length;

// ---- spread: sum, then a centre in ticks, the sum of squares about it, whether both are kept

const SPREAD = 3;

export const spreadSize = (length: number): number => sumSize(length) + SPREAD;

/** As `pushSum`, for windows that are asked for `squaresOf` on every full bar. */
export const pushSpread = (state: Float64Array, at: number, length: number, limit: number, x: number): boolean => {
  const spread = at + SUM + RING + length;
  if (state[spread + 2]! !== 0) {
    const tick = x * TICKS + ROUNDER - ROUNDER;
    const head = state[at + 2]! | 0;
    const slot = at + SUM + RING + head;
    const leaving = nearestTick(state[slot]!);
    const centre = state[spread]!;
    const u = tick - centre;
    const squares = state[spread + 1]! + (tick - leaving) * (u + (leaving - centre));
    if (
      tick / TICKS === x &&
      tick <= limit &&
      tick >= -limit &&
      u <= DEVIATION_EXACT &&
      u >= -DEVIATION_EXACT &&
      squares <= SQUARES_EXACT
    ) {
      state[at + 1] = state[at + 1]! + (tick - leaving);
      state[slot] = x;
      state[at + 2] = head + 1 === length ? 0 : head + 1;
      state[spread + 1] = squares;
      return true;
    }
    state[spread + 2] = 0;
  }
  return pushSum(state, at, length, limit, x);
};

/**
 * Sum of squared deviations from the mean over a full window, in squared units of the input; of equal values exactly 0.
 *
 * On the grid the squares about the whole tick nearest the mean are taken: a number of the window alone. It is read off
 * the kept sum of squares about an older centre (whole numbers move between centres without rounding) or, when prices have
 * drifted too far from that centre, summed anew, which gives the same bits.
 */
export const squaresOf = (state: Float64Array, at: number, length: number): number => {
  if (state[at]! !== 0) return ringSquares(state, at + SUM, length);
  const spread = at + sumSize(length);
  const ticks = state[at + 1]!;
  const middle = ticks / length + ROUNDER - ROUNDER;
  const residue = ticks - middle * length;
  let squares: number;
  if (state[spread + 2]! === 0) {
    squares = tickSquares(state, at + SUM, length, middle);
    if (squares * 2 <= SQUARES_EXACT) {
      state[spread] = middle;
      state[spread + 1] = squares;
      state[spread + 2] = 1;
    }
  } else {
    const centre = state[spread]!;
    const d = middle - centre;
    squares = state[spread + 1]! - 2 * d * (ticks - length * centre) + length * d * d;
  }
  return (squares - (residue * residue) / length) / (TICKS * TICKS);
};

const tickSquares = (state: Float64Array, at: number, length: number, centre: number): number => {
  const ring = at + RING;
  const head = ring + (state[at]! | 0);
  let squares = 0;
  for (let j = head; j < ring + length; j++) {
    const u = nearestTick(state[j]!) - centre;
    squares += u * u;
  }
  for (let j = ring; j < head; j++) {
    const u = nearestTick(state[j]!) - centre;
    squares += u * u;
  }
  return squares;
};

/** Population standard deviation over a full window. */
export const deviationOf = (state: Float64Array, at: number, length: number): number =>
  Math.sqrt(squaresOf(state, at, length) / length);

// ---- extreme: bars seen, place of the front, size; a falling queue of candidates and the bars they came on

const EXTREME = 3;

export const extremeSize = (length: number): number => EXTREME + 2 * length;

export const extremeFull = (state: Float64Array, at: number, length: number): boolean => state[at]! >= length;

/** Adds a value and gives the highest of the last `length` (of fewer while it fills). */
export const pushHighest = (state: Float64Array, at: number, length: number, x: number): number => {
  const bar = state[at]!;
  const candidates = at + EXTREME;
  const bars = candidates + length;
  let front = state[at + 1]! | 0;
  let size = state[at + 2]! | 0;
  if (size > 0 && state[bars + front]! <= bar - length) {
    front = front + 1 === length ? 0 : front + 1;
    size -= 1;
  }
  let end = front + size;
  if (end >= length) end -= length;
  while (size > 0) {
    const last = end === 0 ? length - 1 : end - 1;
    if (state[candidates + last]! > x) break;
    end = last;
    size -= 1;
  }
  state[candidates + end] = x;
  state[bars + end] = bar;
  state[at] = bar + 1;
  state[at + 1] = front;
  state[at + 2] = size + 1;
  return size === 0 ? x : state[candidates + front]!;
};

/** Adds a value and gives the lowest of the last `length`. */
export const pushLowest = (state: Float64Array, at: number, length: number, x: number): number =>
  -pushHighest(state, at, length, -x);

/** Bars since the extreme value was last reached: 0 on its bar. */
export const extremeAge = (state: Float64Array, at: number, length: number): number =>
  state[at]! - 1 - state[at + EXTREME + length + (state[at + 1]! | 0)]!;
