import type { Commission, FillAssumptions, Slippage } from '../brokers/assumptions.ts';
import type { Trip } from '../core/breakers.ts';
import type { TradeTally } from '../ledger/breakdown.ts';
import { formatExactMoney, formatPrice, formatQty } from '../ledger/money.ts';
import type { Fill, Order } from '../ledger/order.ts';
import { clientOrderId } from '../ledger/order-id.ts';
import type { EquityPoint, OpenPosition, Trade, TradeLeg } from '../ledger/trade.ts';
import type { Instant } from '../market/time.ts';
import type { Breakdown, RunResult, ShadowResult, StrategyResult } from '../runtime/result.ts';
import { isoWriter } from './iso-time.ts';

export const SCHEMA_VERSION = 1;

const time = isoWriter();

/** The empty object stands for "none". */
const cost = (value: Slippage | Commission): Record<string, unknown> => (value.kind === 'none' ? {} : { ...value });

const assumptionsJson = (assumptions: FillAssumptions): Record<string, unknown> => ({
  fillAt: assumptions.fillAt,
  intrabar: assumptions.intrabar,
  slippage: cost(assumptions.slippage),
  commission: cost(assumptions.commission),
  limitFill: assumptions.limitFill,
  participationPct: assumptions.participationPct ?? null,
  fractional: assumptions.fractional,
  borrowing: 'free',
});

const legJson = (leg: TradeLeg): Record<string, unknown> => ({
  time: time(leg.time),
  price: formatPrice(leg.price),
  qty: formatQty(leg.qty),
  pnl: formatExactMoney(leg.pnl),
  exitRule: leg.exitRule,
  exitReason: leg.exitReason,
});

/** A trade as every JSON answer writes it. */
export const tradeObject = (trade: Trade): Record<string, unknown> => ({
  strategy: trade.strategy,
  symbol: trade.symbol,
  side: trade.side,
  qty: formatQty(trade.qty),
  entryTime: time(trade.entryTime),
  entryPrice: formatPrice(trade.entryPrice),
  exitTime: time(trade.exitTime),
  exitPrice: formatPrice(trade.exitPrice),
  pnl: formatExactMoney(trade.pnl),
  pnlPct: trade.pnlPct,
  entryRule: trade.entryRule,
  exitRule: trade.exitReason === 'exit_rule' ? trade.exitRule : null,
  exitReason: trade.exitReason,
  bars: trade.bars,
  riskAtEntry: trade.riskAtEntry ?? null,
  maePct: trade.maePct,
  mfePct: trade.mfePct,
  legs: trade.legs.map(legJson),
});

const tradeJson = (trade: Trade): string => JSON.stringify(tradeObject(trade));

const positionJson = (position: OpenPosition): string =>
  JSON.stringify({
    strategy: position.strategy,
    symbol: position.symbol,
    side: position.side,
    qty: formatQty(position.qty),
    entryTime: time(position.entryTime),
    entryPrice: formatPrice(position.entryPrice),
    lastPrice: String(position.lastPrice),
    unrealized: formatExactMoney(position.unrealized),
  });

/** A fill as every JSON answer writes it. */
export const fillJson = (fill: Fill): Record<string, unknown> => ({
  time: time(fill.time),
  at: fill.at,
  price: formatPrice(fill.price),
  qty: formatQty(fill.qty),
  commission: formatExactMoney(fill.commission),
});

/** An order as every JSON answer writes it. */
export const orderObject = (order: Order): Record<string, unknown> => ({
  id: clientOrderId(order),
  strategy: order.strategy,
  symbol: order.symbol,
  rule: order.rule,
  side: order.side,
  type: order.type,
  qty: formatQty(order.qty),
  status: order.status,
  reason: order.reason ?? null,
  decidedAt: time(order.decidedAt),
  limitPrice: order.limitPrice === undefined ? null : formatPrice(order.limitPrice),
  stopPrice: order.stopPrice === undefined ? null : formatPrice(order.stopPrice),
  timeInForce: order.timeInForce,
  fills: order.fills.map(fillJson),
});

const orderJson = (order: Order): string => JSON.stringify(orderObject(order));

/** A trip of a breaker as every JSON answer writes it. */
export const tripObject = (trip: Trip): Record<string, unknown> => ({
  id: trip.breaker,
  scope: trip.scope,
  place: trip.place,
  action: trip.action,
  trippedAt: time(trip.trippedAt),
  clearedAt: trip.clearedAt === undefined ? null : time(trip.clearedAt),
  heldFlatDays: trip.heldFlatDays,
  heldBack: trip.heldBack,
  values: trip.values,
  reason: trip.reason ?? null,
  clearedReason: trip.clearedReason ?? null,
});

