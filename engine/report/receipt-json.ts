import { formatExactMoney, formatPrice, formatQty } from '../ledger/money.ts';
import { clientOrderId } from '../ledger/order-id.ts';
import type { Decision } from '../runtime/live/day-decisions.ts';
import type { FillPair } from '../runtime/live/fill-pairs.ts';
import type { Receipt } from '../runtime/live/receipt.ts';
import { causeWords } from './receipt-words.ts';

const iso = (at: number): string => new Date(at).toISOString();

const decisionMember = ({ bar, strategy, symbol, rule, side, order }: Decision) => ({
  bar: iso(bar),
  strategy,
  symbol,
  rule,
  side,
  qty: formatQty(order.qty),
  id: clientOrderId(order),
});

const fillMember = ({ strategy, symbol, rule, side, time, qty, live, modelled, bps, cost }: FillPair) => ({
  time: iso(time),
  strategy,
  symbol,
  rule,
  side,
  qty: formatQty(qty),
  live: formatPrice(live),
  modelled: formatPrice(modelled),
  bps,
  cost: formatExactMoney(cost),
});

/** A receipt as plain JSON: times ISO 8601 UTC, amounts exact decimals, bps and cost positive where they are worse. */
export const receiptMember = ({ day, whole, minutes, late, decisions, differences, unexplained, fills }: Receipt) => ({
  day: day.date,
  close: iso(day.close),
  whole,
  minutes,
  minutesTooLate: late,
  decisions: decisions.all,
  equal: decisions.equal,
  unexplained,
  differences: differences.map(({ kind, decision, modelled, cause }) => ({
    kind,
    ...decisionMember(decision),
    modelled: modelled === undefined ? null : decisionMember(modelled),
    cause: cause.code,
    words: causeWords(cause, decision.symbol),
  })),
  fills: {
    count: fills.count,
    meanBps: fills.meanBps,
    medianBps: fills.medianBps,
    worst: fills.worst === undefined ? null : fillMember(fills.worst),
    cost: formatExactMoney(fills.cost),
    all: fills.pairs.map(fillMember),
  },
});
