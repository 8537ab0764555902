import { DEFAULT_ASSUMPTIONS } from '../../brokers/assumptions.ts';
import { compile } from '../../compiler/compile.ts';
import { LIVE_ONLY } from '../../compiler/measures.ts';
import type { BreakerModel, Until } from '../../compiler/model.ts';
import type { Ruleset } from '../../compiler/ruleset.ts';
import { returnsAsked } from '../../core/breaker-measures.ts';
import { type Operator, type Trip, untilOf } from '../../core/breakers.ts';
import { parseStrategy } from '../../documents/load.ts';
import { leaves, measureName, readsMeasure } from '../../expressions/leaves.ts';
import { printTree } from '../../expressions/print.ts';
import { sessionBars } from '../../feeds/test-bars.ts';
import type { Row } from '../../feeds/test-rows.ts';
import type { Bars, MarketData } from '../../market/bars.ts';
import { calendarOf } from '../../market/calendars.ts';
import { DAY } from '../../market/time.ts';
import { runBacktest } from '../backtest.ts';
import type { RunResult } from '../result.ts';
import { DRILL_PATHS, type DrillPath, moving } from './paths.ts';

/** What came of driving one breaker. */
export interface DrillResult {
  readonly breaker: string;
  /** As it is written: `drawdown_pct > 20`. */
  readonly when: string;
  readonly verdict: 'ok' | 'failed' | 'not_drilled';
  /** The path that tripped it. */
  readonly path: string | undefined;
  readonly trip: Trip | undefined;
  /** Bars of the path until it tripped. */
  readonly bars: number;
  /** How it let go, in words. */
  readonly letGo: string | undefined;
  /** What is wrong, or why it could not be drilled. */
  readonly problem: string | undefined;
}

const SYMBOL = 'DRILL';
const FIRST_DAY = '2024-01-08';
const CAPITAL = 10_000;

const HOURS_A_SESSION = 7;

/** Drives one breaker over the paths until it trips, then holds it to what it declares. */
export async function drill(breaker: BreakerModel): Promise<DrillResult> {
  const when = printTree(breaker.when);
  const none = { breaker: breaker.id, when, path: undefined, trip: undefined, bars: 0, letGo: undefined } as const;
  const live = [...LIVE_ONLY.keys()].find((name) => readsMeasure(breaker.when, name));
  if (live !== undefined) return { ...none, verdict: 'not_drilled', problem: `${live} moves on live feeds only` };
  if (!breaker.enabled) return { ...none, verdict: 'not_drilled', problem: 'it has `enabled: false`' };
  for (const path of DRILL_PATHS) {
    const bars = barsOf(path, breaker);
    const ruleset = rulesetFor(breaker, path);
    const alone = await ride(ruleset, bars, 'never');
    const [trip] = alone.breakers;
    if (trip === undefined) continue;
    const until = untilOf(breaker);
    const problem =
      wrong(breaker, bars, alone, trip) ??
      (until.kind === 'manual' ? stays(trip, await ride(ruleset, bars, 'next_session')) : lingers(until, bars, trip));
    return {
      breaker: breaker.id,
      when,
      verdict: problem === undefined ? 'ok' : 'failed',
      path: path.name,
      trip,
      bars: bars.end.findIndex((end) => end >= trip.trippedAt) + 1,
      letGo: letGoWords(until),
      problem,
    };
  }
  return {
    ...none,
    verdict: 'failed',
    problem: `none of ${DRILL_PATHS.length} paths trips it: ${DRILL_PATHS.map(({ name }) => name).join('; ')}`,
  };
}

/** The path, and after it quiet bars for as long as the breaker may hold, with a recovery for those that wait for one. */
function barsOf(path: DrillPath, { until, when }: BreakerModel): Bars {
  const last = path.rows.at(-1)![3];
  let days = 0;
  leaves(when, (leaf) => {
    days = Math.max(days, returnsAsked(measureName(leaf) ?? ''));
  });
  const held = until.kind === 'time' ? Math.min(40, Math.ceil((until.milliseconds / DAY) * 1.5) + 2) : 4;
  // A deviation is small again when its days are all quiet ones.
  const sessions = held + (until.kind === 'clear' ? days : 0);
  const aSession = path.timeframe === '1m' ? 390 : HOURS_A_SESSION;
  // Who waits for the condition to be false again is given prices that come back.
  const back = until.kind === 'clear' ? moving(300, 1, last) : [];
  const calm = Array.from(
    { length: sessions * aSession + (until.kind === 'bars' ? until.bars : 0) },
    (): Row => [last, last, last, last, 1_000_000],
  );
  return sessionBars(SYMBOL, path.timeframe, [...path.rows, ...back, ...calm], FIRST_DAY);
}

