import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Steering } from '../../engine/runtime/drive.ts';
import type { Recording } from '../../engine/runtime/recording.ts';
import type { Reloader } from '../../engine/runtime/reload/reloader.ts';
import { swapAtOnce } from '../../engine/runtime/swap.ts';
import { loadDocuments, prepareWorkspace, type Workspace } from '../../engine/runtime/workspace.ts';
import { runs, seed } from '../core/plain-rules.ts';
import { barsOf, type Row } from '../core/rules.ts';
import { type Column, Dice, type Room, textsOf } from './edits/desk.ts';
import { Hand, randomRoom, SYMBOLS, spoiled } from './edits/hands.ts';
import { createJudge } from './edits/judge.ts';
import {
  cutAfter,
  digestOf,
  feedOf,
  followTexts,
  gatheredOf,
  type Journal,
  newJournal,
  type Ran,
  runOn,
  WHERE,
} from './edits/live.ts';
import { createWitness } from './edits/witness.ts';

const BARS = 260;
/** The last edits are over by then. */
const CALM = 220;

/** Prices that rise and fall, with gaps: in cents, and as rows. */
function walk(dice: Dice): { readonly column: Column; readonly rows: Row[] } {
  const open: number[] = [];
  const close: number[] = [];
  const rows: Row[] = [];
  let last = 10_000;
  for (let n = 0; n < BARS; n++) {
    const kept = (cents: number): number => Math.min(14_000, Math.max(6_000, cents));
    const from = kept(last + (dice.chance(0.4) ? dice.whole(-200, 200) : 0));
    last = kept(from + dice.whole(-150, 150));
    const top = Math.max(from, last) + dice.whole(0, 90);
    const bottom = Math.min(from, last) - dice.whole(0, 90);
    open.push(from);
    close.push(last);
    rows.push([from / 100, top / 100, bottom / 100, last / 100]);
  }
  return { column: { open, close }, rows };
}

const prepared = (texts: ReadonlyMap<string, string>): Workspace => prepareWorkspace(WHERE, gatheredOf(texts));
const sound = ({ ruleset, diagnostics }: Workspace): boolean =>
  ruleset !== undefined && !diagnostics.some(({ severity }) => severity === 'error');

const seen = { applied: 0, broken: 0, approved: 0, meanwhile: 0, open: 0, trips: 0, orders: 0, judged: 0, restarts: 0 };

interface World {
  readonly feed: ReturnType<typeof feedOf>;
  readonly cash: number | undefined;
  readonly columns: ReadonlyMap<string, Column>;
  /** Ends of the bars, ms. */
  readonly ends: readonly number[];
  readonly first: Workspace;
  /** Every revision as its author wrote it. */
  readonly rooms: Map<string, Room>;
}

function worldOf(dice: Dice): World {
  const walks = SYMBOLS.map((symbol) => ({ symbol, ...walk(dice) }));
  const bars = walks.map(({ symbol, rows }) => barsOf(symbol, '1h', rows));
  let room = randomRoom(dice);
  while (!sound(prepared(textsOf(room)))) room = randomRoom(dice);
  const first = prepared(textsOf(room));
  return {
    feed: feedOf(bars, dice.chance(0.5) ? dice.whole(30, 90) : undefined),
    cash: dice.chance(0.5) ? 3_000_000 : undefined,
    columns: new Map(walks.map(({ symbol, column }) => [symbol, column])),
    ends: [...bars[0]!.end],
    first,
    rooms: new Map([[first.revision, room]]),
  };
}

/** A run whose files somebody edits; gives what it was after each edit that was taken. */
async function edited(
  world: World,
  dice: Dice,
): Promise<{ readonly ran: Ran; readonly journal: Journal; readonly after: string[] }> {
  const { feed, cash, columns, first, rooms } = world;
  const journal = newJournal(first);
  const hand = new Hand(dice);
  let room = rooms.get(first.revision)!;
  let texts: ReadonlyMap<string, string> = textsOf(room);
  let steered: Steering | undefined;
  let reloader: Reloader<undefined> | undefined;
  let pending: Promise<void> | undefined;
  let failed: unknown;
  let nextEdit = dice.whole(1, 25);
  const after: string[] = [];
  const witness = createWitness(cash, columns, room);

  function save(): { readonly room: Room; readonly texts: ReadonlyMap<string, string>; readonly broken: boolean } {
    for (;;) {
      const next = hand.edit(room);
      const broken = dice.chance(0.5);
      const saved = broken ? spoiled(textsOf(next), dice) : textsOf(next);
      // An edit may contradict itself, and a spoilt text may happen to be one that rules can be made of.
      if (sound(prepared(saved)) !== broken) return { room: next, texts: saved, broken };
    }
  }

  /** @param calm no bar comes meanwhile */
  async function edit(calm: boolean): Promise<void> {
    const saved = save();
    const state = (): string => (calm ? digestOf(steered!.run.session) : '');
    const before = state();
    const known = journal.inputs.length;
    const untouched = (what: string): void => {
      expect(state(), what).toBe(before);
      expect(journal.inputs.length, what).toBe(known);
    };
    texts = saved.texts;
    if (!saved.broken) rooms.set(prepared(texts).revision, saved.room);
    let outcome = await reloader!.reloadNow();
    if (saved.broken) {
      expect(outcome.kind).toBe('refused');
      untouched('a broken save changes nothing');
      seen.broken++;
      return;
    }
    const { revision } = prepared(texts);
    if (outcome.kind === 'waiting') {
      untouched('a save that waits changes nothing');
      outcome = await reloader!.approve(revision.slice(0, 7));
      seen.approved++;
    }
    expect(['applied', 'unchanged'], JSON.stringify(outcome)).toContain(outcome.kind);
    if (outcome.kind === 'applied') seen.applied++;
    room = saved.room;
  }

  const at = (): number => steered!.run.session.instants;
  const ran = await runOn(
    journal,
    feed,
    cash,
    false,
    {
      most: (asked) => Math.min(asked, dice.whole(1, 12), at() < nextEdit ? nextEdit - at() : 12),
      marked(session) {
        witness.stand(session);
        seen.open += session.book.openCount();
        if (pending !== undefined) return at() > CALM ? pending : undefined;
        if (at() < nextEdit || at() > CALM) return undefined;
        nextEdit = at() + dice.whole(1, 30);
        const calm = dice.chance(0.5);
        const working = edit(calm);
        if (calm) return working;
        seen.meanwhile++;
        pending = working.finally(() => {
          pending = undefined;
        });
        // Whoever waits for it is told of its failure; the run may end before that.
        pending.catch((error: unknown) => {
          failed ??= error;
        });
        return undefined;
      },
      swapped: () => {},
      watch: (...told) => witness.watch(...told),
    },
    (steering, recording) => {
      steered = steering;
      reloader = followTexts(
        () => texts,
        first,
        steering,
        recording,
        (session, revision) => {
          witness.rules(rooms.get(revision)!);
          witness.stand(session);
          after.push(digestOf(session));
        },
      );
    },
  );
  await pending;
  if (failed !== undefined) throw failed;
  await reloader!.close();
  expect(journal.inputs.length - 1).toBe(after.length);
  return { ran, journal, after };
}

