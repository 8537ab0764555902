import { type PeriodTally, type TradeTally, tallyYears } from '../ledger/breakdown.ts';
import type { Money } from '../ledger/money.ts';
import type { ExitReason } from '../ledger/order.ts';
import type { RunResult, StrategyResult } from '../runtime/result.ts';
import {
  count,
  counted,
  dollars,
  fixed,
  percent,
  quantity,
  roundPrice,
  signedDollars,
  signedMoney,
  signedPercent,
} from './amounts.ts';
import { marketDate, marketTime } from './clock.ts';
import { accountBlock, drawdownLine, figureNotes, maybe, two } from './figures-block.ts';
import { type Style, styleOf } from './style.ts';
import { type Column, table } from './table.ts';
import { assumptionWords, clearCause, exitCause, exitWords, orderCause, tripCause } from './words.ts';
import { clip, wrap } from './wrap.ts';

export interface TextOptions {
  /** `Backtest`, `Dry run`. */
  readonly title: string;
  /** Columns of the screen, 80 to 160. */
  readonly width: number;
  readonly style?: Style;
  /** What an interrupted run did not come to the end of: `the sample year`. */
  readonly whole?: string;
  /** Who filled the orders; left out: they were filled from the bars. */
  readonly filledBy?: string;
}

type Tint = (text: string) => string;

const tintOf = (amount: bigint | number, style: Style): Tint =>
  amount > 0 ? style.green : amount < 0 ? style.red : (text) => text;

const heading = (result: RunResult, { title, width, whole, filledBy }: TextOptions, style: Style): string[] => {
  const { data } = result;
  const symbol = data.symbols[0] ?? '';
  // A run that was stopped in its warm-up has reached no time at all.
  const reached = data.from > 0 && data.to > 0;
  const span = reached
    ? `${marketDate(symbol, data.from)} to ${marketDate(symbol, data.to)}`
    : 'stopped before its first bar';
  const symbols = data.symbols.length <= 8 ? data.symbols.join(' ') : counted(data.symbols.length, 'symbol');
  const rows = [
    `${count(data.barsUsed)} of ${counted(data.rowsRead, 'row')} used`,
    ...(data.outsideSession > 0 ? [`${count(data.outsideSession)} outside the session`] : []),
    ...(data.quarantined > 0 ? [`${count(data.quarantined)} quarantined`] : []),
  ].join(', ');
  const shorts = result.soldShort || result.openPositions.some(({ side }) => side === 'short');
  const ambiguous = `stop and target in one bar: ${counted(result.ambiguousBars, 'bar')}`;
  const lines = [
    style.bold(clip(`${title}: ${counted(result.strategies.length, 'strategy', 'strategies')}, ${span}`, width)),
  ];
  if (data.synthetic)
    lines.push(style.yellow('SYNTHETIC MARKET: made-up prices. These figures say nothing about real ones.'));
  if (result.interrupted && reached)
    lines.push(
      style.yellow(
        `Interrupted${whole === undefined ? '' : ` before the end of ${whole}`}: the figures end at ${marketTime(symbol, data.to)}.`,
      ),
    );
  const facts: readonly (readonly [string, string])[] = [
    ['data', `${data.source}, ${data.timeframe} bars, ${symbols}; ${rows}`],
    [
      'fills',
      filledBy === undefined
        ? `${assumptionWords(result.assumptions)}${shorts ? ', shares to sell short are lent for free' : ''}; ${ambiguous}`
        : `by ${filledBy}`,
    ],
    [
      'made by',
      `engine ${result.engine}, rules ${result.revision.slice(0, 7)}, data ${result.data.hash.slice(0, 7)}, in ${fixed(result.seconds, result.seconds < 10 ? 2 : 0)} s`,
    ],
  ];
  for (const [label, text] of facts) {
    wrap(text, width - 10).forEach((line, index) => {
      lines.push(`  ${style.dim((index === 0 ? label : '').padEnd(8))}${line}`);
    });
  }
  return lines;
};

