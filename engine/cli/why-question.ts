import type { Target } from '../core/recorder.ts';
import type { KnownOrder } from '../journal/orders.ts';
import { DAY, instant } from '../market/time.ts';
import { marketDate, marketTime } from '../report/clock.ts';
import type { Answer } from '../report/why-json.ts';
import type { ExplainedDecision } from '../runtime/explain.ts';
import { type Arguments, textFlag } from './arguments.ts';
import { failure } from './exit.ts';

/** What the words of `engine why` ask for, before anything is read. */
export type Asking =
  | {
      readonly kind: 'bar';
      readonly strategy: string | undefined;
      readonly symbol: string | undefined;
      readonly at: string | undefined;
    }
  | { readonly kind: 'order'; readonly order: string }
  | { readonly kind: 'trade'; readonly trade: string };

/** @throws Failure for words and flags that do not go together */
export const readAsking = (words: readonly string[], flags: Arguments['flags']): Asking => {
  const at = textFlag(flags, 'at');
  const trade = textFlag(flags, 'trade');
  const [first] = words;
  const isOrder = words.length === 1 && first !== undefined && /^(\d+|te1-.*)$/.test(first);
  if (trade === undefined && !isOrder) return { kind: 'bar', strategy: first, symbol: words[1], at };
  if (at !== undefined)
    throw failure('--at goes with a strategy and a symbol', 'an order or a trade has its own time: leave --at out');
  if (trade === undefined) return { kind: 'order', order: first! };
  if (words.length > 0) {
    throw failure('--trade stands alone', 'engine why --trade 3: the number says which strategy and symbol it was');
  }
  return { kind: 'trade', trade };
};

/** A decision to look up; without a target there is nothing more to say than its sentence. */
export interface Question {
  readonly target: Target | undefined;
  readonly only: Answer['only'];
  /** A day was named, not a bar of it. */
  readonly wholeDay?: boolean;
}

/** The decision that made an order; what rests with a position was made by its fill. */
export function ofOrder(order: Omit<KnownOrder, 'fills'>): Question {
  const decided = order.role === 'entry' || order.exitReason === 'exit_rule' || order.exitReason === 'time_stop';
  const { strategy, symbol, decidedAt: at } = order;
  return { target: decided ? { strategy, symbol, at } : undefined, only: order.rule };
}

/** What is said when no bar ended at the time asked for. */
export function offBar(
  { at, symbol }: Target,
  { decision, after }: ExplainedDecision,
  wholeDay: boolean,
): string | undefined {
  if (at === decision.at || at === Number.POSITIVE_INFINITY || (wholeDay && decision.at > at - DAY)) return undefined;
  const next = after === undefined ? 'it is the last one there is' : `the next one ended ${marketTime(symbol, after)}`;
  const when = wholeDay ? `on ${marketDate(symbol, instant(at - 1))}` : `at ${marketTime(symbol, instant(at))}`;
  return `No bar was decided ${when}: this is the last one before it; ${next}.`;
}

/** @throws Failure: no bar was decided by then; `help` says which there are */
export function refuseEarly({ symbol, at }: Target, help: string): never {
  const when = Number.isFinite(at) ? ` by ${marketTime(symbol, instant(at))}` : '';
  throw failure(`no bar of ${symbol} was decided${when}`, help);
}
