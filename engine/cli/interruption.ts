import { EXIT } from './exit.ts';
import type { Terminal } from './terminal.ts';

interface Interruptions {
  /** Takes SIGINT and SIGTERM over and gives the signal that they abort. */
  readonly take: () => AbortSignal;
  readonly abort: () => void;
  readonly release: () => void;
}

/** Exit code of a run: 130 when Ctrl-C cut it short, not when it came after the last bar. */
export const exitOfRun = (interrupted: boolean, signal: AbortSignal): number =>
  interrupted && signal.reason === 'SIGINT' ? EXIT.interrupted : EXIT.fine;

/**
 * Turns the first Ctrl-C or SIGTERM into a clean stop; a second one ends the process as the system would.
 * Commands that never ask for it keep the system's way: they end at once.
 */
export const interruptions = (terminal: Terminal): Interruptions => {
  const controller = new AbortController();
  let received: 'SIGINT' | 'SIGTERM' | undefined;
  let taken = false;
  const listen = (name: 'SIGINT' | 'SIGTERM') => (): void => {
    if (received !== undefined) {
      terminal.leave();
      release();
      process.kill(process.pid, name);
      return;
    }
    received = name;
    controller.abort(name);
  };
  const listeners = { SIGINT: listen('SIGINT'), SIGTERM: listen('SIGTERM') } as const;
  const release = (): void => {
    process.off('SIGINT', listeners.SIGINT);
    process.off('SIGTERM', listeners.SIGTERM);
  };
  terminal.onGone(() => controller.abort());
  return {
    take() {
      if (!taken) {
        taken = true;
        process.on('SIGINT', listeners.SIGINT);
        process.on('SIGTERM', listeners.SIGTERM);
      }
      return controller.signal;
    },
    abort: () => controller.abort(),
    release,
  };
};

/** Who ended a run, in a few words. */
export const endedBy = (signal: AbortSignal): string =>
  signal.reason === 'SIGINT' ? 'by Ctrl-C' : signal.reason === 'SIGTERM' ? 'by SIGTERM' : 'it was told to';
