import { costOf, figuresOf } from './account.ts';
import { type Amount, absolute, amountText, DOLLAR, isWhole, moneyText, ONE } from './amount.ts';
import type { Asset } from './assets.ts';
import { type Book, heldQty, qtyInOrders } from './book.ts';
import type { Draft } from './draft.ts';
import { newYorkMinute, phaseAt } from './hours.ts';
import { forbidden, invalid, type Refusal, unprocessable } from './refusal.ts';
import { washTrade } from './wash-trade.ts';

const CENT: Amount = ONE / 100n;

/** What a rule says: undefined when it has nothing against the order. */
type Rule = (book: Book, draft: Draft, asset: Asset, opening: boolean) => Refusal | undefined;

const isCoin = (asset: Asset): boolean => asset.class === 'crypto';

/** Prices from a dollar on lie on cents, below it on hundredths of a cent. */
const offGrid = (price: Amount | undefined): boolean =>
  price !== undefined && price % (price >= ONE ? CENT : CENT / 100n) !== 0n;

const pricesOnGrid: Rule = (_book, draft, asset) => {
  if (isCoin(asset)) return undefined;
  const prices: readonly (readonly [string, Amount | undefined])[] = [
    ['limit_price', draft.limit],
    ['stop_price', draft.stop],
    ['take_profit.limit_price', draft.takeProfit?.limit],
    ['stop_loss.stop_price', draft.stopLoss?.stop],
    ['stop_loss.limit_price', draft.stopLoss?.limit],
  ];
  const wrong = prices.find(([, price]) => offGrid(price));
  return wrong && subPenny(wrong[0], wrong[1]!);
};

/** The refusal of a price between two steps. */
export const subPenny = (field: string, price: Amount): Refusal =>
  unprocessable(`invalid ${field} ${amountText(price)}. sub-penny increment does not fulfill minimum pricing criteria`);

/** Whether a price of an equity may be asked for. */
export const onGrid = (price: Amount): boolean => !offGrid(price);

const tradable: Rule = (_book, _draft, asset) =>
  asset.active && asset.tradable
    ? undefined
    : unprocessable(`asset "${asset.symbol}" is not ${asset.active ? 'tradable' : 'active'}`);

const coins: Rule = (_book, draft, asset) => {
  if (!isCoin(asset)) return undefined;
  if (draft.timeInForce !== 'gtc' && draft.timeInForce !== 'ioc') return unprocessable('invalid crypto time_in_force');
  if (draft.orderClass !== '') return unprocessable('crypto orders not allowed for advanced order_class');
  if (draft.type === 'stop' || draft.type === 'trailing_stop')
    return unprocessable(`invalid order type for crypto order`);
  return undefined;
};

const fractions: Rule = (book, draft, asset, opening) => {
  if (isCoin(asset)) return undefined;
  const broken = draft.notional !== undefined || (draft.qty !== undefined && !isWhole(draft.qty));
  if (!broken) return undefined;
  if (!asset.fractionable) return forbidden(`asset "${asset.symbol}" is not fractionable`);
  if (draft.notional !== undefined && draft.notional < DOLLAR) return unprocessable('notional must be >= 1.00');
  if (draft.orderClass !== '') return unprocessable('fractional orders must be simple orders');
  if (draft.timeInForce !== 'day') return unprocessable('fractional orders must be DAY orders');
  const plain = draft.type === 'market' || (book.rules.fractions === 'any' && draft.type !== 'trailing_stop');
  if (!plain || (draft.notional !== undefined && draft.type !== 'market'))
    return unprocessable('fractional orders must be market orders');
  if (draft.side === 'sell' && opening) return unprocessable('fractional orders cannot be sold short');
  return undefined;
};

