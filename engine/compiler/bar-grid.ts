import { DAY, HOUR, MINUTE } from '../market/time.ts';

/** The regular session of the exchange, from midnight in New York; on the day after Thanksgiving and the like it ends at 13:00. */
const OPEN = 9.5 * HOUR;
const CLOSE = 16 * HOUR;
const EARLY_CLOSE = 13 * HOUR;

/** Whether a bar of this size ends at a moment of the regular session: bars follow the hours of the clock and end with it. */
export function isBarEnd(size: number, anchor: 'open' | 'close', offset: number): boolean {
  const at = (anchor === 'open' ? OPEN : CLOSE) + offset;
  return size < DAY && (at % size === 0 || at === OPEN || at === CLOSE);
}

/** A moment of the session as a clock shows it. */
export function clockText(anchor: 'open' | 'close', offset: number): string {
  const minutes = Math.round(((anchor === 'open' ? OPEN : CLOSE) + offset) / MINUTE);
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

interface Word {
  readonly anchor: 'open' | 'close';
  readonly offset: number;
}

/**
 * Whether an entry decided on bars of this size can fill between two moments, on a whole or a shortened session: orders go out when
 * a bar ends and fill at once, those of the last bar at the next open.
 */
export function windowOpens(size: number, from: Word | undefined, until: Word | undefined): boolean {
  return [CLOSE, EARLY_CLOSE].some((close) => {
    const moment = ({ anchor, offset }: Word): number => (anchor === 'open' ? OPEN : close) + offset;
    const first = from === undefined ? OPEN : moment(from);
    const end = until === undefined ? close : moment(until);
    for (let fill = OPEN; fill < close; fill = (Math.floor(fill / size) + 1) * size)
      if (fill >= first && fill < end) return true;
    return false;
  });
}
