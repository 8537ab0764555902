import type { Ruleset } from '../compiler/ruleset.ts';
import type { KnownOrder, KnownTrade } from '../journal/orders.ts';
import { clientOrderId } from '../ledger/order-id.ts';
import { listed } from '../report/wrap.ts';
import { failure } from './exit.ts';
import { didYouMean } from './nearest.ts';

/** The strategy and symbol that two words name. */
export interface Asked {
  readonly strategy: string;
  readonly symbol: string;
}

/** Strategies, each with the symbols that it trades. */
export type Names = ReadonlyMap<string, readonly string[]>;

/** The names of one or more rulesets together, in the order in which they come. */
export const namesOf = (rulesets: readonly Ruleset[]): Names => {
  const names = new Map<string, string[]>();
  for (const { strategies, instances, symbols, shadow } of rulesets) {
    for (const { id } of shadow?.strategies ?? []) if (!names.has(id)) names.set(id, []);
    for (const { id, index } of strategies) {
      const known = names.get(id) ?? [];
      names.set(id, known);
      for (const { strategyIndex, symbolIndex } of instances) {
        const symbol = symbols[symbolIndex]!;
        if (strategyIndex === index && !known.includes(symbol)) known.push(symbol);
      }
    }
  }
  return names;
};

/** @throws Failure for a name that is not there */
export const findInstance = (names: Names, strategy: string | undefined, symbol: string | undefined): Asked => {
  // A shadow is known by name, and trades no symbol.
  const ids = [...names].filter(([, symbols]) => symbols.length > 0).map(([name]) => name);
  const only = ids.length === 1 ? ids[0] : undefined;
  const id = strategy ?? only;
  if (id === undefined)
    throw failure(
      'engine why needs a strategy and a symbol',
      `engine why ${ids[0]} SYMBOL; the strategies are ${listed(ids)}`,
    );
  if (names.get(id)?.length === 0) {
    throw failure(
      `\`${id}\` is a shadow: it decides in a ledger of its own`,
      'engine why explains what trades: take `shadow: true` out of a copy of its file, and name that file first',
    );
  }
  if (!ids.includes(id)) {
    const near = didYouMean(id, ids);
    throw failure(`no enabled strategy is called \`${id}\``, near ?? `the strategies are ${listed(ids)}`);
  }
  const symbols = names.get(id)!;
  const wanted = symbol?.toUpperCase() ?? (symbols.length === 1 ? symbols[0] : undefined);
  if (wanted === undefined) throw failure(`engine why ${id} needs a symbol`, `${id} trades ${listed(symbols)}`);
  if (!symbols.includes(wanted)) {
    throw failure(`${id} does not trade \`${wanted}\``, didYouMean(wanted, symbols) ?? `it trades ${listed(symbols)}`);
  }
  return { strategy: id, symbol: wanted };
};

/** The order of a number or a client order id. */
export const findOrder = <Known extends Omit<KnownOrder, 'fills'>>(orders: readonly Known[], asked: string): Known => {
  const found = /^\d+$/.test(asked)
    ? orders[Number(asked) - 1]
    : orders.find((order) => clientOrderId(order) === asked);
  if (found !== undefined) return found;
  if (orders.length === 0) throw failure('the run made no order', 'engine blockers counts what held entries back');
  if (/^\d+$/.test(asked)) throw failure(`there is no order ${asked}`, `the run made orders 1 to ${orders.length}`);
  throw failure(
    `there is no order \`${asked}\``,
    didYouMean(asked, orders.slice(-2000).map(clientOrderId)) ??
      'engine backtest --format json lists the ids of all orders',
  );
};

/** The trade of a number, from 1 in the order of their ends, as the JSON report lists them. */
export const findTrade = <Known>(trades: readonly Known[], asked: string): Known => {
  if (trades.length === 0) throw failure('the run closed no trade', 'engine blockers counts what held entries back');
  const trade = /^[1-9]\d*$/.test(asked) ? trades[Number(asked) - 1] : undefined;
  if (trade === undefined) {
    throw failure(
      /^[1-9]\d*$/.test(asked) ? `there is no trade ${asked}` : `--trade cannot be \`${asked}\``,
      `the run closed trades 1 to ${trades.length}, in the order in which they ended`,
    );
  }
  return trade;
};

/**
 * The orders that opened and closed a trade: the first entry that filled it, the last exit.
 * @param ids of the trade's strategy: those that it had before too
 */
export const ordersOfTrade = <Known extends KnownOrder>(
  orders: readonly Known[],
  trade: KnownTrade,
  ids: readonly string[],
): { readonly entry: Known | undefined; readonly exit: Known | undefined } => {
  const own = orders.filter(
    ({ strategy, symbol, fills }) => ids.includes(strategy) && symbol === trade.symbol && fills.length > 0,
  );
  return {
    entry: own.find(({ role, fills }) => role === 'entry' && fills[0]!.time === trade.entryTime),
    exit: own.findLast(
      ({ role, rule, fills }) => role !== 'entry' && rule === trade.exitRule && fills.at(-1)!.time === trade.exitTime,
    ),
  };
};
