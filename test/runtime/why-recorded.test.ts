import { beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_ASSUMPTIONS } from '../../engine/brokers/assumptions.ts';
import type { Ruleset } from '../../engine/compiler/ruleset.ts';
import type { Standing } from '../../engine/compiler/standing.ts';
import type { Steps } from '../../engine/compiler/steps.ts';
import { createBlockerTally } from '../../engine/core/blocker-tally.ts';
import type { Input } from '../../engine/journal/inputs.ts';
import { chained, type Slice, type SliceRow } from '../../engine/journal/slices.ts';
import type { Bars } from '../../engine/market/bars.ts';
import { instant } from '../../engine/market/time.ts';
import { styleOf } from '../../engine/report/style.ts';
import { whyJson } from '../../engine/report/why-json.ts';
import { whyText } from '../../engine/report/why-text.ts';
import { commandFrom, writtenCommand } from '../../engine/runtime/control/operator-command.ts';
import type { Steering } from '../../engine/runtime/drive.ts';
import { type DryRunOptions, dryRun } from '../../engine/runtime/dry-run.ts';
import { type Explained, type ExplainedDecision, watchDecisions } from '../../engine/runtime/explain.ts';
import { type Feed, wholeFeed } from '../../engine/runtime/feed.ts';
import { createRecording, type Recording, type SliceSink } from '../../engine/runtime/recording.ts';
import type { RunResult } from '../../engine/runtime/result.ts';
import { swapAtOnce } from '../../engine/runtime/swap.ts';
import { barsOf, marketOf, nextRuleset, type Row, rulesetOf } from '../core/rules.ts';

const textOf = (when: string, id = 'test', more = ''): string => `id: ${id}
symbols: [TEST]
timeframe: 1h
capital: 10000
${more}entry:
  long:
    when: ${when}
    trigger: while_true
    size: {shares: 10}
exit:
  time_stop: 2 bars
`;
/** The rules that one run goes through. */
const VERSIONS: Readonly<Record<string, readonly string[]>> = {
  v1: [textOf('close > 101')],
  v2: [textOf('close > sma(close, 7)'), textOf('close < sma(close, 3)', 'other')],
  v3: [textOf('close < 99', 'renamed', 'renamed_from: test\n')],
};

const CLOSES = Array.from(
  { length: 240 },
  (_, n) => Math.round((100 + 5 * Math.sin(n / 5) + 2 * Math.sin(n)) * 100) / 100,
);
const bars = barsOf(
  'TEST',
  '1h',
  CLOSES.map((close, n): Row => {
    const open = CLOSES[Math.max(0, n - 1)]!;
    return [open, Math.max(open, close) + 0.1, Math.min(open, close) - 0.1, close];
  }),
);
const PIECE = 20;

const cut = (from: number, to: number): Bars => {
  const part = (column: Float64Array): Float64Array => column.subarray(from, to);
  return {
    ...bars,
    length: to - from,
    start: part(bars.start),
    end: part(bars.end),
    open: part(bars.open),
    high: part(bars.high),
    low: part(bars.low),
    close: part(bars.close),
    volume: part(bars.volume),
    session: bars.session.subarray(from, to),
    hours: bars.hours.subarray(from, to),
  };
};

/** The bars in pieces; `between` is called before each. */
const feedOf = (size: number, between: (piece: number) => void = () => {}): Feed => {
  let reached = -1;
  const feed: Feed = {
    ...wholeFeed(marketOf([bars])),
    length: CLOSES.length / size,
    piece(n) {
      // A swap asks for the piece at hand once more.
      if (n > reached) between(n);
      reached = Math.max(reached, n);
      return new Map([['TEST', cut(n * size, (n + 1) * size)]]);
    },
    past: (_, n) => new Map([['TEST', cut(0, n * size)]]),
    widened: async () => ({ feed }),
  };
  return feed;
};

const OPTIONS: DryRunOptions = {
  cash: undefined,
  from: undefined,
  to: undefined,
  assumptions: { ...DEFAULT_ASSUMPTIONS, slippage: { kind: 'none' } },
  closeAtEnd: false,
  speed: 'max',
  once: true,
  sampleThenLive: false,
  swappable: true,
};

const named = (rules: Ruleset, revision: string): Ruleset => ({ ...rules, revision });
const first = named(rulesetOf(...VERSIONS.v1!), 'v1');
const planOf = (revision: string) =>
  function* (standing: Standing): Steps<Ruleset> {
    yield;
    return named(nextRuleset(standing, undefined, ...VERSIONS[revision]!), revision);
  };

