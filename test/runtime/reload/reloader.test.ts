import { describe, expect, it } from 'vitest';
import { plainCheck, revisionOf, type World, world } from './world.ts';

const A = 'strategies.d/a.yaml';
const kinds = ({ events }: World): string[] => events.map(({ kind }) => kind);
const start = (policy?: 'approve' | 'grace' | 'accept') =>
  world({
    files: { [A]: 'buy\nguard stop\n', 'risk.yaml': 'guard loss\n' },
    ...(policy === undefined ? {} : { policy }),
  });

describe('an edit', () => {
  it('runs after a quiet period, once, with the last bytes', async () => {
    const w = start();
    w.save({ [A]: 'buy more\nguard stop\n' });
    await w.clock.advance(100);
    w.save({ [A]: 'buy most\nguard stop\n' });
    await w.clock.advance(119);
    expect(w.put).toEqual([]);
    await w.clock.advance(100);
    expect(w.put).toEqual([revisionOf(w.disk)]);
    expect(w.events).toMatchObject([
      { kind: 'applied', to: revisionOf(w.disk), files: [A], losses: [], consent: undefined, report: 'swapped' },
    ]);
    expect(w.reloader.status()).toEqual({ revision: revisionOf(w.disk), stale: undefined, pending: undefined });
    await w.clock.advance(600_000);
    expect(w.put).toHaveLength(1);
    expect(w.clock.set, 'nothing is left to wait for').toBe(0);
  });

  it('that leaves the bytes as they are is none', async () => {
    const w = start();
    w.reloader.touched();
    await w.clock.advance(10_000);
    expect(w.events).toEqual([]);
    expect(w.put).toEqual([]);
  });

  it('starts over when the second reading differs from the first', async () => {
    const w = start();
    w.save({ [A]: 'buy 1\nguard stop\n' });
    await w.clock.advance(130);
    // Between the two readings, and nothing tells of it.
    w.disk.set(A, 'buy 15\nguard stop\n');
    await w.clock.advance(20);
    expect(w.put).toEqual([]);
    await w.clock.advance(1_000);
    expect(w.put).toEqual([revisionOf(w.disk)]);
  });

  it('whose events never stop is taken after two seconds, when two readings agree', async () => {
    const w = start();
    w.save({ [A]: 'buy more\nguard stop\n' });
    for (let k = 0; k < 39; k++) {
      await w.clock.advance(50);
      w.reloader.touched();
    }
    expect(w.put).toEqual([]);
    for (let k = 0; k < 10; k++) {
      await w.clock.advance(50);
      w.reloader.touched();
    }
    expect(w.put).toEqual([revisionOf(w.disk)]);
  });

  it('that comes while another is swapped in waits for its turn, and the last one wins', async () => {
    const w = start();
    let done: (() => void) | undefined;
    w.answers.push(
      () =>
        new Promise((resolve) => {
          done = () => resolve({ kind: 'applied', report: 'late' });
        }),
    );
    w.save({ [A]: 'one\nguard stop\n' });
    await w.clock.advance(500);
    const first = revisionOf(w.disk);
    for (const word of ['two', 'three', 'four']) {
      w.save({ [A]: `${word}\nguard stop\n` });
      await w.clock.advance(500);
    }
    expect(w.put).toEqual([first]);
    done?.();
    await w.clock.advance(500);
    expect(w.put).toEqual([first, revisionOf(w.disk)]);
    expect(w.together()).toBe(1);
  });

  it('that comes while another is checked is checked in its place', async () => {
    const held: (() => void)[] = [];
    const w = world({
      files: { [A]: 'buy\n' },
      prepare: (gathered) => new Promise((resolve) => held.push(() => resolve(plainCheck(gathered)))),
    });
    w.save({ [A]: 'one\n' });
    await w.clock.advance(500);
    w.save({ [A]: 'two\n' });
    await w.clock.advance(50);
    held.shift()?.();
    await w.clock.advance(500);
    held.shift()?.();
    await w.clock.advance(500);
    expect(w.put).toEqual([revisionOf(w.disk)]);
  });
});

