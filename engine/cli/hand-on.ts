import { type Hand, openHand } from '../runtime/control/hand.ts';
import { fileTrouble } from './exit.ts';
import type { FeedChoice } from './run.ts';
import { shownPath } from './state-folder.ts';
import type { Terminal } from './terminal.ts';

/** Lets `engine status`, `pause` and their like reach the run; a run that they cannot reach says so and goes on. */
export const handOn = async (state: string, feed: FeedChoice, terminal: Terminal): Promise<Hand | undefined> => {
  try {
    return await openHand({
      folder: state,
      now: Date.now,
      facts: {
        mode: 'dry',
        session: null,
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
