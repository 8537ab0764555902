import type { ValueType } from '../expressions/tree.ts';
import type { Unit } from '../indicators/entry.ts';
import type { BreakerModel } from './model.ts';

/** A number (or condition) that the core keeps and rules can read. */
export interface Measure {
  readonly name: string;
  readonly type: ValueType;
  readonly unit: Unit;
  readonly range: readonly [number, number];
  /** Whose it is: the account's, one strategy's, one strategy-on-symbol's, or a series' (clock and session). */
  readonly kept: 'account' | 'strategy' | 'instance' | 'series';
  /** Where it can be read. */
  readonly readIn: 'strategy' | 'risk' | 'both';
  readonly description: string;
  /** Called with a duration: `opening_high("30m")`. */
  readonly takesDuration?: true;
  /** Scopes of a breaker at which it is measured; at any other it is the account's. Measures of `risk.yaml` only. */
  readonly scopes?: readonly BreakerModel['scope'][];
}

const ANY: readonly [number, number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
const POSITIVE: readonly [number, number] = [0, Number.POSITIVE_INFINITY];

const row = (
  name: string,
  unit: Unit,
  range: readonly [number, number],
  kept: Measure['kept'],
  readIn: Measure['readIn'],
  description: string,
): Measure => ({ name, type: 'number', unit, range, kept, readIn, description });

const condition = (name: string, kept: Measure['kept'], description: string): Measure => ({
  name,
  type: 'condition',
  unit: 'none',
  range: [0, 1],
  kept,
  readIn: 'strategy',
  description,
});

const EVERYWHERE = ['account', 'strategy', 'symbol'] as const;
/** A symbol has no equity of its own. */
const OF_EQUITY = ['account', 'strategy'] as const;

/** The same measure, as breakers read it. */
const at = (measure: Measure, scopes: readonly BreakerModel['scope'][]): Measure => ({ ...measure, scopes });
const timed = (measure: Measure): Measure => ({ ...measure, takesDuration: true });

/** Every measure there is, by its canonical name. */
export const MEASURES: ReadonlyMap<string, Measure> = new Map(
  [
    row('session.open', 'price', POSITIVE, 'series', 'strategy', "The session's first price."),
    row('session.high', 'price', POSITIVE, 'series', 'strategy', 'The highest price of the session so far.'),
    row('session.low', 'price', POSITIVE, 'series', 'strategy', 'The lowest price of the session so far.'),
    row('prev_day.open', 'price', POSITIVE, 'series', 'strategy', "The previous session's first price."),
    row('prev_day.high', 'price', POSITIVE, 'series', 'strategy', "The previous session's high."),
    row('prev_day.low', 'price', POSITIVE, 'series', 'strategy', "The previous session's low."),
    row('prev_day.close', 'price', POSITIVE, 'series', 'strategy', "The previous session's close."),
    row('gap_pct', 'percent', ANY, 'series', 'strategy', "The session's open against the previous close, in percent."),
    row('minutes_since_open', 'minutes', ANY, 'series', 'strategy', "From the session's open to the bar's end."),
    row('minutes_to_close', 'minutes', ANY, 'series', 'strategy', "From the bar's end to the session's close."),
    row('time', 'clock', [0, 1440], 'series', 'strategy', 'The exchange\'s clock at the bar\'s end, as "10:30".'),
    row('weekday', 'date', [1, 7], 'series', 'strategy', 'The day of the week: mon ... sun.'),
    row('day_of_month', 'date', [1, 31], 'series', 'strategy', 'The day of the month, 1 to 31.'),
    row('session_number', 'count', POSITIVE, 'series', 'strategy', 'A number that grows by one with every session.'),
    condition('is_first_session_of_month', 'series', 'True on the first session of the month.'),
    condition('is_last_session_of_month', 'series', 'True on the last session of the month.'),
    {
      ...row(
        'opening_high',
        'price',
        POSITIVE,
        'series',
        'strategy',
        "The high of the session's first minutes; unknown until they are over.",
      ),
      takesDuration: true as const,
    },
    {
      ...row(
        'opening_low',
        'price',
        POSITIVE,
        'series',
        'strategy',
        "The low of the session's first minutes; unknown until they are over.",
      ),
      takesDuration: true as const,
    },
    row('position.side', 'none', [-1, 1], 'instance', 'strategy', 'long, short or flat.'),
    row('position.qty', 'shares', POSITIVE, 'instance', 'strategy', 'Shares held (0 when flat).'),
    row('position.entry_price', 'price', POSITIVE, 'instance', 'strategy', 'Mean price paid; unknown when flat.'),
    row(
      'position.bars',
      'bars',
      POSITIVE,
      'instance',
      'strategy',
      'Bars since the entry filled, 0 on the bar of the fill; unknown when flat.',
    ),
    row(
      'position.profit_pct',
      'percent',
      ANY,
      'instance',
      'strategy',
      'Gain against the entry price, in percent; unknown when flat.',
    ),
    row(
      'position.peak_profit_pct',
      'percent',
      ANY,
      'instance',
      'strategy',
      'The best profit_pct since the entry; unknown when flat.',
    ),
    row(
      'bars_since_exit',
      'bars',
      POSITIVE,
      'instance',
      'strategy',
      'Bars since the last exit filled; infinite before the first.',
    ),
    at(
      row(
        'exit_unknown_bars',
        'bars',
        POSITIVE,
        'instance',
        'both',
        'Bars in a row on which an exit rule of an open position was unknown.',
      ),
      EVERYWHERE,
    ),
    at(row('purse', 'money', ANY, 'strategy', 'both', "The strategy's own capital, marked to market."), ['strategy']),
    at(
      row('consecutive_losses', 'count', POSITIVE, 'strategy', 'both', 'Closed trades in a row with a net loss.'),
      EVERYWHERE,
    ),
    at(row('equity', 'money', ANY, 'account', 'both', 'The account, marked to market.'), OF_EQUITY),
    at(row('cash', 'money', ANY, 'account', 'both', 'Cash of the account.'), ['account']),
    at(
      row('drawdown_pct', 'percent', POSITIVE, 'account', 'both', 'Fall of the account from its peak, in percent.'),
      OF_EQUITY,
    ),
    at(
      row('daily_loss_pct', 'percent', POSITIVE, 'account', 'both', "Loss since the last session's close, in percent."),
      OF_EQUITY,
    ),
    at(
      row('daily_trades', 'count', POSITIVE, 'account', 'both', 'Filled entries since the last session close.'),
      EVERYWHERE,
    ),
    at(row('open_positions', 'count', POSITIVE, 'account', 'both', 'Positions open.'), EVERYWHERE),
    at(
      row(
        'gross_exposure_pct',
        'percent',
        POSITIVE,
        'account',
        'both',
        'Value of all positions against equity, in percent.',
      ),
      EVERYWHERE,
    ),
    at(row('bars_late', 'bars', POSITIVE, 'account', 'risk', 'Bars overdue in session; live only.'), EVERYWHERE),
    at(
      row(
        'spread_pct',
        'percent',
        POSITIVE,
        'account',
        'risk',
        'Distance of ask and bid against their middle at the last quote, in percent, the widest of its symbols; live only.',
      ),
      EVERYWHERE,
    ),
    at(
      row(
        'losing_days',
        'count',
        POSITIVE,
        'account',
        'risk',
        'Sessions in a row that ended lower than the one before.',
      ),
      OF_EQUITY,
    ),
    timed(
      at(
        row(
          'equity_volatility_pct',
          'percent',
          POSITIVE,
          'account',
          'risk',
          'Standard deviation (n-1) of the daily returns of the last sessions, a year, in percent; unknown until there are enough.',
        ),
        OF_EQUITY,
      ),
    ),
    timed(
      at(
        row('stop_outs', 'count', POSITIVE, 'account', 'risk', 'Trades that a stop ended in the last minutes.'),
        EVERYWHERE,
      ),
    ),
    timed(
      at(
        row('closed_trades', 'count', POSITIVE, 'account', 'risk', 'Trades that ended in the last minutes.'),
        EVERYWHERE,
      ),
    ),
    timed(
      at(
        row(
          'closed_profit_pct',
          'percent',
          ANY,
          'account',
          'risk',
          'Net profit of the trades that ended in the last minutes, in percent of equity.',
        ),
        EVERYWHERE,
      ),
    ),
    timed(
      at(row('rejections', 'count', POSITIVE, 'account', 'risk', 'Orders refused in the last minutes.'), EVERYWHERE),
    ),
  ].map((measure) => [measure.name, measure]),
);

/** Measures that no simulated market moves, and why. */
export const LIVE_ONLY: ReadonlyMap<string, string> = new Map([
  ['bars_late', 'simulated bars are never late'],
  ['spread_pct', 'simulated bars have no bid and no ask'],
]);

/** The measure behind a canonical name; a duration after a colon (`opening_high:30`) is left out of the look-up. */
export const measureOf = (name: string): Measure | undefined => MEASURES.get(name.split(':', 1)[0]!);
