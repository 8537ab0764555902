import { count, dollars, fixed, percent, signedDollars, signedPercent } from '../../amounts.ts';
import type { Report, ShadowRow } from './report.ts';
import { note, section } from './section.ts';
import { type Column, table } from './table.ts';

/** A shadow, or the strategy that it is held against. */
type Row = Pick<ShadowRow, 'id' | 'capital' | 'metrics'> & { readonly of: string };

const gain = ({ metrics }: Row): number => metrics.endEquity - metrics.startEquity;

const figure = (title: string, of: (row: Row) => number | null, write: (value: number) => string): Column<Row> => ({
  title,
  numeric: true,
  cell: (row) => {
    const value = of(row);
    return value === null ? '–' : write(value);
  },
  key: of,
});

/** Strategies that decided in a ledger of their own, each above the one that it is held against; undefined: none did. */
export function shadows({ shadows: written = [], strategies, data }: Report): HTMLElement | undefined {
  if (written.length === 0) return undefined;
  const rows = written.flatMap((shadow): Row[] => {
    const other = shadow.beside === null ? undefined : strategies[shadow.beside];
    return [
      { ...shadow, of: 'shadow' },
      ...(other === undefined ? [] : [{ ...other, id: shadow.beside!, of: `trades beside ${shadow.id}` }]),
    ];
  });
  return section(
    'shadows',
    'Shadows',
    { synthetic: data.synthetic },
    note('They decided on every bar in a ledger of their own: no order, no cash, limit or breaker of the account.'),
    table<Row>({
      label: 'Shadows',
      columns: [
        { title: 'Strategy', cell: ({ id }) => id, key: ({ id }) => id },
        { title: '', cell: ({ of }) => of, key: ({ of }) => of },
        figure('Purse', ({ capital }) => capital, dollars),
        { ...figure('P&L', gain, signedDollars), amount: gain },
        { ...figure('Return', ({ metrics }) => metrics.returnPct, signedPercent), amount: gain },
        figure('Trades', ({ metrics }) => metrics.trades, count),
        figure(
          'Won',
          ({ metrics }) => metrics.winRatePct,
          (value) => `${fixed(value, 1)} %`,
        ),
        figure(
          'Profit factor',
          ({ metrics }) => metrics.profitFactor,
          (value) => fixed(value, 2),
        ),
        figure(
          'Sharpe',
          ({ metrics }) => metrics.sharpe,
          (value) => fixed(value, 2),
        ),
        figure('Max drawdown', ({ metrics }) => metrics.maxDrawdownPct, percent),
      ],
      rows,
      pageSize: 50,
    }).element,
  );
}
