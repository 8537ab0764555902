import type { Instant } from '../../market/time.ts';
import type { PositionView, Release, TrippedView } from '../../runtime/view.ts';
import { count, counted, fixed, quantity } from '../amounts.ts';
import { marketTime } from '../clock.ts';

/** `14:03:11` UTC of the wall clock; with its date when that is another day than `now`'s. */
export const wallTime = (at: number, now: number): string => {
  const text = new Date(at).toISOString();
  const clock = `${text.slice(11, 19)}Z`;
  return text.slice(0, 10) === new Date(now).toISOString().slice(0, 10) ? clock : `${text.slice(0, 10)} ${clock}`;
};

/** `12 s`, `3 min`, `2.5 h`, `4 days`. */
export const span = (milliseconds: number): string => {
  const seconds = milliseconds / 1000;
  if (seconds < 90) return `${Math.max(0, Math.floor(seconds))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${fixed(seconds / 3600, 1)} h` : counted(Math.round(seconds / 86_400), 'day');
};

/** `+0.42 %`: of a move, one or two places. */
export const movePercent = (value: number, places = 2): string => {
  const text = fixed(value, places);
  return `${value > 0 && !/^0(\.0+)?$/.test(text) ? '+' : ''}${text} %`;
};

/** `long 42`. */
export const heldWords = ({ side, qty }: Pick<PositionView, 'side' | 'qty'>): string => `${side} ${quantity(qty)}`;

/** A breaker of a symbol goes by that symbol's exchange. */
const clockOf = ({ scope, place }: Pick<TrippedView, 'scope' | 'place'>): string => (scope === 'symbol' ? place : '');

/** `10-02 09:31` on the exchange's clock. */
export const shortTime = (symbol: string, at: Instant): string => marketTime(symbol, at).slice(5);

export const sinceWords = (tripped: TrippedView): string => shortTime(clockOf(tripped), tripped.since);

/** When a breaker lets go, to be read after `until`. */
export const untilWords = (tripped: TrippedView): string => {
  const release: Release = tripped.until;
  switch (release.kind) {
    case 'time':
      return shortTime(clockOf(tripped), release.at);
    case 'bars':
      return `${count(release.left)} more bar${release.left === 1 ? '' : 's'}`;
    case 'next_session':
      return 'the next session';
    case 'clear':
      return 'it is false again';
    case 'manual':
      return 'reset by hand';
  }
};

/** What a tripped breaker does. */
export const DOES = { pause_entries: 'entries paused', flatten: 'closed all', halt: 'halted' } as const;

export const heldBackWords = ({ heldBack }: TrippedView): string => counted(heldBack, 'entry', 'entries');
