import { type Hand, type HandOptions, openHand } from '../runtime/control/hand.ts';
import { fileTrouble } from './exit.ts';
import type { Terminal } from './terminal.ts';

/** Lets `engine status`, `pause` and their like reach the run; a run that they cannot reach says so and goes on. */
export const handOn = async (
  state: string,
  run: { readonly mode: 'dry' | 'paper' | 'live'; readonly feed: string; readonly synthetic: boolean },
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
        ...run,
        session,
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
