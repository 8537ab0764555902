import type { IndicatorEntry } from '../entry.ts';
import { CLOSE, HIGH, LOW, VOLUME } from '../inputs.ts';
import type { Kernel } from '../kernel.ts';
import { bars } from '../options.ts';
import { HUNDRED, output } from '../outputs.ts';
import { priceTicks } from '../price/price-sum.ts';
import { pushSum, sumFull, sumOf, sumSize, TICKS, tickLimit } from '../window.ts';

// state: a bar was seen, last price sum, window of inflows, window of outflows
const FLOWS = 2;

const kernel: Kernel = {
  stateSize: ([length]) => FLOWS + 2 * sumSize(length!),
  bind(options, state, values, inputs, outputs) {
    const length = options[0]!;
    const outflows = FLOWS + sumSize(length);
    const limit = tickLimit(length);
    const highSlot = inputs[0]!;
    const lowSlot = inputs[1]!;
    const closeSlot = inputs[2]!;
    const volumeSlot = inputs[3]!;
    const out = outputs[0]!;
    return (from, to) => {
      for (let row = from; row < to; row++) {
        const high = values[highSlot + row]!;
        const low = values[lowSlot + row]!;
        const close = values[closeSlot + row]!;
        const volume = values[volumeSlot + row]!;
        // Three times the typical price: the factor falls out of the quotient. In ticks, so that the flows can be summed exactly.
        const ticks = priceTicks(high, low, close);
        const price = Number.isNaN(ticks) ? high + low + close : ticks / TICKS;
        const money = Number.isNaN(ticks) ? price * volume : (ticks * volume) / TICKS;
        values[out + row] = NaN;
        if (money - money !== 0) continue;
        const last = state[1]!;
        state[1] = price;
        if (state[0] === 0) {
          state[0] = 1;
          continue;
        }
        pushSum(state, FLOWS, length, limit, money * Number(price > last));
        pushSum(state, outflows, length, limit, money * Number(price < last));
        if (!sumFull(state, FLOWS, length)) continue;
        const inflow = sumOf(state, FLOWS, length);
        const outflow = sumOf(state, outflows, length);
        const index = outflow === 0 ? 100 : (inflow / (inflow + outflow)) * 100;
        values[out + row] = index > 100 ? 100 : index >= 0 ? index : 0;
      }
    };
  },
};

export const mfi: IndicatorEntry = {
  name: 'mfi',
  title: 'Money flow index',
  group: 'volume',
  description:
    'The share of the traded money that changed hands at rising prices, from 0 to 100: an RSI weighted by volume. Below 20 is commonly called oversold, above 80 overbought.',
  inputs: [HIGH, LOW, CLOSE, VOLUME],
  options: [bars('length', 'Bars in the window.', { default: 14 })],
  outputs: [output('mfi', 'index', HUNDRED)],
  clock: 'source',
  warmup: ([length]) => length! + 1,
  settle: ([length]) => length! + 1,
  example: 'mfi(14) < 20',
  departs:
    'Bars of equal typical price count on neither side, where rounding decides in tulind. A window without outflow gives 100, one without any flow too, as the formula 100 - 100 / (1 + ratio) has it; tulind divides 0 by 0 there, TA-Lib says 0.',
  source: 'Gene Quong and Avrum Soudack, Stocks & Commodities, March 1989; StockCharts ChartSchool, Money Flow Index',
  kernel,
};
