import { asMoney, type Money, NO_MONEY } from '../ledger/money.ts';
import type { Instant } from '../market/time.ts';
import type { Decision } from '../runtime/live/day-decisions.ts';
import type { Cause } from '../runtime/live/difference-cause.ts';
import type { Difference, FillFigures, Receipt } from '../runtime/live/receipt.ts';
import { counted, fixed, money, quantity, roundPrice } from './amounts.ts';
import { marketTime } from './clock.ts';
import { orderCause } from './words.ts';

/** `12:31` on the exchange's clock. */
const clock = (symbol: string, at: Instant): string => marketTime(symbol, at).slice(-5);

/** `+0.42`: basis points, positive is worse for the trader. */
export const signedBps = (bps: number | null): string => {
  if (bps === null) return '-';
  const text = fixed(bps, 2);
  return bps > 0 && text !== '0.00' ? `+${text}` : text;
};

/** Why a decision was another, as the end of a sentence. */
export function causeWords(cause: Cause, symbol: string): string {
  const at = 'at' in cause ? clock(symbol, cause.at) : '';
  switch (cause.code) {
    case 'late':
      return 'the bars came too late to enter on';
    case 'account':
      return 'account and ledger were not known to agree, so nothing was entered';
    case 'breaker': {
      const [held, other] = cause.side === 'live' ? ['live', 'in the backtest'] : ['in the backtest', 'live'];
      const values = cause.values === '' ? '' : ` (${cause.values})`;
      return `breaker ${cause.breaker} had tripped ${held}${values}, and not ${other}`;
    }
    case 'refused':
      return `the broker refused the order of ${at}: ${orderCause(cause.reason)}`;
    case 'cancelled':
      return `the order of ${at} ended before it was filled: ${orderCause(cause.reason)}`;
    case 'unfilled':
      return `the order of ${at} was not filled`;
    case 'partial':
      return `the order of ${at} was filled in part`;
    case 'filled_late':
      return `the order of ${at} was filled only after this was decided`;
    case 'not_modelled':
      return `the order of ${at} was filled by the broker, and its bars would not have filled it`;
    case 'price':
      return `the entry of ${at} filled at ${roundPrice(cause.live)} and not at ${roundPrice(cause.modelled)}, so its levels and its profit were others`;
    case 'bars':
      return 'the broker saw other prices than the recorded bars, so one reached the level and the other did not';
    case 'purse':
      return 'fills at other prices left a purse of another size';
    case 'follows': {
      const who = cause.symbol === symbol ? '' : ` of ${cause.strategy} ${cause.symbol}`;
      return `it follows from ${at}${who}`;
    }
    case 'unknown':
      return 'no cause was found';
  }
}

const KINDS: Readonly<Record<Difference['kind'], string>> = {
  only_live: 'only live',
  only_backtest: 'only in the backtest',
  quantity: 'another quantity',
  elsewhen: 'at another time',
};

const decisionWords = ({ bar, strategy, symbol, rule, side, order }: Decision): string =>
  `${marketTime(symbol, bar)} ${strategy} ${symbol} ${rule} ${side} ${quantity(order.qty)}`;

/** `2013-10-11 12:31 fast SPY entry.long buy 20: only in the backtest; the bars came too late to enter on`. */
export function differenceWords({ kind, decision, modelled, cause }: Difference): string {
  const { symbol } = decision;
  const beside =
    modelled === undefined
      ? ''
      : kind === 'quantity'
        ? ` (${quantity(modelled.order.qty)} in the backtest)`
        : ` (${clock(symbol, modelled.bar)} in the backtest)`;
  return `${decisionWords(decision)}: ${KINDS[kind]}${beside}; ${causeWords(cause, symbol)}`;
}

const costWords = (cost: Money): string => {
  if (cost === 0n) return 'at no cost';
  const better = asMoney(NO_MONEY - cost);
  return cost > 0n ? `${money(cost)} worse in all` : `${money(better)} better in all`;
};

/** `22 fills against modelled ones: mean +0.40 bps, median 0.00, worst +3.10 (fast SPY 12:31); $1.20 worse in all`. */
export function fillWords({ count, meanBps, medianBps, worst, cost }: FillFigures): string {
  if (count === 0 || worst === undefined) return 'no fills to compare';
  const where = `${worst.strategy} ${worst.symbol} ${clock(worst.symbol, worst.time)}`;
  return `${counted(count, 'fill')} against modelled ones: mean ${signedBps(meanBps)} bps, median ${signedBps(medianBps)}, worst ${signedBps(worst.bps)} (${where}); ${costWords(cost)}`;
}

/** How many decisions were equal, and what is known of the others. */
export function decidedWords({ decisions, differences, unexplained }: Receipt): string {
  const { equal, all } = decisions;
  if (all === 0) return 'nothing was decided';
  const rest =
    differences.length === 0
      ? ''
      : unexplained === 0
        ? `, ${counted(differences.length, 'difference')} explained`
        : `, ${counted(differences.length, 'difference')}, ${unexplained} unexplained`;
  return `${equal} of ${counted(all, 'decision')} equal${rest}`;
}

/** A day in one line. */
export const receiptLine = (receipt: Receipt): string =>
  `receipt of ${receipt.day.date}${receipt.whole ? '' : ', so far'}: ${decidedWords(receipt)}; ${fillWords(receipt.fills)}`;
