import type { BookState } from './book-state.ts';
import { addMoney, type Cash, cashToNumber } from './cash.ts';
import { type Curve, shiftCurve, widenCurve } from './curve.ts';
import { moneyFrom, NO_MONEY } from './money.ts';

/** The purses and symbols that a book goes on with: those that it has come first, in their order. */
export interface Wider {
  readonly symbols: readonly string[];
  readonly strategies: readonly { readonly id: string; readonly capital: number }[];
  /** What a purse gains or loses is paid into or out of the account, which is then the sum of its purses. */
  readonly deposits: boolean;
}

/**
 * The same book with further symbols and purses, and with purses of another size; open positions, orders and all figures
 * stay. A purse that grows is as if it had held the difference, idle, from the start: profit is what rules made.
 * The state given is taken over and must not be used any more.
 * @throws Error when a symbol or purse that the book has is missing or stands elsewhere
 */
export function extendState(state: BookState, { symbols, strategies, deposits }: Wider): BookState {
  if (state.symbols.some((symbol, n) => symbols[n] !== symbol))
    throw new Error('a book keeps its symbols in their places');
  if (state.strategies.length > strategies.length) throw new Error('a book keeps its purses');
  const grown = strategies.map(
    ({ capital }, n) => capital - (state.strategies[n]?.capital ?? (deposits ? 0 : capital)),
  );
  const paid = deposits ? grown.reduce((sum, difference) => sum + difference, 0) : 0;
  const cash = widenCash(state.cash, strategies);
  // A new purse holds its capital already; one that was there gets the difference.
  const change = [paid, ...strategies.map((_, n) => (n < state.strategies.length ? grown[n]! : 0))];
  change.forEach((dollars, row) => {
    if (dollars !== 0) addMoney(cash, row, moneyFrom(dollars));
  });
  const before = state.symbols.length;
  const holdings: BookState['holdings'] = Array.from({ length: strategies.length * symbols.length }, () => undefined);
  state.holdings.forEach((holding, key) => {
    holdings[Math.floor(key / before) * symbols.length + (key % before)] = holding;
  });
  const head = new Int32Array(symbols.length).fill(-1);
  head.set(state.marks.head);
  // What trades have in common is found by numbers that have moved: it is noted anew.
  state.trades.kindsOf.clear();
  state.trades.kinds.forEach((kind, row) => {
    const number = state.strategies.findIndex(({ id }) => id === kind.strategy);
    if (number >= 0) state.trades.kinds[row] = { ...kind, strategy: strategies[number]!.id };
  });
  return {
    symbols: [...symbols],
    strategies: strategies.map(({ id, capital }) => ({ id, capital })),
    formerIds: formerIds(state, strategies),
    cash,
    holdings,
    costCents: wider(state.costCents, strategies.length),
    lockedCents: state.lockedCents,
    reservations: { ...state.reservations, byStrategy: wider(state.reservations.byStrategy, strategies.length) },
    marks: { ...state.marks, head },
    curve: widenedCurve(state.curve, change, strategies, cash),
    trades: state.trades,
  };
}

function widenCash(cash: Cash, strategies: Wider['strategies']): Cash {
  const widened: Cash = { points: wider(cash.points, strategies.length + 1), rest: [...cash.rest] };
  for (let row = cash.rest.length; row <= strategies.length; row++) {
    widened.rest.push(NO_MONEY);
    addMoney(widened, row, moneyFrom(strategies[row - 1]!.capital));
  }
  return widened;
}

function widenedCurve(curve: Curve, change: readonly number[], strategies: Wider['strategies'], cash: Cash): Curve {
  const widened = widenCurve(
    curve,
    strategies.map(({ capital }) => capital),
  );
  change.forEach((dollars, row) => {
    if (dollars !== 0) shiftCurve(widened, row, dollars, cashToNumber(cash, row));
  });
  return widened;
}

function formerIds(state: BookState, strategies: Wider['strategies']): ReadonlyMap<string, number> {
  const ids = new Map(state.formerIds);
  state.strategies.forEach(({ id }, n) => {
    if (strategies[n]!.id !== id) ids.set(id, n);
  });
  return ids;
}

function wider(column: Float64Array, length: number): Float64Array {
  const widened = new Float64Array(length);
  widened.set(column);
  return widened;
}