/** Works the journal off again, decision by decision, and holds all of it to what was. */
async function replayed(world: World, journal: Journal, was: Ran, after: readonly string[]): Promise<void> {
  const { feed, cash, columns, ends, rooms, first } = world;
  const witness = createWitness(cash, columns, rooms.get(first.revision)!);
  const judge = createJudge(columns, ends, (...asked) => witness.blocked(...asked));
  const again: string[] = [];
  const { json } = await runOn(
    journal,
    feed,
    cash,
    true,
    {
      most: (asked) => asked,
      marked(one) {
        witness.stand(one);
        return undefined;
      },
      swapped(one, revision) {
        witness.rules(rooms.get(revision)!);
        again.push(digestOf(one));
      },
      watch: (observer) => judge.watch(witness.watch(observer)),
    },
    () => {},
  );
  expect(again).toEqual(after);
  expect(json).toBe(was.json);
  const reigns = journal.inputs.map(({ instants, revision }) => ({ from: instants, room: rooms.get(revision)! }));
  seen.judged += judge.judge(reigns);
}

/** Starts from the journal as a kill left it, has the later edits at the instants at which they came, and comes to the same. */
async function restarted(
  world: World,
  journal: Journal,
  was: Ran,
  after: readonly string[],
  dice: Dice,
): Promise<void> {
  const { feed, cash } = world;
  const cut = cutAfter(journal, dice.whole(0, journal.slices.length));
  const kept = cut.inputs.length;
  const rest = journal.inputs.slice(kept);
  let steered: Steering | undefined;
  let recorded: Recording | undefined;
  const again: string[] = [];
  const { json } = await runOn(
    cut,
    feed,
    cash,
    false,
    {
      most: (asked) => Math.min(asked, (rest[0]?.instants ?? BARS) - steered!.run.session.instants || asked),
      async marked() {
        while (rest[0]?.instants === steered!.run.session.instants) {
          const input = rest.shift()!;
          const documents = journal.documents.get(input.revision)!;
          await recorded!.input({ ...input, documents: [...documents] });
          await swapAtOnce(steered!.run, (await loadDocuments(WHERE, documents)).plan!);
          again.push(digestOf(steered!.run.session));
        }
      },
      swapped: (session) => {
        again.push(digestOf(session));
      },
    },
    (steering, recording) => {
      steered = steering;
      recorded = recording;
    },
  );
  expect(again).toEqual(after);
  expect(json).toBe(was.json);
  if (kept > 1) seen.restarts++;
}

/** A clock that moves when it is looked at: how many bars come while rules are made ready is the same for a seed. */
beforeEach(() => {
  let time = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => {
    time += 0.7;
    return time;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('a running engine whose files are edited, half of the saves broken', () => {
  it(`decides every bar once, by one revision, loses no exit, no trip and no cent, and comes to the same after a kill (seed ${seed})`, {
    timeout: 300_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 - 1 }), async (number) => {
        const dice = new Dice(number);
        const world = worldOf(dice);
        const { ran, journal, after } = await edited(world, dice);
        seen.orders += ran.session.core.orders().length;
        seen.trips += ran.session.core.trips.length;
        await replayed(world, journal, ran, after);
        await restarted(world, journal, ran, after, dice);
      }),
      { seed, numRuns: runs(24), endOnFailure: true },
    );
    expect(seen.applied).toBeGreaterThan(60);
    expect(seen.broken).toBeGreaterThan(60);
    expect(seen.approved).toBeGreaterThan(10);
    expect(seen.meanwhile).toBeGreaterThan(60);
    expect(seen.restarts).toBeGreaterThan(10);
    expect(seen.orders).toBeGreaterThan(2_000);
    expect(seen.trips).toBeGreaterThan(30);
    expect(seen.open).toBeGreaterThan(1_000);
    expect(seen.judged).toBeGreaterThan(20_000);
  });
});
