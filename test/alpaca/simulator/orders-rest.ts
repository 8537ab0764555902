import type { Book } from './book.ts';
import { cancel, replace } from './changes.ts';
import { isEnded, type Order, orderJson } from './order.ts';
import { invalid, isRefusal, type Refusal } from './refusal.ts';
import { answerOf, listOf, multi, noContent, numberOf, ok, type Route } from './rest.ts';
import { type FindAsset, orderNotFound, submit } from './submit.ts';

const nestedIn = (query: URLSearchParams): boolean => query.get('nested') === 'true';

/** A group counts as open while any of it is, so that a held stop is found under its parent. */
const isOpen = (order: Order, nested: boolean): boolean =>
  !isEnded(order) || (nested && order.legs.some((leg) => !isEnded(leg)));

/** `GET /v2/orders`: what the query asks for, latest first unless it says otherwise. */
function list(book: Book, query: URLSearchParams): object[] | Refusal {
  const nested = nestedIn(query);
  const status = query.get('status') ?? 'open';
  if (!['open', 'closed', 'all'].includes(status)) return invalid(`invalid status "${status}"`);
  const symbols = listOf(query, 'symbols');
  const side = query.get('side');
  const assetClass = listOf(query, 'asset_class');
  const after = query.get('after');
  const until = query.get('until');
  const descending = query.get('direction') !== 'asc';
  let found = [...book.orders.values()];
  // A held stop leg is not in the plain list; nested, legs stand under their parents only.
  found = found.filter((order) => (nested ? order.parent === undefined : order.status !== 'held'));
  if (status !== 'all') found = found.filter((order) => isOpen(order, nested) === (status === 'open'));
  if (symbols !== undefined)
    found = found.filter(
      ({ asset }) => symbols.includes(asset.symbol) || symbols.includes(asset.symbol.replace('/', '')),
    );
  if (side !== null) found = found.filter((order) => order.side === side);
  if (assetClass !== undefined) found = found.filter((order) => assetClass.includes(order.asset.class));
  if (after !== null) found = found.filter((order) => order.submittedAt > Date.parse(after));
  if (until !== null) found = found.filter((order) => order.submittedAt < Date.parse(until));
  // Pages run by the id of an order, which is left out itself.
  for (const field of ['before_order_id', 'after_order_id'] as const) {
    const id = query.get(field);
    if (id === null) continue;
    const at = found.findIndex((order) => order.id === id);
    if (at < 0) return orderNotFound(id);
    found = field === 'after_order_id' ? found.slice(at + 1) : found.slice(0, at);
  }
  if (descending) found.reverse();
  return found.slice(0, numberOf(query, 'limit', 50, 500)).map((order) => orderJson(order, nested));
}

/** Operations on orders. */
export function orderRoutes(book: Book, find: FindAsset): Route[] {
  const named = (id: string): Order | Refusal => book.orders.get(id) ?? orderNotFound(id);
  return [
    {
      method: 'GET',
      path: '/v2/orders',
      handle: ({ query }) => answerOf(list(book, query), ok),
    },
    {
      method: 'POST',
      path: '/v2/orders',
      handle: ({ body }) => answerOf(submit(book, find, body), (order) => ok(orderJson(order, true))),
    },
    {
      method: 'DELETE',
      path: '/v2/orders',
      handle: () => {
        const answers: object[] = [];
        for (const order of book.open) {
          if (isEnded(order) || order.status === 'pending_cancel' || order.status === 'held') continue;
          const refusal = cancel(book, order);
          answers.push({ id: order.id, status: refusal === undefined ? 200 : 500 });
        }
        return multi(answers);
      },
    },
    {
      method: 'GET',
      path: '/v2/orders:by_client_order_id',
      handle: ({ query }) => {
        const id = query.get('client_order_id') ?? '';
        const order = book.byClientId.get(id);
        return order === undefined ? orderNotFound(id) : ok(orderJson(order, nestedIn(query)));
      },
    },
    {
      method: 'GET',
      path: '/v2/orders/{order_id}',
      handle: ({ names, query }) => answerOf(named(names.order_id!), (order) => ok(orderJson(order, nestedIn(query)))),
    },
    {
      method: 'PATCH',
      path: '/v2/orders/{order_id}',
      handle: ({ names, body }) => {
        const order = named(names.order_id!);
        if (isRefusal(order)) return order;
        return answerOf(replace(book, order, body), (next) => ok(orderJson(next, true)));
      },
    },
    {
      method: 'DELETE',
      path: '/v2/orders/{order_id}',
      handle: ({ names }) => {
        const order = named(names.order_id!);
        if (isRefusal(order)) return order;
        return cancel(book, order) ?? noContent;
      },
    },
  ];
}
