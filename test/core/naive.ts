/**
 * A slow second opinion on one strategy and one symbol, written from the document of semantics alone: prices are whole
 * cents, bars are plain arrays, nothing is kept but what a person would write down.
 */

export type Tri = boolean | undefined;

/** Open, high, low, close in cents; session counts from 0, `last` marks a session's last bar. */
export interface PlainBar {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly session: number;
  readonly last: boolean;
}

/** What a rule may read of the position at a decision. */
export interface PlainPosition {
  readonly side: 1 | -1;
  readonly entry: number;
  readonly bars: number;
}

/** A rule as text for the engine and as a function for the reference. */
export interface PlainRule {
  readonly text: string;
  readonly holds: (bars: readonly PlainBar[], i: number, position: PlainPosition | undefined) => Tri;
}

/** Percents are in thousandths: 2037 is 2.037 %. */
export interface PlainSide {
  readonly when: PlainRule;
  readonly trigger: 'on_rise' | 'while_true';
  readonly order: 'market' | 'limit' | 'stop';
  /** The limit or stop against the close, in thousandths of a percent, signed. */
  readonly away: number;
  /** Undefined: a day order. */
  readonly expires: number | undefined;
  readonly cooldown: number | undefined;
  readonly exit: PlainRule | undefined;
  readonly stop: number | undefined;
  readonly target: number | undefined;
  readonly trail: number | undefined;
  readonly activate: number | undefined;
  readonly timeStop: number | undefined;
}

export interface PlainOrder {
  readonly rule: string;
  readonly buy: boolean;
  /** Bar that decided it; of a leg that an entry brought, the bar before the entry's. */
  readonly decided: number;
  readonly type: 'market' | 'limit' | 'stop';
  level: number | undefined;
  status: string;
  fill: { readonly bar: number; readonly at: 'open' | 'intrabar'; readonly price: number } | undefined;
}

interface Open extends PlainPosition {
  readonly plan: PlainSide;
  readonly insideBar: number | undefined;
  bars: number;
  best: number | undefined;
  legs: PlainOrder[];
}

const PART = 100_000;

const around = (price: number, thousandths: number): number => Math.round((price * (PART + thousandths)) / PART);

