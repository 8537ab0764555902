/** Sleep that somebody may end early. */
export interface Sleeper {
  /** Ends after `milliseconds`, by `wake`, or by the signal, whichever is first. */
  readonly rest: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;
  readonly wake: () => void;
}

export function createSleeper(): Sleeper {
  let end: (() => void) | undefined;
  return {
    rest: (milliseconds, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) {
          resolve();
          return;
        }
        const over = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', over);
          end = undefined;
          resolve();
        };
        const timer = setTimeout(over, milliseconds);
        signal?.addEventListener('abort', over, { once: true });
        end = over;
      }),
    wake: () => end?.(),
  };
}
