import type { Bars, CorporateAction } from '../../../engine/market/bars.ts';
import { calendarOf, isCrypto } from '../../../engine/market/calendars.ts';
import { DAY, HOUR, instant, MINUTE } from '../../../engine/market/time.ts';
import { newYorkDate, phaseAt } from './hours.ts';
import { type BarScript, firstFrom, type MinuteBar, minuteOf } from './tape.ts';

/** Bars of a size: so many minutes, hours, days, weeks or months. */
export interface Size {
  readonly count: number;
  readonly unit: 'Min' | 'Hour' | 'Day' | 'Week' | 'Month';
}

const UNITS: Readonly<Record<string, Size['unit']>> = {
  T: 'Min', Min: 'Min', H: 'Hour', Hour: 'Hour', D: 'Day', Day: 'Day', W: 'Week', Week: 'Week', M: 'Month', Month: 'Month',
}; // biome-ignore format: a list

/** Reads `1Min`, `15T`, `4Hour`, `1Day`, `1W`, `3M`; undefined for what Alpaca refuses. */
export function readSize(text: string): Size | undefined {
  const match = /^(\d+)(Min|T|Hour|H|Day|D|Week|W|Month|M)$/.exec(text);
  if (match === null) return undefined;
  const size: Size = { count: Number(match[1]), unit: UNITS[match[2]!]! };
  const { count, unit } = size;
  const good =
    unit === 'Min'
      ? count >= 1 && count <= 59
      : unit === 'Hour'
        ? count >= 1 && count <= 23
        : unit === 'Month'
          ? [1, 2, 3, 4, 6, 12].includes(count)
          : count === 1;
  return good ? size : undefined;
}

export type Adjustment = 'raw' | 'split' | 'dividend' | 'all';

/** A bar of the past, with a start in ms. */
export type HistoryBar = Omit<MinuteBar, 'symbol'>;

export interface History {
  /** Bars whose start lies in `from` to `to`, as far as `now` knows them: only minutes that are over count. */
  bars(symbol: string, size: Size, from: number, to: number, now: number, adjustment: Adjustment): HistoryBar[];
  /** The last minute that is over, or undefined. */
  latest(symbol: string, now: number): MinuteBar | undefined;
  /** Its last price, in shares of today when a split lies between. */
  lastPrice(symbol: string, now: number): number | undefined;
  /** Corrects a minute from `at` on. */
  revise(bar: MinuteBar, at: number): void;
  readonly actions: readonly CorporateAction[];
}

/** Start of the bar that a minute belongs to. */
function bucketOf(symbol: string, size: Size, start: number): number {
  const { count, unit } = size;
  if (unit === 'Min' && 60 % count === 0) return start - (start % (count * MINUTE));
  const calendar = calendarOf(symbol);
  const midnight = calendar.midnight(instant(start));
  const step = count * (unit === 'Min' ? MINUTE : HOUR);
  if (unit === 'Min' || unit === 'Hour') return midnight + Math.floor((start - midnight) / step) * step;
  if (unit === 'Day') return midnight;
  const dayBefore = (at: number, days: number): number => calendar.midnight(instant(at - days * DAY + DAY / 2));
  if (unit === 'Week') return dayBefore(midnight, (calendar.weekday(instant(start)) + 6) % 7);
  const first = dayBefore(midnight, calendar.dayOfMonth(instant(start)) - 1);
  const month = new Date(first + DAY / 2).getUTCMonth();
  let months = month % count;
  let at = first;
  for (; months > 0; months--) at = dayBefore(at, calendar.dayOfMonth(instant(at - DAY / 2)));
  return at;
}

const round = (price: number): number => Math.round(price * 1e4) / 1e4;