/** Every order of the run, in the order in which they came to be. */
export function plainRun(
  bars: readonly PlainBar[],
  sides: { readonly long?: PlainSide; readonly short?: PlainSide },
  pessimistic: boolean,
): PlainOrder[] {
  const orders: PlainOrder[] = [];
  let open: Open | undefined;
  let entry: { order: PlainOrder; plan: PlainSide; side: 1 | -1; age: number } | undefined;
  let leaving: PlainOrder | undefined;
  let sinceExit = Number.POSITIVE_INFINITY;
  const before: Record<string, Tri> = {};

  const write = (order: Omit<PlainOrder, 'status' | 'fill'>): PlainOrder => {
    const whole = { ...order, status: 'working', fill: undefined };
    orders.push(whole);
    return whole;
  };
  const fill = (order: PlainOrder, bar: number, at: 'open' | 'intrabar', price: number): void => {
    order.status = 'filled';
    order.fill = { bar, at, price };
  };
  const leave = (order: PlainOrder, bar: number, at: 'open' | 'intrabar', price: number): void => {
    fill(order, bar, at, price);
    for (const leg of open!.legs) if (leg.status === 'working') leg.status = 'cancelled position_closed';
    open = undefined;
    sinceExit = -1;
  };
  const leg = (rule: string, decided: number, type: 'limit' | 'stop', level: number): void => {
    open!.legs.push(write({ rule, buy: open!.side < 0, decided, type, level }));
  };
  const enter = (bar: number, at: 'open' | 'intrabar', price: number): void => {
    const { order, plan, side } = entry!;
    fill(order, bar, at, price);
    entry = undefined;
    open = {
      plan,
      side,
      entry: price,
      bars: -1,
      best: undefined,
      insideBar: at === 'intrabar' ? bar : undefined,
      legs: [],
    };
    if (plan.stop !== undefined) leg('exit.stop_loss', bar - 1, 'stop', around(price, -side * plan.stop));
    if (plan.trail !== undefined && plan.activate === undefined) {
      leg('exit.trailing_stop', bar - 1, 'stop', around(price, -side * plan.trail));
    }
    if (plan.target !== undefined) leg('exit.take_profit', bar - 1, 'limit', around(price, side * plan.target));
  };

  /** A stop sells at or below its level, buys at or above it; a limit needs a cent more than its level. */
  const reached = (order: PlainOrder, high: number, low: number): boolean => {
    const level = order.level!;
    if (order.type === 'stop') return order.buy ? high >= level : low <= level;
    return order.buy ? low <= level - 1 : high >= level + 1;
  };
  /** Where it trades when price comes from `from`. */
  const price = (order: PlainOrder, from: number): number => {
    const level = order.level!;
    const higher = order.type === 'stop' ? order.buy : !order.buy;
    return higher ? Math.max(from, level) : Math.min(from, level);
  };

  const atOpen = (t: number, bar: PlainBar): void => {
    if (leaving !== undefined) leave(leaving, t, 'open', bar.open);
    leaving = undefined;
    if (open !== undefined) {
      const gapped = open.legs.find((one) => one.status === 'working' && reached(one, bar.open, bar.open));
      if (gapped !== undefined) leave(gapped, t, 'open', bar.open);
    }
    if (entry === undefined) return;
    if (entry.order.type === 'market' || reached(entry.order, bar.open, bar.open)) enter(t, 'open', bar.open);
  };

  const inside = (t: number, bar: PlainBar): void => {
    if (entry !== undefined && open === undefined && reached(entry.order, bar.high, bar.low)) {
      enter(t, 'intrabar', price(entry.order, bar.open));
    }
    if (open === undefined) return;
    const bornInside = open.insideBar === t;
    const hit = open.legs.filter((one) => one.status === 'working' && reached(one, bar.high, bar.low));
    const from = bornInside ? open.entry : bar.open;
    // The stop nearest to where price comes from is met first.
    const stops = hit
      .filter((one) => one.type === 'stop')
      .sort((a, b) => Math.abs(a.level! - from) - Math.abs(b.level! - from));
    const targets = bornInside && pessimistic ? [] : hit.filter((one) => one.type === 'limit');
    const [first] = pessimistic ? [...stops, ...targets] : [...targets, ...stops];
    if (first !== undefined) leave(first, t, 'intrabar', price(first, from));
  };

  const trail = (t: number, bar: PlainBar): void => {
    if (open?.plan.trail === undefined) return;
    const { side, plan } = open;
    const seen = open.insideBar === t ? bar.close : side > 0 ? bar.high : bar.low;
    if (open.best === undefined || (seen - open.best) * side > 0) open.best = seen;
    if (plan.activate !== undefined && side * (open.best - open.entry) * PART < plan.activate * open.entry) return;
    const level = around(open.best, -side * plan.trail!);
    const resting = open.legs.find((one) => one.rule === 'exit.trailing_stop');
    if (resting === undefined) leg('exit.trailing_stop', t, 'stop', level);
    else if ((level - resting.level!) * side > 0) resting.level = level;
  };

  const decide = (t: number, bar: PlainBar): void => {
    sinceExit++;
    if (entry !== undefined) {
      entry.age++;
      if (entry.plan.expires !== undefined && entry.age >= entry.plan.expires) {
        entry.order.status = 'cancelled expired';
        entry = undefined;
      }
    }
    if (open !== undefined) {
      open.bars++;
      const { plan, side } = open;
      const ruled = plan.exit?.holds(bars, t, open) === true;
      const late = plan.timeStop !== undefined && open.bars + 1 >= plan.timeStop;
      if (ruled || late) {
        const rule = ruled ? 'exit.when' : 'exit.time_stop';
        leaving = write({ rule, buy: side < 0, decided: t, type: 'market', level: undefined });
      }
    }
    for (const name of ['long', 'short'] as const) {
      const plan = sides[name];
      const now = plan?.when.holds(bars, t, open);
      if (plan === undefined || now === undefined) continue;
      const rose = plan.trigger === 'while_true' || before[name] === false;
      before[name] = now;
      if (!now || !rose || entry !== undefined) continue;
      if (open !== undefined && (leaving === undefined || plan.cooldown !== undefined)) continue;
      if (plan.cooldown !== undefined && sinceExit < plan.cooldown) continue;
      const side = name === 'long' ? 1 : -1;
      const level = plan.order === 'market' ? undefined : around(bar.close, plan.away);
      const order = write({ rule: `entry.${name}`, buy: side > 0, decided: t, type: plan.order, level });
      entry = { order, plan, side, age: 0 };
    }
  };

  bars.forEach((bar, t) => {
    const newDay = t > 0 && bars[t - 1]!.last;
    // A day order of the session that is over; one decided at its very end belongs to the next.
    if (newDay && entry !== undefined && entry.plan.expires === undefined && entry.order.decided < t - 1) {
      entry.order.status = 'cancelled expired';
      entry = undefined;
    }
    atOpen(t, bar);
    inside(t, bar);
    trail(t, bar);
    decide(t, bar);
  });
  if (bars.at(-1)?.last === true && entry !== undefined) {
    const { order, plan } = entry as NonNullable<typeof entry>;
    if (plan.expires === undefined && order.decided < bars.length - 1) order.status = 'cancelled expired';
  }
  return orders;
}
