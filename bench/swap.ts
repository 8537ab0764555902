import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_ASSUMPTIONS } from '../engine/brokers/assumptions.ts';
import { breathe } from '../engine/runtime/breathe.ts';
import type { RunOptions } from '../engine/runtime/run.ts';
import { createSession } from '../engine/runtime/session.ts';
import { standingOf, successorSteps } from '../engine/runtime/succeed.ts';
import { loadDocuments, type RuleDocument } from '../engine/runtime/workspace.ts';
import type { Figure } from './figure.ts';
import { generateBars } from './market.ts';
import { median, ROOT } from './measure.ts';

const STRATEGIES = 100;
const SYMBOLS = Array.from({ length: 100 }, (_, n) =>
  `B${String(n + 1).padStart(3, '0')}`.replace(/\d/g, (digit) => 'ABCDEFGHIJ'[Number(digit)]!),
);
const SWAPS = 20;
/** Instants that go by between two looks for work while rules are made ready. */
const MEANWHILE = 3;

const textOf = (strategy: number, threshold: number): string => `id: s${strategy}
symbols: [${SYMBOLS.join(', ')}]
timeframe: 1m
capital: 100000
entry:
  long:
    when: crosses_above(close, sma(close, ${10 + (strategy % 30)})) and rsi(14) < ${threshold}
    size:
      shares: 1
exit:
  when: crosses_below(close, ema(close, ${10 + (strategy % 20)})) or rsi(14) > 70
  stop_loss:
    pct: 2
`;

const documentsOf = (threshold: number): RuleDocument[] => [
  ...Array.from({ length: STRATEGIES }, (_, n) => ({
    path: `strategies.d/s${n}.yaml`,
    role: 'strategy' as const,
    bytes: Buffer.from(textOf(n, n === 0 ? threshold : 50)),
  })),
  { path: 'risk.yaml', role: 'risk' as const, bytes: readFileSync(join(ROOT, 'risk.yaml')) },
];

/** How long no bar can come when one threshold of many strategies changes, and the longest turn while that is made ready. */
export async function swapFigures(): Promise<Figure[]> {
  const options: RunOptions = {
    cash: undefined,
    from: undefined,
    to: undefined,
    assumptions: DEFAULT_ASSUMPTIONS,
    closeAtEnd: false,
    swappable: true,
  };
  const bars = SYMBOLS.map((symbol, n) => generateBars(symbol, 2_000, n + 1));
  const present = new Map(bars.map((one) => [one.symbol, one]));
  const ground = {
    bases: new Map(bars.map(({ symbol, timeframe }) => [symbol, timeframe])),
    at: () => ({ piece: 0, past: new Map(), present: () => present }),
    actions: [],
  };
  const first = (await loadDocuments({ dir: ROOT }, documentsOf(50))).ruleset!;
  let session = createSession(first, ground.bases, options, {});
  session.feed(present);
  session.advance(600);
  const pauses: number[] = [];
  const turns: number[] = [];
  for (let n = 0; n < SWAPS; n++) {
    const { plan } = await loadDocuments({ dir: ROOT }, documentsOf(49 - n));
    const watched = watchTurns();
    const next = await breathe(plan!(standingOf(session)));
    const successor = await breathe(
      (function* () {
        const steps = successorSteps(session, next, ground, options, {});
        for (let k = 0; ; k++) {
          const step = steps.next();
          if (step.done === true) return step.value;
          if (k % MEANWHILE === 0) session.advance(1);
          yield;
        }
      })(),
    );
    turns.push(watched());
    const from = performance.now();
    if (!successor.hasRoom()) throw new Error('a position came that the rules have no place for');
    successor.takeOver();
    pauses.push(performance.now() - from);
    session = successor;
    session.advance(5);
  }
  if (session.book.openCount() === 0) throw new Error('nothing was open: the swaps had nothing to carry');
  const section = 'Rules swapped: 100 strategies on 100 symbols, one threshold edited';
  return [
    { section, name: 'pause between two bars, median of 20', value: median(pauses), unit: 'ms', floor: 20, goal: 2 },
    { section, name: 'the longest of 20', value: Math.max(...pauses), unit: 'ms', floor: 20, goal: 2 },
    { section, name: 'longest turn while it is made ready', value: Math.max(...turns), unit: 'ms' },
  ];
}

/** The longest time between two turns of the event loop until asked. */
function watchTurns(): () => number {
  let last = performance.now();
  let longest = 0;
  let over = false;
  const turn = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (!over) setImmediate(turn);
  };
  setImmediate(turn);
  return () => {
    over = true;
    return longest;
  };
}
