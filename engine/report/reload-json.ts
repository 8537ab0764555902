import type { Meaning } from '../compiler/meaning/change.ts';
import { formatPrice, formatQty } from '../ledger/money.ts';
import type { Instant } from '../market/time.ts';
import type { Impact, StrategyImpact } from '../runtime/impact.ts';
import type { EntryTrace, ExitTrace } from '../runtime/impact-trace.ts';
import { isoWriter } from './iso-time.ts';

const time = isoWriter();

/** The meaning of an edit as members of a JSON answer; nothing is `null`. */
export const meaningMembers = (meaning: Meaning): Readonly<Record<string, unknown>> => ({
  from: meaning.from,
  to: meaning.to,
  changes: meaning.changes.map(({ before, after, losses, ...change }) => ({
    ...change,
    before: before ?? null,
    after: after ?? null,
    losses,
  })),
  losses: meaning.losses,
  unchanged: meaning.unchanged,
});

const entryJson = ({ strategy, symbol, side, rule, at, price, qty }: EntryTrace): Record<string, unknown> => ({
  strategy,
  symbol,
  side,
  rule,
  decidedAt: time(at),
  price: price === undefined ? null : formatPrice(price),
  qty: formatQty(qty),
});

const exitJson = (exit: ExitTrace | undefined): Record<string, unknown> | null =>
  exit === undefined
    ? null
    : { time: time(exit.time), price: formatPrice(exit.price), reason: exit.reason, rule: exit.rule };

const strategyJson = ({ before, after, ...counts }: StrategyImpact): Record<string, unknown> => ({
  ...counts,
  before: before ?? null,
  after: after ?? null,
});

/** What it would have changed, as a member of a JSON answer; times are ISO 8601 UTC, exact amounts decimal strings. */
export const impactMember = (impact: Impact): Readonly<Record<string, unknown>> => ({
  bars: impact.bars,
  from: Number.isNaN(impact.from) ? null : time(impact.from as Instant),
  to: Number.isNaN(impact.to) ? null : time(impact.to as Instant),
  missing: impact.missing,
  interrupted: impact.interrupted,
  added: impact.added.map(entryJson),
  removed: impact.removed.map(entryJson),
  moved: impact.moved.map(({ entryTime, before, after, ...position }) => ({
    ...position,
    entryTime: time(entryTime),
    before: exitJson(before),
    after: exitJson(after),
  })),
  resized: impact.resized,
  before: impact.before,
  after: impact.after,
  strategies: impact.strategies.map(strategyJson),
  shadows: impact.shadows.map(strategyJson),
});
