import { resolve } from 'node:path';
import { DEFAULT_ASSUMPTIONS } from '../../../engine/brokers/assumptions.ts';
import { meaningOf } from '../../../engine/compiler/meaning/meaning.ts';
import { keptLists } from '../../../engine/documents/list-files.ts';
import type { ReadFile } from '../../../engine/documents/read.ts';
import type { Input, NewInput } from '../../../engine/journal/inputs.ts';
import { chained, type Slice, type SliceRow } from '../../../engine/journal/slices.ts';
import type { Bars } from '../../../engine/market/bars.ts';
import { resultJson } from '../../../engine/report/json.ts';
import type { Steering } from '../../../engine/runtime/drive.ts';
import { dryRun } from '../../../engine/runtime/dry-run.ts';
import { type Feed, wholeFeed } from '../../../engine/runtime/feed.ts';
import { createRecording, type Recording } from '../../../engine/runtime/recording.ts';
import { createReloader, type Reloader } from '../../../engine/runtime/reload/reloader.ts';
import type { Observer } from '../../../engine/runtime/run.ts';
import type { Session } from '../../../engine/runtime/session.ts';
import { type Swappable, swapAtOnce, swapRules } from '../../../engine/runtime/swap.ts';
import {
  type Gathered,
  loadDocuments,
  prepareWorkspace,
  type RuleDocument,
  type Workspace,
} from '../../../engine/runtime/workspace.ts';
import { marketOf } from '../../core/rules.ts';

const DIR = resolve('/workspace');
export const WHERE = { dir: DIR };

/** What a reading of the folder gives when it holds these texts. */
export function gatheredOf(texts: ReadonlyMap<string, string>): Gathered {
  const files = [...texts].map(
    ([path, text]): ReadFile => ({ path: resolve(DIR, path), text, bytes: Buffer.from(text) }),
  );
  const strategies = files
    .filter(({ path }) => path.includes('strategies.d'))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  return {
    strategies,
    templates: [],
    risk: files.find(({ path }) => path.endsWith('risk.yaml')),
    siblings: new Map(strategies.map((file) => [file.path.slice(file.path.lastIndexOf('/') + 1), file])),
    diagnostics: [],
    lists: keptLists([]),
  };
}

/** A journal in memory. */
export interface Journal {
  readonly inputs: (Input & { readonly kind: 'revision' })[];
  readonly slices: SliceRow[];
  readonly documents: Map<string, readonly RuleDocument[]>;
}

const SEAL = 'seal';
const AT = '2024-01-01T00:00:00.000Z';

export const newJournal = (first: Workspace): Journal => ({
  inputs: [{ kind: 'revision', how: 'start', instants: 0, at: AT, revision: first.revision }],
  slices: [],
  documents: new Map([[first.revision, first.documents()]]),
});

/** The journal as a kill after `slices` of them would leave it. */
export function cutAfter(journal: Journal, slices: number): Journal {
  const kept = journal.slices.slice(0, slices).filter(({ final }) => !final);
  const reached = kept.at(-1)?.instants ?? 0;
  const inputs = journal.inputs.filter(({ instants }) => instants <= reached);
  return { inputs, slices: kept, documents: new Map(journal.documents) };
}

export interface Hooks {
  /** May ask for less than is asked of the run. */
  most(asked: number): number;
  /** After every stretch of bars. */
  marked(session: Session): Promise<void> | undefined;
  /** Other rules are in charge, restored ones too. */
  swapped(session: Session, revision: string): void;
  /** Adds eyes that see everything that happens, what happens again too. */
  watch?(observer: Observer): Observer;
}

export interface Ran {
  /** The report without the time that the run took. */
  readonly json: string;
  readonly session: Session;
}

const reportOf = (text: Iterable<string>): string => {
  const { seconds: _, ...rest } = JSON.parse([...text].join('')) as Record<string, unknown>;
  return JSON.stringify(rest, undefined, 1);
};

/** Runs on a journal: from where it ends, or to where it ends. */
export async function runOn(
  journal: Journal,
  feed: Feed,
  cash: number | undefined,
  recordedOnly: boolean,
  hooks: Hooks,
  steer: (steering: Steering, recording: Recording) => void,
): Promise<Ran> {
  const first = journal.inputs[0]!.revision;
  const ruleset = (await loadDocuments(WHERE, journal.documents.get(first)!)).ruleset!;
  const store = (slice: Slice): undefined => {
    const before = journal.slices.at(-1);
    journal.slices.push({ ...slice, n: journal.slices.length, hash: chained(before?.hash ?? SEAL, slice) });
  };
  const sink = {
    append: store,
    complete: store,
    input(input: NewInput): undefined {
      if (input.kind !== 'revision') throw new Error('no commands here');
      const { documents, ...kept } = input;
      journal.inputs.push({ how: 'reload', ...kept });
      journal.documents.set(input.revision, documents as readonly RuleDocument[]);
    },
  };
  const inner = createRecording(
    {
      name: 'test',
      engine: 'test',
      seal: SEAL,
      inputs: [...journal.inputs],
      slices: [...journal.slices].values(),
    },
    recordedOnly ? undefined : sink,
    first,
    {
      applyCommand: () => {},
      async applyRevision(revision, run) {
        const { plan } = await loadDocuments(WHERE, journal.documents.get(revision)!);
        const answer = await swapAtOnce(run, plan!);
        if (answer.kind !== 'swapped') throw new Error(`${revision} is refused: ${JSON.stringify(answer.diagnostics)}`);
        hooks.swapped(run.session, revision);
      },
    },
  );
  let run: Swappable | undefined;
  const recording: Recording = {
    get restoring() {
      return inner.restoring;
    },
    get atFinal() {
      return inner.atFinal;
    },
    get upcoming() {
      return inner.upcoming;
    },
    watch: (observer) => {
      const watched = inner.watch(observer);
      return hooks.watch?.(watched) ?? watched;
    },
    begin(given) {
      run = given;
      inner.begin(given);
    },
    most: (asked) => hooks.most(inner.most(asked)),
    applyInputs: () => inner.applyInputs(),
    async mark() {
      await inner.mark();
      await hooks.marked(run!.session);
    },
    input: (input) => inner.input(input),
    stop: () => inner.stop(),
    complete: () => inner.complete(),
  };
  const result = await dryRun(
    ruleset,
    feed,
    {
      cash,
      from: undefined,
      to: undefined,
      assumptions: DEFAULT_ASSUMPTIONS,
      closeAtEnd: false,
      speed: 'max',
      once: true,
      sampleThenLive: false,
      swappable: true,
      recording,
      recordedOnly,
      steer: (steering) => steer(steering, recording),
    },
    {},
  );
  return { json: reportOf(resultJson(result)), session: run!.session };
}

