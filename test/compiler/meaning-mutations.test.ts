import { describe, expect, it } from 'vitest';
import { meaningOf } from '../../engine/compiler/meaning/meaning.ts';
import { parseRisk, parseStrategy } from '../../engine/documents/load.ts';
import { compiled, SHIPPED, told } from './meaning-rules.ts';

type Step = string | number;
interface Mutant {
  readonly path: readonly Step[];
  readonly value: unknown;
}

const OTHER_WORDS: Readonly<Record<string, readonly string[]>> = {
  timeframe: ['30m', '15m', '2h'],
  trigger: ['while_true', 'on_rise'],
  scope: ['account', 'strategy', 'symbol'],
  action: ['pause_entries', 'flatten', 'halt'],
  until: ['manual', 'next_session', '2d'],
  cooldown: ['7 bars'],
  time_stop: ['31 bars'],
  entries_from: ['45m after open'],
  entries_until: ['65m before close'],
  flat_by: ['60m before close'],
  type: ['market', 'limit'],
  id: ['another_name'],
  description: ['something else'],
  capital: ['25% of account'],
};

/** Another value of the same kind for a scalar: what a person could have typed there. */
function others(path: readonly Step[], value: unknown): readonly unknown[] {
  if (typeof value === 'boolean') return [!value];
  if (typeof value === 'number') return [value + 1, value * 2, value / 2];
  if (typeof value !== 'string') return [];
  const name = String(path.findLast((step) => typeof step === 'string'));
  const words = OTHER_WORDS[name]?.filter((word) => word !== value) ?? [];
  // An expression with another number in it.
  const numbers = [...value.matchAll(/\b\d+(?:\.\d+)?\b/g)].map(
    (found) => value.slice(0, found.index) + String(Number(found[0]) + 1) + value.slice(found.index + found[0].length),
  );
  const turned = value.includes(' > ') ? [value.replace(' > ', ' >= ')] : [];
  return [...words, ...numbers, ...turned];
}

function* mutants(value: unknown, path: readonly Step[] = []): Generator<Mutant> {
  if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value))
      yield* mutants(inner, [...path, Array.isArray(value) ? Number(key) : key]);
    return;
  }
  for (const other of others(path, value)) yield { path, value: other };
}

function replaced(value: unknown, path: readonly Step[], by: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return by;
  if (Array.isArray(value)) return value.map((one, index) => (index === step ? replaced(one, rest, by) : one));
  const map = value as Record<string, unknown>;
  return { ...map, [step]: replaced(map[step], rest, by) };
}

/** The path under which the change must be told: rules by their id, lists that are one thing whole. */
function expectedPath(value: unknown, path: readonly Step[]): string {
  if (path[0] === 'tests' || path[0] === 'symbols') return String(path[0]);
  let here = value;
  let text = '';
  let depth = 0;
  for (const step of path) {
    const inner = (here as Record<Step, unknown>)[step];
    if (text.endsWith('when') || (path[0] === 'conditions' && depth === 2)) break;
    if (typeof step === 'string') text += text === '' ? step : `.${step}`;
    else if (text.endsWith('rules') || text === 'circuit_breakers') text += `.${(inner as { id: string }).id}`;
    else text += `[${step}]`;
    here = inner;
    depth++;
  }
  return path[0] === 'params' ? text.replace(/\.value$/, '') : text;
}

describe.each([...SHIPPED.keys()])('every field of %s', (name) => {
  const text = SHIPPED.get(name)!;
  const parsed = name === 'risk.yaml' ? parseRisk({ path: name, text }) : parseStrategy({ path: name, text });
  const value = parsed.document!.value;
  const old = compiled(new Map([[name, text]]))!;
  // Of the stories in `tests:` a few stand for all: they are one field.
  const stories = [...mutants(value)].filter(({ path }) => path[0] === 'tests').slice(0, 6);
  const rules = [...mutants(value)].filter(({ path }) => path[0] !== 'tests');
  const tried = [...rules, ...stories].flatMap((mutant) => {
    const json = JSON.stringify(replaced(value, mutant.path, mutant.value));
    const next = compiled(new Map([[name, json]]));
    return next === undefined ? [] : [{ ...mutant, next }];
  });

  it('is the same when it is written as JSON', () => {
    expect(told(meaningOf(old, compiled(new Map([[name, JSON.stringify(value)]]))!))).toEqual([]);
  });

  it('gives exactly one change, with its path, when it is edited', () => {
    const wrong = tried.flatMap(({ path, value: to, next }) => {
      const found = told(meaningOf(old, next));
      const id = path.at(-1) === 'id';
      const paths = meaningOf(old, next).changes.map((change) => change.path);
      const expected = expectedPath(value, path);
      // An id is what the rest is matched by: another one is another thing.
      const fits = id ? found.length === (path[0] === 'exit' ? 1 : 2) : paths.length === 1 && paths[0] === expected;
      return fits ? [] : [`${expected} = ${JSON.stringify(to)}: ${JSON.stringify(found)}`];
    });
    expect(wrong).toEqual([]);
    expect(tried.length).toBeGreaterThan(15);
    const fields = new Set(tried.map(({ path }) => path.join('.')));
    expect(fields.size).toBeGreaterThanOrEqual(12);
  });

  it('does not loosen both ways', () => {
    const certain = tried.flatMap(({ path, value: to, next }) => {
      const there = meaningOf(old, next).losses.filter((loss) => loss.certain);
      const back = meaningOf(next, old).losses.filter((loss) => loss.certain);
      const both = there.filter(({ path: lost }) => back.some((other) => other.path === lost));
      if (path.at(-1) === 'id') return [];
      return both.map((loss) => `${path.join('.')} = ${JSON.stringify(to)}: ${loss.path}`);
    });
    expect(certain).toEqual([]);
  });
});

describe('the shipped rules', () => {
  it('differ in nothing from themselves', () => {
    const rules = compiled(SHIPPED)!;
    const again = compiled(SHIPPED)!;
    expect(meaningOf(rules, again)).toEqual({
      from: 'r',
      to: 'r',
      changes: [],
      losses: [],
      unchanged: { strategies: 5, breakers: 6, limits: 6 },
    });
  });

  it('differ in nothing from themselves without comments, in another order of keys', () => {
    const turned = [...SHIPPED].map(([name, text]): [string, string] => {
      const value = (name === 'risk.yaml' ? parseRisk : parseStrategy)({ path: name, text }).document!.value;
      const keys = Object.entries(value).toReversed();
      return [name, JSON.stringify(Object.fromEntries(keys))];
    });
    expect(told(meaningOf(compiled(SHIPPED)!, compiled(new Map(turned))!))).toEqual([]);
  });
});
