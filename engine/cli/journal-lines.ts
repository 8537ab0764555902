import { calendarOf } from '../market/calendars.ts';
import { instant } from '../market/time.ts';
import { counted, dollars } from '../report/amounts.ts';
import { marketTime } from '../report/clock.ts';
import { wrap } from '../report/wrap.ts';
import type { PatientHooks } from '../runtime/patient-sink.ts';
import type { RecordingHooks } from '../runtime/recording.ts';
import type { Terminal } from './terminal.ts';

/** Attempts between two lines about a journal that cannot be written: half a minute. */
const REMIND = 60;

/** What the journal has to say while a run goes on: on stderr, above the progress line. */
export const journalLines = (
  terminal: Pick<Terminal, 'err' | 'errStyle' | 'errTty' | 'errWidth'>,
  session: string | undefined,
  symbol: string,
  live = false,
): PatientHooks & Pick<RecordingHooks, 'restored'> => {
  const style = terminal.errStyle;
  const say = (text: string): void => {
    terminal.err(`${text}\n`);
  };
  return {
    restored({ now, book }) {
      const zone = calendarOf(symbol).id === 'CRYPTO' ? 'UTC' : 'New York';
      const where = Number.isNaN(now) ? 'before its first bar' : `at ${marketTime(symbol, instant(now))} ${zone}`;
      const [head, ...more] = wrap(
        `Restored: session ${session}, ${where}, equity ${dollars(book.equity())}, ${counted(book.state.trades.length, 'trade')} so far; --fresh starts anew`,
        terminal.errTty ? Math.min(terminal.errWidth, 120) : Number.POSITIVE_INFINITY,
      );
      say([style.bold(head!), ...more].join('\n'));
    },
    stuck(reason, attempts) {
      if (attempts % REMIND !== 1) return;
      say(
        `${style.red('The journal cannot be written')}: ${reason}. ${live ? 'Nothing is entered until it can; exits go on.' : 'The run stands still until it can; Ctrl-C ends it.'}`,
      );
    },
    resumed: () => say(`${style.green('The journal can be written again')}: the run goes on.`),
    lost: () =>
      say(
        `${style.yellow('The last stretch is not in the journal')}: the next start works it out again, with the same result.`,
      ),
    now: () => new Date().toISOString(),
  };
};