const STRATEGY_COLUMNS: readonly Column[] = [
  { title: 'strategy', align: 'left', shrinks: true },
  { title: 'equity', align: 'right', drop: 3 },
  { title: 'P&L', align: 'right' },
  { title: 'return', align: 'right' },
  { title: 'trades', align: 'right' },
  { title: 'won', align: 'right' },
  { title: 'factor', align: 'right', drop: 2 },
  { title: 'Sharpe', align: 'right' },
  { title: 'drawdown', align: 'right' },
  { title: 'in market', align: 'right', drop: 5 },
  { title: 'expectancy', align: 'right', drop: 4 },
];

const strategies = (result: RunResult, width: number, style: Style): string[] => {
  const rows = result.strategies.map(({ id, metrics }) => {
    const gain = metrics.endEquity - metrics.startEquity;
    return [
      id,
      dollars(metrics.endEquity),
      tintOf(gain, style)(signedDollars(gain)),
      signedPercent(metrics.returnPct),
      count(metrics.trades),
      maybe(metrics.winRatePct, (value) => `${fixed(value, 1)} %`),
      maybe(metrics.profitFactor, two),
      maybe(metrics.sharpe, two),
      percent(metrics.maxDrawdownPct),
      percent(metrics.exposurePct),
      maybe(metrics.expectancy, signedDollars),
    ];
  });
  return ['', style.bold('By strategy'), ...table(STRATEGY_COLUMNS, rows, { width, indent: 2, style })];
};

/** What decided beside the account, and what it is held against. */
const shadows = (result: RunResult, width: number, style: Style): string[] => {
  if (result.shadows.length === 0) return [];
  const words = ({ metrics }: StrategyResult): string =>
    `${counted(metrics.trades, 'trade')} ${signedDollars(metrics.endEquity - metrics.startEquity)}`;
  const lines = result.shadows.flatMap(({ beside, ...own }, n) =>
    wrap(
      `${own.id}${beside === undefined ? '' : ` beside ${beside.id}`}: ${words(own)}${beside === undefined ? '' : ` against ${words(beside)}`}`,
      width - 8,
    ).map((line, k) => `${n + k === 0 ? style.bold('Shadow') : '      '}  ${line}`),
  );
  return ['', ...lines, style.dim('        decided in a ledger of its own: no order, no cash of the account')];
};

const TRIP_COLUMNS: readonly Column[] = [
  { title: 'breaker', align: 'left', shrinks: true, least: 20 },
  { title: 'of', align: 'left', shrinks: true, least: 12 },
  { title: 'did', align: 'left', drop: 2 },
  { title: 'tripped', align: 'left' },
  { title: 'let go', align: 'left' },
  { title: 'held back', align: 'right', drop: 1 },
  { title: 'flat days', align: 'right', drop: 3 },
  { title: 'when', align: 'left', shrinks: true, least: 20, drop: 4 },
];

const ACTION_WORDS = { pause_entries: 'paused', flatten: 'closed all', halt: 'halted' } as const;

const SHOWN_TRIPS = 12;

/** What circuit breakers did; it stands before the figures, which look different without it. */
const trips = (result: RunResult, width: number, style: Style): string[] => {
  const { breakers } = result;
  if (breakers.length === 0) return [];
  const symbol = result.data.symbols[0] ?? '';
  const rows = breakers
    .slice(0, SHOWN_TRIPS)
    .map((trip) => [
      trip.breaker,
      trip.place,
      ACTION_WORDS[trip.action],
      marketTime(symbol, trip.trippedAt),
      trip.clearedAt === undefined ? 'holds' : marketTime(symbol, trip.clearedAt),
      count(trip.heldBack),
      count(trip.heldFlatDays),
      [tripCause(trip), clearCause(trip)].filter((part) => part !== '').join('; let go '),
    ]);
  const more = breakers.length - SHOWN_TRIPS;
  const heldBack = breakers.reduce((sum, trip) => sum + trip.heldBack, 0);
  const flatDays = breakers.reduce((sum, trip) => sum + trip.heldFlatDays, 0);
  const held = `${counted(heldBack, 'entry', 'entries')} held back, flat on ${counted(flatDays, 'day')}`;
  return [
    ...wrap(`Circuit breakers tripped ${counted(breakers.length, 'time')}: ${held}`, width).map(style.bold),
    ...table(TRIP_COLUMNS, rows, { width, indent: 2, style }),
    ...(more > 0 ? [style.dim(`  and ${count(more)} more (--format json)`)] : []),
    '',
  ];
};