it('rules that were made of other bytes than those that settled are not taken', async () => {
  const files = { [A]: 'buy\n', 'lists/tech.txt': 'AAPL\n' };
  let late = true;
  const w = world({
    files,
    prepare(gathered) {
      const checked = plainCheck(gathered);
      if (!late) return checked;
      // A list was written again between the reading and the check.
      const others = checked.files.map((file) => (file.path === A ? file : { ...file, text: 'AAPL\nMSF\n' }));
      return { ...checked, files: others, revision: 'of other bytes' };
    },
  });
  w.save({ [A]: 'buy more\n' });
  await w.clock.advance(1_000);
  const asked = w.reloader.reloadNow();
  await w.clock.advance(100);
  expect(await asked).toMatchObject({ kind: 'unsettled' });
  expect(w.put).toEqual([]);
  late = false;
  await w.clock.advance(1_000);
  expect(w.put).toEqual([revisionOf(w.disk)]);
});

describe('a file that may be half written', () => {
  it('waits for its last line break', async () => {
    const w = start();
    w.save({ [A]: 'buy\nguard stop\nsize: 1' });
    await w.clock.advance(1_900);
    expect(w.put).toEqual([]);
    w.save({ [A]: 'buy\nguard stop\nsize: 1500\n' });
    await w.clock.advance(500);
    expect(w.put).toEqual([revisionOf(w.disk)]);
    expect(kinds(w)).toEqual(['applied']);
  });

  it('is taken after two seconds as the work of an editor that writes none', async () => {
    const w = start();
    w.save({ [A]: 'buy\nguard stop\nsize: 1' });
    await w.clock.advance(2_000);
    expect(w.put).toEqual([]);
    await w.clock.advance(200);
    expect(w.put).toEqual([revisionOf(w.disk)]);
    // Now that it is known to end so, further edits of other files do not wait for it.
    w.save({ 'risk.yaml': 'guard loss\n# said\n' });
    await w.clock.advance(200);
    expect(w.put).toHaveLength(2);
  });

  it('is never taken for its age when it loses a protection', async () => {
    const w = start('grace');
    w.save({ [A]: 'buy\ngua' });
    await w.clock.advance(600_000);
    expect(w.put).toEqual([]);
    expect(w.reloader.status().pending).toMatchObject({ unfinished: [A], until: undefined });
    w.save({ 'risk.yaml': 'guard loss\n# another file\n' });
    await w.clock.advance(600_000);
    expect(w.put, 'nor when another file is edited').toEqual([]);
    w.save({ [A]: 'buy\nguard stop\n' });
    await w.clock.advance(500);
    expect(w.put).toEqual([revisionOf(w.disk)]);
  });

  it('waits for approval even of what may be no loss, and a whole one does not', async () => {
    const w = world({ files: { [A]: 'buy\nmaybe exit\n' }, policy: 'grace' });
    w.save({ [A]: 'buy\nmay' });
    await w.clock.advance(600_000);
    expect(w.put).toEqual([]);
    expect(w.reloader.status().pending).toMatchObject({ unfinished: [A], losses: [{ text: 'maybe exit' }] });
    w.save({ [A]: 'buy\nmaybe other\n' });
    await w.clock.advance(200);
    expect(w.put).toEqual([revisionOf(w.disk)]);
    expect(w.events.at(-1)).toMatchObject({ kind: 'applied', losses: [], consent: undefined });
  });

  it('that is gone is waited for', async () => {
    const w = start('accept');
    w.save({ [A]: undefined });
    await w.clock.advance(300);
    w.save({ [A]: 'buy again\nguard stop\n' });
    await w.clock.advance(3_000);
    expect(w.put).toEqual([revisionOf(w.disk)]);
    w.save({ [A]: undefined });
    await w.clock.advance(1_900);
    expect(w.put).toHaveLength(1);
    await w.clock.advance(500);
    expect(w.put).toEqual([expect.any(String), revisionOf(w.disk)]);
  });
});

