import type { Price, Qty } from '../ledger/money.ts';
import type { ExitReason, PositionSide } from '../ledger/order.ts';
import type { TradeLeg } from '../ledger/trade.ts';
import type { Instant } from '../market/time.ts';
import type { Session } from './session.ts';

/** What one side came to. */
export interface ImpactFigures {
  readonly trades: number;
  /** Dollars, marked to market at the last bar. */
  readonly pnl: number;
  readonly returnPct: number;
  readonly winRatePct: number | null;
  /** Of daily equity, percent, >= 0. */
  readonly maxDrawdownPct: number;
  readonly profitFactor: number | null;
}

/** An entry that was filled, or whose order still works at the last bar. */
export interface EntryTrace {
  readonly strategy: string;
  readonly symbol: string;
  readonly side: PositionSide;
  readonly rule: string;
  /** End of the bar that decided it. */
  readonly at: Instant;
  /** Of its first fill; undefined: not filled yet. */
  readonly price: Price | undefined;
  readonly qty: Qty;
}

/** How a position was left; undefined: it is open at the last bar. */
export interface ExitTrace {
  readonly time: Instant;
  readonly price: Price;
  readonly reason: ExitReason;
  readonly rule: string;
}

/** A position that both sides took and left in different ways. */
export interface ExitMove {
  readonly strategy: string;
  readonly symbol: string;
  readonly side: PositionSide;
  /** Start of the bar that filled the entry. */
  readonly entryTime: Instant;
  readonly before: ExitTrace | undefined;
  readonly after: ExitTrace | undefined;
}

interface Held {
  readonly strategy: string;
  readonly symbol: string;
  readonly side: PositionSide;
  readonly entryTime: Instant;
  readonly legs: readonly TradeLeg[];
  readonly exit: ExitTrace | undefined;
}

/** What a run decided, by what it was decided for. */
export interface Trace {
  readonly entries: ReadonlyMap<string, EntryTrace>;
  readonly held: ReadonlyMap<string, Held>;
}

export interface Side extends Trace {
  readonly figures: ImpactFigures;
  readonly strategies: ReadonlyMap<string, ImpactFigures>;
  /** What decided beside it, in a ledger of its own. */
  readonly shadow?: Side | undefined;
}

const entryKey = (strategy: string, { symbol, rule, at }: EntryTrace): string =>
  `${strategy}\n${symbol}\n${rule}\n${at}`;
const heldKey = (strategy: string, { symbol, side, entryTime }: Held): string =>
  `${strategy}\n${symbol}\n${side}\n${entryTime}`;

export function traceOf({ core, book }: Session): Trace {
  const entries = new Map<string, EntryTrace>();
  for (const order of core.orders()) {
    const { role, strategy, symbol, positionSide: side, rule, decidedAt: at, fills, status, qty } = order;
    if (role !== 'entry' || (fills.length === 0 && status !== 'working')) continue;
    const entry = { strategy, symbol, side, rule, at, price: fills[0]?.price, qty };
    entries.set(entryKey(strategy, entry), entry);
  }
  const held = new Map<string, Held>();
  const keep = (one: Held): void => {
    held.set(heldKey(one.strategy, one), one);
  };
  for (const { strategy, symbol, side, entryTime, legs, exitTime, exitPrice, exitReason, exitRule } of book.trades()) {
    const exit = { time: exitTime, price: exitPrice, reason: exitReason, rule: exitRule };
    keep({ strategy, symbol, side, entryTime, legs, exit });
  }
  for (const { strategy, symbol, side, entryTime } of book.openPositions()) {
    keep({ strategy, symbol, side, entryTime, legs: [], exit: undefined });
  }
  return { entries, held };
}

interface Differences {
  readonly added: readonly EntryTrace[];
  readonly removed: readonly EntryTrace[];
  readonly moved: readonly ExitMove[];
  readonly resized: number;
  readonly resizedBy: ReadonlyMap<string, number>;
}

/** @param renamed new id → id before */
export function compareTraces(before: Trace, after: Trace, renamed: ReadonlyMap<string, string>): Differences {
  const formerly = (id: string): string => renamed.get(id) ?? id;
  const added: EntryTrace[] = [];
  const resizedBy = new Map<string, number>();
  const seen = new Set<string>();
  for (const entry of after.entries.values()) {
    const key = entryKey(formerly(entry.strategy), entry);
    const former = before.entries.get(key);
    seen.add(key);
    if (former === undefined) added.push(entry);
    else if (former.qty !== entry.qty) resizedBy.set(entry.strategy, (resizedBy.get(entry.strategy) ?? 0) + 1);
  }
  const removed = [...before.entries].filter(([key]) => !seen.has(key)).map(([, entry]) => entry);
  const moved: ExitMove[] = [];
  for (const now of after.held.values()) {
    const then = before.held.get(heldKey(formerly(now.strategy), now));
    if (then === undefined || sameExit(then, now)) continue;
    const { strategy, symbol, side, entryTime } = now;
    moved.push({ strategy, symbol, side, entryTime, before: then.exit, after: now.exit });
  }
  const resized = [...resizedBy.values()].reduce((sum, count) => sum + count, 0);
  const byTime = (a: { readonly at: Instant }, b: { readonly at: Instant }): number => a.at - b.at;
  return {
    added: added.sort(byTime),
    removed: removed.sort(byTime),
    moved: moved.sort((a, b) => a.entryTime - b.entryTime),
    resized,
    resizedBy,
  };
}

/** Left at the same times and prices for the same reasons, whatever the size and the names of rules. */
function sameExit(a: Held, b: Held): boolean {
  if (a.exit === undefined || b.exit === undefined) return a.exit === b.exit;
  const left = ({ legs }: Held): string =>
    legs.map(({ time, price, exitReason }) => `${time} ${price} ${exitReason}`).join('\n');
  return left(a) === left(b);
}
