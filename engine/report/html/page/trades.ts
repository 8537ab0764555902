import { count, counted, signedPercent } from '../../amounts.ts';
import { exactMoney, exactPrice, exactQty, scaled, unscaled } from './decimal.ts';
import { choice, h, tone } from './dom.ts';
import type { Report, TradeRow } from './report.ts';
import { empty, note, section } from './section.ts';
import { type Column, table } from './table.ts';
import { timeAt, zoneOf, zoneOfAll } from './times.ts';
import { ended } from './words.ts';

interface Numbered extends TradeRow {
  /** Its place in the report's list. */
  readonly index: number;
  /** Its number in the run, from 1: what `engine why --trade` takes. */
  readonly number: number;
  readonly cause: string;
}

const ALL = '';

/** The values of a field, each once, in order, behind "all". */
const valuesOf = (trades: readonly Numbered[], of: (trade: Numbered) => string) => [
  { value: ALL, text: 'all' },
  ...[...new Set(trades.map(of))].sort().map((value) => ({ value, text: value })),
];

/**
 * Every trade the page carries, sorted and filtered, a page at a time.
 * @param showOnChart called with a trade's place in the report
 */
export function trades(report: Report, showOnChart: (index: number) => void): HTMLElement {
  const { shown, of } = report.page.trades;
  const synthetic = report.data.synthetic;
  if (of === 0) {
    return section(
      'trades',
      'Trades',
      { synthetic },
      empty(
        report.blockers === undefined
          ? 'No trade was closed. With --explain this report counts what held entries back.'
          : 'No trade was closed. What held entries back is counted below.',
      ),
    );
  }
  const rows: readonly Numbered[] = report.trades.map((trade, index) => ({
    ...trade,
    index,
    number: of - shown + index + 1,
    cause: ended(trade),
  }));
  const zone = zoneOfAll([...new Set(rows.map(({ symbol }) => symbol))]);
  const time = (symbol: string, iso: string): string =>
    `${timeAt(symbol, iso)}${zone === undefined ? ` ${zoneOf(symbol)}` : ''}`;
  const charted = new Set(report.page.candles.map(({ symbol }) => symbol));
  const columns: readonly Column<Numbered>[] = [
    {
      title: '#',
      numeric: true,
      cell: ({ number, index, symbol }) =>
        !charted.has(symbol)
          ? count(number)
          : h(
              'button',
              {
                type: 'button',
                class: 'link',
                title: 'Show on the chart',
                'aria-label': `Show trade ${number} on the chart of ${symbol}`,
                click: () => showOnChart(index),
              },
              count(number),
            ),
      key: ({ number }) => number,
    },
    { title: 'Closed', cell: (trade) => time(trade.symbol, trade.exitTime), key: (trade) => trade.exitTime },
    { title: 'Strategy', cell: (trade) => trade.strategy, key: (trade) => trade.strategy },
    { title: 'Symbol', cell: (trade) => trade.symbol, key: (trade) => trade.symbol },
    { title: 'Side', cell: (trade) => trade.side, key: (trade) => trade.side },
    { title: 'Qty', numeric: true, cell: (trade) => exactQty(trade.qty), key: (trade) => unscaled(trade.qty) },
    { title: 'Opened', cell: (trade) => time(trade.symbol, trade.entryTime), key: (trade) => trade.entryTime },
    {
      title: 'Entry $',
      numeric: true,
      cell: (trade) => exactPrice(trade.entryPrice),
      key: (trade) => unscaled(trade.entryPrice),
    },
    {
      title: 'Exit $',
      numeric: true,
      cell: (trade) => exactPrice(trade.exitPrice),
      key: (trade) => unscaled(trade.exitPrice),
    },
    { title: 'Bars', numeric: true, cell: (trade) => count(trade.bars), key: (trade) => trade.bars },
    {
      title: 'P&L',
      numeric: true,
      cell: (trade) => exactMoney(trade.pnl),
      key: (trade) => unscaled(trade.pnl),
      amount: (trade) => unscaled(trade.pnl),
    },
    {
      title: 'P&L %',
      numeric: true,
      cell: (trade) => signedPercent(trade.pnlPct),
      key: (trade) => trade.pnlPct,
      amount: (trade) => trade.pnlPct,
    },
    { title: 'Entered by', cell: (trade) => trade.entryRule, key: (trade) => trade.entryRule },
    { title: 'Ended by', cell: (trade) => trade.cause, key: (trade) => trade.cause },
  ];
  const view = table({
    label: 'Trades',
    columns,
    rows,
    pageSize: 50,
    sort: { column: 0, descending: true },
    empty: 'No trade matches the filters.',
  });
  const wanted = { strategy: ALL, symbol: ALL, cause: ALL };
  const sum = h('p', { class: 'sum', 'aria-live': 'polite' });

  function filter(): void {
    const kept = rows.filter(
      (trade) =>
        (wanted.strategy === ALL || trade.strategy === wanted.strategy) &&
        (wanted.symbol === ALL || trade.symbol === wanted.symbol) &&
        (wanted.cause === ALL || trade.cause === wanted.cause),
    );
    const pnl = kept.reduce((total, trade) => total + unscaled(trade.pnl), 0n);
    const won = kept.filter((trade) => unscaled(trade.pnl) > 0n).length;
    sum.replaceChildren(
      `${counted(kept.length, 'trade')}, ${count(won)} won, P&L `,
      h('strong', { class: tone(pnl) }, exactMoney(scaled(pnl))),
    );
    view.show(kept);
  }
  const by = (field: keyof typeof wanted) => (value: string) => {
    wanted[field] = value;
    filter();
  };
  filter();
  return section(
    'trades',
    'Trades',
    { synthetic, aside: zone === undefined ? 'New York time, UTC for crypto' : `${zone} time` },
    h(
      'div',
      { class: 'controls' },
      choice(
        'Strategy',
        valuesOf(rows, (trade) => trade.strategy),
        by('strategy'),
      ),
      choice(
        'Symbol',
        valuesOf(rows, (trade) => trade.symbol),
        by('symbol'),
      ),
      choice(
        'Ended by',
        valuesOf(rows, (trade) => trade.cause),
        by('cause'),
      ),
      sum,
    ),
    view.element,
    shown < of
      ? note(
          `The latest ${count(shown)} of ${counted(of, 'trade')} are here; --format json has all of them. Figures and tallies count them all.`,
        )
      : undefined,
  );
}
