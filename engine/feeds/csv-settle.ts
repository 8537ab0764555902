import { calendarOf } from '../market/calendars.ts';
import { DAY, MINUTE, SECOND } from '../market/time.ts';
import { TIMEFRAMES } from '../market/timeframe.ts';
import { reverseColumns } from './columns.ts';
import type { Gathering } from './csv-gathering.ts';
import { lineOf, type Scan } from './csv-scan.ts';
import { DATE_ONLY, LOCAL } from './csv-time.ts';
import { finding } from './finding.ts';
import { type Fitted, fitBars } from './fit-bars.ts';
import { putInOrder } from './put-in-order.ts';
import { inferSpacing, isReversed } from './spacing.ts';

export const SORT_HELP = 'sort the rows by time and leave one row for each time';

function spoken(ms: number): string {
  if (ms % DAY === 0) return `${ms / DAY} days`;
  return ms % MINUTE === 0 ? `${ms / MINUTE} minutes` : `${ms / SECOND} seconds`;
}

const everyRow = (length: number): number[] => Array.from({ length }, (_, row) => row);

/** Settles zone, direction and bar size of a file that was read, then cuts its rows to the sessions. */
export function settle(gathering: Gathering, symbol: string, path: string, scan: Scan): Fitted | undefined {
  const { columns, runs } = scan;
  const { time, length } = columns;
  let dates = scan.kind === DATE_ONLY;
  if (scan.kind === LOCAL && gathering.zone === undefined) {
    dates = true;
    for (let i = 0; i < length && dates; i++) dates = time[i]! % DAY === 0;
    if (!dates) {
      const help = 'say which clock it is: --tz America/New_York (or UTC, or where the file was made)';
      gathering.diagnostics.push(finding('E406', `${path}: the times name no zone`, { help }));
      return undefined;
    }
  }
  const reversed = isReversed(time, length, scan.breaks);
  if (reversed) reverseColumns(columns);
  const breaks = reversed ? everyRow(length) : scan.breaks;
  const lineInFile = (row: number): number => lineOf(runs, reversed ? length - 1 - row : row);
  const sorted = putInOrder(columns, breaks);
  const reordering = sorted !== undefined && 'order' in sorted ? sorted : undefined;
  if (reordering !== undefined) {
    const { moved, first, last } = reordering;
    const stood = moved === 1 ? '1 row stood out of order and was' : `${moved} rows stood out of order and were`;
    gathering.warnings.push(`${path}: ${stood} sorted by time (see line ${lineInFile(reversed ? last - 1 : first)})`);
  }
  const spacing = inferSpacing(time, length);
  if ('odd' in spacing && sorted !== undefined && 'repeated' in sorted) {
    const [one, other] = sorted.repeated.map(lineInFile).sort((a, b) => a - b);
    const message = `${path}: the rows are out of order, and cannot be sorted: lines ${one} and ${other} have one time`;
    gathering.diagnostics.push(finding('E413', message, { help: SORT_HELP }));
    return undefined;
  }
  if ('odd' in spacing) {
    const message = `${path}: the rows are ${spoken(spacing.odd)} apart, which is no size of bars`;
    gathering.diagnostics.push(finding('E409', message, { help: `sizes are ${TIMEFRAMES.join(' ')}` }));
    return undefined;
  }
  return fitBars(columns, {
    symbol,
    calendar: calendarOf(symbol),
    timeframe: spacing.timeframe,
    hours: gathering.options.hours,
    dates,
    breaks: reordering === undefined ? breaks : everyRow(length),
    from: gathering.options.from ?? Number.NEGATIVE_INFINITY,
    to: gathering.options.to ?? Number.POSITIVE_INFINITY,
    refuse(row, cause, detail) {
      gathering.quarantine.put(
        path,
        lineInFile(reordering === undefined ? row : reordering.order[row]!),
        cause,
        detail,
      );
    },
  });
}
