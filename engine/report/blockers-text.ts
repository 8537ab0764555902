import type { Ruleset } from '../compiler/ruleset.ts';
import type { ClauseTally, EntryTally } from '../core/blocker-tally.ts';
import type { RunResult } from '../runtime/result.ts';
import { count, counted, fixed } from './amounts.ts';
import { blockerWords } from './blocker-words.ts';
import { marketDate } from './clock.ts';
import { ruleSource } from './rule-source.ts';
import type { Style } from './style.ts';
import { clip } from './wrap.ts';

interface Options {
  readonly width: number;
  readonly style: Style;
}

/** What held entries back, as a page of its own; ends with a line break. */
export const blockersText = (
  ruleset: Ruleset,
  result: RunResult,
  entries: readonly EntryTally[],
  options: Options,
): string => {
  const { style } = options;
  const { data, interrupted } = result;
  const symbol = data.symbols[0] ?? '';
  const span =
    data.from > 0 && data.to > 0 ? `, ${marketDate(symbol, data.from)} to ${marketDate(symbol, data.to)}` : '';
  return `${[
    style.bold(`What held entries back: ${counted(ruleset.strategies.length, 'strategy', 'strategies')}${span}`),
    ...(data.synthetic ? [style.yellow('SYNTHETIC MARKET: made-up prices.')] : []),
    ...(interrupted ? [style.yellow('Interrupted: the counts end there.')] : []),
    ...blockersBlock(ruleset, entries, options),
  ].join('\n')}\n`;
};

/** The same behind a report that has a heading already. */
export const blockersSection = (ruleset: Ruleset, entries: readonly EntryTally[], options: Options): string =>
  `${['', options.style.bold('What held entries back'), ...blockersBlock(ruleset, entries, options)].join('\n')}\n`;

const blockersBlock = (ruleset: Ruleset, entries: readonly EntryTally[], options: Options): string[] =>
  entries.flatMap((entry) => ['', ...entryBlock(ruleset, entry, options)]);

const BAR = 20;

function entryBlock(ruleset: Ruleset, entry: EntryTally, { width, style }: Options): string[] {
  const strategy = ruleset.strategies.find(({ id }) => id === entry.strategy)!;
  const model = strategy.entries.find(({ rule }) => rule === entry.rule)!;
  const source = ruleSource(strategy.document, model.when);
  const symbols = ruleset.instances.filter(({ strategyIndex }) => strategyIndex === strategy.index).length;
  const lines = [
    `${style.bold(`${entry.strategy} ${entry.rule}`)}  ${style.dim(`${counted(entry.bars, `${strategy.timeframe} bar`)} of ${counted(symbols, 'symbol')}`)}`,
  ];
  const row = (label: string, bars: number, of: number, tint: (text: string) => string): string => {
    const share = of === 0 ? 0 : bars / of;
    const bar = '█'.repeat(bars > 0 ? Math.max(1, Math.round(share * BAR)) : 0);
    const room = width - 2 - BAR - 2 - 10 - 9 - 2;
    return `  ${clip(label, room).padEnd(Math.min(room, 34))}  ${count(bars).padStart(8)}  ${`${fixed(100 * share, 1)} %`.padStart(7)}  ${tint(bar)}`.trimEnd();
  };
  lines.push(
    row('condition true', entry.isTrue, entry.bars, style.green),
    row('condition false', entry.isFalse, entry.bars, style.red),
    row('condition unknown', entry.isUnknown, entry.bars, style.yellow),
  );
  const alone = entry.clauses.filter((clause) => clause.alone > 0).toSorted((a, b) => b.alone - a.alone);
  if (entry.clauses.length > 1) {
    const sum = alone.reduce((total, clause) => total + clause.alone, 0);
    lines.push(`  ${style.dim(`one clause alone held it back on ${counted(sum, 'bar')}`)}`);
    for (const clause of alone) lines.push(row(`  ${source.textOf(clause.tree)}`, clause.alone, sum, style.cyan));
    lines.push(
      ...neverTrue(entry.clauses, entry.bars).map(
        (clause) => `  ${style.yellow(`${source.textOf(clause.tree)} was never true`)}`,
      ),
    );
  }
  const blocked = [...entry.blockers].toSorted(([, a], [, b]) => b - a);
  if (entry.isTrue > 0) {
    lines.push(`  ${style.dim(`of the ${counted(entry.isTrue, 'bar')} on which it was true`)}`);
    lines.push(row('  order made', entry.orders, entry.isTrue, style.green));
    for (const [blocker, bars] of blocked) lines.push(row(`  ${blockerWords(blocker)}`, bars, entry.isTrue, style.red));
  }
  return lines;
}

const neverTrue = (clauses: readonly ClauseTally[], bars: number): readonly ClauseTally[] =>
  bars === 0 ? [] : clauses.filter(({ isTrue }) => isTrue === 0);
