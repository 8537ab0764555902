import { count, dollars, fixed, percent, signedDollars, signedPercent } from '../../amounts.ts';
import { metricName, reasonWords } from '../../words.ts';
import { h, tone } from './dom.ts';
import type { Report } from './report.ts';
import { note, section } from './section.ts';
import { dateAt } from './times.ts';

type Write = (value: number) => string;

const two: Write = (value) => fixed(value, 2);
const NOTHING = '–';

const maybe = (value: number | null, write: Write): string =>
  value === null || !Number.isFinite(value) ? NOTHING : write(value);

interface Figure {
  readonly label: string;
  readonly value: string;
  /** A second line: what it is measured in, or beside what it is read. */
  readonly beside?: string;
  readonly amount?: number | null;
  /** Says more of the one before it. */
  readonly of?: true;
}

const card = ({ label, value, beside, amount }: Figure): HTMLElement =>
  h(
    'div',
    { class: 'card' },
    h('dt', {}, label),
    h('dd', { class: ['value', tone(amount ?? 0)].filter(Boolean).join(' ') }, value),
    beside !== undefined && h('dd', { class: 'beside' }, beside),
  );

const group = (title: string, figures: readonly Figure[]): HTMLElement =>
  h(
    'div',
    { class: 'group' },
    h('h3', {}, title),
    h(
      'dl',
      {},
      ...figures.flatMap(({ label, value, amount, of }) => [
        h('dt', { class: of && 'of' }, label),
        h('dd', { class: amount === undefined || amount === null ? undefined : tone(amount) }, value),
      ]),
    ),
  );

function cards({ metrics }: Report): readonly Figure[] {
  const gain = metrics.endEquity - metrics.startEquity;
  return [
    { label: 'P&L', value: signedDollars(gain), beside: `${dollars(metrics.endEquity)} at the end`, amount: gain },
    {
      label: 'Return',
      value: signedPercent(metrics.returnPct),
      beside: `buy and hold ${maybe(metrics.buyHoldPct, signedPercent)}`,
      amount: metrics.returnPct,
    },
    { label: 'Max drawdown', value: percent(metrics.maxDrawdownPct), beside: dollars(metrics.maxDrawdown) },
    { label: 'Sharpe', value: maybe(metrics.sharpe, two), beside: `Sortino ${maybe(metrics.sortino, two)}` },
    {
      label: 'Trades',
      value: count(metrics.trades),
      beside: `${maybe(metrics.winRatePct, (value) => `${fixed(value, 1)} %`)} won`,
    },
    {
      label: 'Profit factor',
      value: maybe(metrics.profitFactor, two),
      beside: `expectancy ${maybe(metrics.expectancy, signedDollars)}`,
    },
  ];
}

function groups({ metrics, data, drawdown }: Report): readonly HTMLElement[] {
  const gain = metrics.endEquity - metrics.startEquity;
  const symbol = data.symbols[0] ?? '';
  const bars: Write = (value) => `${fixed(value, 1)} ${data.timeframe.includes(',') ? '' : `${data.timeframe} `}bars`;
  const days = (value: number): string => `${count(value)} ${value === 1 ? 'trade' : 'trades'}`;
  const fall: readonly Figure[] =
    drawdown.bottom === null
      ? []
      : [
          { of: true, label: 'from peak', value: dateAt(symbol, drawdown.start) },
          { of: true, label: 'to bottom', value: dateAt(symbol, drawdown.bottom) },
          {
            of: true,
            label: 'recovered',
            value: drawdown.recovery === null ? 'not yet' : dateAt(symbol, drawdown.recovery),
          },
        ];
  return [
    group('Result', [
      { label: 'Equity at the end', value: dollars(metrics.endEquity) },
      { label: 'Started with', value: dollars(metrics.startEquity) },
      { label: 'P&L', value: signedDollars(gain), amount: gain },
      { label: 'Return', value: signedPercent(metrics.returnPct), amount: metrics.returnPct },
      { label: 'Return a year', value: maybe(metrics.cagrPct, signedPercent), amount: metrics.cagrPct },
      { label: 'Buy and hold', value: maybe(metrics.buyHoldPct, signedPercent), amount: metrics.buyHoldPct },
      { label: 'Commission', value: dollars(metrics.commission) },
      { label: 'Turnover of equity', value: `${fixed(metrics.turnover, 1)} ×` },
      { label: 'In the market', value: percent(metrics.exposurePct) },
    ]),
    group('Risk', [
      { label: 'Max drawdown, daily', value: percent(metrics.maxDrawdownPct) },
      { of: true, label: 'in dollars', value: dollars(metrics.maxDrawdown) },
      ...fall,
      { of: true, label: 'bar by bar', value: percent(metrics.maxDrawdownBarPct) },
      { label: 'Volatility a year', value: maybe(metrics.volatilityPct, percent) },
      { label: 'Sharpe', value: maybe(metrics.sharpe, two) },
      { label: 'Sortino', value: maybe(metrics.sortino, two) },
      { label: 'Calmar', value: maybe(metrics.calmar, two) },
    ]),
    group('Trades', [
      { label: 'Closed', value: days(metrics.trades) },
      { of: true, label: 'a day', value: two(metrics.tradesPerDay) },
      { label: 'Win rate', value: maybe(metrics.winRatePct, percent) },
      { label: 'Profit factor', value: maybe(metrics.profitFactor, two) },
      { label: 'Expectancy', value: maybe(metrics.expectancy, signedDollars), amount: metrics.expectancy },
      { of: true, label: 'in R', value: maybe(metrics.expectancyR, two) },
      { label: 'SQN', value: maybe(metrics.sqn, two) },
      { label: 'Best', value: maybe(metrics.bestTrade, signedDollars), amount: metrics.bestTrade },
      { label: 'Worst', value: maybe(metrics.worstTrade, signedDollars), amount: metrics.worstTrade },
      {
        label: 'Longest streaks',
        value: `${count(metrics.longestWinStreak)} won, ${count(metrics.longestLossStreak)} lost`,
      },
      { label: 'Held, mean', value: maybe(metrics.averageBars, bars) },
      { of: true, label: 'median', value: maybe(metrics.medianBars, bars) },
    ]),
  ];
}

/** Why figures are missing, or to be read with care: those of one reason together. */
function cautions({ metrics, reasons }: Report): readonly string[] {
  const sentences = new Map<string, string[]>();
  for (const [key, reason] of Object.entries(reasons)) {
    const missing = (metrics as unknown as Record<string, unknown>)[key] === null;
    const sentence = `${missing ? 'Missing' : 'To be read with care'} (${reasonWords(reason)})`;
    sentences.set(sentence, [...(sentences.get(sentence) ?? []), metricName(key)]);
  }
  return [...sentences].map(([sentence, names]) => `${sentence}: ${names.join(', ')}.`);
}

/** The account's figures, each with its unit: the six that are asked for first, then all. */
export const figures = (report: Report): HTMLElement =>
  section(
    'figures',
    'Figures',
    { synthetic: report.data.synthetic },
    h('dl', { class: 'cards' }, ...cards(report).map(card)),
    h('div', { class: 'groups' }, ...groups(report)),
    ...cautions(report).map(note),
    report.breakers.length === 0 ? note('No circuit breaker tripped.') : undefined,
  );
