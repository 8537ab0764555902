import type { Ruleset } from '../compiler/ruleset.ts';
import type { SessionRow, Source } from '../journal/session.ts';
import type { Sqlite } from '../journal/sqlite.ts';
import type { WorkspaceOptions } from '../runtime/workspace.ts';

/** A session on live bars, as the journal has it. */
export interface RecordedLive {
  readonly database: Sqlite;
  readonly row: SessionRow;
  readonly source: Extract<Source, { readonly kind: 'alpaca' }>;
  /** The rules that it began with. */
  readonly ruleset: Ruleset;
  readonly where: Pick<WorkspaceOptions, 'dir' | 'symbols'>;
}

/** Orders of the session went to a broker; else they were filled from the bars. */
export const tradedThen = ({ account }: RecordedLive['source']): boolean => account !== 'dry';
