import type { Trip } from '../core/breakers.ts';
import { formatPrice, formatQty } from '../ledger/money.ts';
import type { Fill, Order } from '../ledger/order.ts';
import { clientOrderId } from '../ledger/order-id.ts';
import type { Trade } from '../ledger/trade.ts';
import type { Instant } from '../market/time.ts';
import type { RunResult } from '../runtime/result.ts';
import type { PositionView, Release, RunView, StaleView } from '../runtime/view.ts';
import { isoWriter } from './iso-time.ts';
import { fillJson, orderObject, resultJson, SCHEMA_VERSION, tradeObject, tripObject } from './json.ts';

export type Fields = Readonly<Record<string, unknown>>;

const time = isoWriter();
const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** A fill with what its order is. */
export const fillFields = (order: Order, fill: Fill): Fields => ({
  id: clientOrderId(order),
  strategy: order.strategy,
  symbol: order.symbol,
  rule: order.rule,
  role: order.role,
  side: order.side,
  ...fillJson(fill),
});

/** @param why the condition that made it, as written */
export const orderFields = (order: Order, why: string | undefined): Fields => {
  const { fills: _, ...fields } = orderObject(order);
  return { ...fields, role: order.role, why: why ?? null };
};

export const refusalFields = (order: Order, reason: string): Fields => ({
  ...orderFields(order, undefined),
  status: 'refused',
  reason,
});

export const tradeFields = (trade: Trade): Fields => tradeObject(trade);

export const tripFields = (trip: Trip): Fields => tripObject(trip);

const releaseFields = (until: Release): Fields =>
  until.kind === 'time' ? { kind: until.kind, at: time(until.at) } : { ...until };

const positionFields = ({ qty, entryPrice, ...rest }: PositionView): Fields => ({
  ...rest,
  qty: formatQty(qty),
  entryPrice: formatPrice(entryPrice),
});

const staleFields = ({ since, place, text }: StaleView): Fields => ({ since: iso(since), place: place ?? null, text });

/** The run as it stands, as JSON has it: dollars and percent as numbers, exact amounts as text, times ISO 8601 UTC. */
export const viewFields = ({ account, strategies, positions, orders, breakers, rules, feed }: RunView): Fields => {
  const optional = <Value>(value: Value | undefined, write: (value: Value) => unknown): unknown =>
    value === undefined ? null : write(value);
  return {
    account,
    strategies,
    positions: positions.map(positionFields),
    orders,
    breakers: {
      armed: breakers.armed,
      tripped: breakers.tripped.map(({ since, until, ...rest }) => ({
        ...rest,
        since: time(since),
        until: releaseFields(until),
      })),
    },
    rules: {
      revision: rules.revision,
      reloaded: optional(rules.reloaded, ({ at, text }) => ({ at: iso(at), text })),
      stale: optional(rules.stale, staleFields),
    },
    feed: {
      source: feed.source,
      synthetic: feed.synthetic,
      marketTime: optional(feed.marketTime, (at: Instant) => time(at)),
      pace: feed.pace,
      barsDone: feed.barsDone,
      barsTotal: feed.barsTotal ?? null,
      barsPerSecond: feed.barsPerSecond ?? null,
      lastBarAt: optional(feed.lastBarAt, iso),
    },
  };
};

/** An event of a run as one line of JSON. */
export const eventLine = (event: string, fields: Fields): string =>
  `${JSON.stringify({ schemaVersion: SCHEMA_VERSION, event, ...fields })}\n`;

// Line breaks stand between the tokens of JSON only: within strings they are escaped.
const flat = (json: string): string => json.replace(/\n */g, '');

/** A JSON answer that takes the place of a run, as its one event. */
export const errorLine = (answer: string): string => `${flat(answer).replace('{', '{"event":"error",')}\n`;

/** The last event, `summary`, in pieces that make one line: the JSON report of the run. */
export function* summaryLine(result: RunResult): Generator<string> {
  let first = true;
  for (const piece of resultJson(result)) {
    yield first ? flat(piece).replace('{', '{"event":"summary",') : flat(piece);
    first = false;
  }
  yield '\n';
}
