import { DAY, MINUTE } from '../market/time.ts';
import { TIMEFRAME_MS } from '../market/timeframe.ts';
import type { SessionModel, SessionWord } from './model.ts';
import type { Checking } from './strategy.ts';
import { parseSessionWord, weekdayNumber, wordOf } from './words.ts';

/** A whole session, 09:30 to 16:00. */
const SESSION = 390 * MINUTE;

/** Where a word lies in a whole session, from its open. */
const fromOpen = ({ anchor, offset }: SessionWord): number => (anchor === 'open' ? offset : SESSION + offset);

/** Checks the session block: its words, and whether bars of this size can honour them. */
export function checkSession({ reporter, value }: Checking): SessionModel {
  const written = value.session ?? {};
  const word = (key: 'entries_from' | 'entries_until' | 'flat_by'): SessionWord | undefined => {
    const text = written[key];
    return text === undefined ? undefined : parseSessionWord(text);
  };
  const entriesFrom = word('entries_from');
  const entriesUntil = word('entries_until');
  const flatBy = word('flat_by');
  if (flatBy !== undefined && TIMEFRAME_MS[value.timeframe] >= DAY) {
    reporter.at(
      'E312',
      ['session', 'flat_by'],
      `\`flat_by\` cannot be honoured by ${value.timeframe} bars: each is over only when the session is`,
      'use a timeframe of 1h or finer, or take flat_by out',
    );
  }
  if (TIMEFRAME_MS[value.timeframe] >= DAY) {
    for (const key of ['entries_from', 'entries_until'] as const) {
      const when = word(key);
      // A daily bar is over at the close: its orders fill at the next open, and only there.
      if (
        when === undefined ||
        (when.anchor === 'open' ? when.offset <= 0 || key === 'entries_until' : key === 'entries_until')
      )
        continue;
      reporter.at(
        'E313',
        ['session', key],
        `with ${value.timeframe} bars every entry fills at a session's open, which \`${key}: ${written[key]}\` shuts out`,
        `take ${key} out, or use a finer timeframe`,
      );
    }
  }
  if (entriesFrom !== undefined && entriesUntil !== undefined && fromOpen(entriesFrom) >= fromOpen(entriesUntil)) {
    reporter.at(
      'E313',
      ['session', 'entries_until'],
      `entries end (${written.entries_until}) before they begin (${written.entries_from})`,
      'let entries_until lie after entries_from',
    );
  }
  return {
    hours: wordOf(['regular', 'extended', 'always'], written.hours, 'regular'),
    entriesFrom,
    entriesUntil,
    flatBy,
    days: written.days?.map(weekdayNumber),
  };
}
