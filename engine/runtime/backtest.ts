import { setImmediate as turn } from 'node:timers/promises';
import type { Ruleset } from '../compiler/ruleset.ts';
import { type Bars, type HashingData, hashed } from '../market/bars.ts';
import { instant } from '../market/time.ts';
import { resultOf } from './outcome.ts';
import type { RunResult } from './result.ts';
import type { Observer, RunOptions } from './run.ts';
import { createShadowed } from './shadowed.ts';

/** Instants between two looks at the screen and the signal: some ten milliseconds of work. */
const SLICE = 50_000;

/** Runs rules over bars as fast as it goes; stops early, with the result so far, when the signal says so. */
export async function runBacktest(
  ruleset: Ruleset,
  data: HashingData,
  options: RunOptions,
  observer: Observer = {},
  signal?: AbortSignal,
): Promise<RunResult> {
  const began = performance.now();
  const bars = until(data.bars, options.to);
  const bases = new Map([...bars].map(([symbol, column]) => [symbol, column.timeframe]));
  const session = createShadowed(ruleset, bases, options, observer, data.actions);
  let total = 0;
  for (const symbol of ruleset.symbols) total += bars.get(symbol)?.length ?? 0;
  session.feed(bars);
  while (signal?.aborted !== true && session.advance(SLICE)) {
    const { now, book, barsDone } = session;
    observer.progress?.({
      done: barsDone,
      total,
      at: instant(now),
      equity: book.equity(),
      trades: book.state.trades.length,
    });
    await turn();
  }
  session.finish(options.closeAtEnd);
  const seconds = (performance.now() - began) / 1000;
  return resultOf(ruleset, session, await hashed(data), options, signal?.aborted === true, seconds);
}

/** The bars that end by `to`, ms. */
export function until(bars: ReadonlyMap<string, Bars>, to: number | undefined): ReadonlyMap<string, Bars> {
  if (to === undefined) return bars;
  return new Map([...bars].map(([symbol, column]) => [symbol, shortened(column, to)]));
}

function shortened(bars: Bars, to: number): Bars {
  let length = bars.length;
  while (length > 0 && bars.end[length - 1]! > to) length--;
  return length === bars.length ? bars : { ...bars, length };
}
