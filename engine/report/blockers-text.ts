import type { ClauseTally, EntryTally } from '../core/blocker-tally.ts';
import { printCondition } from '../core/carry.ts';
import type { RunResult } from '../runtime/result.ts';
import { count, counted, fixed } from './amounts.ts';
import { blockerWords } from './blocker-words.ts';
import { marketDate } from './clock.ts';
import { ruleSource } from './rule-source.ts';
import { type AskedSession, sessionLine } from './session-line.ts';
import type { Style } from './style.ts';
import { clip, listed, wrap } from './wrap.ts';

interface Options {
  readonly width: number;
  readonly style: Style;
  /** The recorded run; undefined: a backtest. */
  readonly session?: AskedSession | undefined;
}

/** What held entries back, as a page of its own; ends with a line break. */
export const blockersText = (result: RunResult, entries: readonly EntryTally[], options: Options): string => {
  const { style, session, width } = options;
  const { data, interrupted } = result;
  const symbol = data.symbols[0] ?? '';
  const span =
    data.from > 0 && data.to > 0 ? `, ${marketDate(symbol, data.from)} to ${marketDate(symbol, data.to)}` : '';
  const strategies = new Set(entries.map(({ plan }) => plan.index)).size;
  return `${[
    ...(session === undefined ? [] : wrap(sessionLine(session, symbol || 'SPY'), width).map(style.bold)),
    style.bold(`What held entries back: ${counted(strategies, 'strategy', 'strategies')}${span}`),
    ...(data.synthetic ? [style.yellow('SYNTHETIC MARKET: made-up prices.')] : []),
    ...(interrupted ? [style.yellow('Interrupted: the counts end there.')] : []),
    ...blockersBlock(entries, options),
  ].join('\n')}\n`;
};

/** The same behind a report that has a heading already. */
export const blockersSection = (entries: readonly EntryTally[], options: Options): string =>
  `${['', options.style.bold('What held entries back'), ...blockersBlock(entries, options)].join('\n')}\n`;

/** Entries that a swap of rules made others are told apart by the rules that said them. */
const blockersBlock = (entries: readonly EntryTally[], options: Options): string[] => {
  const swapped = new Set(entries.flatMap(({ revisions }) => revisions)).size > 1;
  return entries.flatMap((entry) => ['', ...entryBlock(entry, swapped, options)]);
};

const BAR = 20;

function entryBlock(entry: EntryTally, swapped: boolean, { width, style }: Options): string[] {
  const { plan, symbols, revisions } = entry;
  const model = plan.entries.find(({ rule }) => rule === entry.rule)!;
  const source = ruleSource(plan.document, model.when);
  const lines = [
    `${style.bold(`${entry.strategy} ${entry.rule}`)}  ${style.dim(`${counted(entry.bars, `${plan.timeframe} bar`)} of ${counted(symbols, 'symbol')}`)}`,
    ...(swapped
      ? wrap(`rules ${listed(revisions.map(short))}: ${printCondition(model.when)}`, width, '  ').map(style.dim)
      : []),
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
    for (const [blocker, bars] of blocked) {
      lines.push(row(`  ${blockerWords(blocker)}`, bars, entry.isTrue, style.red));
      if (blocker !== 'breaker') continue;
      const held = [...entry.breakers].toSorted(([, a], [, b]) => b - a);
      for (const [id, times] of held) lines.push(row(`    ${id}`, times, entry.isTrue, style.red));
    }
  }
  return lines;
}

const neverTrue = (clauses: readonly ClauseTally[], bars: number): readonly ClauseTally[] =>
  bars === 0 ? [] : clauses.filter(({ isTrue }) => isTrue === 0);

const short = (revision: string): string => revision.slice(0, 7);
