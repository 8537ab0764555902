import type { Receipt } from '../runtime/live/receipt.ts';
import { count, signedMoney } from './amounts.ts';
import { differenceWords, signedBps } from './receipt-words.ts';
import type { Style } from './style.ts';
import { type Column, table } from './table.ts';
import { wrap } from './wrap.ts';

const COLUMNS: readonly Column[] = [
  { title: 'day', align: 'left' },
  { title: 'equal', align: 'right' },
  { title: 'unexplained', align: 'right' },
  { title: 'too late', align: 'right', drop: 2 },
  { title: 'fills', align: 'right' },
  { title: 'mean bps', align: 'right' },
  { title: 'median', align: 'right', drop: 1 },
  { title: 'worst', align: 'right' },
  { title: 'cost', align: 'right' },
];

/** Differences of a day that are shown one by one. */
const SHOWN = 8;

/**
 * The days of a run that traded, beside their backtests; nothing where there is no day.
 * @param left days before these that are not shown
 */
export function receiptsText(
  receipts: readonly Receipt[],
  { width, style, left }: { readonly width: number; readonly style: Style; readonly left: number },
): string {
  if (receipts.length === 0) return '';
  const rows = receipts.map(({ day, whole, decisions, unexplained, minutes, late, fills }) => [
    `${day.date}${whole ? '' : ' so far'}`,
    `${count(decisions.equal)} of ${count(decisions.all)}`,
    unexplained === 0 ? '0' : style.yellow(count(unexplained)),
    late === 0 ? '0' : `${count(late)} of ${count(minutes)}`,
    count(fills.count),
    signedBps(fills.meanBps),
    signedBps(fills.medianBps),
    signedBps(fills.worst?.bps ?? null),
    fills.count === 0 ? '-' : signedMoney(fills.cost),
  ]);
  const note =
    'each day run again as a backtest on the bars that it saw: decisions alike in rule, side, bar and quantity; minutes whose bars came too late to enter on; fills against modelled ones, + is worse than modelled';
  return `${[
    '',
    style.bold(`Receipt (${receipts.length === 1 ? '1 day' : `${count(receipts.length)} days`})`),
    ...table(COLUMNS, rows, { width, indent: 2, style }),
    ...wrap(note, width, '  ').map(style.dim),
    ...(left === 0 ? [] : [style.dim(`  ${count(left)} earlier: --receipts all`)]),
    ...receipts.flatMap((receipt) => differenceLines(receipt, width, style)),
  ].join('\n')}\n`;
}

function differenceLines({ differences }: Receipt, width: number, style: Style): string[] {
  const lines = differences
    .slice(0, SHOWN)
    .flatMap((one) => wrap(differenceWords(one), width - 4).map((line, n) => `  ${n === 0 ? '- ' : '  '}${line}`));
  const more = differences.length - SHOWN;
  return more > 0 ? [...lines, style.dim(`  and ${count(more)} more of that day (--format json)`)] : lines;
}