describe('rules with errors', () => {
  it('are refused, the old ones run whole, and it is said again until the files are mended', async () => {
    const w = start();
    const old = w.reloader.status().revision;
    w.save({ [A]: 'BAD\nguard stop\n' });
    await w.clock.advance(500);
    const since = w.reloader.status().stale?.since;
    expect(w.events).toMatchObject([
      { kind: 'refused', reason: 'errors', running: old, revision: revisionOf(w.disk), repeated: false, since },
    ]);
    expect(w.events[0]).toHaveProperty('diagnostics.0.code', 'E201');
    await w.clock.advance(120_500);
    expect(w.events.slice(1)).toMatchObject([
      { kind: 'refused', repeated: true, since },
      { kind: 'refused', repeated: true, since },
    ]);
    w.save({ [A]: 'BAD still\nguard stop\n' });
    await w.clock.advance(500);
    expect(w.events[3]).toMatchObject({ kind: 'refused', repeated: false, since });
    w.save({ [A]: 'buy\nguard stop\n' });
    await w.clock.advance(500);
    expect(w.events.slice(4)).toEqual([{ kind: 'reverted', revision: old, since }]);
    expect(w.reloader.status()).toEqual({ revision: old, stale: undefined, pending: undefined });
    expect(w.put).toEqual([]);
    expect(w.clock.set).toBe(0);
  });

  it('are taken when what was missing beside the documents has come', async () => {
    let missing = true;
    const w = world({
      files: { [A]: 'buy\n' },
      prepare(gathered) {
        const checked = plainCheck(gathered);
        return missing ? { ...checked, rules: undefined } : checked;
      },
    });
    w.save({ [A]: 'buy more\n' });
    await w.clock.advance(500);
    expect(kinds(w)).toEqual(['refused']);
    missing = false;
    await w.clock.advance(60_500);
    expect(kinds(w)).toEqual(['refused', 'applied']);
  });

  it('are refused when checking them fails by itself', async () => {
    const w = world({
      files: { [A]: 'buy\n' },
      prepare: () => Promise.reject(new Error('out of paper')),
    });
    w.save({ [A]: 'buy more\n' });
    await w.clock.advance(500);
    expect(w.events).toMatchObject([{ kind: 'refused', reason: 'fault', message: 'out of paper' }]);
  });

  it('are refused when the session does not take them or throws, and asked for again only when told to', async () => {
    const w = start();
    const old = w.reloader.status().revision;
    w.answers.push(
      () => Promise.reject(new Error('no memory')),
      () => Promise.resolve({ kind: 'refused', diagnostics: [], message: 'not now' }),
    );
    w.save({ [A]: 'buy more\nguard stop\n' });
    await w.clock.advance(200_000);
    expect(w.put).toHaveLength(1);
    expect(w.events[0]).toMatchObject({ kind: 'refused', reason: 'apply', message: 'no memory', running: old });
    const second = w.reloader.reloadNow();
    await w.clock.advance(100);
    expect(await second).toMatchObject({ kind: 'refused', reason: 'apply', message: 'not now' });
    const third = w.reloader.reloadNow();
    await w.clock.advance(100);
    expect(await third).toMatchObject({ kind: 'applied', from: old, to: revisionOf(w.disk) });
  });
});

