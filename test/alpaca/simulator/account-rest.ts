import { accountJson, figuresOf, positionJson } from './account.ts';
import { absolute, amountText, moneyText, ONE, readAmount, toDouble } from './amount.ts';
import type { Activity, Book, Position } from './book.ts';
import { cancel } from './changes.ts';
import { newYorkDate } from './hours.ts';
import { activityJson, isEnded, orderJson } from './order.ts';
import { invalid, isRefusal, notFound, type Refusal } from './refusal.ts';
import { listOf, multi, numberOf, ok, type RestAnswer, type Route } from './rest.ts';
import { type FindAsset, submit } from './submit.ts';

/** Operations on the account, its positions and its history. */
export function accountRoutes(book: Book, find: FindAsset): Route[] {
  const held = (name: string): Position | Refusal => {
    const asset = find(name);
    if (asset === undefined) return notFound(`symbol not found: ${name}`);
    return book.positions.get(asset.symbol.replace('/', '')) ?? notFound('position does not exist');
  };
  const close = (position: Position, query: URLSearchParams): RestAnswer | Refusal => {
    const size = absolute(position.qty);
    const qty = query.get('qty');
    const percent = query.get('percentage');
    if (qty !== null && percent !== null) return invalid('only one of qty or percentage is accepted');
    const read = readAmount(qty ?? percent ?? '100');
    if (read === undefined || read <= 0n) return invalid('invalid qty');
    const part = qty === null ? (size * read) / (100n * ONE) : read;
    const coin = position.asset.class === 'crypto';
    const order = submit(book, find, {
      symbol: position.asset.symbol,
      side: position.qty > 0n ? 'sell' : 'buy',
      type: 'market',
      qty: amountText(part),
      time_in_force: coin ? 'gtc' : 'day',
    });
    return isRefusal(order) ? order : ok(orderJson(order, false));
  };
  return [
    { method: 'GET', path: '/v2/account', handle: () => ok(accountJson(book)) },
    { method: 'GET', path: '/v2/account/configurations', handle: () => ok(configuration(book)) },
    {
      method: 'GET',
      path: '/v2/account/activities',
      handle: ({ query }) => ok(activities(book, listOf(query, 'activity_types'), query)),
    },
    {
      method: 'GET',
      path: '/v2/account/activities/{activity_type}',
      handle: ({ names, query }) => ok(activities(book, [names.activity_type!], query)),
    },
    { method: 'GET', path: '/v2/account/portfolio/history', handle: () => ok(history(book)) },
    {
      method: 'GET',
      path: '/v2/positions',
      handle: () => ok([...book.positions.values()].map((position) => positionJson(book, position))),
    },
    {
      method: 'DELETE',
      path: '/v2/positions',
      handle: ({ query }) => {
        if (query.get('cancel_orders') === 'true') {
          for (const order of book.open) if (!isEnded(order)) cancel(book, order);
          book.clock.flush();
        }
        const all = [...book.positions.values()].map((position) => {
          const answer = close(position, new URLSearchParams());
          return { symbol: position.asset.symbol.replace('/', ''), status: answer.status, body: answer.body };
        });
        return multi(all);
      },
    },
    {
      method: 'GET',
      path: '/v2/positions/{symbol_or_asset_id}',
      handle: ({ names }) => {
        const position = held(names.symbol_or_asset_id!);
        return isRefusal(position) ? position : ok(positionJson(book, position));
      },
    },
    {
      method: 'DELETE',
      path: '/v2/positions/{symbol_or_asset_id}',
      handle: ({ names, query }) => {
        const position = held(names.symbol_or_asset_id!);
        return isRefusal(position) ? position : close(position, query);
      },
    },
  ];
}

const configuration = (book: Book): object => ({
  fractional_trading: true,
  max_margin_multiplier: String(book.rules.multiplier),
  no_shorting: !book.rules.shorting,
  suspend_trade: false,
  trade_confirm_email: 'all',
  ptp_no_exception_entry: false,
});

interface Entry {
  readonly at: number;
  readonly type: string;
  readonly body: Record<string, unknown>;
}

/** Fills and what else moved the account, the latest first; `page_token` is the id of the last entry of the page before. */
function activities(book: Book, types: readonly string[] | undefined, query: URLSearchParams): object[] {
  const entries: Entry[] = [
    ...book.executions.map((execution) => ({ at: execution.at, type: 'FILL', body: activityJson(execution) })),
    ...book.activities.map((activity) => ({ at: activity.at, type: activity.type, body: nonTradeJson(activity) })),
  ].sort((a, b) => a.at - b.at);
  const date = query.get('date');
  const after = query.get('after');
  const until = query.get('until');
  let found = entries.filter(
    ({ at, type }) =>
      (types === undefined || types.includes(type)) &&
      (date === null || newYorkDate(at) === date) &&
      (after === null || at > Date.parse(after)) &&
      (until === null || at < Date.parse(until)),
  );
  if (query.get('direction') !== 'asc') found.reverse();
  const token = query.get('page_token');
  if (token !== null) found = found.slice(found.findIndex(({ body }) => body.id === token) + 1);
  return found.slice(0, numberOf(query, 'page_size', 100, 100)).map(({ body }) => body);
}

function nonTradeJson(activity: Activity): Record<string, unknown> {
  const stamp = new Date(activity.at).toISOString();
  return {
    id: `${stamp.replace(/\D/g, '')}::${activity.id}`,
    activity_type: activity.type,
    // The file asks for a date-time where Alpaca writes a date.
    date: stamp,
    created_at: stamp,
    net_amount: moneyText(activity.amount),
    ...(activity.symbol === undefined ? {} : { symbol: activity.symbol }),
    qty: amountText(activity.qty),
    status: 'executed',
  };
}

/** Equity at each close so far and now. */
function history(book: Book): object {
  const points = [...book.equity, { at: book.clock.now(), equity: figuresOf(book).equity }];
  const value = (equity: bigint): number => toDouble(equity / ONE);
  const base = value(points[0]!.equity);
  return {
    timestamp: points.map(({ at }) => Math.floor(at / 1_000)),
    equity: points.map(({ equity }) => value(equity)),
    profit_loss: points.map(({ equity }) => value(equity) - base),
    profit_loss_pct: points.map(({ equity }) => (base === 0 ? 0 : value(equity) / base - 1)),
    base_value: base,
    timeframe: '1D',
  };
}
