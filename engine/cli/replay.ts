import { isRefusal } from '../journal/refusal.ts';
import { instant } from '../market/time.ts';
import { counted, dollars } from '../report/amounts.ts';
import { marketTime } from '../report/clock.ts';
import { SCHEMA_VERSION } from '../report/json.ts';
import { table } from '../report/table.ts';
import { textFlag } from './arguments.ts';
import type { CommandContext } from './command.ts';
import { counterfactual } from './counterfactual.ts';
import { EXIT, failure } from './exit.ts';
import { exitOfRun } from './interruption.ts';
import { journalFailure } from './journal-failure.ts';
import { type OpenedJournal, reached, replaySession, sessionNamed, withJournal } from './recorded.ts';
import { sourceWords } from './session-source.ts';
import { growYoungMemory } from './young-memory.ts';

const STATES = { open: 'goes on', complete: 'complete', abandoned: 'ended by --fresh' } as const;

/** Without a name the sessions of the journal; with one, that session again: the same to the last byte, or what differs. */
export const run = async (context: CommandContext): Promise<number> => {
  const { positionals, flags } = context;
  const [name] = positionals;
  const revision = textFlag(flags, 'revision');
  if (revision !== undefined && name === undefined) {
    throw failure('--revision goes with a session', 'engine replay SESSION --revision REV; engine replay lists them');
  }
  if (revision === undefined && flags['without-commands'] !== undefined) {
    throw failure('--without-commands goes with --revision', 'a replay repeats what was done to the session');
  }
  try {
    return await withJournal(flags, async (journal) => {
      if (name === undefined) return list(context, journal);
      if (revision === undefined) return replay(context, journal, name);
      growYoungMemory();
      return counterfactual(context, journal, sessionNamed(journal, name), revision);
    });
  } catch (error) {
    throw journalFailure(error);
  }
};

const list = async ({ flags, terminal }: CommandContext, journal: OpenedJournal): Promise<number> => {
  const rows = journal.sessions.map((row) => ({ row, at: reached(journal, row) }));
  if (flags.format === 'json') {
    const sessions = rows.map(({ row, at }) => ({
      name: row.name,
      started: row.started,
      ended: row.ended ?? null,
      state: row.state,
      engine: row.engine,
      source: row.source.kind,
      revision: at?.revision ?? null,
      reached: at === undefined || Number.isNaN(at.time) ? null : new Date(at.time).toISOString(),
      instants: at?.instants ?? 0,
      trades: at?.trades ?? 0,
      equity: at === undefined ? null : at.equity.toFixed(2),
    }));
    terminal.out(`${JSON.stringify({ schemaVersion: SCHEMA_VERSION, sessions }, undefined, 1)}\n`);
    return EXIT.fine;
  }
  const { width, style } = terminal;
  const lines = table(
    [
      { title: 'session', align: 'left' },
      { title: 'bars', align: 'left', shrinks: true },
      { title: 'came to (New York)', align: 'left' },
      { title: 'trades', align: 'right' },
      { title: 'equity', align: 'right' },
      { title: 'state', align: 'left' },
    ],
    rows.map(({ row, at }) => [
      row.name,
      sourceWords(row.source),
      at === undefined || Number.isNaN(at.time) ? 'no bar yet' : marketTime('SPY', instant(at.time)),
      String(at?.trades ?? 0),
      at === undefined ? '-' : dollars(at.equity),
      STATES[row.state],
    ]),
    { width, indent: 0, style },
  );
  terminal.out(rows.length === 0 ? 'no session yet\n' : `${lines.join('\n')}\n`);
  return EXIT.fine;
};

const replay = async (
  { flags, terminal, interruption }: CommandContext,
  journal: OpenedJournal,
  name: string,
): Promise<number> => {
  growYoungMemory();
  const signal = interruption();
  const row = sessionNamed(journal, name);
  const at = reached(journal, row);
  const json = flags.format === 'json';
  const began = performance.now();
  let difference: string | undefined;
  try {
    if (at !== undefined) await replaySession(journal, row, flags, {}, signal);
  } catch (error) {
    // Other bars, or rules that are not taken any more, are no difference of decisions.
    if (!isRefusal(error) || !error.message.includes('does not repeat itself')) throw error;
    difference = error.message;
  }
  if (signal.aborted) return exitOfRun(true, signal);
  const seconds = (performance.now() - began) / 1000;
  const instants = at?.instants ?? 0;
  const same = difference === undefined;
  if (json) {
    terminal.out(
      `${JSON.stringify({ schemaVersion: SCHEMA_VERSION, session: row.name, instants, trades: at?.trades ?? 0, same, difference: difference ?? null, seconds }, undefined, 1)}\n`,
    );
  } else if (same) {
    terminal.out(
      `session ${row.name}: ${counted(instants, 'instant')}, ${counted(at?.trades ?? 0, 'trade')}: the same to the last byte (${seconds.toFixed(1)} s)\n`,
    );
  } else terminal.out(`${difference}\n`);
  return same ? EXIT.fine : EXIT.findings;
};
