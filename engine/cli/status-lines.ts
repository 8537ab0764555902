/** How often the standing of a run is told where no terminal shows it. */
export interface StatusPace {
  /** Milliseconds of wall time; undefined: never. */
  readonly everyMs: number | undefined;
  /** Not before so many milliseconds: a short run says it all in its summary. */
  readonly notBeforeMs: number;
}

/**
 * Calls `tell` every so often until the function that it gives is called. The process may end all the same.
 * @returns what ends it
 */
export const tellRegularly = ({ everyMs, notBeforeMs }: StatusPace, tell: () => void): (() => void) => {
  if (everyMs === undefined) return () => {};
  let timer: NodeJS.Timeout;
  const again = (after: number): void => {
    timer = setTimeout(() => {
      tell();
      again(everyMs);
    }, after).unref();
  };
  again(Math.max(everyMs, notBeforeMs));
  return () => clearTimeout(timer);
};