export function createHistory(script: BarScript): History {
  const revised = new Map<string, { bar: MinuteBar; at: number }>();

  const minute = (bars: Bars, i: number, now: number): MinuteBar => {
    const bar = minuteOf(bars, i);
    const correction = revised.get(`${bar.symbol} ${bar.start}`);
    return correction !== undefined && correction.at <= now ? correction.bar : bar;
  };

  /** What a price of a day is multiplied by, and a volume divided by, so that it compares with `now`. */
  const factorOf = (
    symbol: string,
    date: string,
    now: number,
    adjustment: Adjustment,
  ): { price: number; volume: number } => {
    let price = 1;
    let volume = 1;
    const today = newYorkDate(now);
    for (const action of script.actions) {
      if (action.symbol !== symbol || action.date <= date || action.date > today) continue;
      if (adjustment === 'split' || adjustment === 'all') {
        price /= action.split;
        volume /= action.split;
      }
      if (adjustment === 'dividend' || adjustment === 'all')
        price *= 1 - action.dividend / closeBefore(symbol, action.date);
    }
    return { price, volume };
  };

  const closeBefore = (symbol: string, date: string): number => {
    const bars = script.bars.get(symbol);
    if (bars === undefined) return Number.POSITIVE_INFINITY;
    const i = firstFrom(bars, calendarOf(symbol).midnight(instant(Date.parse(date) + 17 * HOUR))) - 1;
    return i < 0 ? Number.POSITIVE_INFINITY : bars.close[i]!;
  };

  const adjusted = (bar: HistoryBar, symbol: string, now: number, adjustment: Adjustment): HistoryBar => {
    if (adjustment === 'raw' || script.actions.length === 0) return bar;
    const { price, volume } = factorOf(symbol, newYorkDate(bar.start), now, adjustment);
    if (price === 1 && volume === 1) return bar;
    return {
      ...bar,
      open: round(bar.open * price),
      high: round(bar.high * price),
      low: round(bar.low * price),
      close: round(bar.close * price),
      vwap: round(bar.vwap * price),
      volume: Math.round(bar.volume / volume),
    };
  };

  const latest = (symbol: string, now: number): MinuteBar | undefined => {
    const bars = script.bars.get(symbol);
    if (bars === undefined) return undefined;
    const i = firstFrom(bars, now - MINUTE + 1) - 1;
    return i < 0 ? undefined : minute(bars, i, now);
  };

  return {
    actions: script.actions,
    latest,
    lastPrice(symbol, now) {
      const bar = latest(symbol, now);
      return bar === undefined ? undefined : adjusted(bar, symbol, now, 'split').close;
    },
    revise: (bar, at) => void revised.set(`${bar.symbol} ${bar.start}`, { bar, at }),
    bars(symbol, size, from, to, now, adjustment) {
      const bars = script.bars.get(symbol);
      if (bars === undefined) return [];
      const out: HistoryBar[] = [];
      // A large bar may begin before the first minute that is asked for.
      for (let i = firstFrom(bars, bucketOf(symbol, size, from)); i < bars.length; i++) {
        const one = minute(bars, i, now);
        if (one.start + MINUTE > now) break;
        const start = bucketOf(symbol, size, one.start);
        if (start > to) break;
        if (start < from) continue;
        // Prices of a day are those of its regular hours; its volume is all of it.
        const priced =
          isCrypto(symbol) || size.unit === 'Min' || size.unit === 'Hour' || phaseAt(one.start) === 'regular';
        join(out, adjusted(one, symbol, now, adjustment), start, priced);
      }
      return out.filter((bar) => bar.trades > 0 && !Number.isNaN(bar.open));
    },
  };
}

/** Adds a minute to the bar that starts at `start`. A bar that has met no price yet has NaN for its prices. */
function join(out: HistoryBar[], one: HistoryBar, start: number, priced: boolean): void {
  const last = out.at(-1);
  if (last === undefined || last.start !== start) {
    const none = Number.NaN;
    out.push(
      priced
        ? { ...one, start }
        : { start, open: none, high: none, low: none, close: none, volume: one.volume, vwap: none, trades: one.trades },
    );
    return;
  }
  const volume = last.volume + one.volume;
  const fresh = Number.isNaN(last.open);
  out[out.length - 1] = !priced
    ? { ...last, volume, trades: last.trades + one.trades }
    : {
        start,
        open: fresh ? one.open : last.open,
        high: fresh ? one.high : Math.max(last.high, one.high),
        low: fresh ? one.low : Math.min(last.low, one.low),
        close: one.close,
        volume,
        vwap: fresh || volume === 0 ? one.vwap : (last.vwap * last.volume + one.vwap * one.volume) / volume,
        trades: last.trades + one.trades,
      };
}