describe('a lost protection', () => {
  const less = { [A]: 'buy\n' };

  it('waits for approval, of these very bytes', async () => {
    const w = start('approve');
    w.save(less);
    await w.clock.advance(500);
    const { pending } = w.reloader.status();
    expect(pending).toMatchObject({
      revision: revisionOf(w.disk),
      losses: [{ subject: 'guard', text: 'guard stop' }],
      until: undefined,
    });
    await w.clock.advance(600_000);
    expect(w.put).toEqual([]);
    expect(await w.reloader.approve('0000000')).toMatchObject({ kind: 'unknown', pending: pending?.revision });
    expect(await w.reloader.approve(pending!.revision.slice(0, 6))).toMatchObject({ kind: 'unknown' });
    const approved = w.reloader.approve(pending!.revision.slice(0, 7));
    await w.clock.advance(100);
    expect(await approved).toMatchObject({
      kind: 'applied',
      consent: 'approved',
      losses: [{ subject: 'guard', text: 'guard stop' }],
    });
    expect(w.reloader.status()).toMatchObject({ stale: undefined, pending: undefined });
  });

  it('that was approved is not taken when the files became others meanwhile', async () => {
    const w = start('approve');
    w.save(less);
    await w.clock.advance(500);
    const { revision } = w.reloader.status().pending!;
    w.disk.set('risk.yaml', 'nothing\n');
    const approved = w.reloader.approve(revision);
    await w.clock.advance(100);
    expect(await approved).toMatchObject({
      kind: 'waiting',
      revision: revisionOf(w.disk),
      losses: [
        { subject: 'guard', text: 'guard stop' },
        { subject: 'guard', text: 'guard loss' },
      ],
    });
    expect(w.put).toEqual([]);
  });

  it('is taken after a second quiet time under `grace`, and any change begins it anew', async () => {
    const w = start('grace');
    w.save(less);
    await w.clock.advance(4_000);
    w.save({ [A]: 'buy less\n' });
    await w.clock.advance(4_900);
    expect(w.put).toEqual([]);
    expect(kinds(w)).toEqual(['waiting', 'waiting']);
    await w.clock.advance(1_000);
    expect(w.put).toEqual([revisionOf(w.disk)]);
    expect(w.events[2]).toMatchObject({
      kind: 'applied',
      consent: 'grace',
      losses: [{ subject: 'guard', text: 'guard stop' }],
    });
  });

  it('is not taken after its time when the files have silently become others', async () => {
    const w = start('grace');
    w.save(less);
    await w.clock.advance(4_000);
    w.disk.set(A, 'buy\nguard stop\n');
    await w.clock.advance(3_000);
    expect(w.put).toEqual([]);
    expect(kinds(w)).toEqual(['waiting', 'reverted']);
    await w.clock.advance(600_000);
    expect(w.put).toEqual([]);
  });

  it('whose files are others when its time ends goes the usual way, quiet and all', async () => {
    const w = start('grace');
    w.save(less);
    await w.clock.advance(5_100);
    w.disk.set(A, 'BAD\nguard');
    await w.clock.advance(1_500);
    expect(kinds(w), 'half written: it waits').toEqual(['waiting']);
    w.save(less);
    await w.clock.advance(4_000);
    expect(w.put, 'its time began anew').toEqual([]);
    await w.clock.advance(3_000);
    expect(w.put).toEqual([revisionOf(w.disk)]);
  });

  it('waits on when events without a change end its time', async () => {
    const w = start('grace');
    w.save(less);
    await w.clock.advance(5_100);
    w.reloader.touched();
    await w.clock.advance(100);
    w.reloader.touched();
    await w.clock.advance(1_000);
    expect(w.put).toEqual([revisionOf(w.disk)]);
  });

  it('is dropped when the files are put back', async () => {
    const w = start('grace');
    w.save(less);
    await w.clock.advance(1_000);
    w.save({ [A]: 'buy\nguard stop\n' });
    await w.clock.advance(60_000);
    expect(kinds(w)).toEqual(['waiting', 'reverted']);
    expect(w.put).toEqual([]);
  });

  it('is taken at once under `accept`, and said', async () => {
    const w = start('accept');
    w.save(less);
    await w.clock.advance(500);
    expect(w.events).toMatchObject([
      { kind: 'applied', consent: 'accepted', losses: [{ subject: 'guard', text: 'guard stop' }] },
    ]);
  });
});

