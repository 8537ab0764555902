import type { Execution, Fact, OrderReport, Request, Submission } from '../../../engine/brokers/alpaca/facts.ts';
import { instant } from '../../../engine/market/time.ts';

interface Resting {
  readonly id: string;
  clientId: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly type: string;
  status: string;
  qty: number;
  filled: number;
  /** Σ price × quantity. */
  cost: number;
  limit: number | undefined;
  stop: number | undefined;
  readonly legs: Resting[];
  readonly parent: Resting | undefined;
  readonly oco: boolean;
  replacedBy: string | undefined;
}

const open = ({ status }: Resting): boolean => ['new', 'accepted', 'partially_filled', 'held'].includes(status);

/**
 * A broker of one page, for orders of whole shares: brackets, pairs, replacement, refusal of what is not held. What it does
 * it tells in `news`, for the test to deliver, twice, late, in any order or never.
 */
export function createExchange(dice: () => number) {
  const orders = new Map<string, Resting>();
  const byClient = new Map<string, Resting>();
  const positions = new Map<string, number>();
  const prices = new Map<string, number>();
  const news: Extract<Fact, { kind: 'report' }>[] = [];
  let ids = 0;
  let cash = 0;
  let now = 0;

  const report = (order: Resting): OrderReport => ({
    id: order.id,
    clientId: order.clientId,
    symbol: order.symbol,
    side: order.side,
    type: order.type,
    status: order.status,
    qty: String(order.qty),
    filled: String(order.filled),
    average: order.filled === 0 ? undefined : String(order.cost / order.filled),
    limit: order.limit === undefined ? undefined : String(order.limit),
    stop: order.stop === undefined ? undefined : String(order.stop),
    replacedBy: order.replacedBy,
    legs: order.legs.map(report),
  });

  const tell = (order: Resting, execution?: Execution): void => {
    news.push({ kind: 'report', order: report(order), ...(execution === undefined ? {} : { execution }) });
  };

  function fill(order: Resting, price: number, wanted: number): void {
    const qty = Math.min(wanted, order.qty - order.filled);
    order.filled += qty;
    order.cost += qty * price;
    order.status = order.filled === order.qty ? 'filled' : 'partially_filled';
    const sign = order.side === 'buy' ? 1 : -1;
    positions.set(order.symbol, (positions.get(order.symbol) ?? 0) + sign * qty);
    cash -= sign * qty * price;
    tell(order, { id: `x${++ids}`, price: String(price), qty: String(qty), at: instant(now) });
    // Of a pair, what one fills is gone from the other.
    const siblings = order.oco ? order.legs : order.parent?.oco ? [order.parent] : (order.parent?.legs ?? []);
    for (const sibling of siblings) if (sibling !== order && open(sibling) && sibling.filled === 0) sibling.qty -= qty;
    if (order.status !== 'filled') return;
    for (const leg of order.legs) {
      if (order.oco) end(leg, 'canceled');
      else if (leg.status === 'held') {
        leg.status = 'new';
        tell(leg);
      }
    }
    const { parent } = order;
    if (parent === undefined) return;
    if (parent.oco) end(parent, 'canceled');
    else for (const leg of parent.legs) if (leg !== order) end(leg, 'canceled');
  }

  function end(order: Resting, status: string): void {
    if (!open(order)) return;
    order.status = status;
    tell(order);
    for (const leg of order.legs) end(leg, status);
    // One of a pair takes the other with it.
    if (order.parent?.oco) end(order.parent, status);
    else if (order.parent?.status === 'filled') for (const leg of order.parent.legs) end(leg, status);
  }

  function make(clientId: string, s: Submission, more: Partial<Resting>): Resting {
    const order: Resting = {
      id: `b${++ids}`,
      clientId,
      symbol: s.symbol,
      side: s.side,
      type: s.type,
      status: 'new',
      qty: Number(s.qty),
      filled: 0,
      cost: 0,
      limit: s.limit === undefined ? undefined : Number(s.limit),
      stop: s.stop === undefined ? undefined : Number(s.stop),
      legs: [],
      parent: undefined,
      oco: false,
      replacedBy: undefined,
      ...more,
    };
    orders.set(order.id, order);
    byClient.set(clientId, order);
    return order;
  }

  const other = (side: 'buy' | 'sell') => (side === 'buy' ? 'sell' : 'buy');

  /** Shares that open exits have laid hands on. */
  function spoken(symbol: string, side: 'buy' | 'sell'): number {
    let sum = 0;
    for (const order of orders.values()) {
      // Of a pair only one can fill.
      if (order.symbol !== symbol || order.side !== side || !open(order) || order.status === 'held') continue;
      if (order.parent?.legs.some((leg) => leg !== order && open(leg) && leg.id < order.id)) continue;
      if (order.parent?.oco === true && open(order.parent)) continue;
      sum += order.qty - order.filled;
    }
    return sum;
  }

  function submit(clientId: string, s: Submission): Fact | OrderReport {
    const refused = (code: string): Fact => ({ kind: 'refused', request: 0, code, message: code });
    if (byClient.has(clientId)) return refused('duplicate_id');
    const position = positions.get(s.symbol) ?? 0;
    const closes = s.side === 'sell' ? position > 0 : position < 0;
    if (closes && spoken(s.symbol, s.side) + Number(s.qty) > Math.abs(position)) return refused('insufficient_qty');
    if (s.orderClass === 'oco') {
      const parent = make(clientId, { ...s, limit: s.takeProfit! }, { oco: true });
      parent.legs.push(
        make(
          `leg-${parent.id}`,
          { ...s, type: 'stop', stop: s.stopLoss! },
          { status: 'held', parent, limit: undefined },
        ),
      );
      return report(parent);
    }
    const order = make(clientId, s, {});
    const leg = { ...s, side: other(s.side) } as Submission;
    const { limit: _, stop: __, ...bare } = leg;
    if (s.takeProfit !== undefined) {
      order.legs.push(
        make(`tp-${order.id}`, { ...bare, type: 'limit', limit: s.takeProfit }, { status: 'held', parent: order }),
      );
    }
    if (s.stopLoss !== undefined) {
      order.legs.push(
        make(`sl-${order.id}`, { ...bare, type: 'stop', stop: s.stopLoss }, { status: 'held', parent: order }),
      );
    }
    const answer = report(order);
    tell(order);
    if (order.type === 'market') {
      const part = dice() < 0.3 ? Math.max(1, Math.floor(order.qty * dice())) : order.qty;
      fill(order, prices.get(s.symbol)!, part);
    }
    return answer;
  }

  /** What the broker does with a request, and the answer that it gives. */
  function ask(request: Request): Fact {
    const no = (code: string): Fact => ({ kind: 'refused', request: request.n, code, message: code });
    switch (request.kind) {
      case 'submit': {
        const made = submit(request.clientId, request.submission);
        return 'kind' in made
          ? ({ ...made, request: request.n } as Fact)
          : { kind: 'accepted', request: request.n, order: made };
      }
      case 'replace': {
        const order = orders.get(request.target);
        if (order === undefined || !open(order) || order.status === 'held') return no('unprocessable');
        order.status = 'replaced';
        const next = make(
          request.clientId,
          {
            symbol: order.symbol,
            side: order.side,
            type: order.type,
            qty: String(order.qty - order.filled),
          } as Submission,
          {
            limit: request.limit === undefined ? order.limit : Number(request.limit),
            stop: request.stop === undefined ? order.stop : Number(request.stop),
            parent: order.parent,
            oco: order.oco,
            legs: order.legs,
          },
        );
        order.replacedBy = next.id;
        const siblings = order.parent?.legs;
        if (siblings !== undefined) siblings[siblings.indexOf(order)] = next;
        for (const leg of order.legs) (leg as { parent: Resting }).parent = next;
        tell(order);
        tell(next);
        return { kind: 'accepted', request: request.n, order: report(next) };
      }
      case 'cancel': {
        const order = orders.get(request.target);
        if (order === undefined) return no('not_found');
        if (!open(order)) return no('unprocessable');
        end(order, 'canceled');
        return { kind: 'accepted', request: request.n };
      }
      case 'look': {
        const order = request.target === undefined ? byClient.get(request.clientId!) : orders.get(request.target);
        return order === undefined
          ? { kind: 'absent', request: request.n }
          : { kind: 'accepted', request: request.n, order: report(order) };
      }
    }
  }

  /** The market comes to a price. */
  function trade(symbol: string, price: number, at: number): void {
    prices.set(symbol, price);
    now = at;
    for (const order of Array.from(orders.values())) {
      if (order.symbol !== symbol || !open(order)) continue;
      // The stop of a pair waits beside its target, whatever it is called.
      if (order.status === 'held' && order.parent?.oco !== true) continue;
      const buys = order.side === 'buy';
      const hit =
        order.type === 'market' ||
        (order.type === 'limit' && (buys ? price <= order.limit! : price >= order.limit!)) ||
        (order.type === 'stop' && (buys ? price >= order.stop! : price <= order.stop!));
      if (hit) fill(order, price, dice() < 0.2 ? Math.max(1, Math.floor(order.qty / 2)) : order.qty);
    }
  }

  return {
    ask,
    trade,
    news,
    report: (id: string) => report(orders.get(id)!),
    openOrders: () => [...orders.values()].filter(open),
    all: () => [...orders.values()],
    position: (symbol: string) => positions.get(symbol) ?? 0,
    get cash() {
      return cash;
    },
  };
}