const hours: Rule = (book, draft) => {
  const { type, timeInForce, extendedHours } = draft;
  if (extendedHours) {
    if (draft.orderClass !== '') return unprocessable('extended hours are not supported for complex orders');
    if (type !== 'limit' || (timeInForce !== 'day' && timeInForce !== 'gtc'))
      return unprocessable('extended hours order must be DAY or GTC limit orders');
  }
  const plain = type === 'market' || type === 'limit';
  if (!plain && timeInForce !== 'day' && timeInForce !== 'gtc')
    return unprocessable(`${type} orders must be DAY or GTC orders`);
  const minute = newYorkMinute(book.clock.now());
  if (timeInForce === 'opg' && minute >= 9 * 60 + 28 && minute < 19 * 60)
    return forbidden('opg orders must be submitted after 7:00pm and before 9:28am');
  if (timeInForce === 'cls' && minute >= 15 * 60 + 50 && minute < 19 * 60)
    return forbidden('cls orders must be submitted after 7:00pm and before 3:50pm');
  return undefined;
};

const groups: Rule = (book, draft, asset, opening) => {
  const { orderClass, takeProfit, stopLoss, side, type } = draft;
  if (orderClass === '') {
    if (takeProfit !== undefined || stopLoss !== undefined)
      return unprocessable('take_profit and stop_loss are only allowed for complex orders');
    return undefined;
  }
  if (draft.timeInForce !== 'day' && draft.timeInForce !== 'gtc')
    return unprocessable(`${orderClass} orders must be DAY or GTC orders`);
  if (type === 'trailing_stop') return unprocessable('trailing stop orders must be simple orders');
  if (orderClass === 'bracket' && !opening) return unprocessable('bracket orders must be entry orders');
  if (orderClass === 'oto' && !opening) return unprocessable('oto orders must be entry orders');
  if (orderClass === 'oco' && opening) return unprocessable('oco orders must be exit orders');
  if (orderClass === 'oco' && type !== 'limit') return unprocessable('oco orders must be limit orders');
  if (orderClass === 'oto') {
    if ((takeProfit === undefined) === (stopLoss === undefined))
      return unprocessable('oto orders require either take_profit.limit_price or stop_loss.stop_price');
  } else {
    if (takeProfit === undefined) return unprocessable(`${orderClass} orders require take_profit.limit_price`);
    if (stopLoss === undefined) return unprocessable(`${orderClass} orders require stop_loss.stop_price`);
  }
  // The exits of a buy sell: the profit lies above, the stop below. Those of a short lie the other way round.
  const exitSells = orderClass === 'oco' ? side === 'sell' : side === 'buy';
  const above = (a: Amount, b: Amount): boolean => (exitSells ? a > b : a < b);
  const word = exitSells ? '>' : '<';
  if (takeProfit !== undefined && stopLoss !== undefined && !above(takeProfit.limit, stopLoss.stop))
    return unprocessable(`take_profit.limit_price must be ${word} stop_loss.stop_price`);
  const base = draft.limit ?? book.last.get(asset.symbol);
  if (base === undefined) return undefined;
  const text = { base_price: amountText(base) };
  if (
    orderClass !== 'oco' &&
    takeProfit !== undefined &&
    !above(takeProfit.limit, base + (exitSells ? CENT - 1n : 1n - CENT))
  )
    return unprocessable(`take_profit.limit_price must be ${word}= base_price ${exitSells ? '+' : '-'} 0.01`, text);
  const market = book.last.get(asset.symbol) ?? base;
  for (const price of [base, market]) {
    if (stopLoss !== undefined && !above(price - (exitSells ? CENT - 1n : 1n - CENT), stopLoss.stop))
      return unprocessable(
        `stop_loss.stop_price must be ${exitSells ? '<' : '>'}= base_price ${exitSells ? '-' : '+'} 0.01`,
        { base_price: amountText(price) },
      );
  }
  return undefined;
};

