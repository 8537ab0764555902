import { expect } from 'vitest';
import type { Trip } from '../../../engine/core/breakers.ts';
import { formatQty } from '../../../engine/ledger/money.ts';
import type { Order } from '../../../engine/ledger/order.ts';
import type { Observer } from '../../../engine/runtime/run.ts';
import type { Session } from '../../../engine/runtime/session.ts';
import { type Column, type Desk, Known, type Room } from './desk.ts';

export const CAPITAL = 1_000_000;
/** Prices and quantities are whole numbers of a billionth, money of 10⁻¹⁸ dollars. */
const MONEY = 10n ** 18n;

/** The protective orders that an open position was promised. */
interface Agreed {
  readonly side: Desk['side'];
  readonly stop: boolean;
  readonly trail: boolean;
  readonly target: boolean;
}

const promised = ({ side, stop, trail, target }: Desk): Agreed => ({
  side,
  stop: stop !== undefined,
  trail: trail !== undefined,
  target: target !== undefined,
});

/** Keeps books of its own of everything that a run tells, and holds the run to them. */
export interface Witness {
  readonly watch: (observer: Observer) => Observer;
  /** Holds the session to the books, between two instants. */
  stand(session: Session): void;
  /** Other rules are in charge. */
  rules(room: Room): void;
  /** A trip holds back entries there. */
  readonly blocked: (strategy: string, symbol: string) => boolean;
}

/**
 * @param cash of the account; undefined: each strategy brings its own
 * @param columns prices in cents, by symbol
 */
export function createWitness(cash: number | undefined, columns: ReadonlyMap<string, Column>, first: Room): Witness {
  let room = first;
  let spent = 0n;
  const held = new Map<string, bigint>();
  const working = new Set<Order>();
  /** Open trips, and the place of each under the name that it has now. */
  const trips = new Map<Trip, string>();
  const promises = new Map<string, Agreed>();
  const agreed = new Map<string, Agreed>();
  /** Orders keep the name under which they were placed; these are the strategies' names now. */
  const owners = new Map<Order, string>();
  const known = new Known();
  const nothing = (): void => {};
  known.take(first.desks, nothing, nothing);
  const deskOf = (id: string): Desk | undefined => room.desks.find((desk) => desk.id === id);

  const blocked = (strategy: string, symbol: string): boolean =>
    [...trips].some(
      ([{ scope }, place]) => scope === 'account' || (scope === 'strategy' ? place === strategy : place === symbol),
    );

  /** What was promised to a position goes with its strategy's new name. */
  function rename(from: string, to: string): void {
    for (const [trip, place] of trips) if (trip.scope === 'strategy' && place === from) trips.set(trip, to);
    for (const [order, owner] of owners) if (owner === from) owners.set(order, to);
    for (const one of [promises, agreed]) {
      for (const [key, value] of one) {
        const [id, symbol] = key.split(' ');
        if (id !== from) continue;
        one.delete(key);
        one.set(`${to} ${symbol}`, value);
      }
    }
  }

  function books(session: Session): void {
    const { book, symbols, core } = session;
    const deposits = cash ?? CAPITAL * core.memory.ruleset.strategies.length;
    const own = BigInt(deposits) * MONEY - spent;
    expect(book.cash(), `cash after ${session.instants} instants`).toBe(own);
    let equity = own;
    symbols.forEach((symbol, n) => {
      const qty = held.get(symbol) ?? 0n;
      expect(book.netQty(n), `shares of ${symbol}`).toBe(qty);
      if (session.instants > 0) equity += qty * BigInt(columns.get(symbol)!.close[session.instants - 1]!) * 10_000_000n;
    });
    const cents = Number(equity / 10n ** 14n) / 100;
    expect(Math.abs(book.equity() * 100 - cents), `equity after ${session.instants} instants`).toBeLessThan(0.5);
  }

  function protections({ book, core, instants }: Session): void {
    const { ruleset } = core.memory;
    const open = book.openPositions();
    const keys = new Set(open.map(({ strategy, symbol }) => `${strategy} ${symbol}`));
    for (const key of promises.keys()) if (!keys.has(key)) promises.delete(key);
    for (const { strategy, symbol, qty } of open) {
      const where = `${strategy} ${symbol} after ${instants} instants`;
      const minders = core.instances.filter(
        ({ plan, state }) =>
          ruleset.strategies[plan.strategyIndex]!.id === strategy &&
          ruleset.symbols[plan.symbolIndex] === symbol &&
          state.side !== 0,
      );
      expect(minders.length, `who minds ${where}`).toBe(1);
      const own = minders[0]!;
      if (own.exitOrder !== undefined) continue;
      const legs = [...working].filter((order) => own.legs.includes(order) && order.status === 'working');
      const wants = promises.get(`${strategy} ${symbol}`);
      expect(wants, `what was promised to ${where}`).toBeDefined();
      for (const [role, wanted] of [
        ['stop_loss', wants!.stop],
        ['trailing_stop', wants!.trail],
        ['take_profit', wants!.target],
      ] as const) {
        const there = legs.filter((order) => order.role === role);
        expect(
          there.map((order) => formatQty((order.qty - order.filled) as typeof order.qty)),
          `${role} of ${where}`,
        ).toEqual(wanted ? [formatQty((qty < 0n ? 0n - qty : qty) as typeof qty)] : []);
      }
    }
  }

  return {
    blocked,
    watch: (observer) => ({
      ...observer,
      placed(order) {
        if (order.role === 'entry') expect(blocked(order.strategy, order.symbol), `tripped: ${order.rule}`).toBe(false);
        working.add(order);
        owners.set(order, order.strategy);
        const desk = deskOf(order.strategy);
        // Levels are agreed at the decision, and bind from the fill on.
        if (order.role === 'entry' && desk !== undefined)
          agreed.set(`${order.strategy} ${order.symbol}`, promised(desk));
        observer.placed?.(order);
      },
      heard(event) {
        const { order } = event;
        if (event.kind === 'fill') {
          const { qty, price, commission } = event.fill;
          const signed = order.side === 'buy' ? qty : 0n - qty;
          spent += signed * price + commission;
          held.set(order.symbol, (held.get(order.symbol) ?? 0n) + signed);
          const key = `${owners.get(order)} ${order.symbol}`;
          if (order.role === 'entry') promises.set(key, agreed.get(key)!);
        } else if (event.kind !== 'cut') working.delete(order);
        observer.heard?.(event);
      },
      tripped(trip) {
        trips.set(trip, trip.place);
        observer.tripped?.(trip);
      },
      cleared(trip) {
        expect(trips.delete(trip), `${trip.breaker} was tripped`).toBe(true);
        observer.cleared?.(trip);
      },
    }),
    stand(session) {
      books(session);
      protections(session);
      expect(session.core.trips.filter(({ clearedAt }) => clearedAt === undefined)).toEqual([...trips.keys()]);
    },
    rules(next) {
      known.take(next.desks, rename, (desk, before, after) => {
        if (desk.onChange !== 'adopt') return;
        if (levels(before.long) === levels(after.long) && levels(before.short) === levels(after.short)) return;
        for (const symbol of desk.symbols) {
          const key = `${desk.id} ${symbol}`;
          for (const one of [promises, agreed]) {
            const side = one.get(key)?.side;
            if (side !== undefined) one.set(key, promised(after[side]!));
          }
        }
      });
      room = next;
    },
  };
}

const levels = (desk: Desk | undefined): string => [desk?.stop, desk?.trail, desk?.target].map(String).join();
