import type { RunView } from '../../runtime/view.ts';
import { fitLine } from './fit-line.ts';
import { accountLine, feedLine, type LineOptions, ordersLine, rulesLine, staleLine } from './lines.ts';
import { breakerTable, strategyTable } from './tables.ts';
import { wallTime } from './words.ts';

/** What is told of a run every so often where no terminal shows it: portfolio, strategies, breakers, rules, feed. */
export const statusBlock = (view: RunView, options: LineOptions): readonly string[] => {
  const stale = staleLine(view, options);
  return [
    options.style.dim(`status ${wallTime(options.now, options.now)}`),
    accountLine(view, options),
    ...strategyTable(view, options),
    ordersLine(view, options),
    ...breakerTable(view, options),
    rulesLine(view, options),
    ...(stale === undefined ? [] : [stale]),
    feedLine(view, options),
  ].map((line) => fitLine(line, options.width).trimEnd());
};
