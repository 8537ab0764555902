import type { SessionRow } from '../journal/session.ts';
import { readSlices } from '../journal/slices.ts';
import { counted } from '../report/amounts.ts';
import { type ExportKind, exportCsv, exportJson, type Row, rowsOf, type Span } from '../report/export-rows.ts';
import { decisionProbe } from '../runtime/decision-rows.ts';
import { textFlag } from './arguments.ts';
import type { CommandContext } from './command.ts';
import { EXIT } from './exit.ts';
import { exitOfRun } from './interruption.ts';
import { journalFailure } from './journal-failure.ts';
import { type OpenedJournal, replaySession, sessionNamed, withJournal } from './recorded.ts';
import { readInstant, refuseReversed } from './simulation-flags.ts';
import { checkWritable, deliver } from './write-file.ts';

/** What a recorded run brought, as rows: whole in a file or on stdout. */
export const run = async (context: CommandContext): Promise<number> => {
  const { positionals, flags, terminal, interruption } = context;
  const out = textFlag(flags, 'out');
  if (out !== undefined) checkWritable(out);
  const kind = (textFlag(flags, 'what') ?? 'trades') as ExportKind;
  const from = readInstant('from', textFlag(flags, 'from'), false, 'SPY');
  const to = readInstant('to', textFlag(flags, 'to'), true, 'SPY');
  refuseReversed(flags, from, to);
  const span: Span = { from: from ?? Number.NEGATIVE_INFINITY, to: to ?? Number.POSITIVE_INFINITY };
  const signal = interruption();
  try {
    return await withJournal(flags, async (journal) => {
      const row = sessionNamed(journal, positionals[0]);
      const rows =
        kind === 'decisions'
          ? await decisions(journal, row, flags, span, signal)
          : rowsOf(kind, readSlices(journal.database, row.id, row.seal), span);
      if (signal.aborted) return exitOfRun(true, signal);
      await deliver(terminal, out, () =>
        flags.format === 'csv' ? exportCsv(kind, rows) : exportJson(kind, row.name, rows),
      );
      if (out !== undefined) terminal.err(`${counted(rows.length, 'row')} of session ${row.name}\n`);
      return EXIT.fine;
    });
  } catch (error) {
    throw journalFailure(error);
  }
};

const decisions = async (
  journal: OpenedJournal,
  row: SessionRow,
  flags: CommandContext['flags'],
  span: Span,
  signal: AbortSignal,
): Promise<Row[]> => {
  const rows: Row[] = [];
  const probe = decisionProbe(({ time, ...decision }) => {
    if (time < span.from || time >= span.to) return;
    rows.push({ time: new Date(time).toISOString(), ...decision });
  });
  await replaySession(journal, row, flags, { probe }, signal);
  return rows;
};
