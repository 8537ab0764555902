import { trueRange } from '../volatility/true-range.ts';

/** Doubles that `advanceDirectional` keeps at the start of an indicator's state. */
export const DIRECTIONAL_STATE = 7;

/** Places in that state: bars seen, the last bar, Wilder's sums of true range, upward and downward movement. */
export const SEEN = 0;
const LAST_HIGH = 1;
const LAST_LOW = 2;
const LAST_CLOSE = 3;
export const RANGE_SUM = 4;
export const UP_SUM = 5;
export const DOWN_SUM = 6;

/**
 * Directional movement of a bar to one side, in price units: how far it went beyond the last bar there, if that is more than
 * on the other side; equal moves both count, as in tulind. Exact, and without a branch, which could not be predicted.
 */
export const movement = (ahead: number, against: number): number =>
  (Math.abs(ahead) + ahead) * 0.5 * Number(ahead >= against);

/**
 * Feeds one finite bar to Wilder's directional sums: plain sums of the first `length` - 1 movements, then sums that
 * lose 1 / `length` of themselves a bar (`keep` = (length - 1) / length), in tulind's order of operations.
 */
export const advanceDirectional = (
  state: Float64Array,
  length: number,
  keep: number,
  high: number,
  low: number,
  close: number,
): void => {
  const seen = state[SEEN]! + 1;
  if (seen > 1) {
    const range = trueRange(high, low, state[LAST_CLOSE]!);
    const ahead = high - state[LAST_HIGH]!;
    const against = state[LAST_LOW]! - low;
    const factor = seen > length ? keep : 1;
    state[RANGE_SUM] = state[RANGE_SUM]! * factor + range;
    state[UP_SUM] = state[UP_SUM]! * factor + movement(ahead, against);
    state[DOWN_SUM] = state[DOWN_SUM]! * factor + movement(against, ahead);
  }
  state[SEEN] = seen;
  state[LAST_HIGH] = high;
  state[LAST_LOW] = low;
  state[LAST_CLOSE] = close;
};

/** Directional index of one bar, 0 to 100; without any movement 0, as TradingView has it. */
export const directionalIndex = (state: Float64Array): number => {
  const range = state[RANGE_SUM]!;
  const up = state[UP_SUM]! / range;
  const down = state[DOWN_SUM]! / range;
  const sum = up + down;
  return sum > 0 ? (Math.abs(up - down) / sum) * 100 : 0;
};
