import { type Hand, type HandOptions, openHand } from '../runtime/control/hand.ts';
import { fileTrouble } from './exit.ts';
import type { FeedChoice } from './run.ts';
import { shownPath } from './state-folder.ts';
import type { Terminal } from './terminal.ts';

/** Lets `engine status`, `pause` and their like reach the run; a run that they cannot reach says so and goes on. */
export const handOn = async (
  state: string,
  feed: FeedChoice,
  terminal: Terminal,
  given: Pick<HandOptions, 'rules' | 'reload' | 'approve' | 'record'> & { readonly session: string | null },
): Promise<Hand | undefined> => {
  const { session, ...handlers } = given;
  try {
    return await openHand({
      folder: state,
      now: Date.now,
      ...handlers,
      facts: {
        mode: 'dry',
        session,
        feed: feed.kind === 'sample' ? 'the sample market' : `CSV bars from ${shownPath(feed.path)}`,
        synthetic: feed.kind === 'sample',
      },
    });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = (code === undefined ? undefined : fileTrouble(code)) ?? message;
    terminal.err(
      `${terminal.errStyle.dim(`engine status and its like cannot reach this run: ${why} (another folder: --state DIR)`)}\n`,
    );
    return undefined;
  }
};
