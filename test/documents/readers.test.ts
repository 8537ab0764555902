import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readWithLibrary } from '../../engine/documents/library-reader.ts';
import { parseStrategy } from '../../engine/documents/load.ts';
import { toValue, type YamlNode } from '../../engine/documents/node.ts';
import { readPlain } from '../../engine/documents/plain-reader.ts';
import { embedded } from '../../engine/documents/scalar.ts';
import { readYaml } from '../../engine/documents/yaml.ts';

const bad = join(import.meta.dirname, '../fixtures/bad');
const root = join(import.meta.dirname, '../..');
const texts = [
  ...readdirSync(bad).map((name) => readFileSync(join(bad, name), 'utf8')),
  ...readdirSync(join(root, 'strategies.d')).map((name) => readFileSync(join(root, 'strategies.d', name), 'utf8')),
];

const shape = (node: YamlNode): unknown =>
  node.kind === 'scalar'
    ? [node.start, node.end, String(node.value), node.text, node.style]
    : node.kind === 'list'
      ? [node.start, node.end, node.flow, node.items.map(shape)]
      : [node.start, node.end, node.flow, node.entries.map((entry) => [shape(entry.key), shape(entry.value)])];

/** 1 when the plain reader took the text; then both must have seen the same tree. */
function agree(text: string): number {
  const file = { path: 'a.yaml', text };
  const plain = readPlain(file);
  if (!plain) return 0;
  const library = readWithLibrary(file);
  expect(library.diagnostics, text).toEqual([]);
  expect(shape(plain)).toEqual(library.root && shape(library.root));
  return 1;
}

const BITS = [
  ' ',
  '\n',
  '\n  ',
  ':',
  ': ',
  '- ',
  '-',
  '#',
  ' #',
  '"',
  "'",
  '[',
  ']',
  '{',
  ',',
  'a',
  '1',
  '>',
  '|',
  '&',
  '*',
  '!',
  '? ',
  '\t',
  '~',
  '.5',
  '---\n',
  '- - ',
  'é',
  '\r\n',
];

describe('the two readers', () => {
  it('see the same tree in every file here', () => {
    expect(texts.reduce((sum, text) => sum + agree(text), 0)).toBeGreaterThan(60);
  });

  it('take brackets in a comment for no brackets', () => {
    const many = '['.repeat(130);
    expect(agree(`a: 1\n# ${many}\nb: 2 # ${many}\n`)).toBe(1);
  });

  it('see the same tree in damaged files, whenever the plain one takes them', () => {
    let taken = 0;
    const edit = fc.tuple(fc.nat(100_000), fc.constantFrom(...BITS), fc.nat(4));
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.array(edit, { minLength: 1, maxLength: 3 }), (text, edits) => {
        let damaged = text;
        for (const [at, bit, cut] of edits) {
          const where = at % damaged.length;
          damaged = damaged.slice(0, where) + bit + damaged.slice(where + cut);
        }
        taken += agree(damaged);
      }),
      { numRuns: 3000 },
    );
    expect(taken).toBeGreaterThan(100);
  });
});

describe('any text', () => {
  it('gets findings inside it and no exception', () => {
    const soup = fc
      .array(fc.constantFrom(...BITS, 'id', 'entry', 'when', 'symbols', 'all'), { maxLength: 60 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(soup, fc.string({ unit: 'binary', maxLength: 80 })), (text) => {
        const { document, diagnostics } = parseStrategy({ path: 'a.yaml', text });
        expect(document).toBeUndefined();
        expect(diagnostics.length).toBeGreaterThan(0);
        for (const { span } of diagnostics) {
          expect(span?.start).toBeGreaterThanOrEqual(0);
          expect(span?.start).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['[', 'E032'],
    ['{', 'E032'],
    ['{a: ', 'E032'],
    ['- ', 'E032'],
    ['? ', 'E032'],
    ['a: ', 'E032'],
    ['\n', 'E005'],
    ['"', 'E018'],
    ['*a ', 'E024'],
    ['%a\n', 'E041'],
    ['---\n', 'E006'],
    [']', 'E017'],
    ['\0', 'E004'],
    ['word ', 'E007'],
    ['a: [\n', 'E032'],
    ['`', 'E027'],
  ])('made of %j alone is one finding', (bit, code) => {
    const text = bit.repeat(Math.floor(30_000 / bit.length));
    expect(parseStrategy({ path: 'a.yaml', text }).diagnostics.map((diagnostic) => diagnostic.code)).toEqual([code]);
  });

  it('that is too long is refused before it is read', () => {
    expect(readYaml({ path: 'a', text: 'a: 1\n'.repeat(100_000) }).diagnostics.map((found) => found.code)).toEqual([
      'E002',
    ]);
  });

  it('whose aliases multiply is refused', () => {
    const levels = 'bcdefghi'.split('').map((name, i) => `${name}: &${name} [${`*${'abcdefgh'[i]},`.repeat(9)}]`);
    const text = `a: &a [x, x, x, x, x, x, x, x, x]\n${levels.join('\n')}\n`;
    expect(readYaml({ path: 'a', text }).diagnostics.map((found) => found.code)).toEqual(['E029']);
  });

  it('that is not YAML in an unusual way is E049', () => {
    expect(readYaml({ path: 'a', text: 'a: [x] [y]\n' }).diagnostics.map((found) => found.code)).toEqual(['E049']);
  });
});

describe('values', () => {
  it('follow YAML 1.2: yes is text, 1e3 a number, 2024-01-01 text', () => {
    const { root: map } = readYaml({
      path: 'a',
      text: 'a: yes\nb: 1e3\nc: 2024-01-01\nd: ~\ne: TRUE\nf: 1_000\ng: "5"\nh: .5\n',
    });
    expect(map && toValue(map)).toEqual({
      a: 'yes',
      b: 1000,
      c: '2024-01-01',
      d: null,
      e: true,
      f: '1_000',
      g: '5',
      h: 0.5,
    });
  });

  it('have no prototype', () => {
    const { root: map } = readYaml({ path: 'a', text: 'params:\n  a: 1\n' });
    expect(Object.getPrototypeOf((map && (toValue(map) as { params: object }))?.params)).toBeNull();
  });

  it.each([
    ['when: close > open\n', 'open'],
    ["when: 'it''s > open'\n", 'open'],
    ['when: "a \\"b\\" > open"\n', 'open'],
    ['when: >-\n  close\n  > open\n', 'open'],
    ['when: |\n  close >\n    open\n', 'open'],
    ['when: close\n  > open\n', 'open'],
  ])('lead back to the file: %j', (text, word) => {
    const { root: map } = readYaml({ path: 'a', text });
    const node = map?.entries[0]?.value;
    if (node?.kind !== 'scalar') throw new Error('not a scalar');
    const expression = embedded(node);
    const start = expression.text.indexOf(word);
    const span = expression.toFile({ start, end: start + word.length });
    expect(text.slice(span.start, span.end)).toBe(word);
  });
});
