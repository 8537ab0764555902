import { formatQty } from '../../../engine/ledger/money.ts';
import type { Order } from '../../../engine/ledger/order.ts';

/** Whole numbers from a seed. */
export class Dice {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** In [0, 1). */
  next(): number {
    // Mulberry32.
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** From `least` to `most`, both possible. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.whole(0, list.length - 1)]!;
  }
}

/** A condition that can be worked out by hand from closes and opens in cents. */
export type Cond =
  | { readonly kind: 'mean'; readonly n: number; readonly above: boolean }
  | { readonly kind: 'ago'; readonly n: number; readonly above: boolean }
  | { readonly kind: 'price'; readonly cents: number; readonly above: boolean }
  | { readonly kind: 'body'; readonly above: boolean };

export interface Desk {
  readonly file: string;
  readonly id: string;
  readonly renamedFrom: string | undefined;
  readonly symbols: readonly string[];
  readonly enabled: boolean;
  readonly side: 'long' | 'short';
  readonly capital: number;
  readonly shares: number;
  readonly when: Cond;
  readonly trigger: 'on_rise' | 'while_true';
  readonly exit: Cond | undefined;
  /** Thousandths of a percent. */
  readonly stop: number | undefined;
  readonly target: number | undefined;
  readonly trail: number | undefined;
  readonly timeStop: number;
  readonly onChange: 'keep' | 'adopt' | undefined;
  readonly onRemove: 'keep_exits' | 'flatten' | undefined;
  readonly remark: number;
}

/** Each side's document as it was when the strategy last entered there: its exits stay for what is open. */
export type Sides = Readonly<Partial<Record<Desk['side'], Desk>>>;

/** What the rules say of every strategy, those that left too, by its name now. */
export class Known {
  readonly sides = new Map<string, Sides>();

  /** Takes the desks of the next rules; `renamed` and `changed` are told of what is the same under another name, and of edits. */
  take(
    desks: readonly Desk[],
    renamed: (from: string, to: string) => void,
    changed: (desk: Desk, before: Sides, after: Sides) => void,
  ): void {
    const former = new Map(this.sides);
    for (const desk of desks) {
      const { id, renamedFrom } = desk;
      if (!desk.enabled) continue;
      const isFree =
        renamedFrom !== undefined && !former.has(id) && !desks.some((one) => one.enabled && one.id === renamedFrom);
      const from = isFree ? renamedFrom : id;
      const before = former.get(from);
      if (from !== id && before !== undefined) {
        renamed(from, id);
        this.sides.delete(from);
      }
      const after = { ...before, [desk.side]: desk };
      this.sides.set(id, after);
      if (before !== undefined) changed(desk, before, after);
    }
  }
}

export interface BreakerText {
  readonly id: string;
  readonly renamedFrom: string | undefined;
  readonly when: string;
  readonly scope: 'account' | 'strategy' | 'symbol';
  readonly action: 'pause_entries' | 'flatten' | 'halt';
  readonly until: string;
}

/** All documents of a workspace, as their author thinks of them. */
export interface Room {
  readonly desks: readonly Desk[];
  readonly breakers: readonly BreakerText[];
  readonly limits: Readonly<Record<string, string>>;
}

export interface Column {
  readonly open: readonly number[];
  readonly close: readonly number[];
}

const textOf = (cond: Cond): string => {
  const sign = cond.above ? '>' : '<';
  switch (cond.kind) {
    case 'mean':
      return `close ${sign} sma(close, ${cond.n})`;
    case 'ago':
      return `close ${sign} close[${cond.n}]`;
    case 'price':
      return `close ${sign} ${(cond.cents / 100).toFixed(2)}`;
    case 'body':
      return `close ${sign} open`;
  }
};

/** Worked out by hand on row `i`; undefined before the rows that it needs. */
export function holds(cond: Cond, { open, close }: Column, i: number): boolean | undefined {
  const than = (difference: number): boolean => (cond.above ? difference > 0 : difference < 0);
  switch (cond.kind) {
    case 'mean': {
      if (i + 1 < cond.n) return undefined;
      const sum = close.slice(i + 1 - cond.n, i + 1).reduce((total, cents) => total + cents, 0);
      return than(close[i]! * cond.n - sum);
    }
    case 'ago':
      return i < cond.n ? undefined : than(close[i]! - close[i - cond.n]!);
    case 'price':
      return than(close[i]! - cond.cents);
    case 'body':
      return than(close[i]! - open[i]!);
  }
}

const pct = (thousandths: number): string => (thousandths / 1000).toFixed(3);

/** A desk's document. A length stands among its params, where one is edited most. */
export function documentOf(desk: Desk): string {
  const n = 'n' in desk.when ? desk.when.n : undefined;
  const when = textOf(desk.when);
  const lines = [
    `# remark ${desk.remark}`,
    `id: ${desk.id}`,
    ...(desk.renamedFrom === undefined ? [] : [`renamed_from: ${desk.renamedFrom}`]),
    ...(desk.enabled ? [] : ['enabled: false']),
    `symbols: [${desk.symbols.join(', ')}]`,
    'timeframe: 1h',
    `capital: ${desk.capital}`,
    ...(desk.when.kind === 'mean' ? ['params:', `  length: ${n}`] : []),
    'entry:',
    `  ${desk.side}:`,
    `    when: ${desk.when.kind === 'mean' ? when.replace(`, ${n})`, ', length)') : when}`,
    `    trigger: ${desk.trigger}`,
    '    size:',
    `      shares: ${desk.shares}`,
    'exit:',
    ...(desk.exit === undefined ? [] : [`  when: ${textOf(desk.exit)}`]),
    ...(desk.stop === undefined ? [] : ['  stop_loss:', `    pct: ${pct(desk.stop)}`]),
    ...(desk.target === undefined ? [] : ['  take_profit:', `    pct: ${pct(desk.target)}`]),
    ...(desk.trail === undefined ? [] : ['  trailing_stop:', `    pct: ${pct(desk.trail)}`]),
    `  time_stop: ${desk.timeStop} bars`,
    ...(desk.onChange === undefined ? [] : [`  on_change: ${desk.onChange}`]),
    ...(desk.onRemove === undefined ? [] : [`  on_remove: ${desk.onRemove}`]),
  ];
  return `${lines.join('\n')}\n`;
}

export function riskOf({ breakers, limits }: Room): string {
  const limitLines = Object.entries(limits).map(([name, value]) => `  ${name}: ${value}`);
  const breakerLines = breakers.flatMap(({ id, renamedFrom, when, scope, action, until }) => [
    `  - id: ${id}`,
    ...(renamedFrom === undefined ? [] : [`    renamed_from: ${renamedFrom}`]),
    `    when: ${when}`,
    `    scope: ${scope}`,
    `    action: ${action}`,
    `    until: ${until}`,
  ]);
  return `${[
    'limits:',
    ...limitLines,
    ...(breakers.length === 0 ? ['circuit_breakers: []'] : ['circuit_breakers:', ...breakerLines]),
  ].join('\n')}\n`;
}

/** Texts by path. */
export const textsOf = (room: Room): Map<string, string> =>
  new Map([
    ...room.desks.map((desk) => [`strategies.d/${desk.file}`, documentOf(desk)] as const),
    ['risk.yaml', riskOf(room)] as const,
  ]);

export const orderLine = (order: Order): string =>
  `${new Date(order.decidedAt).toISOString()} ${order.strategy} ${order.symbol} ${order.rule} ${order.side} ${formatQty(order.qty)}`;