const memory = {
  rows: [] as SliceRow[],
  inputs: [{ kind: 'revision', instants: 0, at: '', revision: 'v1' }] as Input[],
};
const sink: SliceSink = {
  append(slice) {
    const hash = chained(memory.rows.at(-1)?.hash ?? 'seal', slice);
    memory.rows.push({ ...slice, n: memory.rows.length, hash });
    return undefined;
  },
  input(input) {
    memory.inputs.push(input.kind === 'revision' ? { how: 'reload', ...input } : input);
    return undefined;
  },
  complete: (slice: Slice) => sink.append(slice),
};

const recordingOf = (inputs: readonly Input[], rows: readonly SliceRow[], to: SliceSink | undefined): Recording =>
  createRecording({ name: 'one', engine: '0', seal: 'seal', inputs: [...inputs], slices: rows.values() }, to, 'v1', {
    applyRevision: async (revision, run) => {
      expect((await swapAtOnce(run, planOf(revision))).kind).toBe('swapped');
    },
    applyCommand({ name, arguments: given }, at, run) {
      const command = commandFrom(name, given);
      if (typeof command === 'string') throw new Error(command);
      run.session.command(command, Date.parse(at));
    },
  });

const PAUSE = {
  kind: 'operate',
  act: 'pause',
  place: { scope: 'strategy', name: 'renamed' },
  reason: 'earnings',
} as const;

/** Every decision of the run while it ran; and the run. */
let live: Explained = [];
let ended: RunResult;
const SYMBOL = 'TEST';
const at = (row: number) => instant(bars.end[row]!);
const target = (row: number, strategy = 'renamed', formerly = ['test']) => ({
  strategy,
  formerly,
  symbol: SYMBOL,
  at: at(row),
});

beforeAll(async () => {
  const recording = recordingOf(memory.inputs, [], sink);
  const watch = watchDecisions(CLOSES.map((_, row) => target(row)));
  let steering: Steering | undefined;
  const swap = (revision: string): void => {
    // No bar comes meanwhile: the swap is where it is said, however busy the machine.
    const still: NonNullable<typeof steering>['still'] = (work) => steering!.still(work);
    const put: NonNullable<typeof steering>['swap'] = (request) => steering!.swap(request);
    void still(() =>
      put({
        plan: planOf(revision),
        ahead: async ({ instants }) => {
          await recording.input({ kind: 'revision', instants, at: '', revision, documents: [] });
        },
      }),
    );
  };
  const feed = feedOf(PIECE, (piece) => {
    if (piece === 3) swap('v2');
    if (piece === 6) swap('v3');
    if (piece !== 10) return;
    const { session } = steering!.run;
    const command = writtenCommand(PAUSE);
    void recording.input({ kind: 'command', instants: session.instants, at: '2026-11-25T10:00:00.000Z', command });
    session.command(PAUSE, 0);
  });
  ended = await dryRun(
    first,
    feed,
    {
      ...OPTIONS,
      recording,
      steer: (given) => {
        steering = given;
      },
    },
    watch.observer,
  );
  live = watch.explained();
});

const replayed = async (
  rows: readonly number[],
  inputs: readonly Input[] = memory.inputs,
  slices: readonly SliceRow[] = memory.rows,
): Promise<Explained> => {
  const watch = watchDecisions(rows.map((row) => target(row)));
  const recording = recordingOf(inputs, slices, undefined);
  await dryRun(first, feedOf(CLOSES.length), { ...OPTIONS, recording, recordedOnly: true }, watch.observer);
  return watch.explained();
};

const json = (explained: Explained): string =>
  whyJson(
    { revision: '' },
    { source: '', synthetic: false, hash: '' },
    explained.map((one) => ({ sentence: undefined, explained: one, only: undefined })),
  );
const entryOf = (one: ExplainedDecision | undefined) => one!.decision.entries[0]!;
const mean = (row: number, length: number): number =>
  CLOSES.slice(row - length + 1, row + 1).reduce((sum, close) => sum + close, 0) / length;

