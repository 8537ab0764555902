import { DAY } from '../market/time.ts';
import { TIMEFRAME_MS } from '../market/timeframe.ts';
import { clockText, isBarEnd, windowOpens } from './bar-grid.ts';
import type { SessionModel } from './model.ts';
import type { Checking } from './strategy.ts';

/** Words of the session block against the bars: moments that no bar ends at, and windows in which no order fills. */
export function checkSessionBars({ reporter, value }: Checking, session: SessionModel): void {
  const { symbols, timeframe } = value;
  // Coins have days of UTC, other hours other fills.
  if (typeof symbols === 'string' || symbols.some((symbol) => symbol.includes('/'))) return;
  const { days, flatBy, entriesFrom, entriesUntil } = session;
  if (days?.every((day) => day === 0 || day === 6)) {
    reporter.at(
      'E313',
      ['session', 'days'],
      'entries are for Saturday and Sunday only, and the exchange is closed then',
      'name a day from mon to fri, or take days out',
    );
  }
  const size = TIMEFRAME_MS[timeframe];
  if (size >= DAY || session.hours !== 'regular') return;
  if (flatBy !== undefined && !isBarEnd(size, flatBy.anchor, flatBy.offset)) {
    const word = value.session?.flat_by ?? '';
    reporter.at(
      'W373',
      ['session', 'flat_by'],
      `\`flat_by: ${word}\` is ${clockText(flatBy.anchor, flatBy.offset)}, when no ${timeframe} bar ends: the position is closed up to a bar early, or too late on finer data`,
      'choose a moment at which a bar ends, or a finer timeframe',
    );
  }
  if (entriesFrom === undefined && entriesUntil === undefined) return;
  const key = entriesUntil === undefined ? 'entries_from' : 'entries_until';
  const backwards = reporter.diagnostics.some(({ code }) => code === 'E313');
  if (backwards || windowOpens(size, entriesFrom, entriesUntil)) return;
  reporter.at(
    'E313',
    ['session', key],
    `no ${timeframe} bar ends inside the entry window, so no order ever fills in it`,
    'widen the window, or use a finer timeframe',
  );
}