function rulesetFor(breaker: BreakerModel, path: DrillPath): Ruleset {
  const text = `id: drill\nsymbols:\n  - ${SYMBOL}\ntimeframe: ${path.timeframe}\ncapital: ${CAPITAL}\n${path.rules}`;
  const { document, diagnostics } = parseStrategy({ path: 'drill.yaml', text });
  const compiled = document && compile({ strategies: [document], risk: undefined, revision: 'drill' });
  if (compiled?.ruleset === undefined) {
    const told = [...diagnostics, ...(compiled?.diagnostics ?? [])].map(({ message }) => message).join('; ');
    throw new Error(`the rules of the drill \`${path.name}\` are faulty: ${told}`);
  }
  return { ...compiled.ruleset(), risk: { document: undefined, limits: {}, breakers: [breaker] } };
}

function ride(ruleset: Ruleset, bars: Bars, operator: Operator): Promise<RunResult> {
  const data: MarketData = {
    source: 'drill',
    synthetic: true,
    bars: new Map([[SYMBOL, bars]]),
    actions: [],
    rowsRead: bars.length,
    barsUsed: bars.length,
    outsideSession: 0,
    quarantined: [],
    quarantinedCount: 0,
    hash: '',
    warnings: [],
  };
  return runBacktest(ruleset, data, {
    cash: undefined,
    from: undefined,
    to: undefined,
    assumptions: { ...DEFAULT_ASSUMPTIONS, slippage: { kind: 'none' } },
    closeAtEnd: false,
    operator,
  });
}

/** What a tripped breaker let through, or left standing. */
function wrong({ action }: BreakerModel, bars: Bars, run: RunResult, trip: Trip): string | undefined {
  const until = trip.clearedAt ?? Number.POSITIVE_INFINITY;
  const entries = run.orders.filter(
    ({ role, decidedAt }) => role === 'entry' && decidedAt >= trip.trippedAt && decidedAt < until,
  );
  if (entries.length > 0) return `${entries.length} entries were made while it was tripped`;
  if (action !== 'flatten') return undefined;
  const next = bars.end.findIndex((end) => end > trip.trippedAt);
  const late = run.trades.find(({ entryTime, exitTime }) => entryTime < trip.trippedAt && exitTime > bars.start[next]!);
  const open = run.openPositions.find(({ entryTime }) => entryTime < trip.trippedAt);
  return late !== undefined || open !== undefined ? 'a position was still open after the next bar' : undefined;
}

/** A trip that did not wait for a person, or held when one cleared it. */
function stays(trip: Trip, attended: RunResult): string | undefined {
  if (trip.clearedAt !== undefined) return 'it let go though nobody cleared it';
  return attended.breakers[0]?.clearedAt === undefined ? 'it held though it was cleared' : undefined;
}

/** A trip that let go too soon, too late or never. */
function lingers(until: Exclude<Until, { readonly kind: 'manual' }>, bars: Bars, trip: Trip): string | undefined {
  const calendar = calendarOf(SYMBOL);
  if (trip.clearedAt === undefined) {
    return until.kind === 'clear'
      ? 'it never let go: prices came back, and while entries rest no trade can make it false again'
      : 'it never let go';
  }
  const { trippedAt, clearedAt } = trip;
  switch (until.kind) {
    case 'time':
      return clearedAt - trippedAt === until.milliseconds ? undefined : 'it did not let go when its time was over';
    case 'bars': {
      const waited = bars.end.indexOf(clearedAt) - bars.end.indexOf(trippedAt);
      return waited === until.bars ? undefined : `it let go after ${waited} bars`;
    }
    case 'next_session': {
      // The bar that ends with a session belongs to it.
      const of = (time: number): number => bars.session[bars.end.indexOf(time)]!;
      return of(clearedAt) === of(trippedAt) + 1 ? undefined : `it let go on ${calendar.date(of(clearedAt))}`;
    }
    case 'clear':
      return undefined;
  }
}

function letGoWords(until: Until): string {
  switch (until.kind) {
    case 'manual':
      return 'holds until a person clears it';
    case 'next_session':
      return 'lets go at the next session';
    case 'clear':
      return 'lets go when it is no longer true';
    case 'bars':
      return `lets go after ${until.bars} bars`;
    case 'time':
      return `lets go after ${lengthOf(until.milliseconds)}`;
  }
}

const lengthOf = (milliseconds: number): string =>
  milliseconds % DAY === 0 ? `${milliseconds / DAY} d` : `${milliseconds / 60_000} min`;
