import type { FillAssumptions } from '../brokers/assumptions.ts';
import type { Trip } from '../core/breakers.ts';
import type { ExitReason } from '../ledger/order.ts';

const EXIT_WORDS: Readonly<Record<ExitReason, string>> = {
  exit_rule: 'exit rule',
  stop_loss: 'stop loss',
  take_profit: 'take profit',
  trailing_stop: 'trailing stop',
  break_even: 'break-even stop',
  time_stop: 'time stop',
  session: 'end of session',
  breaker: 'circuit breaker',
  manual: 'by hand',
  removed: 'strategy removed',
  end_of_data: 'end of data',
};

export const exitWords = (reason: ExitReason): string => EXIT_WORDS[reason];

/** `exit.cross_back` → `cross_back`: what the writer called the rule. */
const ruleName = (rule: string): string => rule.replace(/^(exit|entry)\.(rules\.)?/, '');

/** Why a trade ended, in words: the rule's own name when a rule ended it. */
export const exitCause = (reason: ExitReason, rule: string): string => {
  const name = ruleName(rule);
  return reason === 'exit_rule' && name !== '' && name !== 'when' ? `rule ${name}` : EXIT_WORDS[reason];
};

const ORDER_WORDS: Readonly<Record<string, string>> = {
  expired: 'not filled in time',
  position_closed: 'its position was closed',
  buying_power: 'not enough buying power',
  cash: 'not enough cash',
  purse: 'the purse is spent',
  size_zero: 'the size comes to 0 shares',
  size_unknown: 'its size cannot be computed yet',
  level_unknown: 'its stop or target cannot be computed yet',
  price_unknown: 'its price cannot be computed yet',
  end_of_data: 'the data ended',
  end_of_session: 'the session ended',
  oco: 'another leg was filled',
  unknown_symbol: 'the feed does not have its symbol',
  limit_price_missing: 'its limit price cannot be computed yet',
  stop_price_missing: 'its stop price cannot be computed yet',
  resized: 'replaced by one of another size',
  outside_hours: 'outside regular hours',
  short_not_allowed: 'shorting is not allowed by risk.yaml',
  max_position_pct: 'over max_position_pct of risk.yaml',
  max_gross_exposure_pct: 'over max_gross_exposure_pct of risk.yaml',
  max_open_positions: 'over max_open_positions of risk.yaml',
  max_order_notional: 'over max_order_notional of risk.yaml',
  orders_per_minute: 'over orders_per_minute of risk.yaml',
  breaker: 'a circuit breaker tripped',
  manual: 'by hand',
};

/** Why an order was refused or cancelled, in words. */
export const orderCause = (reason: string | undefined): string =>
  reason === undefined ? 'no reason given' : (ORDER_WORDS[reason] ?? reason.replaceAll('_', ' '));

const METRIC_WORDS: Readonly<Record<string, string>> = {
  cagrPct: 'return a year',
  sharpe: 'Sharpe',
  sortino: 'Sortino',
  volatilityPct: 'volatility',
  maxDrawdownPct: 'max drawdown',
  calmar: 'Calmar',
  winRatePct: 'win rate',
  profitFactor: 'profit factor',
  expectancy: 'expectancy',
  expectancyR: 'expectancy in R',
  sqn: 'SQN',
  averageBars: 'holding time',
  medianBars: 'median holding time',
  bestTrade: 'best trade',
  worstTrade: 'worst trade',
  buyHoldPct: 'buy and hold',
};

export const metricName = (key: string): string =>
  METRIC_WORDS[key] ?? key.replace(/Pct$/, '').replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);

const REASON_WORDS: Readonly<Record<string, string>> = {
  no_trades: 'no trade was closed',
  one_trade: 'one trade says nothing of spread',
  few_trades: 'fewer than 30 trades',
  no_losing_trades: 'no trade lost',
  no_stop: 'no trade had a stop at its entry',
  some_without_stop: 'trades without a stop are left out',
  too_few_returns: 'too few daily returns',
  few_returns: 'fewer than 20 daily returns',
  no_losing_days: 'no day lost',
  no_variance: 'every value is the same',
  no_drawdown: 'equity never fell',
  no_time: 'no time went by',
  no_data: 'no bars',
  equity_not_positive: 'equity fell to 0 or below',
  not_finite: 'the figure is out of all bounds',
};

/** Why a figure is missing or to be read with care, in words. */
export const reasonWords = (reason: string): string => REASON_WORDS[reason] ?? reason.replaceAll('_', ' ');

export const slippageWords = ({ slippage }: FillAssumptions): string => {
  switch (slippage.kind) {
    case 'none':
      return 'no slippage';
    case 'bps':
      return `slippage ${slippage.bps} bp${slippage.bps === 1 ? '' : 's'}`;
    case 'ticks':
      return `slippage ${slippage.ticks} tick${slippage.ticks === 1 ? '' : 's'}`;
    case 'half_spread':
      return `slippage half of a $${slippage.spread} spread`;
    case 'volume_share':
      return 'slippage by share of volume';
  }
};

export const commissionWords = ({ commission }: FillAssumptions): string => {
  switch (commission.kind) {
    case 'none':
      return 'no commission';
    case 'per_share':
      return `commission $${commission.dollars} a share`;
    case 'per_order':
      return `commission $${commission.dollars} an order`;
    case 'bps':
      return `commission ${commission.bps} bps`;
  }
};

/** How orders were filled, in a line of prose. */
export const assumptionWords = (assumptions: FillAssumptions): string =>
  [
    assumptions.fillAt === 'next_open' ? 'at the next open' : 'at the close (optimistic)',
    slippageWords(assumptions),
    commissionWords(assumptions),
    `${assumptions.intrabar} inside the bar`,
    ...(assumptions.limitFill === 'touch' ? ['limits when touched (optimistic)'] : []),
    ...(assumptions.participationPct === undefined
      ? []
      : [`at most ${assumptions.participationPct} % of a bar's volume`]),
    ...(assumptions.fractional ? ['fractions of a share'] : []),
  ].join(', ');

/** Why a breaker tripped, in words: its measures, or that a person did it and why. */
export const tripCause = ({ values, reason }: Pick<Trip, 'values' | 'reason'>): string =>
  values !== '' ? values : reason === undefined ? 'by hand' : `by hand: ${reason}`;

/** What a person said when they cleared it; empty when nobody did. */
export const clearCause = ({ clearedReason }: Pick<Trip, 'clearedReason'>): string =>
  clearedReason === undefined ? '' : `by hand: ${clearedReason}`;
