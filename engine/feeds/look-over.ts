import type { Bars, CorporateAction } from '../market/bars.ts';
import type { Calendar } from '../market/calendar.ts';
import { HOUR, instant } from '../market/time.ts';

const RATIOS: readonly (readonly [number, string])[] = [
  [1.5, '3:2'],
  ...[2, 3, 4, 5, 6, 7, 8, 10, 15, 20, 25, 30, 50, 100].map((n) => [n, `${n}:1`] as const),
];
const TOLERANCE = 0.08;
const SHOWN = 10;
/** Noon in New York as hours of UTC, near enough to fall on the same date in summer and winter. */
const NEW_YORK_NOON = 17 * HOUR;

function likeSplit(ratio: number): string | undefined {
  const size = ratio >= 1 ? ratio : 1 / ratio;
  const match = RATIOS.find(([value]) => Math.abs(size / value - 1) <= TOLERANCE);
  return match === undefined ? undefined : ratio >= 1 ? match[1] : match[1].split(':').reverse().join(':');
}

interface Split {
  /** The first session at or after its date, at whose open the split shows. */
  readonly session: number;
  readonly date: string;
  readonly ratio: number;
}

function splitsOf(symbol: string, calendar: Calendar, actions: readonly CorporateAction[]): Split[] {
  const out: Split[] = [];
  for (const action of actions) {
    if (action.symbol !== symbol || action.split === 1) continue;
    const on = calendar.sessionOn(instant(Date.parse(action.date) + NEW_YORK_NOON));
    const session = on >= 0 && calendar.date(on) === action.date ? on : on + 1;
    out.push({ session, date: action.date, ratio: action.split });
  }
  return out.sort((a, b) => a.session - b.session);
}

/** The last bar of the session that bar `first` belongs to: sessions never fall, and are long or one bar each. */
function lastOfSession({ session, length }: Bars, first: number): number {
  const current = session[first]!;
  let low = first;
  let step = 1;
  while (low + step < length && session[low + step] === current) {
    low += step;
    step *= 2;
  }
  for (; step >= 1; step /= 2) if (low + step < length && session[low + step] === current) low += step;
  return low;
}

/** Sentences on what looks wrong between the sessions of one symbol: jumps like a split, splits without a jump, sessions without a bar. */
export function lookOver(bars: Bars, calendar: Calendar, actions: readonly CorporateAction[]): string[] {
  const splits = splitsOf(bars.symbol, calendar, actions);
  let next = 0;
  const out: string[] = [];
  let jumps = 0;
  let missing = 0;
  let firstMissing = -1;
  let lastMissing = -1;
  let previous = -1;
  const { session, open, close, length, timeframe } = bars;
  for (let i = 0; i < length; i = previous + 1) {
    const current = session[i]!;
    if (previous >= 0) {
      const gap = current - session[previous]! - 1;
      if (gap > 0 && timeframe !== '1w') {
        missing += gap;
        if (firstMissing < 0) firstMissing = session[previous]! + 1;
        lastMissing = current - 1;
      }
      const ratio = close[previous]! / open[i]!;
      // A split of a day without a bar, or without a session, shows at the first bar after it.
      let expected = 1;
      let dated = '';
      for (; next < splits.length && splits[next]!.session <= current; next++) {
        if (splits[next]!.session <= session[previous]!) continue;
        expected *= splits[next]!.ratio;
        dated = splits[next]!.date;
      }
      if (calendar.id === 'XNYS' && (ratio > 1.35 || ratio < 0.74 || expected !== 1)) {
        const date = calendar.date(current);
        const shape = likeSplit(ratio);
        if (expected === 1 && shape !== undefined) {
          jumps++;
          if (jumps <= SHOWN) {
            out.push(
              `${bars.symbol}: ${date} opens at ${open[i]} after a close of ${close[previous]} (ratio ${ratio.toFixed(2)}), which looks like a ${shape} split. If it was one, add "${date},${bars.symbol},${shape},0" to actions.csv; if the price did move so, nothing is to be done`,
            );
          }
        } else if (expected !== 1 && Math.abs(Math.log(ratio / expected)) > 0.3) {
          out.push(
            `${bars.symbol}: actions.csv has a split of ${expected} on ${dated}, but the price goes from ${close[previous]} to ${open[i]}: the bars look adjusted already; take the split out, or use raw prices`,
          );
        }
      }
    }
    previous = lastOfSession(bars, i);
  }
  if (jumps > SHOWN) out.push(`${bars.symbol}: ${jumps - SHOWN} more jumps look like splits`);
  if (missing > 0) {
    const span = firstMissing === lastMissing ? '' : ` to ${calendar.date(lastMissing)}`;
    const sessions = missing === 1 ? '1 session' : `${missing} sessions`;
    out.push(`${bars.symbol}: ${sessions} without a bar (${calendar.date(firstMissing)}${span})`);
  }
  return out;
}
