import type { Instant } from '../market/time.ts';
import type { Impact } from '../runtime/impact.ts';
import type { EntryTrace, ExitMove, ExitTrace, ImpactFigures } from '../runtime/impact-trace.ts';
import { count, counted, percent, price, quantity, signedDollars, signedPercent } from './amounts.ts';
import { marketDate, marketTime } from './clock.ts';
import type { Style } from './style.ts';
import { type Column, table } from './table.ts';
import { exitCause } from './words.ts';

interface Options {
  readonly width: number;
  readonly style: Style;
  /** Where the bars come from, as their feed says. */
  readonly source: string;
  readonly synthetic: boolean;
}

/** Decisions of a kind that are listed; the others are counted. */
const MOST = 8;
const NOTHING = '-';

/** What other rules would have done over the same bars, as a page; ends with a line break. */
export function impactText(impact: Impact, options: Options): string {
  const { style, source, synthetic } = options;
  const symbol = impact.added[0]?.symbol ?? impact.removed[0]?.symbol ?? '';
  const day = (at: number): string => marketDate(symbol, at as Instant);
  const span = Number.isNaN(impact.from) ? 'no bars' : `${day(impact.from)} to ${day(impact.to)}`;
  const counts = [
    counted(impact.added.length, 'entry', 'entries'),
    `${count(impact.removed.length)} left out`,
    `${counted(impact.moved.length, 'exit')} moved`,
    `${counted(impact.resized, 'entry', 'entries')} of another size`,
  ];
  const lines = [
    style.bold(`Both over ${source}, ${span}`),
    ...(synthetic ? [style.yellow('SYNTHETIC MARKET: made-up prices.')] : []),
    ...(impact.interrupted ? [style.yellow('Interrupted: the two sides have not seen the same bars.')] : []),
    ...(impact.missing.length > 0 ? [style.yellow(`no bars of ${impact.missing.join(', ')}`)] : []),
    ...figures(impact, options),
    '',
    `${style.bold('Decisions')}  ${counts[0]} added, ${counts.slice(1).join(', ')}`,
    ...entries('+', impact.added, style.green, options),
    ...entries('-', impact.removed, style.red, options),
    ...exits(impact.moved, options),
  ];
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

const COLUMNS: readonly Column[] = [
  { title: '', align: 'left', shrinks: true },
  { title: 'rules', align: 'left' },
  { title: 'trades', align: 'right' },
  { title: 'P&L', align: 'right' },
  { title: 'return', align: 'right' },
  { title: 'win rate', align: 'right', drop: 1 },
  { title: 'max drawdown', align: 'right', drop: 2 },
];

function figures(impact: Impact, { width, style }: Options): string[] {
  const differing = impact.strategies.filter(({ before, after }) => JSON.stringify(before) !== JSON.stringify(after));
  const shadows = impact.shadows.filter(({ before, after }) => JSON.stringify(before) !== JSON.stringify(after));
  const rows = [
    ...pair('account', impact.before, impact.after),
    ...differing.flatMap(({ id, before, after }) => pair(id, before, after)),
    ...shadows.flatMap(({ id, before, after }) => pair(`${id} (shadow)`, before, after)),
  ];
  const same = impact.strategies.length - differing.length;
  return [
    '',
    ...table(COLUMNS, rows, { width, indent: 2, style }),
    ...(same > 0 ? [`  ${style.dim(`${counted(same, 'strategy', 'strategies')} did the same`)}`] : []),
  ];
}

const pair = (name: string, before: ImpactFigures | undefined, after: ImpactFigures | undefined): string[][] => [
  row(name, 'old', before),
  row('', 'new', after),
];

const row = (name: string, side: string, figures: ImpactFigures | undefined): string[] =>
  figures === undefined
    ? [name, side, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING]
    : [
        name,
        side,
        count(figures.trades),
        signedDollars(figures.pnl),
        signedPercent(figures.returnPct),
        figures.winRatePct === null ? NOTHING : percent(figures.winRatePct),
        percent(figures.maxDrawdownPct),
      ];

type Tint = (text: string) => string;

function entries(mark: string, list: readonly EntryTrace[], tint: Tint, { width, style }: Options): string[] {
  const rows = list
    .slice(0, MOST)
    .map(({ strategy, symbol, side, rule, at, price: paid, qty }) => [
      tint(mark),
      timeOf(symbol, at, width),
      strategy,
      symbol,
      `${side} ${quantity(qty)}`,
      paid === undefined ? 'not filled yet' : `at ${price(paid)}`,
      rule,
    ]);
  return listOf(rows, list.length, { width, style });
}

function exits(list: readonly ExitMove[], { width, style }: Options): string[] {
  const rows = list
    .slice(0, MOST)
    .map(({ strategy, symbol, side, entryTime, before, after }) => [
      style.cyan('~'),
      timeOf(symbol, entryTime, width),
      strategy,
      symbol,
      side,
      left(symbol, before),
      `→ ${left(symbol, after)}`,
    ]);
  return listOf(rows, list.length, { width, style });
}

const left = (symbol: string, exit: ExitTrace | undefined): string =>
  exit === undefined
    ? 'still open'
    : `${marketTime(symbol, exit.time).slice(5)} at ${price(exit.price)}, ${exitCause(exit.reason, exit.rule)}`;

/** Below this many columns the year is left out of times. */
const ROOMY = 100;
const timeOf = (symbol: string, at: Instant, width: number): string =>
  width < ROOMY ? marketTime(symbol, at).slice(5) : marketTime(symbol, at);

/** Columns of a decision: mark, time, strategy, symbol, side, and what was done. */
const cells = (width: number): readonly Column[] =>
  [0, 1, 2, 3, 4, 5, 6].map((index) => ({
    title: '',
    align: 'left',
    shrinks: index === 2 || index > 4,
    least: index === 2 ? 8 : width < ROOMY ? 16 : 26,
  }));

function listOf(
  rows: readonly (readonly string[])[],
  whole: number,
  { width, style }: Pick<Options, 'width' | 'style'>,
): string[] {
  if (rows.length === 0) return [];
  const more = whole - rows.length;
  // The columns have no titles: the marks say what they are.
  const [, ...lines] = table(cells(width), rows, { width, indent: 2, style });
  return [...lines, ...(more > 0 ? [`    ${style.dim(`and ${count(more)} more`)}`] : [])];
}
