import { formatQty, parseQty, type Qty } from '../../ledger/money.ts';
import { isOwnOrderId } from '../../ledger/order-id.ts';
import type { HeldThere } from './door.ts';
import type { OrderReport } from './facts.ts';

/** Where the broker's account and the engine's ledger do not agree. */
export type Difference =
  /** Quantities, signed: what the ledger has of the symbol, what the broker has. */
  | { readonly kind: 'position'; readonly symbol: string; readonly ours: string; readonly theirs: string }
  /** An order that no engine of this kind sent. */
  | { readonly kind: 'foreign_order'; readonly symbol: string; readonly id: string; readonly side: string }
  /** An order with an id of this engine's that this run does not know. */
  | { readonly kind: 'stray_order'; readonly symbol: string; readonly id: string; readonly clientId: string };

/** Positions of crypto are named without the slash that its orders have. */
const plain = (symbol: string): string => symbol.replace('/', '');

/**
 * Compares the account with the ledger.
 * @param ours quantity by symbol, billionths, signed
 * @param known ids of the broker's of all orders that this run knows, legs included
 */
export function differences(
  ours: ReadonlyMap<string, bigint>,
  positions: readonly HeldThere[],
  orders: readonly OrderReport[],
  known: (id: string) => boolean,
): Difference[] {
  const found: Difference[] = [];
  const theirs = new Map(positions.map(({ symbol, qty }) => [plain(symbol), signed(qty)]));
  const names = new Map([...ours.keys()].map((symbol) => [plain(symbol), symbol]));
  for (const name of new Set([...theirs.keys(), ...names.keys()])) {
    const symbol = names.get(name) ?? name;
    const mine = ours.get(symbol) ?? 0n;
    const other = theirs.get(name) ?? 0n;
    if (mine !== other) {
      found.push({ kind: 'position', symbol, ours: formatQty(mine as Qty), theirs: formatQty(other as Qty) });
    }
  }
  for (const order of orders) {
    if (known(order.id)) continue;
    const { symbol, id, clientId, side } = order;
    if (isOwnOrderId(clientId)) found.push({ kind: 'stray_order', symbol, id, clientId });
    else found.push({ kind: 'foreign_order', symbol, id, side });
  }
  return found;
}

function signed(text: string): bigint {
  return text.startsWith('-') ? 0n - parseQty(text.slice(1)) : parseQty(text);
}