const byExit = (result: RunResult, width: number, style: Style): string[] => {
  const { byExitReason } = result.breakdown;
  if (byExitReason.length === 0) return [];
  const tally = new Map<string, { trades: number; wins: number; pnl: bigint }>();
  for (const { key, trades, wins, pnl } of byExitReason) {
    const words = exitWords(key as ExitReason);
    const row = tally.get(words) ?? { trades: 0, wins: 0, pnl: 0n };
    tally.set(words, { trades: row.trades + trades, wins: row.wins + wins, pnl: row.pnl + pnl });
  }
  const rows = [...tally]
    .sort(([, a], [, b]) => b.trades - a.trades)
    .map(([words, row]) => [
      words,
      count(row.trades),
      `${fixed((100 * row.wins) / row.trades, 1)} %`,
      tintOf(row.pnl, style)(signedMoney(row.pnl as Money)),
      signedMoney((row.pnl / BigInt(row.trades)) as Money),
    ]);
  const columns: readonly Column[] = [
    { title: 'ended by', align: 'left' },
    { title: 'trades', align: 'right' },
    { title: 'won', align: 'right' },
    { title: 'P&L', align: 'right' },
    { title: 'mean', align: 'right' },
  ];
  return ['', style.bold('How trades ended'), ...table(columns, rows, { width, indent: 2, style })];
};

const tallyCells = (tally: TradeTally, style: Style): string[] => [
  count(tally.trades),
  tally.trades === 0 ? '-' : `${fixed((100 * tally.wins) / tally.trades, 1)} %`,
  tintOf(tally.pnl, style)(signedMoney(tally.pnl)),
];

const TALLY_COLUMNS: readonly Column[] = [
  { title: 'trades', align: 'right' },
  { title: 'won', align: 'right' },
  { title: 'P&L closed', align: 'right' },
];

/** More months than this are shown as years. */
const SHOWN_MONTHS = 24;

const byPeriod = (result: RunResult, width: number, style: Style): string[] => {
  const { byMonth } = result.breakdown;
  if (byMonth.length < 2) return [];
  const years = byMonth.length > SHOWN_MONTHS;
  const periods: readonly PeriodTally[] = years ? tallyYears(byMonth) : byMonth;
  const columns: readonly Column[] = [
    { title: years ? 'year' : 'month', align: 'left' },
    { title: 'return', align: 'right' },
    ...TALLY_COLUMNS,
  ];
  const rows = periods.map((period) => [
    period.key,
    period.returnPct === null ? '-' : tintOf(period.returnPct, style)(signedPercent(period.returnPct)),
    ...tallyCells(period, style),
  ]);
  return ['', style.bold(years ? 'By year' : 'By month'), ...table(columns, rows, { width, indent: 2, style })];
};

const SHOWN_RULES = 20;

