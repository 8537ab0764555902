import { setImmediate as turn } from 'node:timers/promises';
import type { Ruleset, StrategyPlan } from '../compiler/ruleset.ts';
import { type DecisionRecord, decisionOf } from '../core/decision.ts';
import { createRecorder, type Recorder, type Snapshot, type Target } from '../core/recorder.ts';
import type { Order } from '../ledger/order.ts';
import { type OrderLog, orderAt } from '../ledger/order-log.ts';
import type { MarketData } from '../market/bars.ts';
import { type Instant, instant } from '../market/time.ts';
import type { Observer, RunOptions } from './run.ts';
import { createSession } from './session.ts';

/** Instants between two looks at the signal. */
const SLICE = 2_000;

/** A decision with what became of its orders. */
export interface ExplainedDecision {
  readonly decision: DecisionRecord;
  /** The strategy as it was written then. */
  readonly strategy: StrategyPlan;
  /** Every order that it made or met, by number. */
  readonly orders: ReadonlyMap<number, Order>;
  /** End of the first bar decided after the time asked for. */
  readonly after: Instant | undefined;
}

/** By target: undefined when its first bar came later. */
export type Explained = readonly (ExplainedDecision | undefined)[];

/**
 * Runs the rules again up to the decisions asked for, and on until their orders have ended.
 */
export async function explainDecisions(
  ruleset: Ruleset,
  data: Pick<MarketData, 'bars' | 'actions'>,
  options: RunOptions,
  targets: readonly Target[],
  signal?: AbortSignal,
): Promise<Explained> {
  const { observer, isSettled, explained } = watchDecisions(targets);
  const bases = new Map([...data.bars].map(([symbol, column]) => [symbol, column.timeframe]));
  const session = createSession(ruleset, bases, options, observer, data.actions);
  session.feed(data.bars);
  let more = true;
  while (more && signal?.aborted !== true) {
    more = session.advance(SLICE);
    if (isSettled(session.now)) break;
    await turn();
  }
  return explained();
}

/** Decisions looked for in a run that somebody else drives, whatever rules it comes to. */
export interface DecisionWatch {
  readonly observer: Observer;
  /** Nothing more can come to them: the run is past them, at `now` (ms), and their orders have ended. */
  readonly isSettled: (now: number) => boolean;
  readonly explained: () => Explained;
}

export function watchDecisions(targets: readonly Target[]): DecisionWatch {
  const recorder = createRecorder(targets);
  const last = Math.max(...targets.map(({ at }) => at));
  return {
    observer: { probe: recorder.probe },
    isSettled: (now) =>
      now > last && recorder.snapshots().every((taken) => taken === undefined || !isOpen(taken, recorder)),
    explained: () => recorder.snapshots().map((taken) => taken && explain(taken, recorder.orders()!)),
  };
}

function explain(taken: Snapshot, log: OrderLog): ExplainedDecision {
  const made = [...taken.exits, ...taken.entries, { order: taken.entryWorking }, { order: taken.exitWorking }];
  const numbers = made.map(({ order }) => order).filter((order) => order > 0);
  return {
    decision: decisionOf(taken),
    strategy: taken.instance.strategy,
    orders: new Map(numbers.map((seq) => [seq, orderAt(log, seq)])),
    after: Number.isNaN(taken.after) ? undefined : instant(taken.after),
  };
}

/** An order that the decision made still works, or the bar after it has not been seen. */
function isOpen({ exits, entries, after }: Snapshot, recorder: Recorder): boolean {
  const log = recorder.orders()!;
  const working = [...exits, ...entries].some(({ order }) => order > 0 && orderAt(log, order).status === 'working');
  return working || Number.isNaN(after);
}
