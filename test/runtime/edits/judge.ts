import { expect } from 'vitest';
import type { Probe } from '../../../engine/core/probe.ts';
import { formatQty } from '../../../engine/ledger/money.ts';
import type { Order } from '../../../engine/ledger/order.ts';
import type { Observer } from '../../../engine/runtime/run.ts';
import { type Column, type Desk, holds, Known, type Room } from './desk.ts';

/** A decision that was about to be taken. */
interface Judged {
  readonly row: number;
  readonly strategy: string;
  readonly symbol: string;
  /** Of the open position. */
  readonly side: Desk['side'] | undefined;
  readonly entryWorking: boolean;
  readonly exitWorking: boolean;
  readonly blocked: boolean;
}

const nothing = (): void => {};

/** Watches a run decide, and judges every decision by the rules that were in charge then, worked out by hand. */
export interface Judge {
  watch(observer: Observer): Observer;
  /** @param reigns rooms in charge, each with the first row that it decided */
  judge(reigns: readonly { readonly from: number; readonly room: Room }[]): number;
}

export function createJudge(
  columns: ReadonlyMap<string, Column>,
  ends: readonly number[],
  blocked: (strategy: string, symbol: string) => boolean,
): Judge {
  const rows = new Map(ends.map((end, row) => [end, row]));
  const judged: Judged[] = [];
  /** Under the names that their strategies had then. */
  const orders = new Map<number, Order>();
  const probe: Probe = {
    begin(context, { plan, state, entryOrder, exitOrder }) {
      const { ruleset } = context;
      const strategy = ruleset.strategies[plan.strategyIndex]!.id;
      const symbol = ruleset.symbols[plan.symbolIndex]!;
      judged.push({
        row: rows.get(context.clock[0]!)!,
        strategy,
        symbol,
        side: state.side === 0 ? undefined : state.side > 0 ? 'long' : 'short',
        entryWorking: entryOrder !== undefined,
        exitWorking: exitOrder !== undefined,
        blocked: blocked(strategy, symbol),
      });
    },
    left() {},
    entered() {},
  };
  return {
    watch: (observer) => ({
      ...observer,
      probe,
      placed(order) {
        orders.set(order.seq, order);
        observer.placed?.(order);
      },
      refused(order, reason) {
        orders.set(order.seq, order);
        observer.refused?.(order, reason);
      },
    }),
    judge(reigns) {
      const made = new Map<string, Order[]>();
      for (const order of orders.values()) {
        const key = `${rows.get(order.decidedAt)} ${order.strategy} ${order.symbol} ${order.role === 'entry' ? 'entry' : (order.exitReason ?? '')}`;
        made.set(key, [...(made.get(key) ?? []), order]);
      }
      const count = new Map<string, number>();
      for (const { row, strategy, symbol } of judged) {
        const key = `${row} ${strategy} ${symbol}`;
        count.set(key, (count.get(key) ?? 0) + 1);
      }
      const known = new Known();
      let decisions = 0;
      reigns.forEach(({ from, room }, n) => {
        const until = reigns[n + 1]?.from ?? ends.length;
        known.take(room.desks, nothing, nothing);
        const running = room.desks.filter(({ enabled }) => enabled);
        for (let row = from; row < until; row++) {
          for (const { id, symbols } of running) {
            for (const symbol of symbols) {
              expect(count.get(`${row} ${id} ${symbol}`), `times that row ${row} was decided for ${id} ${symbol}`).toBe(
                1,
              );
            }
          }
        }
        for (const one of judged) {
          if (one.row < from || one.row >= until) continue;
          const desk = running.find(({ id }) => id === one.strategy);
          decisions++;
          entryOf(one, desk, made);
          if (one.side !== undefined) exitOf(one, known.sides.get(one.strategy)?.[one.side], made);
        }
      });
      for (const [key, times] of count) expect(times, key).toBe(1);
      return decisions;
    },
  };

  function entryOf(one: Judged, desk: Desk | undefined, made: ReadonlyMap<string, Order[]>): void {
    const { row, strategy, symbol } = one;
    const where = `row ${row} ${strategy} ${symbol}`;
    const entries = made.get(`${row} ${strategy} ${symbol} entry`) ?? [];
    const here = desk?.symbols.includes(symbol) === true ? desk : undefined;
    const now = here && holds(here.when, columns.get(symbol)!, row);
    const before = here && row > 0 ? holds(here.when, columns.get(symbol)!, row - 1) : undefined;
    const wanted = here !== undefined && now === true && (here.trigger === 'while_true' || before === false);
    if (entries.length > 0) {
      expect(wanted, `asked for: entry at ${where}`).toBe(true);
      expect(entries.length, where).toBe(1);
      const [order] = entries;
      expect(order!.side, where).toBe(here!.side === 'long' ? 'buy' : 'sell');
      expect(Number(formatQty(order!.qty)), where).toBeLessThanOrEqual(here!.shares);
    } else if (wanted && one.side === undefined && !one.entryWorking && !one.blocked) {
      expect.fail(`no entry at ${where}, which its rules ask for: ${JSON.stringify(here)}`);
    }
  }

  function exitOf(one: Judged, desk: Desk | undefined, made: ReadonlyMap<string, Order[]>): void {
    const { row, strategy, symbol } = one;
    const where = `row ${row} ${strategy} ${symbol}`;
    const exits = made.get(`${row} ${strategy} ${symbol} exit_rule`) ?? [];
    const wanted = desk?.exit !== undefined && holds(desk.exit, columns.get(symbol)!, row) === true;
    if (exits.length > 0) expect(wanted, `asked for: exit at ${where}: ${JSON.stringify(desk)}`).toBe(true);
    else if (wanted && !one.exitWorking) expect.fail(`no exit at ${where}, which its rules ask for`);
  }
}
