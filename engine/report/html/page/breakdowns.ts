import type { ExitReason } from '../../../ledger/order.ts';
import { count, dollars, fixed, percent, signedDollars, signedPercent } from '../../amounts.ts';
import { exitWords } from '../../words.ts';
import { exactMoney, unscaled } from './decimal.ts';
import { h } from './dom.ts';
import type { Report, TallyRow } from './report.ts';
import { empty, section } from './section.ts';
import { type Column, table } from './table.ts';

const maybe = (value: number | null, write: (value: number) => string): string => (value === null ? '–' : write(value));
const two = (value: number): string => fixed(value, 2);

const won = ({ trades, wins }: TallyRow): number | null => (trades === 0 ? null : (100 * wins) / trades);
const oneTenth = (value: number): string => `${fixed(value, 1)} %`;

const TALLY: readonly Column<TallyRow>[] = [
  { title: 'Trades', numeric: true, cell: (row) => count(row.trades), key: (row) => row.trades },
  { title: 'Won', numeric: true, cell: (row) => maybe(won(row), oneTenth), key: won },
  {
    title: 'P&L closed',
    numeric: true,
    cell: (row) => exactMoney(row.pnl),
    key: (row) => unscaled(row.pnl),
    amount: (row) => unscaled(row.pnl),
  },
];

const byStrategy = (report: Report): HTMLElement => {
  type Row = { readonly id: string } & Report['strategies'][string];
  const rows: readonly Row[] = Object.entries(report.strategies).map(([id, strategy]) => ({ id, ...strategy }));
  const figure = (title: string, of: (row: Row) => number | null, write: (value: number) => string): Column<Row> => ({
    title,
    numeric: true,
    cell: (row) => maybe(of(row), write),
    key: of,
  });
  const gain = ({ metrics }: Row): number => metrics.endEquity - metrics.startEquity;
  return table<Row>({
    label: 'By strategy',
    columns: [
      { title: 'Strategy', cell: ({ id }) => id, key: ({ id }) => id },
      figure('Purse', ({ capital }) => capital, dollars),
      figure('Equity', ({ metrics }) => metrics.endEquity, dollars),
      { ...figure('P&L', gain, signedDollars), amount: gain },
      { ...figure('Return', ({ metrics }) => metrics.returnPct, signedPercent), amount: gain },
      figure('Trades', ({ metrics }) => metrics.trades, count),
      figure('Won', ({ metrics }) => metrics.winRatePct, oneTenth),
      figure('Profit factor', ({ metrics }) => metrics.profitFactor, two),
      figure('Expectancy', ({ metrics }) => metrics.expectancy, signedDollars),
      figure('Sharpe', ({ metrics }) => metrics.sharpe, two),
      figure('Max drawdown', ({ metrics }) => metrics.maxDrawdownPct, percent),
      figure('In market', ({ metrics }) => metrics.exposurePct, percent),
    ],
    rows,
    pageSize: 50,
  }).element;
};

const tallies = (
  label: string,
  title: string,
  rows: readonly TallyRow[],
  words: (key: string) => string,
): HTMLElement =>
  table<TallyRow>({
    label,
    columns: [{ title, cell: ({ key }) => words(key), key: ({ key }) => words(key) }, ...TALLY],
    rows,
    pageSize: 24,
    empty: 'No trade was closed.',
  }).element;

const byMonth = ({ breakdown }: Report): HTMLElement => {
  type Row = Report['breakdown']['byMonth'][number];
  return table<Row>({
    label: 'By month',
    columns: [
      { title: 'Month', cell: ({ key }) => key, key: ({ key }) => key },
      {
        title: 'Return',
        numeric: true,
        cell: ({ returnPct }) => maybe(returnPct, signedPercent),
        key: ({ returnPct }) => returnPct,
        amount: ({ returnPct }) => returnPct,
      },
      ...TALLY,
    ],
    rows: breakdown.byMonth,
    pageSize: 24,
    empty: 'No session came to its close.',
  }).element;
};

const same = (key: string): string => key;

const part = (title: string, content: HTMLElement): HTMLElement =>
  h('div', { class: 'part' }, h('h3', {}, title), content);

/** What the run came to by strategy, by what ended trades, by symbol, by entry rule, by month. */
export function breakdowns(report: Report): HTMLElement {
  const { breakdown } = report;
  const byExit = breakdown.byExitReason.toSorted((a, b) => b.trades - a.trades);
  const anyStrategy = Object.keys(report.strategies).length > 0;
  return section(
    'breakdowns',
    'Where it came from',
    { synthetic: report.data.synthetic, short: 'Breakdowns' },
    part('By strategy', anyStrategy ? byStrategy(report) : empty('No strategy ran.')),
    h(
      'div',
      { class: 'parts' },
      h(
        'div',
        {},
        part(
          'By exit reason',
          tallies('By exit reason', 'Ended by', byExit, (key) => exitWords(key as ExitReason)),
        ),
        part('By symbol', tallies('By symbol', 'Symbol', breakdown.bySymbol, same)),
      ),
      h(
        'div',
        {},
        part('By month', byMonth(report)),
        part('By entry rule', tallies('By entry rule', 'Entry rule', breakdown.byEntryRule, same)),
      ),
    ),
  );
}