describe('decisions of a run whose rules were swapped twice, worked out again from its journal', () => {
  const swappedAt = (): readonly number[] =>
    memory.inputs.slice(1).flatMap(({ kind, instants }) => (kind === 'revision' ? instants : []));

  it('are those that it made, around each edit and at its end', async () => {
    const [second, third] = swappedAt() as [number, number];
    expect([second, third]).toEqual([3 * PIECE, 6 * PIECE]);
    const rows = [0, 5, second - 1, second, second + 1, third - 1, third, third + 1, 199, 200, CLOSES.length - 1];
    const again = await replayed(rows);
    expect(json(again)).toBe(json(rows.map((row) => live[row])));
    expect(again.map((one) => one!.decision.revision)).toEqual([
      'v1',
      'v1',
      'v1',
      'v2',
      'v2',
      'v2',
      'v3',
      'v3',
      'v3',
      'v3',
      'v3',
    ]);
    expect(again.map((one) => one!.decision.strategy)).toEqual(rows.map((row) => (row < third ? 'test' : 'renamed')));
  });

  it('show the condition of their time, with the values that a plain loop finds', async () => {
    const [second, third] = swappedAt() as [number, number];
    const rows = [...CLOSES.keys()].slice(10);
    const again = await replayed(rows);
    const known = { isTrue: 0, isFalse: 0 };
    again.forEach((one, n) => {
      const row = rows[n]!;
      const { value, values } = entryOf(one);
      const close = CLOSES[row]!;
      const wanted = row < second ? close > 101 : row < third ? close > mean(row, 7) : close < 99;
      expect([row, value], `row ${row}`).toEqual([row, wanted ? 1 : 0]);
      known[wanted ? 'isTrue' : 'isFalse']++;
      if (row >= second && row < third)
        expect([...values.values()].some((number) => Math.abs(number - mean(row, 7)) < 1e-9)).toBe(true);
    });
    expect(Math.min(known.isTrue, known.isFalse)).toBeGreaterThan(20);
    const shown = (one: ExplainedDecision | undefined): string =>
      whyText({ synthetic: false }, [{ sentence: undefined, explained: one, only: undefined }], {
        width: 100,
        style: styleOf(false),
      });
    expect(shown(again[second - 1 - 10])).toContain('when: close > 101');
    expect(shown(again[second - 10])).toContain('when: close > sma(close, 7)');
    expect(shown(again[third - 10])).toContain('when: close < 99');
  });

  it('name the orders that the run made', async () => {
    const rows = [...CLOSES.keys()];
    const made = (await replayed(rows)).flatMap((one) =>
      one!.decision.entries.flatMap(({ order, rule }) => (order > 0 ? [[order, rule, one!.decision.at]] : [])),
    );
    const orders = ended.orders.filter(({ role, strategy }) => role === 'entry' && strategy !== 'other');
    expect(made).toEqual(orders.map(({ seq, rule, decidedAt }) => [seq, rule, decidedAt]));
    expect(made.length).toBeGreaterThan(15);
  });

  it("show a person's pause as what blocks, by name, from the bar after it on", async () => {
    const rows = [...CLOSES.keys()].filter((row) => row >= 198);
    const again = await replayed(rows);
    const paused = again.filter((one) => one!.decision.heldBy.length > 0);
    expect(paused.map((one) => one!.decision.at)).toEqual(rows.filter((row) => row >= 200).map(at));
    const blocked = paused.filter((one) => entryOf(one).blocker === 'breaker');
    expect(blocked.length).toBeGreaterThan(3);
    expect(paused.every((one) => entryOf(one).order === 0)).toBe(true);
    const [trip] = blocked[0]!.decision.heldBy;
    expect(trip).toMatchObject({ breaker: 'operator', scope: 'strategy', place: 'renamed', reason: 'earnings' });
    const [answer] = (
      JSON.parse(json([blocked[0]])) as { answers: { decision: { entries: { sentence: string }[] } }[] }
    ).answers;
    expect(answer!.decision.entries[0]!.sentence).toMatch(
      /^No order, though entry.long is true: breaker operator has held strategy renamed since .* \(entries paused by hand: earnings\)\.$/,
    );
  });

  it('end where the journal ends, also when the last thing in it is a command', async () => {
    const command = memory.inputs.findIndex(({ kind }) => kind === 'command');
    const { instants } = memory.inputs[command]!;
    const slices = memory.rows.filter((row) => row.instants <= instants);
    expect(slices.at(-1)!.instants).toBe(instants);
    const [last] = await replayed([CLOSES.length - 1], memory.inputs.slice(0, command + 1), slices);
    expect(last!.decision.at).toBe(at(instants - 1));
    expect(last!.after).toBeUndefined();
  });

  it('are counted by what the entry said', async () => {
    const tally = createBlockerTally();
    const recording = recordingOf(memory.inputs, memory.rows, undefined);
    await dryRun(first, feedOf(CLOSES.length), { ...OPTIONS, recording, recordedOnly: true }, { probe: tally.probe });
    const [second, third] = swappedAt() as [number, number];
    const counted = tally.entries.map(({ strategy, revisions, bars: count }) => [strategy, revisions, count]);
    expect(counted).toEqual([
      ['test', ['v1'], second],
      ['test', ['v2'], third - second],
      ['other', ['v2'], third - second],
      ['renamed', ['v3'], CLOSES.length - third],
    ]);
    const last = tally.entries.at(-1)!;
    expect([...last.breakers.keys()]).toEqual(['operator']);
    expect(last.breakers.get('operator')).toBe(last.blockers.get('breaker'));
    const paused = live.slice(200).filter((one) => entryOf(one).blocker === 'breaker');
    expect(last.breakers.get('operator')).toBe(paused.length);
  });
});
