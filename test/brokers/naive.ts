/**
 * A second, slower reading of the fill rules to check the broker against: whole cents, one order list, no bounds, no
 * shortcuts; under `nearest` price walks cent by cent.
 */
export interface CentBar {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

export interface NaiveWish {
  readonly buy: boolean;
  readonly exit: boolean;
  readonly qty: number;
  readonly stop: number | undefined;
  readonly limit: number | undefined;
  /** Distances in cents from the fill at which an entry's protective legs go. */
  readonly stopAway: number | undefined;
  readonly targetAway: number | undefined;
}

export interface NaiveRules {
  readonly intrabar: 'pessimistic' | 'optimistic' | 'nearest';
  readonly touch: boolean;
  readonly slip: number;
  /** Shares of each bar that an order may take. */
  readonly capPct: number | undefined;
}

interface NaiveOrder extends NaiveWish {
  readonly id: number;
  readonly group: number;
  type: 'market' | 'limit' | 'stop' | 'stop_limit';
  left: number;
  tried: boolean;
  /** Price from which it lives in the bar that bore it. */
  base: number | undefined;
}

const typeOf = ({ stop, limit }: NaiveWish): NaiveOrder['type'] =>
  stop === undefined ? (limit === undefined ? 'market' : 'limit') : limit === undefined ? 'stop' : 'stop_limit';

/** Fills as lines `order price xqty place`; `plan[i]` is sent after bar i - 1 and before bar i. */
export const naiveReplay = (
  bars: readonly CentBar[],
  plan: readonly (readonly NaiveWish[])[],
  rules: NaiveRules,
): string[] => {
  const log: string[] = [];
  let orders: NaiveOrder[] = [];
  let made = 0;
  let groups = 0;
  const create = (wish: NaiveWish, group: number, base: number | undefined): void => {
    made++;
    orders.push({ ...wish, id: made, group, type: typeOf(wish), left: wish.qty, tried: false, base });
  };
  const penetrated = (order: NaiveOrder, price: number): boolean => {
    const limit = order.limit ?? Number.NaN;
    const beyond = rules.touch ? 0 : 1;
    return order.buy ? price <= limit - beyond : price >= limit + beyond;
  };
  const reached = (order: NaiveOrder, price: number): boolean => {
    const stop = order.stop ?? Number.NaN;
    return order.buy ? price >= stop : price <= stop;
  };
  const worse = (order: NaiveOrder, price: number): number => (order.buy ? price + rules.slip : price - rules.slip);
  const better = (order: NaiveOrder, one: number, other: number): number =>
    order.buy ? Math.min(one, other) : Math.max(one, other);
  const worst = (order: NaiveOrder, one: number, other: number): number =>
    order.buy ? Math.max(one, other) : Math.min(one, other);

  const fill = (order: NaiveOrder, bar: CentBar, price: number, base: number, place: 'open' | 'intrabar'): void => {
    let qty = order.left;
    if (rules.capPct !== undefined) {
      order.tried = true;
      qty = Math.min(qty, Math.floor((bar.volume * rules.capPct) / 100));
      if (qty === 0) return;
    }
    order.left -= qty;
    log.push(`${order.id} fill ${price} x${qty} ${place}`);
    const ended: NaiveOrder[] = [];
    if (order.group !== 0) {
      for (const other of orders) {
        if (other === order || other.group !== order.group || other.left === 0) continue;
        other.left = Math.max(0, other.left - qty);
        if (other.left === 0) ended.push(other);
      }
    }
    if (!order.exit && (order.stopAway !== undefined || order.targetAway !== undefined)) {
      groups++;
      const away = (distance: number): number => (order.buy ? price - distance : price + distance);
      const leg = { buy: !order.buy, exit: true, qty, stopAway: undefined, targetAway: undefined };
      if (order.stopAway !== undefined) create({ ...leg, stop: away(order.stopAway), limit: undefined }, groups, base);
      if (order.targetAway !== undefined)
        create({ ...leg, stop: undefined, limit: away(-order.targetAway) }, groups, base);
    }
    for (const other of ended) log.push(`${other.id} cancelled oco`);
  };

  const trip = (order: NaiveOrder, bar: CentBar, price: number, place: 'open' | 'intrabar'): void => {
    if (order.type === 'stop') {
      order.type = 'market';
      fill(order, bar, worse(order, price), price, place);
    } else {
      order.type = 'limit';
      if (penetrated(order, price))
        fill(order, bar, better(order, worse(order, price), order.limit ?? 0), price, place);
    }
  };
  const ready = (order: NaiveOrder): boolean => order.left > 0 && !order.tried;

  const atOpen = (bar: CentBar, exits: boolean): void => {
    for (const order of orders.filter((o) => ready(o) && o.type === 'market' && o.exit === exits)) {
      fill(order, bar, worse(order, bar.open), bar.open, 'open');
    }
    for (let n = 0; n < orders.length; n++) {
      const order = orders[n];
      if (order === undefined || !ready(order) || order.type === 'market' || (exits && !order.exit)) continue;
      if (order.type === 'limit') {
        if (penetrated(order, bar.open)) fill(order, bar, bar.open, bar.open, 'open');
      } else if (reached(order, bar.open)) trip(order, bar, bar.open, 'open');
    }
  };

  const hit = (order: NaiveOrder, bar: CentBar): boolean =>
    order.type === 'limit'
      ? penetrated(order, bar.low) || penetrated(order, bar.high)
      : order.type !== 'market' && (reached(order, bar.high) || reached(order, bar.low));

  const strike = (order: NaiveOrder, bar: CentBar, from: number): void => {
    if (order.type === 'limit') {
      const price = better(order, order.limit ?? 0, from);
      fill(order, bar, price, price, 'intrabar');
    } else trip(order, bar, worst(order, order.stop ?? 0, from), 'intrabar');
  };

  /** Stops in the order in which price meets them: the nearest first, of equals the first sent. */
  const nearest = (list: readonly NaiveOrder[], from: (order: NaiveOrder) => number): NaiveOrder[] =>
    list.toSorted((a, b) => Math.abs((a.stop ?? 0) - from(a)) - Math.abs((b.stop ?? 0) - from(b)));

  const inside = (bar: CentBar): void => {
    const resting = [...orders];
    const kinds = rules.intrabar === 'pessimistic' ? ['stop', 'limit'] : ['limit', 'stop'];
    for (const kind of kinds) {
      for (const order of kind === 'limit' ? resting : nearest(resting, () => bar.open)) {
        const isLimit = order.type === 'limit';
        if (order.exit && ready(order) && isLimit === (kind === 'limit') && hit(order, bar))
          strike(order, bar, bar.open);
      }
    }
    for (const entry of resting) {
      if (entry.exit || !ready(entry) || !hit(entry, bar)) continue;
      const before = orders.length;
      strike(entry, bar, bar.open);
      for (const kind of kinds) {
        const born = orders.slice(before);
        for (const leg of kind === 'limit' ? born : nearest(born, (one) => one.base ?? Number.NaN)) {
          if (!ready(leg) || (leg.type === 'limit') !== (kind === 'limit')) continue;
          const base = leg.base ?? Number.NaN;
          const passed = leg.type === 'limit' ? penetrated(leg, base) : reached(leg, base);
          const open = kind === 'stop' || rules.intrabar === 'optimistic';
          if (passed || (open && hit(leg, bar))) strike(leg, bar, base);
        }
      }
    }
  };

  /** What price, now at `price` and last met at `at`, has come to: first met first, then first sent. */
  const meet = (price: number, at: number, spent: ReadonlySet<NaiveOrder>): NaiveOrder | undefined => {
    const come = (order: NaiveOrder, to: number): boolean =>
      order.type === 'limit' ? penetrated(order, to) : order.type !== 'market' && reached(order, to);
    const met = orders.filter((o) => ready(o) && !spent.has(o) && (come(o, price) || come(o, at)));
    const way = (order: NaiveOrder): number => {
      const beyond = rules.touch ? 0 : 1;
      const mark = order.type === 'limit' ? (order.limit ?? 0) + (order.buy ? -beyond : beyond) : (order.stop ?? 0);
      const down = (order.type === 'limit') === order.buy;
      return Math.max(0, down ? at - mark : mark - at);
    };
    return met.toSorted((a, b) => way(a) - way(b) || a.id - b.id)[0];
  };

  const walk = (bar: CentBar): void => {
    const highFirst = bar.high - bar.open < bar.open - bar.low;
    const spent = new Set<NaiveOrder>();
    let price = bar.open;
    for (const station of highFirst ? [bar.high, bar.low, bar.close] : [bar.low, bar.high, bar.close]) {
      const step = Math.sign(station - price);
      let before = price;
      for (;;) {
        let at = before;
        for (let order = meet(price, at, spent); order !== undefined; order = meet(price, at, spent)) {
          const limit = order.type === 'limit';
          at = limit ? better(order, order.limit ?? 0, at) : worst(order, order.stop ?? 0, at);
          if (limit) {
            spent.add(order);
            fill(order, bar, at, at, 'intrabar');
          } else trip(order, bar, at, 'intrabar');
        }
        if (price === station) break;
        before = price;
        price += step;
      }
    }
  };

  bars.forEach((bar, i) => {
    for (const wish of plan[i] ?? []) create(wish, 0, undefined);
    atOpen(bar, true);
    atOpen(bar, false);
    if (rules.intrabar === 'nearest') walk(bar);
    else inside(bar);
    orders = orders.filter(({ left }) => left > 0);
    for (const order of orders) {
      order.tried = false;
      order.base = undefined;
    }
  });
  return log;
};
