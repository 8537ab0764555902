import { exactMoney, exactPrice, exactQty, unscaled } from './decimal.ts';
import type { PositionRow, Report } from './report.ts';
import { empty, section } from './section.ts';
import { type Column, table } from './table.ts';
import { timeAt, zoneOf, zoneOfAll } from './times.ts';

/** What was still held at the last bar. */
export function positions(report: Report): HTMLElement {
  const { openPositions: rows, data } = report;
  if (rows.length === 0) {
    return section(
      'open',
      'Open positions',
      { synthetic: data.synthetic, short: 'Open' },
      empty('Nothing was held at the last bar.'),
    );
  }
  const zone = zoneOfAll(rows.map(({ symbol }) => symbol));
  const columns: readonly Column<PositionRow>[] = [
    { title: 'Strategy', cell: (row) => row.strategy, key: (row) => row.strategy },
    { title: 'Symbol', cell: (row) => row.symbol, key: (row) => row.symbol },
    { title: 'Side', cell: (row) => row.side, key: (row) => row.side },
    { title: 'Qty', numeric: true, cell: (row) => exactQty(row.qty), key: (row) => unscaled(row.qty) },
    {
      title: 'Opened',
      cell: (row) => `${timeAt(row.symbol, row.entryTime)}${zone === undefined ? ` ${zoneOf(row.symbol)}` : ''}`,
      key: (row) => row.entryTime,
    },
    {
      title: 'Entry $',
      numeric: true,
      cell: (row) => exactPrice(row.entryPrice),
      key: (row) => unscaled(row.entryPrice),
    },
    { title: 'Last $', numeric: true, cell: (row) => exactPrice(row.lastPrice), key: (row) => Number(row.lastPrice) },
    {
      title: 'P&L so far',
      numeric: true,
      cell: (row) => exactMoney(row.unrealized),
      key: (row) => unscaled(row.unrealized),
      amount: (row) => unscaled(row.unrealized),
    },
  ];
  return section(
    'open',
    'Open positions',
    {
      synthetic: data.synthetic,
      short: 'Open',
      aside: zone === undefined ? 'New York time, UTC for crypto' : `${zone} time`,
    },
    table({ label: 'Open positions', columns, rows, pageSize: 50 }).element,
  );
}
