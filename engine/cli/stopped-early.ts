import type { Bars } from '../market/bars.ts';
import type { Feed } from '../runtime/feed.ts';
import { type RunResult, resultWith } from '../runtime/result.ts';

/** Bars that end by `end` and that a run, which came as far as `to`, did not reach. */
const unreached = (
  symbols: readonly string[],
  bars: ReadonlyMap<string, Bars>,
  to: number,
  end: number = Number.POSITIVE_INFINITY,
): number => {
  let left = 0;
  for (const symbol of symbols) {
    const column = bars.get(symbol);
    if (column === undefined) continue;
    let row = column.length;
    while (row > 0 && column.end[row - 1]! > end) row -= 1;
    const wanted = row;
    while (row > 0 && column.end[row - 1]! > to) row -= 1;
    left += wanted - row;
  }
  return left;
};

const counting = (result: RunResult, bars: ReadonlyMap<string, Bars>, interrupted: boolean): RunResult => {
  const { data } = result;
  const barsUsed = Math.max(0, data.barsUsed - unreached(data.symbols, bars, data.to));
  return resultWith(result, { interrupted, data: { ...data, barsUsed } });
};

/**
 * The result of a run over whole columns with the counts of the bars that it came to, and `interrupted` only when there
 * were more to come: a signal that arrives after the last bar has stopped nothing.
 * @param end where the run was to end, if before the last bar
 */
export const atItsEnd = (result: RunResult, bars: ReadonlyMap<string, Bars>, end: number | undefined): RunResult => {
  if (!result.interrupted) return result;
  const { symbols, to } = result.data;
  const left = unreached(symbols, bars, to, end);
  return left === 0 ? resultWith(result, { interrupted: false }) : counting(result, bars, true);
};

/** A feed that remembers its last piece, and gives what a run on it came to. */
export const remembered = (
  feed: Feed,
  endless: boolean,
): { readonly feed: Feed; readonly atItsEnd: (result: RunResult) => RunResult } => {
  let piece: ReadonlyMap<string, Bars> = new Map();
  let number = -1;
  const remembering = (source: Feed): Feed => ({
    ...source,
    get identity() {
      return source.identity;
    },
    piece(n) {
      number = n;
      piece = source.piece(n);
      return piece;
    },
    async widened(ruleset) {
      const wider = await source.widened(ruleset);
      return 'feed' in wider ? { feed: remembering(wider.feed) } : wider;
    },
  });
  return {
    feed: remembering(feed),
    atItsEnd(result) {
      if (!result.interrupted) return result;
      const more = endless || number < feed.warmup + feed.length - 1;
      return counting(result, piece, more || unreached(result.data.symbols, piece, result.data.to) > 0);
    },
  };
};