const stopBeyondMarket: Rule = (book, draft, asset) => {
  const market = book.last.get(asset.symbol);
  if (draft.stop === undefined || market === undefined || phaseAt(book.clock.now()) !== 'regular') return undefined;
  const fields = { market_price: amountText(market), stop_price: amountText(draft.stop) };
  if (draft.side === 'sell' && draft.stop >= market)
    return unprocessable('stop price must be less than current price', fields);
  if (draft.side === 'buy' && draft.stop <= market)
    return unprocessable('stop price must be greater than current price', fields);
  return undefined;
};

/** No order takes a position through zero, and none sells what other orders have taken. */
const quantity: Rule = (book, draft, asset, opening) => {
  const held = heldQty(book, asset);
  if (opening) {
    if (draft.side === 'buy') return undefined;
    if (isCoin(asset)) return balance(asset, draft.qty ?? 0n, 0n);
    if (!book.rules.shorting || book.rules.multiplier === 1) return forbidden('account is not allowed to short');
    if (!asset.shortable) return unprocessable(`asset "${asset.symbol}" cannot be sold short`);
    return undefined;
  }
  const taken = qtyInOrders(book, asset);
  const available = absolute(held) - taken;
  const wanted = draft.qty ?? notionalQty(book, draft, asset);
  if (wanted <= available) return undefined;
  if (isCoin(asset)) return balance(asset, wanted, available);
  return forbidden(
    `insufficient qty available for order (requested: ${amountText(wanted)}, available: ${amountText(available)})`,
    {
      available: amountText(available),
      existing_qty: amountText(absolute(held)),
      held_for_orders: amountText(taken),
      symbol: asset.symbol,
      related_orders: [...book.open].filter((one) => one.asset.id === asset.id && !one.opening).map((one) => one.id),
    },
  );
};

const balance = (asset: Asset, wanted: Amount, available: Amount): Refusal =>
  forbidden(
    `insufficient balance for ${asset.symbol.split('/')[0]} (requested: ${amountText(wanted)}, available: ${amountText(available)})`,
    { available: amountText(available), symbol: asset.symbol.split('/')[0] },
  );

const notionalQty = (book: Book, draft: Draft, asset: Asset): Amount => {
  const last = book.last.get(asset.symbol);
  return last === undefined || draft.notional === undefined ? 0n : draft.notional / last;
};

/** While an order opens one side, none may open the other. */
const oneSide: Rule = (book, draft, asset, opening) => {
  if (!opening) return undefined;
  for (const order of book.open) {
    if (order.asset.id !== asset.id || !order.opening || order.side === draft.side) continue;
    return forbidden(
      draft.side === 'sell'
        ? 'cannot open a short sell while a long buy order is open'
        : 'cannot open a long buy while a short sell order is open',
    );
  }
  return undefined;
};

const buyingPower: Rule = (book, draft, asset, opening) => {
  const qty = draft.qty ?? 0n;
  const cost = costOf(book, { ...draft, asset }, qty);
  if (cost === undefined) return undefined;
  if (isCoin(asset) && cost < 10n * DOLLAR) return forbidden('cost basis must be >= minimal amount of order 10');
  if (!opening) return undefined;
  const figures = figuresOf(book);
  const power = asset.marginable ? figures.buyingPower : figures.cashFree;
  if (cost <= power) return undefined;
  return forbidden('insufficient buying power', { buying_power: moneyText(power), cost_basis: moneyText(cost) });
};

const RULES: readonly Rule[] = [
  tradable,
  coins,
  pricesOnGrid,
  fractions,
  hours,
  groups,
  oneSide,
  (book, draft, asset) => washTrade(book, draft, asset),
  quantity,
  stopBeyondMarket,
  buyingPower,
];

/** What speaks against an order, or undefined. */
export function refusalOf(book: Book, draft: Draft, asset: Asset, opening: boolean): Refusal | undefined {
  if (draft.clientOrderId !== undefined && book.byClientId.has(draft.clientOrderId))
    return invalid('client_order_id must be unique');
  for (const rule of RULES) {
    const refusal = rule(book, draft, asset, opening);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}