describe('a reload that is asked for', () => {
  it('does not wait for quiet, and reads twice all the same', async () => {
    const w = start();
    w.save({ [A]: 'buy more\nguard stop\n' });
    const outcome = w.reloader.reloadNow();
    await w.clock.advance(10);
    expect(w.put).toEqual([]);
    await w.clock.advance(20);
    expect(await outcome).toMatchObject({ kind: 'applied', to: revisionOf(w.disk) });
    const again = w.reloader.reloadNow();
    await w.clock.advance(50);
    expect(await again).toEqual({ kind: 'unchanged', revision: revisionOf(w.disk) });
    expect(w.events).toHaveLength(1);
  });

  it('gives the real answer: findings, or what is lost', async () => {
    const w = start();
    w.save({ [A]: 'BAD\n' });
    const bad = w.reloader.reloadNow();
    await w.clock.advance(100);
    expect(await bad).toMatchObject({ kind: 'refused', reason: 'errors', diagnostics: [{ code: 'E201' }] });
    w.save({ [A]: 'buy\n' });
    const less = w.reloader.reloadNow();
    await w.clock.advance(100);
    expect(await less).toMatchObject({ kind: 'waiting', losses: [{ subject: 'guard', text: 'guard stop' }] });
  });

  it('during a swap answers for the files as they are then', async () => {
    const w = start();
    let done: (() => void) | undefined;
    w.answers.push(() => new Promise((resolve) => (done = () => resolve({ kind: 'applied', report: 'late' }))));
    w.save({ [A]: 'one\nguard stop\n' });
    await w.clock.advance(200);
    w.save({ [A]: 'two\nguard stop\n' });
    const asked = w.reloader.reloadNow();
    await w.clock.advance(10);
    done?.();
    await w.clock.advance(100);
    expect(await asked).toMatchObject({ kind: 'applied', to: revisionOf(w.disk) });
    expect(w.put).toHaveLength(2);
  });

  it('is answered and approved after a swap, although a later edit came in between', async () => {
    const w = start();
    let done: (() => void) | undefined;
    w.answers.push(() => new Promise((resolve) => (done = () => resolve({ kind: 'applied', report: 'late' }))));
    w.save({ [A]: 'buy\n' });
    await w.clock.advance(500);
    const { revision } = w.reloader.status().pending!;
    w.save({ [A]: 'buy one\nguard stop\n' });
    await w.clock.advance(200);
    expect(w.put).toHaveLength(1);
    w.save({ [A]: 'buy\n' });
    const approved = w.reloader.approve(revision);
    await w.clock.advance(100);
    w.reloader.touched();
    await w.clock.advance(200);
    done?.();
    await w.clock.advance(100);
    expect(await approved).toMatchObject({ kind: 'applied', to: revision, consent: 'approved' });
  });

  it('does not wait for events to stop', async () => {
    const w = start();
    w.save({ [A]: 'buy more\nguard stop\n' });
    const outcome = w.reloader.reloadNow();
    for (let k = 0; k < 5; k++) {
      w.reloader.touched();
      await w.clock.advance(5);
    }
    expect(w.put).toEqual([revisionOf(w.disk)]);
    expect(await outcome).toMatchObject({ kind: 'applied' });
  });

  it('by several is done for all', async () => {
    const w = start();
    w.save({ [A]: 'one\nguard stop\n' });
    const asked = [w.reloader.reloadNow(), w.reloader.reloadNow()];
    await w.clock.advance(100);
    for (const one of await Promise.all(asked)) expect(one).toMatchObject({ kind: 'applied' });
    expect(w.put).toHaveLength(1);
  });

  it('says so when the files do not keep still, and takes them when they do', async () => {
    const w = start();
    let outcome: unknown;
    void w.reloader.reloadNow().then((answer) => {
      outcome = answer;
    });
    for (let k = 0; k < 300 && outcome === undefined; k++) {
      w.save({ [A]: `buy ${k}\nguard stop\n` });
      await w.clock.advance(10);
    }
    expect(outcome).toMatchObject({ kind: 'unsettled' });
    await w.clock.advance(1_000);
    expect(w.put).toEqual([revisionOf(w.disk)]);
  });

  it('of a reloader that is closed changes nothing', async () => {
    const w = start();
    w.save({ [A]: 'buy more\nguard stop\n' });
    await w.reloader.close();
    w.reloader.touched();
    expect(await w.reloader.reloadNow()).toMatchObject({ kind: 'unchanged' });
    await w.clock.advance(60_000);
    expect(w.put).toEqual([]);
    expect(w.clock.set).toBe(0);
  });
});

it('takes fifty saves a second for a minute, in bounded memory, and ends with the last', async () => {
  const w = start();
  let most = 0;
  for (let k = 0; k < 3_000; k++) {
    w.save({ [A]: `buy ${k}\nguard stop\n` });
    await w.clock.advance(20);
    most = Math.max(most, w.clock.set);
  }
  await w.clock.advance(1_000);
  expect(most).toBeLessThanOrEqual(3);
  expect(w.put.at(-1)).toBe(revisionOf(w.disk));
  expect(w.reloader.status().revision).toBe(revisionOf(w.disk));
  expect(w.put.length).toBeLessThan(40);
});

it('goes on when the screen that is told fails', async () => {
  const w = start();
  w.events.push = () => {
    throw new Error('EPIPE');
  };
  w.save({ [A]: 'buy more\nguard stop\n' });
  await w.clock.advance(500);
  expect(w.reloader.status().revision).toBe(revisionOf(w.disk));
});
