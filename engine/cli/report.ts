import { type Instant, instant } from '../market/time.ts';
import { marketTime } from '../report/clock.ts';
import { resultJson } from '../report/json.ts';
import { receiptMember } from '../report/receipt-json.ts';
import { receiptsText } from '../report/receipt-text.ts';
import type { Style } from '../report/style.ts';
import { resultText } from '../report/text.ts';
import { resultWith } from '../runtime/result.ts';
import { textFlag } from './arguments.ts';
import type { CommandContext } from './command.ts';
import { EXIT, failure } from './exit.ts';
import { exitOfRun } from './interruption.ts';
import { journalFailure } from './journal-failure.ts';
import { progressScreen } from './progress.ts';
import { reached, replaySession, sessionNamed, tradedLive, withJournal } from './recorded.ts';
import { readInstant, refuseReversed } from './simulation-flags.ts';
import { checkWritable, deliver } from './write-file.ts';
import { growYoungMemory } from './young-memory.ts';

const iso = (at: Instant | undefined): string | null => (at === undefined ? null : new Date(at).toISOString());

/** Days whose receipts are shown: each is a run of its own, from the session's start to its close. */
const RECEIPTS = 5;

const NONE = { receipts: [], left: 0 } as const;

const FILLED_BY: Readonly<Record<string, string>> = { paper: "Alpaca's paper trading", live: 'Alpaca' };

const receiptsAsked = (text: string | undefined): number => {
  if (text === undefined) return RECEIPTS;
  if (text === 'all') return Number.MAX_SAFE_INTEGER;
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw failure(`--receipts takes a number of days or \`all\`, not ${text}`, 'engine report --receipts 20');
};

/** The report of a recorded run, as far as it came: it is run again, held to its journal, and rendered as a backtest is. */
export const run = async ({ positionals, flags, terminal, interruption }: CommandContext): Promise<number> => {
  growYoungMemory();
  const out = textFlag(flags, 'out');
  if (out !== undefined) checkWritable(out);
  const from = readInstant('from', textFlag(flags, 'from'), false, 'SPY');
  const to = readInstant('to', textFlag(flags, 'to'), true, 'SPY');
  refuseReversed(flags, from, to);
  const most = receiptsAsked(textFlag(flags, 'receipts'));
  const signal = interruption();
  try {
    return await withJournal(flags, async (journal) => {
      const row = sessionNamed(journal, positionals[0]);
      const end = reached(journal, row);
      if (end !== undefined && from !== undefined && end.time <= from) {
        throw failure(
          `session ${row.name} ends at ${marketTime('SPY', instant(end.time))} New York, before --from ${textFlag(flags, 'from')}`,
          'name an earlier day',
        );
      }
      if (end === undefined) {
        throw failure(`session ${row.name} has not come to its first bar`, 'engine run --dry goes on with it');
      }
      const screen = progressScreen(terminal, '', () => performance.now());
      const replayed = await replaySession(journal, row, flags, {}, signal, undefined, { from, to });
      screen.end();
      const { result, complete } = replayed;
      if (signal.aborted) return exitOfRun(true, signal);
      if (result.data.from === 0 || result.data.from >= result.data.to) {
        throw failure(`session ${row.name} has no bar there`, 'name other days, or leave --from and --to out');
      }
      const live = tradedLive(journal, row, replayed, flags);
      const { receipts, left } =
        live === undefined || most === 0
          ? NONE
          : await (await import('./receipts.ts')).lastReceipts(live, replayed.session, most, signal);
      if (signal.aborted) return exitOfRun(true, signal);
      const text = {
        title: `Session ${row.name}${from !== undefined || to !== undefined ? ', a stretch' : complete ? '' : ', so far'}`,
        width: terminal.width,
        ...(row.source.kind === 'alpaca' && live !== undefined
          ? { filledBy: FILLED_BY[row.source.account ?? ''] ?? 'Alpaca' }
          : {}),
        ...(complete ? { whole: row.source.kind === 'sample' ? 'the sample year' : 'the bars' } : {}),
      };
      // A session that goes on was not cut short.
      const shown = resultWith(result, { interrupted: false });
      await deliver(terminal, out, (style: Style) =>
        flags.format === 'json'
          ? resultJson(shown, {
              session: { name: row.name, started: row.started, state: row.state },
              ...(from === undefined && to === undefined ? {} : { range: { from: iso(from), to: iso(to) } }),
              ...(live === undefined ? {} : { receipts: receipts.map(receiptMember), receiptsLeftOut: left }),
            })
          : [resultText(shown, { ...text, style }), receiptsText(receipts, { width: terminal.width, style, left })],
      );
      return EXIT.fine;
    });
  } catch (error) {
    throw journalFailure(error);
  }
};
