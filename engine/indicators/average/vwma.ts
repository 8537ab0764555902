import type { IndicatorEntry } from '../entry.ts';
import { CLOSE, VOLUME } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { ANY, output } from '../outputs.ts';
import { nearestTick, oldest, pushRing, ringFull, ringSize, TICKS, tickOf } from '../window.ts';

/** Whole products and their sums up to here can be moved to another centre without rounding. */
const PRODUCTS_EXACT = 2 ** 51;
const LARGEST_TICK = 2 ** 40;
const LARGEST_VOLUME = 2 ** 40;

// state: bars off the grid, 1 while the sums are kept, their centre in ticks, sum of volume,
// sum of (tick - centre) * volume, sum of |tick - centre| * volume, ring of prices, ring of volumes
const PRICES = 6;

const onGrid = (price: number, volume: number): boolean =>
  !Number.isNaN(tickOf(price, LARGEST_TICK)) && Math.floor(volume) === volume && volume <= LARGEST_VOLUME;

/** Takes the sums anew about the newest price; kept only if every one of them is exact. */
const recentre = (state: Float64Array, length: number, centre: number): void => {
  const volumes = PRICES + ringSize(length);
  let total = 0;
  let weighted = 0;
  let distance = 0;
  for (let k = 0; k < length; k++) {
    const volume = state[volumes + 2 + k]!;
    const d = nearestTick(state[PRICES + 2 + k]!) - centre;
    total += volume;
    weighted += d * volume;
    distance += Math.abs(d) * volume;
  }
  state[1] = distance <= PRODUCTS_EXACT && total <= PRODUCTS_EXACT ? 1 : 0;
  state[2] = centre;
  state[3] = total;
  state[4] = weighted;
  state[5] = distance;
};

/** The average as the newest price and the weighted distance of the others from it, oldest first. */
const direct = (state: Float64Array, length: number, newest: number, grid: boolean): number => {
  const volumes = PRICES + ringSize(length);
  const origin = grid ? nearestTick(newest) : newest;
  let total = 0;
  let weighted = 0;
  for (let k = 0, j = state[PRICES]! | 0; k < length; k++) {
    const volume = state[volumes + 2 + j]!;
    const price = state[PRICES + 2 + j]!;
    total += volume;
    weighted += (grid ? nearestTick(price) - origin : price - origin) * volume;
    j = j + 1 === length ? 0 : j + 1;
  }
  if (!(total > 0)) return NaN;
  return grid ? (origin + weighted / total) / TICKS : origin + weighted / total;
};

const kernel: Kernel = {
  stateSize: ([length]) => PRICES + 2 * ringSize(length!),
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const volumes = PRICES + ringSize(length);
    const priceSlot = inputs[0]!;
    const volumeSlot = inputs[1]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        values[out + row] = NaN;
        const price = values[priceSlot + row]!;
        const volume = values[volumeSlot + row]!;
        if (price - price !== 0 || volume - volume !== 0 || volume < 0) continue;
        const full = ringFull(state, PRICES, length);
        const oldPrice = full ? oldest(state, PRICES) : 0;
        const oldVolume = full ? oldest(state, volumes) : 0;
        pushRing(state, PRICES, length, price);
        pushRing(state, volumes, length, volume);
        if (full && !onGrid(oldPrice, oldVolume)) state[0] = state[0]! - 1;
        if (!onGrid(price, volume)) {
          state[0] = state[0]! + 1;
          state[1] = 0;
        }
        if (!ringFull(state, PRICES, length)) continue;
        if (state[0]! !== 0) {
          values[out + row] = direct(state, length, price, false);
          continue;
        }
        const tick = nearestTick(price);
        if (state[1]! === 1) {
          const d = tick - state[2]!;
          const e = nearestTick(oldPrice) - state[2]!;
          const added = Math.abs(d) * volume;
          if (added <= PRODUCTS_EXACT) {
            const total = state[3]! + volume - oldVolume;
            const distance = state[5]! + added - Math.abs(e) * oldVolume;
            state[3] = total;
            state[4] = state[4]! + d * volume - e * oldVolume;
            state[5] = distance;
            if (distance > PRODUCTS_EXACT || total > PRODUCTS_EXACT || Math.abs(d) * total > PRODUCTS_EXACT)
              state[1] = 0;
          } else state[1] = 0;
        }
        if (state[1]! === 0) recentre(state, length, tick);
        if (state[1]! === 0) {
          values[out + row] = direct(state, length, price, true);
          continue;
        }
        const total = state[3]!;
        const weighted = state[4]! - (tick - state[2]!) * total;
        if (total > 0) values[out + row] = (tick + weighted / total) / TICKS;
      }
    };
  },
};

export const vwma: IndicatorEntry = {
  name: 'vwma',
  title: 'Volume-weighted moving average',
  group: 'average',
  description: 'An average of the last bars in which a bar counts by its volume: where most of the trading was done.',
  inputs: [CLOSE, VOLUME],
  options: [bars('length', 'Bars in the average.', { default: 20 })],
  outputs: [output('vwma', 'input', ANY)],
  clock: 'source',
  warmup: ([length]) => length!,
  settle: ([length]) => length!,
  example: 'close > vwma(20)',
  departs:
    'Exact for prices and whole volumes, so the value does not depend on where history began. Unknown when nothing was traded in the whole window (tulind divides by 0); a negative volume is taken as missing.',
  source: 'tulind 0.8 vwma; TradingView ta.vwma',
  kernel,
};