const tripJson = (trip: Trip): string => JSON.stringify(tripObject(trip));

const tallyJson = (tally: TradeTally): Record<string, unknown> => ({ ...tally, pnl: formatExactMoney(tally.pnl) });

const breakdownJson = (breakdown: Breakdown): string =>
  JSON.stringify(Object.fromEntries(Object.entries(breakdown).map(([by, rows]) => [by, rows.map(tallyJson)])));

const equityJson = (point: EquityPoint): string =>
  JSON.stringify({ time: time(point.time), equity: point.equity.toFixed(2) });

const strategiesJson = (strategies: readonly StrategyResult[]): string =>
  JSON.stringify(
    Object.fromEntries(strategies.map(({ id, capital, metrics, reasons }) => [id, { capital, metrics, reasons }])),
  );

/** What decided beside the account; `beside` names the strategy that it is held against, whose figures are among the others. */
const shadowJson = ({ id, capital, metrics, reasons, beside, trades, openPositions }: ShadowResult): string =>
  `\n  ${JSON.stringify({ id, beside: beside?.id ?? null, capital, metrics, reasons }).slice(0, -1)},"trades":[${trades.map(tradeJson).join(',')}],"openPositions":[${openPositions.map(positionJson).join(',')}]}`;

const PIECE = 64 * 1024;

/** Members of a JSON array, gathered into pieces of about 64 kB. */
function* members<Item>(items: readonly Item[], write: (item: Item) => string): Generator<string> {
  let piece = '';
  for (let index = 0; index < items.length; index += 1) {
    piece += `${index === 0 ? '\n  ' : ',\n  '}${write(items[index]!)}`;
    if (piece.length > PIECE) {
      yield piece;
      piece = '';
    }
  }
  yield `${piece}${items.length === 0 ? '' : '\n '}]`;
}

/**
 * The JSON report of a run in pieces, so that a million trades never stand in memory as one text; times are ISO 8601 UTC,
 * exact amounts are decimal strings, figures are numbers or null with a word in `reasons`.
 * @param more further members, written last
 */
export function* resultJson(result: RunResult, more: Readonly<Record<string, unknown>> = {}): Generator<string> {
  const { data } = result;
  const optionalTime = (at: Instant | undefined): string | null => (at === undefined ? null : time(at));
  const head = {
    schemaVersion: SCHEMA_VERSION,
    engine: result.engine,
    revision: result.revision,
    data: {
      source: data.source,
      symbols: data.symbols,
      timeframe: data.timeframe,
      from: time(data.from),
      to: time(data.to),
      rowsRead: data.rowsRead,
      barsUsed: data.barsUsed,
      quarantined: data.quarantined,
      hash: data.hash,
      synthetic: data.synthetic,
      outsideSession: data.outsideSession,
      warnings: data.warnings,
    },
    assumptions: assumptionsJson(result.assumptions),
    ambiguousBars: result.ambiguousBars,
    drawdown: {
      start: optionalTime(result.drawdown.start ?? data.from),
      bottom: optionalTime(result.drawdown.bottom),
      recovery: optionalTime(result.drawdown.recovery),
    },
    interrupted: result.interrupted,
    seconds: result.seconds,
    notActing: result.notActing,
    metrics: result.metrics,
    reasons: result.reasons,
  };
  yield `${JSON.stringify(head, undefined, 1).slice(0, -2)},\n "strategies": ${strategiesJson(result.strategies)},\n "trades": [`;
  yield* members(result.trades, tradeJson);
  yield ',\n "openPositions": [';
  yield* members(result.openPositions, positionJson);
  yield ',\n "orders": [';
  yield* members(result.orders, orderJson);
  yield `,\n "breakdown": ${breakdownJson(result.breakdown)},\n "breakers": [`;
  yield* members(result.breakers, tripJson);
  yield ',\n "equity": [';
  yield* members(result.equity, equityJson);
  if (result.shadows.length > 0) yield `,\n "shadows": [${result.shadows.map(shadowJson).join(',')}\n ]`;
  for (const [name, value] of Object.entries(more)) yield `,\n ${JSON.stringify(name)}: ${JSON.stringify(value)}`;
  yield '\n}\n';
}