/** Puts the rules of these texts in charge, in the way of a running engine; `swapped` is called before the next bar. */
export function followTexts(
  texts: () => ReadonlyMap<string, string>,
  first: Workspace,
  steering: Steering,
  recording: Recording,
  swapped: Hooks['swapped'],
): Reloader<undefined> {
  let time = 0;
  return createReloader<undefined>({
    options: WHERE,
    running: first,
    read: () => gatheredOf(texts()),
    prepare: (gathered) => prepareWorkspace(WHERE, gathered),
    policy: () => 'approve',
    losses: (running, next) =>
      meaningOf(running.ruleset!, next.ruleset!)
        .losses.filter(({ certain }) => certain)
        .map(({ subject, text }) => ({ subject, text })),
    async apply(next) {
      const request = {
        plan: next.plan!,
        ahead: async ({ instants }: Session) => {
          await recording.input({
            kind: 'revision',
            instants,
            at: AT,
            revision: next.revision,
            documents: next.documents(),
          });
        },
      };
      const answer = await swapRules(steering.run, request, (work) =>
        steering.still(async () => {
          const done = await work();
          swapped(steering.run.session, next.revision);
          return done;
        }),
      );
      return answer.kind === 'refused' ? answer : { kind: 'applied', report: undefined };
    },
    tell: () => {},
    clock: {
      now: () => time++,
      after(milliseconds, run) {
        // Nothing is said again by itself.
        if (milliseconds > 30_000) return { cancel: () => {} };
        const timer = setImmediate(run);
        return { cancel: () => clearImmediate(timer) };
      },
    },
    times: { repeatMs: 60_000, graceMs: 60_000 },
  });
}

/** The same bars, given in pieces. */
export function feedOf(bars: readonly Bars[], rows: number | undefined): Feed {
  const whole = wholeFeed(marketOf(bars));
  if (rows === undefined) return whole;
  const part = (column: Bars, from: number, to: number): Bars => ({
    ...column,
    length: Math.max(0, Math.min(to, column.length) - from),
    start: column.start.subarray(from, to),
    end: column.end.subarray(from, to),
    open: column.open.subarray(from, to),
    high: column.high.subarray(from, to),
    low: column.low.subarray(from, to),
    close: column.close.subarray(from, to),
    volume: column.volume.subarray(from, to),
    session: column.session.subarray(from, to),
    hours: column.hours.subarray(from, to),
  });
  const parts = (from: number, to: number) =>
    new Map(bars.map((column) => [column.symbol, part(column, from, to)] as const));
  const feed: Feed = {
    ...whole,
    length: Math.ceil(bars[0]!.length / rows),
    piece: (n) => parts(n * rows, (n + 1) * rows),
    past: (_, n) => parts(0, n * rows),
    widened: async () => ({ feed }),
  };
  return feed;
}

/** Everything that moves, written out. */
export function digestOf(session: Session): string {
  const { core, book } = session;
  const { ruleset, pipeline } = core.memory;
  for (const stretch of pipeline.stretches) stretch?.publish();
  const instances = core.instances
    .filter(
      ({ state, entryOrder, exitOrder }) => state.side !== 0 || entryOrder !== undefined || exitOrder !== undefined,
    )
    .map(({ plan, state, legs, entryOrder, exitOrder, entryAge }) => ({
      place: `${ruleset.strategies[plan.strategyIndex]!.id} ${ruleset.symbols[plan.symbolIndex]!}`,
      state,
      legs: legs.map(({ seq }) => seq),
      entry: entryOrder?.seq,
      exit: exitOrder?.seq,
      entryAge,
    }))
    .sort((a, b) => (a.place < b.place ? -1 : 1));
  // A strategy that left is planned for as long as something may be open: rules made ahead may know more than they need.
  const needed = new Set(
    core.instances
      .filter(({ plan, state }) => !plan.retired || state.side !== 0)
      .flatMap(({ plan }) => [...plan.slots.values()]),
  );
  const numbers = ruleset.nodes
    .filter(({ late, outputs }) => !late && outputs.some((slot) => needed.has(slot)))
    .map(({ fingerprint, outputs }) => [fingerprint, outputs.map((slot) => String(pipeline.arena.values[slot]))]);
  return JSON.stringify(
    {
      revision: ruleset.revision,
      instants: session.instants,
      now: session.now,
      bars: session.barsDone,
      cash: book.cash(),
      equity: book.equity(),
      open: book.openPositions(),
      orders: core.orders(),
      trades: book.trades().length,
      trips: core.trips,
      account: core.account,
      instances,
      numbers,
    },
    (_, value: unknown) =>
      typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value)) ? String(value) : value,
  );
}
