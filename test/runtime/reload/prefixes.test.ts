import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { ReloadEvent } from '../../../engine/runtime/reload/events.ts';
import type { Policy } from '../../../engine/runtime/reload/policy.ts';
import { createReloader } from '../../../engine/runtime/reload/reloader.ts';
import { type Gathered, prepareWorkspace } from '../../../engine/runtime/workspace.ts';
import { ROOT } from '../../house/sources.ts';
import { protectionsLost } from './protections.ts';
import { gatheredOf, virtualClock } from './world.ts';

const options = { dir: ROOT };
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const RISK = 'risk.yaml';
const STRATEGIES = readdirSync(join(ROOT, 'strategies.d'))
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => `strategies.d/${name}`);

/** A workspace of one strategy and the limits, in memory. */
const workspaceOf = (texts: Readonly<Record<string, string>>): Gathered => gatheredOf(new Map(Object.entries(texts)));

type Yaml = Readonly<Record<string, unknown>>;
const entries = (value: unknown): [string, unknown][] => Object.entries((value ?? {}) as Yaml);

/**
 * The exits of a document, `1 bar` told as `1 bars`. A trailing stop whose cut lacks `activate_at_pct` protects from the entry
 * on, which is sooner, so that key is left out of the comparison with it.
 */
function exitOf({ exit }: Yaml, cut: Yaml): unknown {
  const trailing = (document: Yaml): Yaml | undefined => (document.exit as Yaml | undefined)?.trailing_stop as Yaml;
  const sooner = trailing(cut) != null && !('activate_at_pct' in trailing(cut)!);
  return JSON.parse(
    JSON.stringify(exit ?? null, (key, value: unknown) => {
      if (key === 'activate_at_pct' && sooner) return undefined;
      return typeof value === 'string' ? value.replace(/^(\d+) bars?$/, '$1 bars') : value;
    }),
  );
}

/** Plainly from the YAML: what `whole` says and `part` does not, of all that protects. */
function missing(path: string, whole: string, part: string): string[] {
  const [full, cut] = [parse(whole) as Yaml, parse(part) as Yaml];
  const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  if (path !== RISK) {
    const others = ['id', 'session', 'capital'].filter((key) => !same(full[key], cut[key]));
    return same(exitOf(full, cut), exitOf(cut, cut)) ? others : [...others, 'exit'];
  }
  const breakers = (cut.circuit_breakers ?? []) as unknown[];
  return [
    ...entries(full.limits)
      .filter(([name, value]) => (cut.limits as Yaml | undefined)?.[name] !== value)
      .map(([name]) => name),
    ...(full.circuit_breakers as Yaml[])
      .filter((breaker) => !breakers.some((other) => same(other, breaker)))
      .map(({ id }) => String(id)),
  ];
}

interface Told {
  readonly events: readonly ReloadEvent<string>[];
  /** Texts that came to run. */
  readonly ran: readonly string[];
}

/** Each text saved in turn over the shipped file, which is put back in between; a minute and a half for each. */
async function saved(path: string, texts: readonly string[], policy: Policy): Promise<Told[]> {
  const strategy = path === RISK ? STRATEGIES[0]! : path;
  const shipped = { [strategy]: read(strategy), [RISK]: read(RISK) };
  const running = prepareWorkspace(options, workspaceOf(shipped));
  expect(running.ruleset).toBeDefined();
  const told: Told[] = [];
  for (const text of texts) {
    const clock = virtualClock();
    const events: ReloadEvent<string>[] = [];
    const ran: string[] = [];
    const gathered = workspaceOf({ ...shipped, [path]: text });
    const reloader = createReloader<string>({
      options,
      running,
      prepare: () => prepareWorkspace(options, gathered),
      losses: protectionsLost,
      apply(next) {
        ran.push(next.files.find((file) => file.path === path)!.text);
        return Promise.resolve({ kind: 'applied', report: '' });
      },
      tell: (event) => events.push(event),
      policy: () => policy,
      times: { repeatMs: 3_600_000 },
      clock,
      read: () => gathered,
    });
    reloader.touched();
    await clock.advance(90_000);
    await reloader.close();
    told.push({ events, ran });
  }
  return told;
}

/**
 * Every strict prefix. The `tests:` of a strategy come last, and a cut in them leaves the rules whole: of those cuts every
 * ninth and the ends of lines will do; with FC_SEED set, as `npm run fuzz` sets it, all are tried.
 */
function prefixes(text: string): string[] {
  const rules = process.env.FC_SEED === undefined ? text.indexOf('\ntests:') : -1;
  const ends = Array.from({ length: text.length }, (_, end) => end);
  const kept = rules < 0 ? ends : ends.filter((end) => end < rules || end % 9 === 0 || text[end - 1] === '\n');
  return kept.map((end) => text.slice(0, end));
}

describe('of a file that is only half written', { timeout: 300_000 }, () => {
  it.each([...STRATEGIES, RISK])('%s: no prefix takes a protection away', async (path) => {
    const whole = read(path);
    const parts = prefixes(whole);
    const told = await saved(path, parts, 'approve');
    const count = { refused: 0, waiting: 0, applied: 0 };
    for (const [index, { events, ran }] of told.entries()) {
      const at = parts[index]!.length;
      const [last] = events;
      expect(events.length, `the first ${at} characters`).toBe(1);
      if (last?.kind === 'refused' || last?.kind === 'waiting' || last?.kind === 'applied') count[last.kind]++;
      for (const text of ran) expect(missing(path, whole, text), `the first ${at} characters`).toEqual([]);
      expect(ran.length).toBe(last?.kind === 'applied' ? 1 : 0);
    }
    expect(count.refused + count.waiting + count.applied).toBe(parts.length);
    // A cut is not always a mistake: that is why a loss has to wait.
    expect(count.refused).toBeGreaterThan(100);
    expect(count.waiting).toBeGreaterThan(3);
    expect(count.applied).toBeGreaterThan(path === RISK ? 0 : 10);
  });

  it.each([...STRATEGIES, RISK])(
    '%s: with `loosening: grace` a cut inside a line is never taken for its age',
    async (path) => {
      const whole = read(path);
      const ends = [...whole.matchAll(/\n/g)].flatMap(({ index }) => [index, index + 1]);
      const parts = ends.map((end) => whole.slice(0, end)).filter((part) => part !== whole);
      let losing = 0;
      for (const { events, ran } of await saved(path, parts, 'grace')) {
        for (const text of ran) {
          if (missing(path, whole, text).length === 0) continue;
          losing++;
          expect(text.endsWith('\n')).toBe(true);
          expect(events.map(({ kind }) => kind)).toEqual(['waiting', 'applied']);
          expect(events[1]).toMatchObject({ consent: 'grace' });
        }
      }
      expect(losing).toBeGreaterThan(0);
    },
  );
});
