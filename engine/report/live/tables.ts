import { priceToNumber } from '../../ledger/money.ts';
import type { RunView } from '../../runtime/view.ts';
import { count, dollars, fixed, signedDollars } from '../amounts.ts';
import type { Style } from '../style.ts';
import { type Column, table } from '../table.ts';
import { clip } from '../wrap.ts';
import { DOES, heldBackWords, heldWords, movePercent, sinceWords, untilWords } from './words.ts';

/** Below this many columns names are cut short before figures are left out. */
const ROOMY = 100;
const SHORT_NAME = 14;

export const tintOf = (amount: number, style: Style): ((text: string) => string) =>
  amount >= 0.005 ? style.green : amount <= -0.005 ? style.red : (text) => text;

const wholeDollars = (amount: number): string => dollars(Math.round(amount)).replace(/\.00$/, '');

interface Drawing {
  readonly width: number;
  readonly style: Style;
}

const INDENT = 1;

const STRATEGY_COLUMNS: readonly Column[] = [
  { title: 'strategy', align: 'left', shrinks: true, least: 8 },
  { title: 'equity', align: 'right', drop: 5 },
  { title: 'P&L', align: 'right' },
  { title: '%', align: 'right', drop: 1 },
  { title: 'trades', align: 'right', drop: 2 },
  { title: 'won', align: 'right', drop: 3 },
  { title: 'position', align: 'left', drop: 4, shrinks: true, least: 12 },
];

/** What a strategy holds: its one position, or how many. */
const holdingWords = (id: string, positions: RunView['positions']): string => {
  const own = positions.filter(({ strategy }) => strategy === id);
  const [first] = own;
  if (first === undefined) return '-';
  return own.length === 1 ? `${first.symbol} ${heldWords(first)}` : own.map(({ symbol }) => symbol).join(' ');
};

/** A line for each strategy under a header. */
export const strategyTable = ({ strategies, positions }: RunView, { width, style }: Drawing): string[] => {
  const room = Math.max(12, width - 68);
  const rows = strategies.map(({ id, equity, pnl, pnlPct, trades, winRatePct }) => [
    id,
    wholeDollars(equity),
    tintOf(pnl, style)(signedDollars(pnl)),
    movePercent(pnlPct),
    count(trades),
    winRatePct === null ? '-' : `${fixed(winRatePct, 0)} %`,
    clip(holdingWords(id, positions), room),
  ]);
  return table(STRATEGY_COLUMNS, rows, { width, indent: INDENT, style });
};

const POSITION_COLUMNS: readonly Column[] = [
  { title: 'open', align: 'left' },
  { title: 'of', align: 'left', drop: 5 },
  { title: 'held', align: 'left', drop: 2 },
  { title: 'entry', align: 'right', drop: 4 },
  { title: 'last', align: 'right', drop: 3 },
  { title: 'unrealised', align: 'right' },
  { title: '%', align: 'right' },
  { title: 'to stop', align: 'right', drop: 1 },
  { title: 'target', align: 'right', drop: 3 },
];

/** Two decimals from $1 up, six below. */
const shownPrice = (price: number): string => fixed(price, Math.abs(price) < 1 ? 6 : 2);

/** A line for each open position under a header; nothing when flat. */
export const positionTable = ({ positions }: RunView, { width, style }: Drawing): string[] => {
  if (positions.length === 0) return [];
  const away = (percent: number | null): string => (percent === null ? '-' : movePercent(percent, 1));
  const rows = positions.map((one) => [
    one.symbol,
    width < ROOMY ? clip(one.strategy, SHORT_NAME - 6) : one.strategy,
    heldWords(one),
    shownPrice(priceToNumber(one.entryPrice)),
    shownPrice(one.lastPrice),
    tintOf(one.unrealized, style)(signedDollars(one.unrealized)),
    movePercent(one.unrealizedPct, 1),
    away(one.toStopPct),
    away(one.toTargetPct),
  ]);
  return table(POSITION_COLUMNS, rows, { width, indent: INDENT, style });
};

const TRIP_COLUMNS: readonly Column[] = [
  { title: 'breaker', align: 'left', shrinks: true, least: 14 },
  { title: 'of', align: 'left', drop: 2, shrinks: true, least: 8 },
  { title: 'does', align: 'left', drop: 4 },
  { title: 'since', align: 'left', drop: 5 },
  { title: 'until', align: 'left' },
  { title: 'held back', align: 'left', drop: 3 },
];

/** A line for each tripped breaker under a header; nothing when none is. */
export const breakerTable = ({ breakers }: RunView, { width, style }: Drawing): string[] => {
  if (breakers.tripped.length === 0) return [];
  const rows = breakers.tripped.map((tripped) => [
    style.yellow(clip(tripped.breaker, Math.max(14, Math.floor(width / 3)))),
    tripped.place,
    DOES[tripped.action],
    sinceWords(tripped),
    untilWords(tripped),
    heldBackWords(tripped),
  ]);
  return table(TRIP_COLUMNS, rows, { width, indent: INDENT, style });
};
