import type { SliceRow } from '../journal/slices.ts';
import { formatQty, parseQty, type Qty } from '../ledger/money.ts';
import type { Order } from '../ledger/order.ts';
import { clientOrderId } from '../ledger/order-id.ts';
import { csvCell } from './csv.ts';
import { SCHEMA_VERSION } from './json.ts';

export const EXPORTS = ['trades', 'orders', 'fills', 'equity', 'decisions'] as const;
export type ExportKind = (typeof EXPORTS)[number];

type Cell = string | number | boolean | null;
export type Row = Readonly<Record<string, Cell>>;

/** Columns of each kind, in the order in which they are written; the names are those of the JSON report. */
export const COLUMNS: Readonly<Record<ExportKind, readonly string[]>> = {
  trades: [
    'strategy',
    'symbol',
    'side',
    'qty',
    'entryTime',
    'entryPrice',
    'exitTime',
    'exitPrice',
    'pnl',
    'pnlPct',
    'entryRule',
    'exitRule',
    'exitReason',
    'bars',
    'riskAtEntry',
    'maePct',
    'mfePct',
    'revision',
  ],
  orders: [
    'id',
    'strategy',
    'symbol',
    'rule',
    'side',
    'type',
    'qty',
    'status',
    'reason',
    'decidedAt',
    'limitPrice',
    'stopPrice',
    'timeInForce',
    'filled',
    'revision',
  ],
  fills: ['order', 'strategy', 'symbol', 'rule', 'side', 'time', 'at', 'price', 'qty', 'commission', 'revision'],
  equity: ['time', 'equity', 'revision'],
  decisions: ['time', 'strategy', 'symbol', 'rule', 'value', 'blocker', 'order', 'revision'],
};

/** The span that is asked for, ms; the end is exclusive. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

type Event = Readonly<Record<string, string | number | boolean | null>>;

const iso = (time: unknown): string => new Date(time as number).toISOString();
const inside = ({ from, to }: Span, time: unknown): boolean => (time as number) >= from && (time as number) < to;

interface OrderRow {
  readonly event: Event;
  readonly revision: string;
  readonly id: string;
  qty: bigint;
  filled: bigint;
  ended: 'cancelled' | 'refused' | undefined;
  reason: Cell;
}

const idOf = (event: Event): string =>
  clientOrderId({
    strategy: event.strategy,
    symbol: event.symbol,
    decidedAt: event.decidedAt,
    rule: event.rule,
    part: event.part,
  } as unknown as Order);

const orderRow = ({ event, revision, id, qty, filled, ended, reason }: OrderRow): Row => ({
  id,
  strategy: event.strategy!,
  symbol: event.symbol!,
  rule: event.rule!,
  side: event.side!,
  type: event.type!,
  qty: formatQty(qty as Qty),
  status: ended ?? (filled >= qty ? 'filled' : 'working'),
  reason,
  decidedAt: iso(event.decidedAt),
  limitPrice: event.limitPrice!,
  stopPrice: event.stopPrice!,
  timeInForce: event.timeInForce!,
  filled: formatQty(filled as Qty),
  revision,
});

/** Rows of a session's journal, oldest first; decisions are not in it: they come from running it again. */
export function rowsOf(
  kind: Exclude<ExportKind, 'decisions'>,
  slices: Iterable<Pick<SliceRow, 'events' | 'revision'>>,
  span: Span,
): Row[] {
  const rows: Row[] = [];
  const orders = new Map<number, OrderRow>();
  for (const { events, revision } of slices) {
    for (const event of JSON.parse(events) as Event[]) {
      const order = orders.get(event.order as number);
      switch (event.kind as string) {
        case 'order':
          orders.set(event.order as number, {
            event,
            revision,
            id: idOf(event),
            qty: parseQty(event.qty as string),
            filled: 0n,
            ended: undefined,
            reason: event.cut!,
          });
          break;
        case 'fill':
          if (order === undefined) break;
          order.filled += parseQty(event.qty as string);
          if (kind === 'fills' && inside(span, event.time)) {
            const { strategy, symbol, rule, side } = order.event;
            rows.push({
              order: order.id,
              strategy: strategy!,
              symbol: symbol!,
              rule: rule!,
              side: side!,
              time: iso(event.time),
              at: event.at!,
              price: event.price!,
              qty: event.qty!,
              commission: event.commission!,
              revision,
            });
          }
          break;
        case 'cut':
        case 'cancelled':
        case 'refused':
          if (order === undefined) break;
          if (event.kind === 'cut') order.qty -= parseQty(event.qty as string);
          else order.ended = event.kind as 'cancelled' | 'refused';
          order.reason = event.reason!;
          break;
        case 'trade':
          if (kind === 'trades' && inside(span, event.exitTime)) rows.push(tradeRow(event, revision));
          break;
        case 'equity':
          if (kind === 'equity' && inside(span, event.time)) {
            rows.push({ time: iso(event.time), equity: (event.equity as number).toFixed(2), revision });
          }
          break;
        default:
          break;
      }
    }
  }
  if (kind !== 'orders') return rows;
  return [...orders.values()].filter(({ event }) => inside(span, event.decidedAt)).map(orderRow);
}

const tradeRow = (event: Event, revision: string): Row => {
  const row: Record<string, Cell> = {};
  for (const column of COLUMNS.trades) row[column] = event[column] ?? null;
  return {
    ...row,
    entryTime: iso(event.entryTime),
    exitTime: iso(event.exitTime),
    exitRule: event.exitReason === 'exit_rule' ? event.exitRule! : null,
    revision,
  };
};

/** Rows as CSV with a header, in pieces. */
export function* exportCsv(kind: ExportKind, rows: readonly Row[]): Generator<string> {
  const columns = COLUMNS[kind];
  yield `${columns.join(',')}\n`;
  for (const row of rows) yield `${columns.map((column) => csvCell(row[column] ?? null)).join(',')}\n`;
}

/** Rows as JSON, one a line, in pieces. */
export function* exportJson(kind: ExportKind, session: string, rows: readonly Row[]): Generator<string> {
  yield `{\n "schemaVersion": ${SCHEMA_VERSION},\n "session": ${JSON.stringify(session)},\n "what": "${kind}",\n "rows": [`;
  let first = true;
  for (const row of rows) {
    yield `${first ? '' : ','}\n  ${JSON.stringify(row)}`;
    first = false;
  }
  yield `${first ? '' : '\n '}]\n}\n`;
}
