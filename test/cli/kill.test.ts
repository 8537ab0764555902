import { mkdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  countCalls,
  killAfter,
  killAtCall,
  outcome,
  type Place,
  runOn,
  seeded,
  smallWorkspace,
  stateIn,
  straceMissing,
} from './killed.ts';

/** `KILL_POINTS=all`: before every call there is; a number: so many. `npm run kill-test` sets it. */
const POINTS = process.env.KILL_POINTS ?? '50';
const SEED = Number(process.env.KILL_SEED ?? 20_261_125);

let place: Place;
let cwd = '';
let whole: unknown;

beforeAll(async () => {
  place = smallWorkspace();
  cwd = place.cwd;
  mkdirSync(stateIn(cwd, ''), { recursive: true });
  const ended = await runOn(cwd, stateIn(cwd, 'whole'));
  expect(ended.code, ended.stderr).toBe(0);
  whole = outcome(ended.stdout);
  expect((whole as { trades: unknown[] }).trades.length).toBeGreaterThan(10);
}, 60_000);
afterAll(() => place.remove());

/** Runs to the end on a state folder, from wherever it was killed, and gives what the run came to in all. */
const goOn = async (state: string): Promise<unknown> => {
  const ended = await runOn(cwd, state);
  expect(ended.code, ended.stderr).toBe(0);
  return outcome(ended.stdout);
};

const missing = straceMissing();

describe(`a run of 200 bars, killed (seed ${SEED})`, () => {
  it.skipIf(missing !== undefined)(
    `before one of its writes, ${POINTS} of them, comes to the same${missing === undefined ? '' : ` (not tried: ${missing})`}`,
    { timeout: 3_600_000 },
    async () => {
      const calls = await countCalls(cwd);
      expect(calls).toBeGreaterThan(200);
      const dice = seeded(SEED);
      const points =
        POINTS === 'all'
          ? Array.from({ length: calls }, (_, n) => n + 1)
          : Array.from({ length: Number(POINTS) }, () => 1 + Math.floor(dice() * calls));
      let restored = 0;
      const tryOne = async (point: number, n: number): Promise<void> => {
        const state = stateIn(cwd, `at-${n}`);
        await killAtCall(cwd, state, point);
        const ended = await runOn(cwd, state);
        expect(ended.code, `killed at call ${point}: ${ended.stderr}`).toBe(0);
        expect(outcome(ended.stdout), `killed at call ${point}`).toEqual(whole);
        if (ended.stderr.includes('Restored: session')) restored++;
      };
      const left = points.map((point, n) => ({ point, n }));
      const worker = async (): Promise<void> => {
        for (let next = left.shift(); next !== undefined; next = left.shift()) await tryOne(next.point, next.n);
      };
      await Promise.all([worker(), worker()]);
      // Most points lie inside the run: a journal that kept nothing would come to the same, too.
      expect(restored).toBeGreaterThan(points.length / 2);
    },
  );

  it('again and again, while it is restored too, comes to the same', { timeout: 120_000 }, async () => {
    const dice = seeded(SEED + 1);
    const state = stateIn(cwd, 'again');
    let kills = 0;
    for (let n = 0; n < 12; n++) {
      if (!(await killAfter(cwd, state, SLOW, 150 + dice() * 500))) break;
      kills++;
    }
    expect(kills).toBeGreaterThan(3);
    expect(await goOn(state)).toEqual(whole);
  });
});

/** Forty bars a second: it is killed in the middle of its bars. */
const SLOW = ['run', '--dry', '--feed', 'csv:bars', '--risk', 'none', '--speed', '144000x', '--format', 'json'];
