import type { Approved, Broker } from '../core/broker.ts';
import type { Money, Qty } from '../ledger/money.ts';
import { floorQty, priceToNumber } from '../ledger/money.ts';
import type { Order } from '../ledger/order.ts';
import { splitRatio } from '../ledger/split.ts';
import { priceNearest, quantityIncrement } from '../ledger/tick.ts';
import { type Bars, REGULAR } from '../market/bars.ts';
import type { Instant } from '../market/time.ts';
import type { Commission, FillAssumptions } from './assumptions.ts';
import { createFloor } from './execution.ts';
import * as fill from './fill.ts';
import { walkPath, walkRanges } from './intrabar.ts';
import { AT_CLOSE, AT_OPEN, createMoment, enterBar, IDLE, INSIDE, timeOf } from './moment.ts';
import type { Venue, VenueHooks, VenueSymbol } from './venue.ts';
import { createWorking, type Desk, flaw, LIMIT, MARKET, momentary, readLevels, type Working } from './working.ts';

export interface SimulatedBrokerOptions extends VenueHooks {
  readonly assumptions: FillAssumptions;
  /** What can be paid for a fill of this entry order, its own reservation included; may stop counting once it covers `need`. */
  readonly buyingPower: (order: Order, need: Money) => Money;
}

/** Makes a venue that fills from bars by SEMANTICS "Fills". */
export const createSimulatedBroker = (options: SimulatedBrokerOptions): Venue => {
  const { assumptions, buyingPower, sink } = options;
  const desks: Desk[] = [];
  const commissions: Commission[] = [];
  // No order of a symbol can trigger while the bar stays strictly between these.
  let upper = new Float64Array(0);
  let lower = new Float64Array(0);
  const moment = createMoment();

  const extend = (symbols: readonly VenueSymbol[]): void => {
    for (const symbol of symbols) {
      desks.push({
        rule: symbol.kind,
        increment: symbol.increment ?? quantityIncrement(symbol.kind, assumptions.fractional),
        list: [],
        used: [],
        live: 0,
        attention: 0,
      });
      commissions.push(symbol.commission ?? assumptions.commission);
    }
    const bound = (former: Float64Array, none: number): Float64Array<ArrayBuffer> => {
      const bounds = new Float64Array(desks.length).fill(none);
      bounds.set(former);
      return bounds;
    };
    upper = bound(upper, Number.POSITIVE_INFINITY);
    lower = bound(lower, Number.NEGATIVE_INFINITY);
  };
  extend(options.symbols);

  const widen = (symbol: number, working: Working): void => {
    if (working.kind === MARKET) return;
    const level = working.kind === LIMIT ? working.limit : working.stop;
    const above = working.kind === LIMIT ? !working.buy : working.buy;
    if (above) {
      if (level < upper[symbol]!) upper[symbol] = level;
    } else if (level > lower[symbol]!) lower[symbol] = level;
  };

  /** Drops what is done and renews the bounds. Lists are left whole while a bar is worked: loops run over them. */
  const tidy = (symbol: number, reuse = false): void => {
    const desk = desks[symbol]!;
    const { list } = desk;
    upper[symbol] = Number.POSITIVE_INFINITY;
    lower[symbol] = Number.NEGATIVE_INFINITY;
    desk.attention = 0;
    let kept = 0;
    for (let n = 0; n < list.length; n++) {
      const working = list[n]!;
      if (working.done) {
        if (reuse) desk.used.push(working);
        continue;
      }
      if (moment.phase === IDLE) list[kept++] = working;
      if (working.kind === MARKET || momentary(working.order)) desk.attention++;
      widen(symbol, working);
    }
    // Setting the length to 0 would give the room back that the next order needs.
    if (moment.phase === IDLE) while (list.length > kept) list.pop();
  };

  const finish = (working: Working): void => {
    if (working.done) return;
    working.done = true;
    desks[working.order.symbolIndex]!.live--;
  };

  const drop = (working: Working, reason: string): void => {
    finish(working);
    sink({ kind: 'cancelled', order: working.order, reason, time: timeOf(moment) });
  };

  const end = (bars: Bars, i: number, symbol: number): void => {
    moment.phase = IDLE;
    moment.time = bars.end[i]!;
    // Here nobody walks a copy of the list, so what is done may be used again.
    tidy(symbol, true);
  };

  const floor = createFloor({ assumptions, commissions, buyingPower, sink, moment, finish });

  /** The open of an `opg` order is the first regular bar of a session. */
  const firstOfSession = (bars: Bars, i: number): boolean =>
    bars.hours[i] === REGULAR && (i === 0 || bars.session[i - 1] !== bars.session[i] || bars.hours[i - 1] !== REGULAR);

  const takesPart = (working: Working, exitsOnly: boolean, bars: Bars, i: number): boolean =>
    (working.exit || !exitsOnly) &&
    floor.eligible(working) &&
    (working.order.timeInForce !== 'opg' || firstOfSession(bars, i));

  const open = (bars: Bars, i: number, symbol: number, exitsOnly: boolean): void => {
    const desk = desks[symbol]!;
    if (desk.live === 0) return;
    const price = bars.open[i]!;
    if (desk.attention === 0 && price < upper[symbol]! && price > lower[symbol]!) return;
    enterBar(moment, bars, i, symbol, AT_OPEN);
    const { list } = desk;
    for (let n = 0; n < list.length; n++) {
      const working = list[n]!;
      if (working.kind !== MARKET || working.bornBar === moment.bar) continue;
      if (!takesPart(working, exitsOnly, bars, i)) continue;
      floor.market(desk, working, price, 'open');
    }
    for (let n = 0; n < list.length; n++) {
      const working = list[n]!;
      if (working.kind === MARKET || !takesPart(working, exitsOnly, bars, i)) continue;
      if (working.kind === LIMIT) {
        if (fill.limitHit(working.buy, working.through, price, price)) floor.limit(desk, working, price, 'open');
      } else if (fill.stopHit(working.buy, working.stop, price, price)) floor.trip(desk, working, price, 'open');
    }
    for (let n = 0; n < list.length; n++) {
      const working = list[n]!;
      const { order } = working;
      if (working.done || working.bornBar === moment.bar || !momentary(order) || (exitsOnly && !working.exit)) continue;
      if (order.timeInForce === 'opg' ? firstOfSession(bars, i) : moment.regular || order.extendedHours)
        drop(working, order.timeInForce);
    }
    end(bars, i, symbol);
  };

  const intrabar = (bars: Bars, i: number, symbol: number): void => {
    const desk = desks[symbol]!;
    if (desk.live === 0 || (bars.high[i]! < upper[symbol]! && bars.low[i]! > lower[symbol]!)) return;
    enterBar(moment, bars, i, symbol, INSIDE);
    if (assumptions.intrabar === 'nearest') walkPath(floor, desk);
    else walkRanges(floor, desk, assumptions.intrabar === 'pessimistic');
    end(bars, i, symbol);
  };

  const close = (bars: Bars, i: number, symbol: number, exitsOnly: boolean): void => {
    const desk = desks[symbol]!;
    if (desk.live === 0 || desk.attention === 0) return;
    enterBar(moment, bars, i, symbol, AT_CLOSE);
    for (let n = 0; n < desk.list.length; n++) {
      const working = desk.list[n]!;
      if (working.kind !== MARKET || working.bornBar === moment.bar || (exitsOnly && !working.exit)) continue;
      if (!floor.eligible(working)) continue;
      floor.market(desk, working, moment.close, 'close');
    }
    end(bars, i, symbol);
  };

  const sessionClose = (bars: Bars, i: number, symbol: number): void => {
    const desk = desks[symbol]!;
    if (desk.live === 0) return;
    enterBar(moment, bars, i, symbol, AT_CLOSE);
    for (let n = 0; n < desk.list.length; n++) {
      const working = desk.list[n]!;
      const { order } = working;
      if (working.done || order.timeInForce !== 'cls' || order.decidedAt >= bars.end[i]!) continue;
      if (working.kind === MARKET) floor.market(desk, working, moment.close, 'close');
      // An auction fills every limit that its price satisfies: no penetration is asked for.
      else if (working.kind === LIMIT && fill.limitHit(working.buy, working.limit, moment.close, moment.close)) {
        floor.limit(desk, working, moment.close, 'close');
      }
    }
    end(bars, i, symbol);
  };

  const endOfSession = (symbol: number, time: Instant): void => {
    moment.time = time;
    const desk = desks[symbol]!;
    if (desk.live === 0) return;
    for (const working of desk.list.slice()) {
      const { timeInForce, decidedAt } = working.order;
      if (working.done || timeInForce === 'gtc' || decidedAt >= time) continue;
      // An opg order waits for the next opening; the one it was for, if it came, has already settled it.
      if (timeInForce !== 'opg') drop(working, 'expired');
    }
    tidy(symbol);
  };

  const find = (order: Order): Working | undefined =>
    desks[order.symbolIndex]?.list.find((working) => working.order === order && !working.done);

  const submit = (order: Approved): void => {
    const symbol = order.symbolIndex;
    const desk = desks[symbol];
    const reason = desk === undefined ? 'unknown_symbol' : flaw(order);
    if (desk === undefined || reason !== undefined) {
      sink({ kind: 'refused', order, reason: reason ?? 'unknown_symbol', time: order.decidedAt });
      return;
    }
    const working = createWorking(order, desk.rule, assumptions.limitFill, desk.used.pop());
    if (moment.phase !== IDLE) {
      working.bornBar = moment.bar;
      working.bornBase = moment.base;
    }
    desk.list.push(working);
    desk.live++;
    if (working.kind === MARKET || momentary(order)) desk.attention++;
    widen(symbol, working);
  };

  const amend: Broker['amend'] = (order, change) => {
    const working = find(order);
    const desk = desks[order.symbolIndex];
    if (working === undefined || desk === undefined) return;
    if (change.stopPrice !== undefined) order.stopPrice = change.stopPrice;
    if (change.limitPrice !== undefined) order.limitPrice = change.limitPrice;
    if (change.qty !== undefined) {
      const filled = order.qty - working.remaining;
      if (change.qty <= filled) {
        drop(working, 'size_zero');
      } else {
        working.remaining = (change.qty - filled) as Qty;
        order.qty = change.qty;
      }
    }
    readLevels(working, desk.rule, assumptions.limitFill);
    tidy(order.symbolIndex);
  };

  const applySplit = (symbol: number, ratio: number): void => {
    const { numerator, denominator } = splitRatio(ratio);
    const desk = desks[symbol]!;
    for (const working of desk.list.slice()) {
      if (working.done) continue;
      const { order } = working;
      const filled = (order.qty - working.remaining) as Qty;
      const remaining = floorQty(((working.remaining * numerator) / denominator) as Qty, desk.increment);
      if (remaining === 0n) {
        drop(working, 'split');
        continue;
      }
      working.remaining = remaining;
      order.qty = (filled + remaining) as Qty;
      if (order.stopPrice !== undefined)
        order.stopPrice = priceNearest(desk.rule, priceToNumber(order.stopPrice) / ratio);
      if (order.limitPrice !== undefined)
        order.limitPrice = priceNearest(desk.rule, priceToNumber(order.limitPrice) / ratio);
      readLevels(working, desk.rule, assumptions.limitFill);
    }
    tidy(symbol);
  };

  return {
    submit,
    amend,
    cancel: (order, reason) => {
      const working = find(order);
      if (working === undefined) return;
      drop(working, reason);
      tidy(order.symbolIndex);
    },
    hasOrders: (symbol) => desks[symbol]!.live > 0,
    open,
    intrabar,
    close,
    sessionClose,
    endOfSession,
    cancelAll: (symbol, reason) => {
      for (const working of desks[symbol]!.list.slice()) if (!working.done) drop(working, reason);
      tidy(symbol);
    },
    applySplit,
    at: (time) => {
      moment.time = time;
    },
    working: (symbol) => desks[symbol]!.list.filter((working) => !working.done).map((working) => working.order),
    extend,
    ambiguousBars: () => moment.ambiguous,
  };
};
