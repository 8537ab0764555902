import type { FeedView, RunView } from '../../runtime/view.ts';
import { compactly, count, counted, dollars, signedDollars } from '../amounts.ts';
import { marketDate, marketTime } from '../clock.ts';
import type { Style } from '../style.ts';
import { inert, joinParts } from './fit-line.ts';
import { tintOf } from './tables.ts';
import { movePercent, span, wallTime } from './words.ts';

export interface LineOptions {
  /** Columns that no line goes beyond. */
  readonly width: number;
  readonly style: Style;
  /** Wall clock, ms since 1970. */
  readonly now: number;
}

const gain = (amount: number, percent: number, style: Style): string =>
  tintOf(amount, style)(`${signedDollars(amount)} (${movePercent(percent)})`);

/** Equity, P&L in all and today. */
export const accountLine = ({ account }: RunView, { width, style }: LineOptions): string =>
  joinParts(
    [
      { text: style.bold(dollars(account.equity)) },
      { text: `P&L ${gain(account.pnl, account.pnlPct, style)}` },
      { text: `today ${gain(account.today, account.todayPct, style)}`, drop: 1 },
      { text: counted(account.trades, 'trade'), drop: 2 },
    ],
    width,
    3,
  );

/** Orders at work and how many breakers stand ready. */
export const ordersLine = ({ orders, positions, breakers }: RunView, { width, style }: LineOptions): string => {
  const { sent, protective } = orders;
  const { armed, tripped } = breakers;
  const stand = tripped.length === 0 ? 'none tripped' : style.yellow(`${tripped.length} tripped`);
  const state = armed === 0 && tripped.length === 0 ? 'no breakers' : `${counted(armed, 'breaker')}, ${stand}`;
  return joinParts(
    [
      { text: counted(positions.length, 'position') },
      { text: `orders: ${count(sent)} sent, ${count(protective)} protective`, drop: 1 },
      { text: state },
    ],
    width,
    3,
  );
};

/** What runs, and the last reload. */
export const rulesLine = ({ rules }: RunView, { width, style, now }: LineOptions): string => {
  const { revision, reloaded } = rules;
  const reload =
    reloaded === undefined ? 'as started' : `reloaded ${wallTime(reloaded.at, now)}  ${inert(reloaded.text)}`;
  return joinParts([{ text: `rules ${style.bold(revision.slice(0, 7))}` }, { text: reload }], width);
};

/** Rules on disk that do not run, in red; nothing when they do. */
export const staleLine = ({ rules: { stale } }: RunView, { width, style, now }: LineOptions): string | undefined =>
  stale === undefined
    ? undefined
    : joinParts(
        [
          { text: style.red(`STALE since ${wallTime(stale.since, now)}`) },
          { text: stale.place === undefined ? '' : style.red(inert(stale.place)) },
          { text: inert(stale.text) },
        ],
        width,
      );

const METER = 16;

/** `━━━━━━━━────────  50 %`; undefined where no end is known. */
const meter = ({ barsDone, barsTotal }: FeedView): string | undefined => {
  if (barsTotal === undefined || barsTotal === 0) return undefined;
  const part = Math.min(1, barsDone / barsTotal);
  const filled = Math.floor(part * METER);
  return `${'━'.repeat(filled)}${'─'.repeat(METER - filled)} ${String(Math.floor(part * 100)).padStart(3)} %`;
};

/** Ages below this say that bars come as they should. */
const FRESH_MS = 2_000;

const ageWords = ({ lastBarAt, paceMs = 0, pace }: FeedView, { style, now }: LineOptions): string => {
  if (pace !== 'paced') return '';
  if (lastBarAt === undefined) return 'no bar yet';
  const age = now - lastBarAt;
  if (age < FRESH_MS) return 'last bar just now';
  const words = `last bar ${span(age)} ago`;
  return age > 3 * Math.max(paceMs, FRESH_MS) ? style.yellow(words) : words;
};

const speedWords = (rate: number): string =>
  rate >= 1.5 ? `${compactly(rate)} bars/s` : rate >= 0.75 ? '1 bar/s' : `1 bar in ${span(1000 / rate)}`;

/** Where the bars come from, how far they are and how they come. */
export const feedLine = ({ feed }: RunView, options: LineOptions): string => {
  const { style, width } = options;
  const { source, synthetic, marketTime: at, clock, pace, barsDone, barsTotal, barsPerSecond } = feed;
  const rushing = pace === 'rushing';
  const left =
    rushing && barsTotal !== undefined && barsPerSecond !== undefined && barsPerSecond > 0
      ? `${span(((barsTotal - barsDone) / barsPerSecond) * 1000 + 999)} left`
      : '';
  const name = inert(source.replace(/ ?\(SYNTHETIC\)/, ''));
  return joinParts(
    [
      { text: name, drop: synthetic ? 2 : 0 },
      { text: synthetic ? style.yellow('SYNTHETIC') : '' },
      {
        text:
          pace === 'warming' || at === undefined
            ? 'warming up'
            : rushing
              ? marketDate(clock, at)
              : marketTime(clock, at),
      },
      { text: (rushing ? meter(feed) : undefined) ?? '', drop: 3 },
      { text: barsPerSecond === undefined ? '' : speedWords(barsPerSecond), drop: 4 },
      { text: left, drop: 5 },
      { text: ageWords(feed, options), drop: 1 },
    ],
    width,
  );
};

/** What the person can do from here. */
export const hintsLine = ({ width, style }: LineOptions): string =>
  style.dim(
    joinParts(
      [
        { text: 'Ctrl-C ends with the summary' },
        { text: '· engine why STRATEGY SYMBOL', drop: 1 },
        { text: '· engine status', drop: 2 },
      ],
      width,
      1,
    ),
  );

/** All in one line, for a screen of a few rows. */
export const oneLine = (view: RunView, options: LineOptions): string => {
  const { style, width } = options;
  const { account, positions, breakers, rules, feed } = view;
  const tripped = breakers.tripped.length;
  return joinParts(
    [
      { text: style.bold(dollars(account.equity)) },
      { text: gain(account.pnl, account.pnlPct, style), drop: 2 },
      { text: rules.stale === undefined ? '' : style.red('STALE') },
      { text: tripped === 0 ? '' : style.yellow(`${tripped} tripped`) },
      { text: counted(account.trades, 'trade'), drop: 5 },
      { text: `${positions.length} open`, drop: 4 },
      { text: feed.synthetic ? style.yellow('SYNTHETIC') : '', drop: 3 },
      { text: feed.marketTime === undefined ? 'warming up' : marketTime(feed.clock, feed.marketTime), drop: 1 },
    ],
    width,
  );
};
