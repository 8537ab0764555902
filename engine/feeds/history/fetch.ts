import type { Refusal } from '../../alpaca/refusal.ts';
import type { AlpacaRest, BarSize, BarsQuery } from '../../alpaca/rest.ts';
import { calendarOf } from '../../market/calendars.ts';
import type { MinuteBar } from '../../market/minute-bar.ts';
import { DAY, HOUR, instant, MINUTE } from '../../market/time.ts';
import { type BarFile, rowOf } from './bar-file.ts';

export interface FetchOptions {
  readonly rest: Pick<AlpacaRest, 'barsPage'>;
  readonly symbol: string;
  readonly size: BarSize;
  readonly adjustment: BarsQuery['adjustment'];
  readonly feed: BarsQuery['feed'];
  /** Bars that begin at or after `from` and are over by `to`, ms since 1970. */
  readonly from: number;
  readonly to: number;
  readonly file: BarFile;
  readonly signal: AbortSignal;
  /** Told after each page: bars so far, and the part of the time that is done, 0 to 1. */
  readonly told: (bars: number, part: number) => void;
}

export type Fetched =
  | {
      readonly kind: 'done' | 'interrupted';
      /** Rows that were added. */
      readonly added: number;
      /** Bars without a price, which were left out. */
      readonly leftOut: number;
      /** The last row of before came with other figures: `row` alone was replaced, or the `file` was begun anew. */
      readonly restated: 'row' | 'file' | undefined;
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

const LENGTH: Readonly<Record<BarSize, number>> = {
  '1Min': MINUTE,
  '5Min': 5 * MINUTE,
  '15Min': 15 * MINUTE,
  '30Min': 30 * MINUTE,
  '1Hour': HOUR,
  '1Day': DAY,
};

/** When a bar is over, ms: a day of the exchange with its session. */
export function endOf(symbol: string, size: BarSize, start: number): number {
  const calendar = calendarOf(symbol);
  if (size !== '1Day' || calendar.id === 'CRYPTO') return start + LENGTH[size];
  return calendar.close(calendar.sessionOn(instant(start + DAY / 2)));
}

const hasPrices = ({ open, high, low, close, volume }: MinuteBar): boolean =>
  open > 0 && high > 0 && low > 0 && close > 0 && volume >= 0 && high < Number.POSITIVE_INFINITY;

/**
 * Brings a file of bars up to date: from its last row on, or from the beginning. That row is asked for again: when it comes
 * with other figures, adjusted bars rest on another footing (a split since), and the whole file is begun anew.
 */
export async function fetchHistory(options: FetchOptions): Promise<Fetched> {
  const { rest, symbol, size, adjustment, feed, from, to, file, signal, told } = options;
  const before = file.last;
  let added = 0;
  let leftOut = 0;
  let restated: 'row' | 'file' | undefined;
  let begin = before === undefined ? from : Math.max(from, before.start);
  let known = before;
  for (let token: string | undefined; ; ) {
    if (signal.aborted) return { kind: 'interrupted', added, leftOut, restated };
    if (begin >= to) return { kind: 'done', added, leftOut, restated };
    const page = await rest.barsPage({ symbols: [symbol], size, from: begin, to, adjustment, feed }, token);
    if (signal.aborted) return { kind: 'interrupted', added, leftOut, restated };
    if ('refusal' in page) return { kind: 'refused', refusal: page.refusal };
    const bars = page.ok.bars.get(symbol) ?? [];
    const whole = bars.filter((bar) => endOf(symbol, size, bar.start) <= to && hasPrices(bar));
    leftOut += bars.filter((bar) => !hasPrices(bar)).length;
    const again = known === undefined ? undefined : bars.find(({ start }) => start === known?.start);
    if (again !== undefined && known !== undefined && rowOf(again) !== known.row) {
      if (adjustment === 'raw') {
        restated = 'row';
        await file.dropLast();
      } else {
        restated = 'file';
        await file.empty();
        begin = from;
        known = undefined;
        token = undefined;
        leftOut = 0;
        continue;
      }
    }
    known = undefined;
    added += await file.append(whole);
    const reached = whole.at(-1)?.start ?? begin;
    told(added, Math.min(1, Math.max(0, (reached - begin) / Math.max(1, to - begin))));
    if (page.ok.next === undefined || page.ok.next === token) return { kind: 'done', added, leftOut, restated };
    token = page.ok.next;
  }
}
