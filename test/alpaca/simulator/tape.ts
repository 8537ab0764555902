import type { Bars, CorporateAction } from '../../../engine/market/bars.ts';
import { MINUTE, SECOND } from '../../../engine/market/time.ts';
import { type Amount, ofDouble } from './amount.ts';
import type { Move } from './matching.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What the market does: one-minute bars of each symbol, and what companies do to their shares. */
export interface BarScript {
  readonly bars: ReadonlyMap<string, Bars>;
  readonly actions: readonly CorporateAction[];
}

/** One minute of one symbol, in doubles as bars come; `start` in ms since the epoch. */
export interface MinuteBar {
  readonly symbol: string;
  readonly start: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly vwap: number;
  readonly trades: number;
}

export interface TapeReader {
  /** The price moves inside a minute: its first price, then its two extremes, then its last. */
  move(bar: MinuteBar, move: Move): void;
  /** The minute that started at `start` is over; every bar of it. A minute without a trade has none. */
  complete(start: number, bars: readonly MinuteBar[]): void;
}

/** When the prices of a minute come, after its start. The first comes a second late, so that what is decided on the bar before meets it. */
const OPEN_AT = SECOND;
const EXTREMES_AT = [20 * SECOND, 40 * SECOND] as const;
const CLOSE_AT = 59 * SECOND;

/** Row `i` of the bars as one minute. */
export function minuteOf(bars: Bars, i: number): MinuteBar {
  const close = bars.close[i]!;
  return {
    symbol: bars.symbol,
    start: Math.floor(bars.start[i]! / MINUTE) * MINUTE,
    open: bars.open[i]!,
    high: bars.high[i]!,
    low: bars.low[i]!,
    close,
    volume: bars.volume[i]!,
    vwap: bars.vwap?.[i] ?? Math.round(((bars.high[i]! + bars.low[i]! + close) / 3) * 1e6) / 1e6,
    trades: Math.max(1, Math.round(bars.volume[i]! / 100)),
  };
}

/** Number of the first bar that starts at or after `at`. */
export function firstFrom(bars: Bars, at: number): number {
  let low = 0;
  let high = bars.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bars.start[middle]! < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Plays the script on the clock, from the clock's instant on. */
export function playTape(clock: VirtualClock, script: BarScript, reader: TapeReader): void {
  const now = clock.now();
  const rolls = [...script.bars.values()].map((bars) => ({ bars, at: firstFrom(bars, now) }));

  const planNext = (): void => {
    let start = Number.POSITIVE_INFINITY;
    for (const { bars, at } of rolls) if (at < bars.length) start = Math.min(start, bars.start[at]!);
    if (start === Number.POSITIVE_INFINITY) return;
    clock.plan(start, () => {
      const minute: MinuteBar[] = [];
      for (const roll of rolls) {
        if (roll.at >= roll.bars.length || roll.bars.start[roll.at]! !== start) continue;
        minute.push(minuteOf(roll.bars, roll.at++));
      }
      playMinute(clock, start, minute, reader);
      planNext();
    });
  };
  planNext();
}

function playMinute(clock: VirtualClock, start: number, minute: readonly MinuteBar[], reader: TapeReader): void {
  const before = new Map<MinuteBar, Amount>();
  const moveAll = (price: (bar: MinuteBar) => number, jump: boolean): void => {
    for (const bar of minute) {
      const to = ofDouble(price(bar));
      reader.move(bar, { from: jump ? undefined : before.get(bar), to, auction: undefined });
      before.set(bar, to);
    }
  };
  clock.plan(start + OPEN_AT, () => moveAll((bar) => bar.open, true));
  clock.plan(start + EXTREMES_AT[0], () => moveAll((bar) => (lowFirst(bar) ? bar.low : bar.high), false));
  clock.plan(start + EXTREMES_AT[1], () => moveAll((bar) => (lowFirst(bar) ? bar.high : bar.low), false));
  clock.plan(start + CLOSE_AT, () => moveAll((bar) => bar.close, false));
  clock.plan(start + MINUTE, () => reader.complete(start, minute));
}

/** The extreme nearer to the first price comes first. */
const lowFirst = (bar: MinuteBar): boolean => bar.open - bar.low <= bar.high - bar.open;
