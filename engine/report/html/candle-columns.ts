import type { Timeframe } from '../../market/timeframe.ts';

/** Bars to be drawn, a column per field, oldest first; times in milliseconds since the epoch, prices in dollars. */
export interface Candles {
  readonly start: readonly number[];
  readonly open: readonly number[];
  readonly high: readonly number[];
  readonly low: readonly number[];
  readonly close: readonly number[];
}

/**
 * One symbol's candles as the page carries them: differences of whole numbers, which take a third of the text that the
 * prices would. A price is a multiple of 10^-places dollars.
 */
export interface PackedCandles {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** What the run itself read. */
  readonly base: Timeframe;
  readonly baseBars: number;
  /** Older candles that are not here. */
  readonly left: number;
  readonly places: number;
  /** Seconds since the epoch, then the seconds from each start to the next. */
  readonly start: readonly number[];
  /** Open less the close before it (the first: the open itself). */
  readonly open: readonly number[];
  /** High above the upper end of the body. */
  readonly high: readonly number[];
  /** The lower end of the body above the low. */
  readonly low: readonly number[];
  /** Close less open. */
  readonly close: readonly number[];
}

type Columns = Pick<PackedCandles, 'places' | 'start' | 'open' | 'high' | 'low' | 'close'>;

const MOST_PLACES = 8;

/** The fewest decimals, 2 to 8, that hold every price; fewer when the largest would leave the safe integers. */
function placesOf({ open, high, low, close }: Candles): number {
  let places = 2;
  let largest = 0;
  for (const column of [open, high, low, close]) {
    for (const price of column) {
      largest = Math.max(largest, Math.abs(price));
      while (places < MOST_PLACES && Math.abs(Number(price.toFixed(places)) - price) > Math.abs(price) * 1e-12)
        places++;
    }
  }
  while (places > 0 && largest * 10 ** places > Number.MAX_SAFE_INTEGER / 4) places--;
  return places;
}

export function packCandles(candles: Candles): Columns {
  const places = placesOf(candles);
  const whole = (price: number): number => Math.round(price * 10 ** places);
  const columns = { places, start: [] as number[], open: [] as number[], high: [] as number[], low: [] as number[] };
  const closes: number[] = [];
  let time = 0;
  let before = 0;
  candles.start.forEach((at, i) => {
    const second = Math.floor(at / 1000);
    const open = whole(candles.open[i]!);
    const close = whole(candles.close[i]!);
    columns.start.push(second - time);
    columns.open.push(open - before);
    columns.high.push(whole(candles.high[i]!) - Math.max(open, close));
    columns.low.push(Math.min(open, close) - whole(candles.low[i]!));
    closes.push(close - open);
    time = second;
    before = close;
  });
  return { ...columns, close: closes };
}

export function unpackCandles(packed: Columns): Candles {
  const scale = 10 ** packed.places;
  const candles = {
    start: [] as number[],
    open: [] as number[],
    high: [] as number[],
    low: [] as number[],
    close: [] as number[],
  };
  let time = 0;
  let before = 0;
  packed.start.forEach((step, i) => {
    time += step;
    const open = before + packed.open[i]!;
    const close = open + packed.close[i]!;
    candles.start.push(time * 1000);
    candles.open.push(open / scale);
    candles.high.push((Math.max(open, close) + packed.high[i]!) / scale);
    candles.low.push((Math.min(open, close) - packed.low[i]!) / scale);
    candles.close.push(close / scale);
    before = close;
  });
  return candles;
}
