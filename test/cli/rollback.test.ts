import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { run } from '../../engine/cli/run.ts';
import type { Terminal } from '../../engine/cli/terminal.ts';
import { styleOf } from '../../engine/report/style.ts';
import { engine, folder } from './engine.ts';
import { bars, outcome } from './killed.ts';
import { documentOf } from './saves.ts';

/** A ruleset with this description is sound, takes over and throws on its third bar: a fault of the engine that only it meets. */
const THROWS = 'description: throws\n';

vi.mock('../../engine/runtime/session.ts', async (original) => {
  const real = await original<typeof import('../../engine/runtime/session.ts')>();
  return {
    ...real,
    *sessionSteps(...given: Parameters<typeof real.sessionSteps>) {
      const session = yield* real.sessionSteps(...given);
      if (!given[0].strategies.some(({ document }) => document.value.description === 'throws')) return session;
      let bars = 0;
      return Object.create(session, {
        advance: {
          value(instants: number) {
            bars += instants;
            if (bars > 2) throw new TypeError('no number of that name');
            return session.advance(instants);
          },
        },
      });
    },
  };
});

let place: ReturnType<typeof folder>;
let cwd = '';
let file = '';
beforeEach(() => {
  place = folder();
  cwd = place.path;
  file = join(cwd, 'strategies.d', 'wave.yaml');
  mkdirSync(join(cwd, 'strategies.d'));
  mkdirSync(join(cwd, 'bars'));
  writeFileSync(join(cwd, 'bars', 'WAVE.csv'), bars(4_000));
});
afterEach(() => place.remove());

const text = (below: number): string => documentOf({ length: 5, below, shares: 10 });

/** Runs in this process, where rules can be made to throw. */
function start(...more: (readonly [string, string | true])[]) {
  const seen = { out: '', err: '' };
  const stop = new AbortController();
  const terminal: Terminal = {
    outTty: false,
    errTty: false,
    errRedraws: false,
    width: 160,
    errWidth: 160,
    style: styleOf(false),
    errStyle: styleOf(false),
    out: (words) => {
      seen.out += words;
    },
    err: (words) => {
      seen.err += words;
    },
    async stream(pieces) {
      for (const piece of pieces) seen.out += piece;
    },
    wrapsPushCursor: false,
    errSize: () => ({ columns: 80, rows: 24 }),
    onResize: () => () => {},
    lay: () => {},
    leave: () => {},
    gone: () => false,
    onGone: () => {},
  };
  const flags = {
    dry: true as const,
    feed: `csv:${join(cwd, 'bars')}`,
    workspace: cwd,
    format: 'json',
    // Three hundred bars a second.
    speed: '1080000x',
    ...Object.fromEntries(more),
  };
  const ended = run({ positionals: [], flags, terminal, interruption: () => stop.signal });
  const until = async (words: RegExp): Promise<void> => {
    for (let n = 0; n < 800 && !words.test(seen.err); n++) await sleep(20);
    expect(seen.err).toMatch(words);
  };
  return { seen, stop, ended, until };
}

describe.each([
  ['with a journal', true],
  ['without one', false],
] as const)('rules that throw in their first bars, %s', (_, kept) => {
  it('are taken back by the engine itself, which goes on with those before them', { timeout: 90_000 }, async () => {
    const state = join(cwd, 'state');
    writeFileSync(file, text(80));
    const running = start(kept ? ['state', state] : ['no-journal', true]);
    await running.until(/, rules \w{7}\.$/m);
    await sleep(500);
    writeFileSync(file, `${THROWS}${text(85)}`);
    await running.until(
      /^reload ROLLED BACK [0-9a-f]{7} → [0-9a-f]{7}: TypeError: no number of that name at instant \d+ \(after 20\d\d-\S+Z\); the files on disk do not run$/m,
    );
    await running.until(
      /reload REFUSED [0-9a-f]{7}, which is sound: .* it threw: TypeError: no number of that name;\s+still\s+running [0-9a-f]{7} \(STALE/,
    );
    const [, bad, former] = /ROLLED BACK (\w{7}) → (\w{7})/.exec(running.seen.err)!;
    expect(running.seen.err).toContain(`reload ${former} → ${bad}`);
    await sleep(400);
    expect(running.seen.err.match(/ROLLED BACK/g)).toHaveLength(1);
    writeFileSync(file, text(90));
    await running.until(new RegExp(`^reload ${former} → \\w{7} `, 'm'));
    expect(await running.ended).toBe(0);
    const came = outcome(running.seen.out) as { trades: unknown[]; data: { barsUsed: number } };
    expect(came.trades.length).toBeGreaterThan(10);
    if (!kept) return;
    const env = { ENGINE_STATE: state };
    const listed = await engine(['replay', '--format', 'json'], { cwd, env });
    const { sessions } = JSON.parse(listed.stdout) as { sessions: { name: string; state: string; instants: number }[] };
    expect(sessions).toMatchObject([{ state: 'complete', instants: came.data.barsUsed }]);
    const replay = await engine(['replay', '--format', 'json', sessions[0]!.name], { cwd, env });
    expect(JSON.parse(replay.stdout), replay.stderr).toMatchObject({ same: true });
  });
});