/** Only where some strategy enters in more than one way. */
const byEntry = (result: RunResult, width: number, style: Style): string[] => {
  const { byEntryRule } = result.breakdown;
  const strategiesIn = new Set(byEntryRule.map(({ key }) => key.slice(0, key.indexOf('.'))));
  if (byEntryRule.length <= strategiesIn.size) return [];
  const rows = byEntryRule.slice(0, SHOWN_RULES).map((tally) => [tally.key, ...tallyCells(tally, style)]);
  const more = byEntryRule.length - SHOWN_RULES;
  return [
    '',
    style.bold('By entry rule'),
    ...table([{ title: 'rule', align: 'left', shrinks: true }, ...TALLY_COLUMNS], rows, { width, indent: 2, style }),
    ...(more > 0 ? [style.dim(`  and ${count(more)} more (--format json)`)] : []),
  ];
};

const SHOWN_SYMBOLS = 20;

const bySymbol = (result: RunResult, width: number, style: Style): string[] => {
  const { bySymbol: symbols } = result.breakdown;
  if (symbols.length < 2) return [];
  const rows = symbols
    .toSorted((a, b) => (a.pnl < b.pnl ? 1 : a.pnl > b.pnl ? -1 : 0))
    .slice(0, SHOWN_SYMBOLS)
    .map((tally) => [tally.key, ...tallyCells(tally, style)]);
  const more = symbols.length - SHOWN_SYMBOLS;
  return [
    '',
    style.bold('By symbol'),
    ...table([{ title: 'symbol', align: 'left' }, ...TALLY_COLUMNS], rows, { width, indent: 2, style }),
    ...(more > 0 ? [style.dim(`  and ${count(more)} more (--format json)`)] : []),
  ];
};

const SHOWN_POSITIONS = 20;

const openPositions = (result: RunResult, width: number, style: Style): string[] => {
  if (result.openPositions.length === 0) return [];
  const columns: readonly Column[] = [
    { title: 'strategy', align: 'left', shrinks: true },
    { title: 'symbol', align: 'left' },
    { title: 'side', align: 'left' },
    { title: 'qty', align: 'right' },
    { title: 'entry', align: 'right' },
    { title: 'last', align: 'right' },
    { title: 'P&L so far', align: 'right' },
    { title: 'since', align: 'left', drop: 1 },
  ];
  const rows = result.openPositions
    .slice(0, SHOWN_POSITIONS)
    .map((position) => [
      position.strategy,
      position.symbol,
      position.side,
      quantity(position.qty),
      roundPrice(position.entryPrice),
      fixed(position.lastPrice, 2),
      tintOf(position.unrealized, style)(signedMoney(position.unrealized)),
      marketTime(position.symbol, position.entryTime),
    ]);
  const more = result.openPositions.length - rows.length;
  return [
    '',
    style.bold(`Still open (${count(result.openPositions.length)})`),
    ...table(columns, rows, { width, indent: 2, style }),
    ...(more > 0 ? [style.dim(`  and ${count(more)} more (--format json)`)] : []),
  ];
};

const TRADE_COLUMNS: readonly Column[] = [
  { title: 'closed', align: 'left' },
  { title: 'strategy', align: 'left', shrinks: true },
  { title: 'symbol', align: 'left' },
  { title: 'side', align: 'left', drop: 1 },
  { title: 'qty', align: 'right', drop: 2 },
  { title: 'entry', align: 'right', drop: 4 },
  { title: 'exit', align: 'right', drop: 3 },
  { title: 'bars', align: 'right', drop: 5 },
  { title: 'P&L', align: 'right' },
  { title: '%', align: 'right' },
  { title: 'ended by', align: 'left', shrinks: true, least: 20 },
];

const lastTrades = (result: RunResult, width: number, style: Style): string[] => {
  const last = result.latest;
  if (last.length === 0) return [];
  const all = result.breakdown.byExitReason.reduce((sum, { trades }) => sum + trades, 0);
  const title = last.length === all ? 'Trades' : `Last ${last.length} of ${counted(all, 'trade')}`;
  const rows = last.map((trade) => [
    marketTime(trade.symbol, trade.exitTime),
    trade.strategy,
    trade.symbol,
    trade.side,
    quantity(trade.qty),
    roundPrice(trade.entryPrice),
    roundPrice(trade.exitPrice),
    count(trade.bars),
    tintOf(trade.pnl, style)(signedMoney(trade.pnl)),
    signedPercent(trade.pnlPct).replace(' %', ''),
    exitCause(trade.exitReason, trade.exitRule).replace(/^rule /, ''),
  ]);
  return ['', style.bold(title), ...table(TRADE_COLUMNS, rows, { width, indent: 2, style })];
};

