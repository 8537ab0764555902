import { qtyToNumber } from '../../ledger/money.ts';
import type { OrderStatus } from '../../ledger/order.ts';
import type { RunView } from '../../runtime/view.ts';
import type { Family, Sample } from './exposition.ts';

/** What of a run its view does not tell. */
export interface RunFacts {
  readonly cash: number;
  readonly orders: Readonly<Record<OrderStatus, number>>;
  /** Times that a breaker has tripped. */
  readonly trips: number;
  /** Bytes of the journal on disk; undefined: there is none. */
  readonly journalBytes: number | undefined;
  /** Bars of a live feed that came after their minute was decided. */
  readonly lateBars: number;
  /** ms since 1970, wall clock. */
  readonly now: number;
}

const one = (value: number): readonly Sample[] => [{ value }];

const gauge = (name: string, help: string, samples: readonly Sample[]): Family => ({
  name,
  type: 'gauge',
  help,
  samples,
});

const counter = (name: string, help: string, samples: readonly Sample[]): Family => ({
  name,
  type: 'counter',
  help,
  samples,
});

const seconds = (milliseconds: number): number => milliseconds / 1000;

const accountFamilies = ({ account, strategies, positions }: RunView, { cash }: RunFacts): Family[] => [
  gauge('engine_equity_dollars', 'What the account is worth.', one(account.equity)),
  gauge('engine_cash_dollars', 'Cash of the account.', one(cash)),
  gauge('engine_pnl_dollars', 'Profit and loss since the start.', one(account.pnl)),
  gauge('engine_today_pnl_dollars', "Profit and loss since the last session's close.", one(account.today)),
  gauge(
    'engine_strategy_equity_dollars',
    'What the purse of a strategy is worth.',
    strategies.map(({ id, equity }) => ({ labels: { strategy: id }, value: equity })),
  ),
  gauge(
    'engine_strategy_pnl_dollars',
    'Profit and loss of a strategy since the start.',
    strategies.map(({ id, pnl }) => ({ labels: { strategy: id }, value: pnl })),
  ),
  counter(
    'engine_trades_total',
    'Trades that were closed.',
    strategies.map(({ id, trades }) => ({ labels: { strategy: id }, value: trades })),
  ),
  gauge('engine_positions', 'Open positions.', one(positions.length)),
  gauge(
    'engine_position_quantity',
    'Shares or coins of an open position, below 0 when short.',
    positions.map(({ strategy, symbol, side, qty }) => ({
      labels: { strategy, symbol },
      value: qtyToNumber(qty) * (side === 'long' ? 1 : -1),
    })),
  ),
  gauge(
    'engine_position_unrealized_dollars',
    'Profit and loss of an open position at the last price.',
    positions.map(({ strategy, symbol, unrealized }) => ({ labels: { strategy, symbol }, value: unrealized })),
  ),
];

const orderFamilies = ({ orders: open, breakers }: RunView, { orders, trips }: RunFacts): Family[] => [
  counter(
    'engine_orders_total',
    'Orders that have ended, by how.',
    (['filled', 'cancelled', 'refused'] as const).map((status) => ({ labels: { status }, value: orders[status] })),
  ),
  gauge('engine_open_orders', 'Orders at work: on their way, or resting to protect a position.', [
    { labels: { kind: 'sent' }, value: open.sent },
    { labels: { kind: 'protective' }, value: open.protective },
  ]),
  gauge('engine_breakers', 'Breakers of the rules by state; one that tripped in several places counts as many.', [
    { labels: { state: 'armed' }, value: breakers.armed },
    { labels: { state: 'tripped' }, value: breakers.tripped.length },
  ]),
  gauge(
    'engine_breaker_tripped',
    'A breaker that holds entries back, 1 while it does.',
    breakers.tripped.map(({ breaker, scope, place, action }) => ({
      labels: { breaker, scope, place, action },
      value: 1,
    })),
  ),
  counter('engine_breaker_trips_total', 'Times that a breaker has tripped.', one(trips)),
];

const barFamilies = ({ feed }: RunView, { now, lateBars }: RunFacts): Family[] => [
  counter('engine_bars_decided_total', 'Bars that the rules have decided.', one(feed.barsDone)),
  counter('engine_bars_late_total', 'Bars of a live feed that came after their minute was decided.', one(lateBars)),
  gauge(
    'engine_last_bar_age_seconds',
    'Time since the last bar came, by the wall clock.',
    feed.lastBarAt === undefined ? [] : one(Math.max(0, seconds(now - feed.lastBarAt))),
  ),
  gauge(
    'engine_market_timestamp_seconds',
    'Market time reached, seconds since 1970.',
    feed.marketTime === undefined ? [] : one(seconds(feed.marketTime)),
  ),
];

const ruleFamilies = ({ rules, feed }: RunView, { journalBytes }: RunFacts): Family[] => [
  gauge('engine_rules_info', 'The rules that run.', [
    { labels: { revision: rules.revision, feed: feed.source, synthetic: String(feed.synthetic) }, value: 1 },
  ]),
  gauge(
    'engine_rules_stale',
    '1 while rules on disk do not run: refused, or waiting for approval.',
    one(rules.stale === undefined ? 0 : 1),
  ),
  gauge(
    'engine_rules_stale_since_timestamp_seconds',
    'Since when they do not run, seconds since 1970.',
    rules.stale === undefined ? [] : one(seconds(rules.stale.since)),
  ),
  gauge(
    'engine_last_reload_timestamp_seconds',
    'When edited rules were last put in charge, seconds since 1970.',
    rules.reloaded === undefined ? [] : one(seconds(rules.reloaded.at)),
  ),
  gauge('engine_journal_bytes', 'Size of the journal on disk.', journalBytes === undefined ? [] : one(journalBytes)),
];

/** A run as it stands, as metrics. */
export const runFamilies = (view: RunView, facts: RunFacts): Family[] => [
  ...accountFamilies(view, facts),
  ...orderFamilies(view, facts),
  ...barFamilies(view, facts),
  ...ruleFamilies(view, facts),
];

/** The process itself, under the names that every dashboard knows. */
export interface ProcessFacts {
  readonly version: string;
  readonly node: string;
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  /** Seconds since 1970. */
  readonly startedAt: number;
  /** How late the loop came to what was due, seconds. */
  readonly lag: {
    readonly quantiles: readonly (readonly [number, number])[];
    readonly sum: number;
    readonly count: number;
  };
}

export const processFamilies = ({
  version,
  node,
  cpuSeconds,
  residentBytes,
  startedAt,
  lag,
}: ProcessFacts): Family[] => [
  gauge('engine_build_info', 'The program.', [{ labels: { version, node }, value: 1 }]),
  {
    name: 'engine_loop_lag_seconds',
    type: 'summary',
    help: 'How late the event loop came to what was due.',
    samples: [
      ...lag.quantiles.map(([quantile, value]) => ({ labels: { quantile: String(quantile) }, value })),
      { suffix: '_sum', value: lag.sum },
      { suffix: '_count', value: lag.count },
    ],
  },
  counter('process_cpu_seconds_total', 'Processor time of the process.', one(cpuSeconds)),
  gauge('process_resident_memory_bytes', 'Memory of the process.', one(residentBytes)),
  gauge('process_start_time_seconds', 'When the process started, seconds since 1970.', one(startedAt)),
];
