import { formatExactMoney, formatPrice, formatQty } from '../ledger/money.ts';
import type { Order } from '../ledger/order.ts';
import type { OpenPosition } from '../ledger/trade.ts';
import { orderRow } from './order-row.ts';
import type { Session } from './session.ts';
import { ENGINE_VERSION } from './version.ts';

export const PORTFOLIO_SCHEMA_VERSION = 1;

type Json = Readonly<Record<string, unknown>>;

const iso = (time: number): string | null => (Number.isFinite(time) ? new Date(time).toISOString() : null);
const cents = (amount: number): string => amount.toFixed(2);

const LEVELS = ['stop_loss', 'take_profit', 'trailing_stop', 'break_even'] as const;

const positionJson = (position: OpenPosition, working: readonly Order[]): Json => ({
  strategy: position.strategy,
  symbol: position.symbol,
  side: position.side,
  qty: formatQty(position.qty),
  entryTime: iso(position.entryTime),
  entryPrice: formatPrice(position.entryPrice),
  lastPrice: String(position.lastPrice),
  unrealized: formatExactMoney(position.unrealized),
  levels: working
    .filter(
      ({ strategy, symbol, role }) =>
        strategy === position.strategy && symbol === position.symbol && (LEVELS as readonly string[]).includes(role),
    )
    .map(({ role, qty, stopPrice, limitPrice }) => ({
      kind: role,
      price: formatPrice((stopPrice ?? limitPrice)!),
      qty: formatQty(qty),
    })),
});

/**
 * The account as it stands: what a person or another program reads while the engine runs, and what is left when it stops.
 * Dollars of cash are exact decimal strings, marked amounts strings of cents, times ISO 8601 UTC. An export: the engine
 * itself goes on from its journal.
 * @param savedAt wall clock, ISO 8601
 */
export function portfolioState(
  session: Session,
  {
    savedAt,
    name,
    revision,
    synthetic,
  }: { readonly savedAt: string; readonly name: string; readonly revision: string; readonly synthetic: boolean },
): Json {
  const { book, core } = session;
  const working = [...core.orderLog.atWork].sort((a, b) => a.seq - b.seq);
  const equity = book.equity();
  return {
    schemaVersion: PORTFOLIO_SCHEMA_VERSION,
    engine: ENGINE_VERSION,
    savedAt,
    session: name,
    revision,
    synthetic,
    marketTime: iso(session.now),
    instants: session.instants,
    portfolioValue: cents(equity),
    cash: formatExactMoney(book.cash()),
    startCash: cents(session.startCash),
    pnl: cents(equity - session.startCash),
    trades: book.state.trades.length,
    strategies: Object.fromEntries(
      session.strategies.map(({ id, capital }, index) => [
        id,
        {
          capital: cents(capital),
          equity: cents(book.strategyEquity(index)),
          pnl: cents(book.strategyEquity(index) - capital),
        },
      ]),
    ),
    positions: book.openPositions().map((position) => positionJson(position, working)),
    openOrders: working.map(orderRow),
    breakers: core.trips
      .filter(({ clearedAt }) => clearedAt === undefined)
      .map(({ breaker, scope, place, action, trippedAt, values, heldBack }) => ({
        id: breaker,
        scope,
        place,
        action,
        trippedAt: iso(trippedAt),
        values,
        heldBack,
      })),
  };
}
