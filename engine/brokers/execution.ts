import type { Money, Price, Qty } from '../ledger/money.ts';
import { asMoney, floorQty, mulPriceQty, qtyToNumber } from '../ledger/money.ts';
import type { FillPlace, Order, OrderEvent } from '../ledger/order.ts';
import { instant } from '../market/time.ts';
import type { Commission, FillAssumptions } from './assumptions.ts';
import * as fill from './fill.ts';
import { AT_OPEN, type Floor, type Moment, timeOf } from './moment.ts';
import { type Desk, LIMIT, MARKET, STOP, type Working } from './working.ts';

export interface ExecutionOptions {
  readonly assumptions: FillAssumptions;
  /** By symbol number. */
  readonly commissions: readonly Commission[];
  readonly buyingPower: (order: Order, need: Money) => Money;
  readonly sink: (event: OrderEvent) => void;
  readonly moment: Moment;
  /** Takes an order out of work; once only. */
  readonly finish: (working: Working) => void;
}

/** Turns a triggered order into its fill: quantity, price, what it costs, what can be paid, its group. */
export const createFloor = (options: ExecutionOptions): Floor => {
  const { assumptions, commissions, buyingPower, sink, moment, finish } = options;

  const need = (order: Order, notional: Money, commission: Money): Money =>
    asMoney((order.side === 'buy' ? notional : (notional * 103n) / 100n) + commission);

  /** The largest quantity up to `qty` that `pays` covers at this price. */
  const cutTo = (working: Working, price: Price, qty: Qty, pays: Money, increment: Qty, first: boolean): Qty => {
    const model = commissions[working.order.symbolIndex]!;
    const fixed = model.kind === 'per_order' ? fill.commissionOf(model, asMoney(0n), qty, first) : 0n;
    const whole = mulPriceQty(price, qty);
    const cost = need(working.order, whole, fill.commissionOf(model, whole, qty, first)) - fixed;
    let cut = pays <= fixed ? 0n : floorQty((((pays - fixed) * qty) / cost) as Qty, increment);
    for (; cut > 0n; cut -= increment) {
      const notional = mulPriceQty(price, cut as Qty);
      if (need(working.order, notional, fill.commissionOf(model, notional, cut as Qty, first)) <= pays) break;
    }
    return (cut > 0n ? cut : 0n) as Qty;
  };

  /** One-cancels-other: the rest of the group falls by what was filled. Gives those that came to nothing. */
  const reduceGroup = (desk: Desk, filled: Working, qty: Qty): Working[] | undefined => {
    let ended: Working[] | undefined;
    for (const other of desk.list) {
      if (other.done || other === filled || other.order.group !== filled.order.group) continue;
      if (other.remaining <= qty) {
        finish(other);
        ended = ended === undefined ? [other] : [...ended, other];
      } else {
        other.remaining = (other.remaining - qty) as Qty;
        other.order.qty = (other.order.qty - qty) as Qty;
      }
    }
    return ended;
  };

  const priceOf = (desk: Desk, working: Working, base: number, qty: Qty, bounded: boolean, slips: boolean): Price => {
    const moved = slips
      ? fill.slipped(assumptions.slippage, desk.rule, working.buy, base, qtyToNumber(qty), moment.volume)
      : base;
    return bounded
      ? fill.withinLimit(desk.rule, working.buy, moved, working.order.limitPrice!)
      : fill.againstTrader(desk.rule, working.buy, moved);
  };

  const execute = (
    desk: Desk,
    working: Working,
    base: number,
    at: FillPlace,
    bounded: boolean,
    slips: boolean,
  ): boolean => {
    if (working.triedBar === moment.bar) return false;
    const { order } = working;
    let qty = working.remaining;
    if (assumptions.participationPct !== undefined) {
      working.triedBar = moment.bar;
      const cap = fill.participationCap(moment.volume, assumptions.participationPct, desk.increment);
      if (cap < qty) {
        if (order.timeInForce === 'fok' || cap === 0n) return false;
        qty = cap;
      }
    }
    const price = priceOf(desk, working, base, qty, bounded, slips);
    const model = commissions[order.symbolIndex]!;
    const done = (order.qty - working.remaining) as Qty;
    let notional = mulPriceQty(price, qty);
    let commission = fill.commissionOf(model, notional, qty, done === 0n);
    if (!working.exit) {
      const cost = need(order, notional, commission);
      const pays = buyingPower(order, cost);
      if (pays < cost) {
        const cut = cutTo(working, price, qty, pays, desk.increment, done === 0n);
        if (cut === 0n || order.timeInForce === 'fok') {
          finish(working);
          sink({ kind: done === 0n ? 'refused' : 'cancelled', order, reason: 'buying_power', time: timeOf(moment) });
          return false;
        }
        const away = (working.remaining - cut) as Qty;
        qty = cut;
        working.remaining = cut;
        order.qty = (done + cut) as Qty;
        notional = mulPriceQty(price, qty);
        commission = fill.commissionOf(model, notional, qty, done === 0n);
        sink({ kind: 'cut', order, qty: away, reason: 'buying_power', time: timeOf(moment) });
      }
    }
    working.remaining = qty === working.remaining ? (0n as Qty) : ((working.remaining - qty) as Qty);
    if (working.remaining === 0n) finish(working);
    else if (working.kind === STOP) working.kind = MARKET;
    const ended = order.group === 0 ? undefined : reduceGroup(desk, working, qty);
    moment.base = base;
    sink({
      kind: 'fill',
      order,
      fill: { time: instant(moment.start), at, price, qty, commission },
      by: instant(at === 'open' ? moment.start : moment.end),
    });
    if (ended !== undefined) {
      for (const other of ended) sink({ kind: 'cancelled', order: other.order, reason: 'oco', time: timeOf(moment) });
    }
    return true;
  };

  return {
    moment,
    eligible: (working) =>
      !working.done &&
      (moment.regular || working.order.extendedHours) &&
      working.order.timeInForce !== 'cls' &&
      (working.order.timeInForce !== 'opg' || moment.phase === AT_OPEN) &&
      working.triedBar !== moment.bar,
    market: (desk, working, base, at) => execute(desk, working, base, at, false, true),
    limit: (desk, working, base, at) => execute(desk, working, base, at, true, false),
    trip: (desk, working, base, at) => {
      if (working.kind === STOP) {
        // Its part of the bar's volume may be nothing: the stop is hit all the same.
        if (!execute(desk, working, base, at, false, true) && !working.done) working.kind = MARKET;
        return;
      }
      working.kind = LIMIT;
      if (fill.limitHit(working.buy, working.through, base, base)) execute(desk, working, base, at, true, true);
    },
  };
};
