import { amountText, moneyText } from './amount.ts';
import type { Book } from './book.ts';
import type { Fault, Faults } from './faults.ts';
import { activityJson, orderJson } from './order.ts';
import type { RestAnswer } from './rest.ts';
import type { SeenRequest } from './server.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What another process may see and do under `/_sim`. */
export interface Inspected {
  readonly clock: VirtualClock;
  readonly faults: Faults;
  readonly book: Book;
  readonly requests: readonly SeenRequest[];
  readonly violations: readonly string[];
  posts(): ReadonlyMap<string, number>;
  sockets(): object;
  readonly settled: () => Promise<void>;
  /** Virtual ms in a ms of the machine; undefined when the clock stands until it is told to move. */
  readonly speed: number | undefined;
}

const finite = (speed: number | undefined): number | null =>
  speed === undefined || !Number.isFinite(speed) ? null : speed;

/** The book as plain data: exact decimals as texts. */
export function bookJson(book: Book): Record<string, unknown> {
  return {
    at: new Date(book.clock.now()).toISOString(),
    cash: moneyText(book.cash),
    positions: [...book.positions].map(([symbol, { qty, cost }]) => ({
      symbol,
      qty: amountText(qty),
      cost: moneyText(cost),
    })),
    orders: [...book.orders.values()].map((order) => ({ ...orderJson(order, false), foreign: order.foreign })),
    fills: book.executions.map(activityJson),
  };
}

/**
 * Answers of `/_sim`: `GET /book /requests /posts /clock /faults /violations /sockets`, `POST /clock` with `advanceTo` (ISO or ms) or `advanceBy` (ms),
 * `POST /faults` with one fault or a list, `DELETE /faults`.
 */
export async function adminOf(seen: Inspected, method: string, path: string, body: unknown): Promise<RestAnswer> {
  const ok = (answer: unknown): RestAnswer => ({ status: 200, body: answer });
  const wrong = (message: string): RestAnswer => ({ status: 400, body: { message } });
  const clockJson = (): object => ({
    now: new Date(seen.clock.now()).toISOString(),
    ms: seen.clock.now(),
    speed: finite(seen.speed),
  });
  try {
    switch (`${method} ${path}`) {
      case 'GET /book':
        return ok(bookJson(seen.book));
      case 'GET /requests':
        return ok(seen.requests);
      case 'GET /posts':
        return ok(Object.fromEntries(seen.posts()));
      case 'GET /clock':
        return ok(clockJson());
      case 'GET /faults':
        return ok(seen.faults.tally());
      case 'GET /violations':
        return ok(seen.violations);
      case 'GET /sockets':
        return ok(seen.sockets());
      case 'POST /clock': {
        const { advanceTo, advanceBy } = body as { advanceTo?: string | number; advanceBy?: number };
        if (advanceTo !== undefined) await seen.clock.advanceTo(advanceTo, seen.settled);
        else if (typeof advanceBy === 'number') await seen.clock.advanceBy(advanceBy, seen.settled);
        else return wrong('say advanceTo (an instant) or advanceBy (milliseconds)');
        return ok(clockJson());
      }
      case 'POST /faults':
        for (const fault of (Array.isArray(body) ? body : [body]) as Fault[]) seen.faults.add(fault);
        return ok(seen.faults.tally());
      case 'DELETE /faults':
        seen.faults.clear();
        return ok([]);
      default:
        return { status: 404, body: { message: `no ${method} /_sim${path}` } };
    }
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  }
}
