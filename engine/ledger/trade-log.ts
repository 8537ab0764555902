import type { Instant } from '../market/time.ts';
import { fits, makeRoom, rowsUnder } from './columns.ts';
import type { TradeSample } from './metrics.ts';
import { type Money, moneyToNumber, type Price, type Qty } from './money.ts';
import type { Trade } from './trade.ts';

const FIRST_CAPACITY = 64;

/** What trades have in common with many others of their run. */
type Kind = Pick<Trade, 'strategy' | 'symbol' | 'side' | 'entryRule' | 'exitRule' | 'exitReason'>;

/** The trades of a run in columns, oldest first; plain data. A `Trade` is made of a row when somebody asks for it. */
export interface TradeLog {
  length: number;
  readonly kinds: Kind[];
  /** Rows of `kinds` by strategy and symbol: few each. */
  readonly kindsOf: Map<number, number[]>;
  /** Row of `kinds`. */
  kind: Int32Array;
  entryTime: Float64Array;
  exitTime: Float64Array;
  /** Billionths. */
  qty: BigInt64Array;
  entryPrice: BigInt64Array;
  exitPrice: BigInt64Array;
  /** Net of commissions: exact, and as the nearest double. */
  readonly pnl: Money[];
  dollars: Float64Array;
  pnlPct: Float64Array;
  bars: Float64Array;
  /** NaN without a stop. */
  risk: Float64Array;
  maePct: Float64Array;
  mfePct: Float64Array;
  /** By row: trades of several legs, or of amounts too large for the columns. */
  readonly whole: Map<number, Trade>;
}

export const createTradeLog = (): TradeLog => {
  const column = (): Float64Array => new Float64Array(FIRST_CAPACITY);
  const amounts = (): BigInt64Array => new BigInt64Array(FIRST_CAPACITY);
  return {
    length: 0,
    kinds: [],
    kindsOf: new Map(),
    kind: new Int32Array(FIRST_CAPACITY),
    entryTime: column(),
    exitTime: column(),
    qty: amounts(),
    entryPrice: amounts(),
    exitPrice: amounts(),
    pnl: [],
    dollars: column(),
    pnlPct: column(),
    bars: column(),
    risk: column(),
    maePct: column(),
    mfePct: column(),
    whole: new Map(),
  };
};

/** Row of the kind of a trade; `key` is a number that its strategy and symbol share with no other. */
function kindOf(log: TradeLog, key: number, trade: Trade): number {
  const rows = rowsUnder(log.kindsOf, key);
  for (let k = 0; k < rows.length; k++) {
    const kind = log.kinds[rows[k]!]!;
    if (
      kind.exitRule === trade.exitRule &&
      kind.exitReason === trade.exitReason &&
      kind.entryRule === trade.entryRule &&
      kind.side === trade.side
    )
      return rows[k]!;
  }
  const { strategy, symbol, side, entryRule, exitRule, exitReason } = trade;
  const row = log.kinds.push({ strategy, symbol, side, entryRule, exitRule, exitReason }) - 1;
  rows.push(row);
  return row;
}

/** One leg that says nothing of its own, and amounts that the columns hold. */
function isPlain({ legs, qty, pnl, entryPrice, exitPrice }: Trade): boolean {
  const [leg] = legs;
  if (leg === undefined || legs.length !== 1 || leg.qty !== qty || leg.pnl !== pnl) return false;
  return fits(qty) && fits(entryPrice) && fits(exitPrice);
}

/** Keeps a closed trade. */
export function keepTrade(log: TradeLog, key: number, trade: Trade): void {
  const row = log.length;
  makeRoom(log, row, log.kind.length);
  log.kind[row] = kindOf(log, key, trade);
  log.entryTime[row] = trade.entryTime;
  log.exitTime[row] = trade.exitTime;
  log.pnl.push(trade.pnl);
  log.dollars[row] = moneyToNumber(trade.pnl);
  log.bars[row] = trade.bars;
  log.risk[row] = trade.riskAtEntry ?? Number.NaN;
  if (isPlain(trade)) {
    log.qty[row] = trade.qty;
    log.entryPrice[row] = trade.entryPrice;
    log.exitPrice[row] = trade.exitPrice;
    log.pnlPct[row] = trade.pnlPct;
    log.maePct[row] = trade.maePct;
    log.mfePct[row] = trade.mfePct;
  } else log.whole.set(row, trade);
  log.length = row + 1;
}

/** The trade of a row. */
export function tradeAt(log: TradeLog, row: number): Trade {
  const whole = log.whole.get(row);
  if (whole !== undefined) return whole;
  const kind = log.kinds[log.kind[row]!]!;
  const { exitRule, exitReason } = kind;
  const time = log.exitTime[row]! as Instant;
  const price = log.exitPrice[row]! as Price;
  const qty = log.qty[row]! as Qty;
  const pnl = log.pnl[row]!;
  const risk = log.risk[row]!;
  return {
    ...kind,
    qty,
    entryTime: log.entryTime[row]! as Instant,
    entryPrice: log.entryPrice[row]! as Price,
    exitTime: time,
    exitPrice: price,
    pnl,
    pnlPct: log.pnlPct[row]!,
    bars: log.bars[row]!,
    riskAtEntry: Number.isNaN(risk) ? undefined : risk,
    maePct: log.maePct[row]!,
    mfePct: log.mfePct[row]!,
    legs: [{ time, price, qty, pnl, exitRule, exitReason }],
  };
}

/** What the figures of all trades rest on, or of those of one strategy. */
export function sampleOfLog(log: TradeLog, strategy?: string): TradeSample {
  const { length, dollars, bars, risk } = log;
  const all = { profits: dollars.subarray(0, length), bars: bars.subarray(0, length), risks: risk.subarray(0, length) };
  if (strategy === undefined) return all;
  const own = (_: number, row: number): boolean => log.kinds[log.kind[row]!]!.strategy === strategy;
  return { profits: all.profits.filter(own), bars: all.bars.filter(own), risks: all.risks.filter(own) };
}

/** The trades from a row on, as a log of their own that nothing may be added to. */
export const logSince = (log: TradeLog, row: number): TradeLog => {
  if (row === 0) return log;
  const since = <Column extends Int32Array | Float64Array | BigInt64Array>(column: Column): Column =>
    column.subarray(row) as Column;
  return {
    ...log,
    length: log.length - row,
    kind: since(log.kind),
    entryTime: since(log.entryTime),
    exitTime: since(log.exitTime),
    qty: since(log.qty),
    entryPrice: since(log.entryPrice),
    exitPrice: since(log.exitPrice),
    pnl: log.pnl.slice(row),
    dollars: since(log.dollars),
    pnlPct: since(log.pnlPct),
    bars: since(log.bars),
    risk: since(log.risk),
    maePct: since(log.maePct),
    mfePct: since(log.mfePct),
    whole: new Map([...log.whole].flatMap(([at, trade]) => (at < row ? [] : [[at - row, trade] as const]))),
  };
};

/** The last trades, oldest first. */
export const latestTrades = (log: TradeLog, most: number): Trade[] => {
  const first = Math.max(0, log.length - most);
  return Array.from({ length: log.length - first }, (_, n) => tradeAt(log, first + n));
};

/** Some trade was short. */
export const anyShort = ({ kinds, kind, length }: TradeLog): boolean =>
  kinds.some(({ side }) => side === 'short') && kind.subarray(0, length).some((row) => kinds[row]!.side === 'short');
