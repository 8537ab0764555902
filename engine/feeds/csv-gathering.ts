import type { Diagnostic } from '../documents/diagnostic.ts';
import type { Bars, CorporateAction } from '../market/bars.ts';
import type { Hours } from '../market/calendar.ts';
import type { Instant } from '../market/time.ts';
import type { CsvAhead } from './csv-ahead.ts';
import type { Quarantine } from './quarantine.ts';
import type { Zone } from './timezone.ts';

export interface CsvOptions {
  /** A folder with one file per symbol, or one file. */
  readonly path: string;
  /** Symbols wanted; undefined: every file of the folder. */
  readonly symbols?: readonly string[] | undefined;
  /** Clock of times that name no zone: IANA name, `UTC` or an offset. */
  readonly timezone?: string | undefined;
  /** The widest hours that any strategy wants; bars beyond them are counted as outside. */
  readonly hours: Hours;
  /** Bars that start before `from`, or at or after `to`, are left out. */
  readonly from?: Instant | undefined;
  readonly to?: Instant | undefined;
  /** What was begun before the options were known, to be used and closed; undefined: it is begun now, for many bytes. */
  readonly ahead?: CsvAhead | undefined;
}

/** What one reading gathers over its files. */
export interface Gathering {
  readonly options: CsvOptions;
  readonly zone: Zone | undefined;
  readonly quarantine: Quarantine;
  readonly bars: Map<string, Bars>;
  readonly actions: CorporateAction[];
  readonly diagnostics: Diagnostic[];
  readonly warnings: string[];
  /** Text of the file of actions. */
  actionsText: string;
  rowsRead: number;
  barsUsed: number;
  outsideSession: number;
}
