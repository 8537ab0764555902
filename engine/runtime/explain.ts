import { setImmediate as turn } from 'node:timers/promises';
import type { Ruleset } from '../compiler/ruleset.ts';
import { type DecisionRecord, decisionOf } from '../core/decision.ts';
import { createRecorder, type Target } from '../core/recorder.ts';
import type { Order } from '../ledger/order.ts';
import { orderAt } from '../ledger/order-log.ts';
import type { MarketData } from '../market/bars.ts';
import { type Instant, instant } from '../market/time.ts';
import type { RunOptions } from './run.ts';
import { createSession } from './session.ts';

/** Instants between two looks at the signal. */
const SLICE = 2_000;

/** A decision with what became of its orders. */
export interface ExplainedDecision {
  readonly decision: DecisionRecord;
  /** Every order that it made or met, by number. */
  readonly orders: ReadonlyMap<number, Order>;
  /** End of the first bar decided after the time asked for. */
  readonly after: Instant | undefined;
}

/**
 * Runs the rules again up to the decisions asked for, and on until their orders have ended.
 * By target: undefined when its first bar comes later.
 */
export async function explainDecisions(
  ruleset: Ruleset,
  data: MarketData,
  options: RunOptions,
  targets: readonly Target[],
  signal?: AbortSignal,
): Promise<readonly (ExplainedDecision | undefined)[]> {
  const recorder = createRecorder(targets);
  const bases = new Map([...data.bars].map(([symbol, column]) => [symbol, column.timeframe]));
  const session = createSession(ruleset, bases, options, { probe: recorder.probe }, data.actions);
  session.feed(data.bars);
  const last = Math.max(...targets.map(({ at }) => at));
  let more = true;
  while (more && signal?.aborted !== true) {
    more = session.advance(SLICE);
    if (session.now > last && recorder.snapshots().every((taken) => taken === undefined || !isOpen(taken))) break;
    await turn();
  }
  return recorder.snapshots().map((taken) => {
    if (taken === undefined) return undefined;
    const decision = decisionOf(ruleset, taken);
    const made = [...taken.exits, ...taken.entries, { order: taken.entryWorking }, { order: taken.exitWorking }];
    const numbers = made.map(({ order }) => order).filter((order) => order > 0);
    const orders = new Map(numbers.map((seq) => [seq, orderAt(session.core.orderLog, seq)]));
    return { decision, orders, after: Number.isNaN(taken.after) ? undefined : instant(taken.after) };
  });

  /** An order that the decision made still works, or the bar after it has not been seen. */
  function isOpen({ exits, entries, after }: NonNullable<ReturnType<typeof recorder.snapshots>[number]>): boolean {
    const working = [...exits, ...entries].some(
      ({ order }) => order > 0 && orderAt(session.core.orderLog, order).status === 'working',
    );
    return working || Number.isNaN(after);
  }
}