const SHOWN_REFUSALS = 8;

const refusals = (result: RunResult, width: number, style: Style): string[] => {
  let refused = 0;
  const sorted: [string, number][] = [];
  for (const { strategy, rule, cut, reason, orders } of result.refusals) {
    refused += orders;
    sorted.push([`${strategy} ${rule} ${cut ? 'cut to fit' : 'refused'}: ${orderCause(reason)}`, orders]);
  }
  if (refused === 0) return [];
  sorted.sort(([, a], [, b]) => b - a);
  const lines = sorted
    .slice(0, SHOWN_REFUSALS)
    .map(([key, times]) => clip(`  ${count(times).padStart(6)} × ${key}`, width));
  const more = sorted.length - SHOWN_REFUSALS;
  if (more > 0) lines.push(style.dim(`         and ${counted(more, 'other kind')} (--format json)`));
  return ['', style.bold(`Orders refused or cut (${count(refused)})`), ...lines];
};

const SHOWN_WARNINGS = 6;

const bullets = (title: string, sentences: readonly string[], width: number, style: Style): string[] => {
  if (sentences.length === 0) return [];
  const lines = sentences
    .slice(0, SHOWN_WARNINGS)
    .flatMap((sentence) => wrap(sentence, width - 4).map((line, index) => `  ${index === 0 ? '- ' : '  '}${line}`));
  const more = sentences.length - SHOWN_WARNINGS;
  if (more > 0) lines.push(style.dim(`  and ${count(more)} more (--format json)`));
  return ['', style.bold(title), ...lines];
};

/** The summary of a run as a person reads it, no line wider than the screen; ends with a line break. */
export const resultText = (result: RunResult, options: TextOptions): string => {
  const style = options.style ?? styleOf(false);
  const { width } = options;
  const realised = result.breakdown.byExitReason.reduce((sum, { pnl }) => sum + pnl, 0n) as Money;
  const open = result.openPositions.reduce((sum, { unrealized }) => sum + unrealized, 0n) as typeof realised;
  const notes = figureNotes(result.metrics, result.reasons, width);
  const fall = drawdownLine(result, (at) => marketDate(result.data.symbols[0] ?? '', at));
  return `${[
    ...heading(result, options, style),
    '',
    ...trips(result, width, style),
    style.bold('Account'),
    ...accountBlock(result, style),
    ...(fall === undefined ? [] : wrap(fall, width, '  ').map((line) => style.dim(line))),
    ...notes.map((line) => style.dim(line)),
    ...(result.stretch === true
      ? wrap(
          'a stretch of a longer run: what was open where it begins counts from what it was worth there; trades and open positions are shown whole',
          width,
          '  ',
        ).map(style.dim)
      : []),
    ...(result.openPositions.length === 0 || result.stretch === true
      ? []
      : [
          style.dim(
            `  of the P&L, ${signedMoney(realised)} is closed trades and ${signedMoney(open)} is positions still open`,
          ),
        ]),
    ...strategies(result, width, style),
    ...shadows(result, width, style),
    ...byExit(result, width, style),
    ...byEntry(result, width, style),
    ...bySymbol(result, width, style),
    ...byPeriod(result, width, style),
    ...openPositions(result, width, style),
    ...lastTrades(result, width, style),
    ...refusals(result, width, style),
    ...bullets('About the data', result.data.warnings, width, style),
    ...bullets('Checked, but does not act yet', result.notActing, width, style),
  ].join('\n')}\n`;
};
