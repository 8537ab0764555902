import { type Amount, absolute, amountText, type Money, moneyText, most, ONE, ratioText } from './amount.ts';
import { type Asset, positionSymbol } from './assets.ts';
import { type Book, heldQty, type Position, qtyInOrders } from './book.ts';
import { averageText, leavesQty, type Order } from './order.ts';

/** A market buy takes up its price and four percent, a short sale three; Alpaca's documents on buying power. */
const MARKET_BUY: Amount = 1_040_000_000n;
const SHORT_SALE: Amount = 1_030_000_000n;

/** Price at which a position is valued: the last one, or what it cost while none is known. */
const markOf = (book: Book, position: Position): Amount =>
  book.last.get(position.asset.symbol) ?? position.cost / position.qty;

/** Dollars at which a quantity would be bought or sold short, as buying power sees it; undefined without a price. */
export function costOf(book: Book, order: Pick<Order, 'asset' | 'side' | 'limit' | 'stop' | 'notional'>, qty: Amount) {
  if (order.notional !== undefined) return order.notional;
  const last = book.last.get(order.asset.symbol);
  if (order.side === 'sell') {
    const market = last === undefined ? undefined : (last * SHORT_SALE) / ONE;
    const price = most(order.limit ?? order.stop ?? 0n, market ?? 0n);
    return price === 0n ? undefined : price * qty;
  }
  const price = order.limit ?? order.stop ?? (last === undefined ? undefined : (last * MARKET_BUY) / ONE);
  return price === undefined ? undefined : price * qty;
}

/** Dollars that open orders have taken up. */
export function reserved(book: Book): Money {
  let sum = 0n;
  for (const order of book.open) {
    if (!order.opening || order.status === 'held') continue;
    const cost = costOf(book, order, leavesQty(order) ?? 0n) ?? 0n;
    sum += order.notional === undefined ? cost : cost - order.filledValue;
  }
  return sum;
}

export interface Figures {
  readonly long: Money;
  readonly short: Money;
  readonly equity: Money;
  readonly buyingPower: Money;
  readonly regtBuyingPower: Money;
  /** Cash that no order has taken up: what coins are bought with. */
  readonly cashFree: Money;
  readonly initialMargin: Money;
  readonly maintenanceMargin: Money;
}

/** The account's figures now. Buying power is multiplier × equity, less what positions and open orders take up. */
export function figuresOf(book: Book): Figures {
  let long = 0n;
  let short = 0n;
  for (const position of book.positions.values()) {
    const value = position.qty * markOf(book, position);
    if (value > 0n) long += value;
    else short += value;
  }
  const equity = book.cash + long + short;
  const gross = long - short;
  const taken = reserved(book);
  const { multiplier } = book.rules;
  return {
    long,
    short,
    equity,
    buyingPower: most(0n, BigInt(multiplier) * equity - gross - taken),
    regtBuyingPower: most(0n, (multiplier === 1 ? 1n : 2n) * equity - gross - taken),
    cashFree: most(0n, book.cash + short - taken),
    initialMargin: multiplier === 1 ? gross : gross / 2n,
    maintenanceMargin: (gross * 3n) / 10n,
  };
}

/** `/v2/account`. Cash is exact to the last digit. */
export function accountJson(book: Book): object {
  const figures = figuresOf(book);
  return {
    id: book.accountId,
    account_number: `PA${book.accountId.replaceAll('-', '').slice(0, 10).toUpperCase()}`,
    status: 'ACTIVE',
    crypto_status: 'ACTIVE',
    currency: 'USD',
    buying_power: moneyText(figures.buyingPower),
    regt_buying_power: moneyText(figures.regtBuyingPower),
    non_marginable_buying_power: moneyText(figures.cashFree),
    options_buying_power: '0',
    options_approved_level: 0,
    options_trading_level: 0,
    cash: moneyText(book.cash),
    accrued_fees: '0',
    pending_transfer_in: '0',
    pending_transfer_out: '0',
    pending_reg_taf_fees: '0',
    intraday_adjustments: '0',
    portfolio_value: moneyText(figures.equity),
    equity: moneyText(figures.equity),
    last_equity: moneyText(book.lastEquity),
    long_market_value: moneyText(figures.long),
    short_market_value: moneyText(figures.short),
    initial_margin: moneyText(figures.initialMargin),
    maintenance_margin: moneyText(figures.maintenanceMargin),
    last_maintenance_margin: '0',
    sma: '0',
    multiplier: String(book.rules.multiplier),
    shorting_enabled: book.rules.shorting && book.rules.multiplier > 1,
    trading_blocked: false,
    transfers_blocked: false,
    account_blocked: false,
    trade_suspended_by_user: false,
    created_at: new Date(book.createdAt).toISOString(),
    balance_asof: new Date(book.clock.now()).toISOString().slice(0, 10),
  };
}

/** One entry of `/v2/positions`. */
export function positionJson(book: Book, position: Position): object {
  const { asset, qty, cost } = position;
  const mark = markOf(book, position);
  const value = qty * mark;
  const lastDay = book.lastDay.get(asset.symbol) ?? mark;
  const profit = value - cost;
  const today = qty * (mark - lastDay);
  return {
    asset_id: asset.id,
    symbol: positionSymbol(asset),
    exchange: asset.class === 'crypto' ? '' : asset.exchange,
    asset_class: asset.class,
    asset_marginable: asset.marginable,
    qty: amountText(qty),
    qty_available: amountText(availableQty(book, asset)),
    side: qty > 0n ? 'long' : 'short',
    avg_entry_price: averageText(cost, qty),
    market_value: moneyText(value),
    cost_basis: moneyText(cost),
    unrealized_pl: moneyText(profit),
    unrealized_plpc: ratioText(profit, absolute(cost)),
    unrealized_intraday_pl: moneyText(today),
    unrealized_intraday_plpc: ratioText(today, absolute(qty * lastDay)),
    current_price: amountText(mark),
    lastday_price: amountText(lastDay),
    change_today: ratioText((mark - lastDay) * ONE, lastDay * ONE),
  };
}

/** What of a position no resting order has taken, with the sign of the position. */
export function availableQty(book: Book, asset: Asset): Amount {
  const held = heldQty(book, asset);
  const free = most(0n, absolute(held) - qtyInOrders(book, asset));
  return held < 0n ? -free : free;
}
