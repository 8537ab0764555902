import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explainShape } from '../../engine/documents/explain.ts';
import { isRisk, isStrategy } from '../../engine/documents/generated/validators.mjs';
import { parseRisk, parseStrategy } from '../../engine/documents/load.ts';
import { type MapNode, toValue, type YamlNode } from '../../engine/documents/node.ts';
import { didYouMean, editDistance } from '../../engine/documents/suggest.ts';
import { readYaml } from '../../engine/documents/yaml.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const strategies = readdirSync(join(root, 'strategies.d')).map((name) => read(`strategies.d/${name}`));
const risk = read('risk.yaml');

const scalar = (value: string | number | boolean | null): YamlNode => ({
  kind: 'scalar',
  file: { path: '', text: String(value) },
  start: 0,
  end: 1,
  value,
  text: String(value ?? ''),
  style: 'plain',
});

/** The tree with the value at the n-th place replaced. */
function replace(node: YamlNode, at: { left: number }, by: YamlNode): YamlNode {
  if (at.left-- === 0) return by;
  if (node.kind === 'list') return { ...node, items: node.items.map((item) => replace(item, at, by)) };
  if (node.kind === 'map')
    return { ...node, entries: node.entries.map((entry) => ({ key: entry.key, value: replace(entry.value, at, by) })) };
  return node;
}

const size = (node: YamlNode): number =>
  1 +
  (node.kind === 'list'
    ? node.items.reduce((sum, item) => sum + size(item), 0)
    : node.kind === 'map'
      ? node.entries.reduce((sum, entry) => sum + size(entry.value), 0)
      : 0);

describe('the words for a wrong shape', () => {
  it('are found exactly when the precompiled validator refuses', () => {
    let refused = 0;
    const values = fc.constantFrom<YamlNode>(
      scalar('text'),
      scalar(5),
      scalar(-1),
      scalar(1e6),
      scalar(true),
      scalar(null),
      scalar(''),
      scalar('5 bars'),
      scalar('long'),
      scalar(1.5),
      { kind: 'list', file: { path: '', text: '' }, start: 0, end: 0, flow: true, items: [] },
      { kind: 'map', file: { path: '', text: '' }, start: 0, end: 0, flow: true, entries: [] },
      { kind: 'list', file: { path: '', text: '' }, start: 0, end: 0, flow: true, items: [scalar('x'), scalar('x')] },
    );
    fc.assert(
      fc.property(fc.constantFrom(...strategies, risk), fc.nat(100_000), values, (text, at, by) => {
        const kind = text === risk ? 'risk' : 'strategy';
        const whole = readYaml({ path: '', text }).root as MapNode;
        const tree = replace(whole, { left: 1 + (at % (size(whole) - 1)) }, by) as MapNode;
        const valid = (kind === 'risk' ? isRisk : isStrategy)(toValue(tree));
        const found = explainShape(kind, tree, { broken: new Set(), partial: false });
        if (!valid) refused++;
        expect(found.length > 0, JSON.stringify(toValue(tree))).toBe(!valid);
      }),
      { numRuns: 1500 },
    );
    expect(refused).toBeGreaterThan(300);
  });

  it('accept what ships', () => {
    for (const text of strategies) expect(parseStrategy({ path: 'a.yaml', text }).diagnostics).toEqual([]);
    expect(parseRisk({ path: 'risk.yaml', text: risk }).diagnostics).toEqual([]);
  });
});

describe('did you mean', () => {
  it.each([
    ['slwo', 'slow', 1],
    ['kitten', 'sitting', 3],
    ['ca', 'abc', 3],
    ['', 'abc', 3],
    ['same', 'same', 0],
  ] as const)('%s → %s is %d edits', (a, b, edits) => {
    expect(editDistance(a, b)).toBe(edits);
  });
  it('keeps silent when nothing is near', () => {
    expect(didYouMean('wibble', ['timeframe', 'symbols'])).toBeUndefined();
    expect(didYouMean('StopLoss', ['stop_loss', 'time_stop'])).toBe('stop_loss');
  });
});

describe('extends', () => {
  const base = {
    path: 'strategies.d/_base.yaml',
    text: 'symbols: [AAPL]\ntimeframe: 1h\ncapital: 5000\nparams:\n  a: 1\n  b: 2\nentry:\n  long:\n    when: close > open\n    size:\n      shares: 5\nexit:\n  when: close < open\n',
  };
  const child = {
    path: 'strategies.d/c.yaml',
    text: 'extends: _base.yaml\nid: c\nparams:\n  b: 3\nentry:\n  long:\n    size:\n      purse_pct: 10\n',
  };
  it('takes over keys, overrides single ones, and points into the file each came from', () => {
    const { document, diagnostics } = parseStrategy(child, new Map([['_base.yaml', base]]));
    expect(diagnostics).toEqual([]);
    expect(document?.value.params).toEqual({ a: 1, b: 3 });
    expect(document?.value.entry.long?.size).toEqual({ purse_pct: 10 });
    expect(document?.source(['entry', 'long', 'when'])).toBe(base);
    expect(document?.source(['params', 'b'])).toBe(child);
    const span = document?.valueSpan(['entry', 'long', 'when']);
    expect(base.text.slice(span?.start, span?.end)).toBe('close > open');
  });
  it('refuses circles', () => {
    const a = { path: 'a.yaml', text: 'extends: b.yaml\nid: a\n' };
    const b = { path: 'b.yaml', text: 'extends: a.yaml\nid: b\n' };
    const siblings = new Map([
      ['a.yaml', a],
      ['b.yaml', b],
    ]);
    expect(parseStrategy(a, siblings).diagnostics.map((found) => found.code)).toEqual(['E043']);
  });
  it('checks templates for what they hold', () => {
    expect(parseStrategy(base).diagnostics).toEqual([]);
    expect(parseStrategy({ path: '_x.yaml', text: 'timeframe: 60m\n' }).diagnostics.map((found) => found.code)).toEqual(
      ['E106'],
    );
  });
});
