import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { checkDefinition, checkExpression } from '../../engine/expressions/check.ts';
import { parseExpression } from '../../engine/expressions/parse.ts';
import { secondReaderAgrees } from '../../engine/expressions/second-reader.ts';
import { isError } from '../../engine/expressions/severity.ts';
import type { CheckResult, Meaning } from '../../engine/expressions/tree.ts';
import { FAKE_CATALOGUE, NAMES, SCOPE, scopeOf } from './world.ts';

const PROTOTYPE = Object.getOwnPropertyNames(Object.prototype).sort();

afterEach(() => {
  expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(PROTOTYPE);
});

/** Texts that broke expr-eval's evaluator or other readers of expressions, and their kin. */
const ATTACKS: readonly string[] = [
  // CVE-2025-13204 (GHSA-8gw3-rxh4-v6jx): prototype pollution through inherited names
  'Object=constructor;a=Object.fromEntries([["a","polluted"]]);Object.assign(__proto__, a)',
  '__proto__ = 1',
  '__proto__.polluted = 1',
  'constructor.prototype.polluted = 1',
  'o = constructor; o.assign(__proto__, o.fromEntries([["polluted", 1]])) > 0',
  // CVE-2025-12735 (GHSA-jc85-fpwf-qm7x): calling functions that were never offered
  'exec("id") > 0',
  'f(x) = x.constructor("return process")()',
  'constructor.constructor("return process.exit(1)")() > 0',
  'toString.constructor("return 1")() > 0',
  'close.constructor("return 1")() > 0',
  'require("fs") > 0',
  'import("fs") > 0',
  'eval("1") > 0',
  'constructor > 1',
  'constructor(1) > 1',
  'toString() > 1',
  'hasOwnProperty("a") > 1',
  'hasOwnProperty > 1',
  'valueOf() > 1',
  'close.__proto__ > 1',
  'close.constructor > 1',
  'bands.constructor > 1',
  'bands.__proto__ > 1',
  'day.__proto__.x > 1',
  '__defineGetter__("a", close) > 1',
  'map(a[0]) > 1',
  'map(f, [1, 2]) > 1',
  'fold(f, 0, [1]) > 0',
  'a[0] = 1',
  'close["constructor"] > 1',
  "close['__proto__'] > 1",
  'close[close] > 1',
  '[[[[]]]]',
  'random() > 0.5',
  'x = 1; x > 0',
  'close > 1; close > 2',
  ';;;;',
  '()',
  '(((',
  'a ? b ? c',
  'not not not',
  'and and and',
  '\u0000close > 1',
  'close > 1\u2028',
  '\ud800 > 1',
  '💥 > 1',
  '/* close > 1',
  '`close` > 1',
  ['$', '{close} > 1'].join(''),
  `"${'a'.repeat(3000)}`,
  '1e309 > 1',
  '9'.repeat(400),
  `close > ${'1.'.repeat(1000)}`,
  'x'.repeat(100_000),
  '1+'.repeat(50_000),
  'close > open and '.repeat(6_000),
  '('.repeat(10_000),
  `${'('.repeat(10_000)}close > 1${')'.repeat(10_000)}`,
  'f('.repeat(1_300),
  'abs('.repeat(900),
  '-'.repeat(3_999),
  `${'-'.repeat(3_000)}close > 1`,
  `${'not '.repeat(900)}uptrend`,
  `${'2 ^ '.repeat(900)}2 > 1`,
  `${'uptrend ? 1 : '.repeat(250)}2 > 1`,
  `close${'[1]'.repeat(900)} > 1`,
  `close${'.a'.repeat(1_500)} > 1`,
];

function expectSound(text: string, result: CheckResult): void {
  const errors = result.findings.filter((finding) => isError(finding.code));
  expect(result.tree === undefined).toBe(errors.length > 0);
  for (const { span } of result.findings) {
    expect(span.start).toBeGreaterThanOrEqual(0);
    expect(span.end).toBeGreaterThanOrEqual(span.start);
    expect(span.end).toBeLessThanOrEqual(text.length);
  }
}

describe('hostile texts', () => {
  it.each(ATTACKS.map((text) => [text.length > 60 ? `${text.slice(0, 40)}... (${text.length})` : text, text]))(
    '%j is a finding',
    (_, text) => {
      const result = checkExpression(text, SCOPE, 'condition', FAKE_CATALOGUE);
      expectSound(text, result);
      expect(result.tree).toBeUndefined();
      for (const finding of result.findings) expect(finding.message.length).toBeLessThan(400);
    },
  );

  it('names that double one another are refused before they are written out', () => {
    const names = new Map<string, Meaning>(NAMES);
    let codes: readonly string[] = [];
    names.set('n0', NAMES.get('close')!);
    for (let i = 1; i <= 60 && codes.length === 0; i += 1) {
      const { tree, findings } = checkDefinition(`n${i - 1} + n${i - 1}`, scopeOf(names), FAKE_CATALOGUE);
      codes = findings.map((finding) => finding.code);
      if (tree) names.set(`n${i}`, { kind: 'tree', tree });
    }
    expect(codes).toEqual(['E205']);
  });
});

const WORDS = [
  'close',
  'open',
  'volume',
  'ma',
  'bands',
  'bands.upper',
  'day',
  'day.close',
  'uptrend',
  'length',
  'loss',
  'time',
  'weekday',
  'position.side',
  'sma',
  'rsi',
  'max',
  'abs',
  'between',
  'crosses_above',
  'bars_since',
  'prev',
  'opening_high',
  'constructor',
  '__proto__',
  'toString',
  '(',
  ')',
  '[',
  ']',
  ',',
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  '>',
  '<',
  '>=',
  '<=',
  '==',
  '!=',
  '=',
  '?',
  ':',
  '.',
  ';',
  '!',
  '&&',
  '||',
  '{',
  '}',
  'and',
  'or',
  'not',
  'in',
  'AND',
  'is',
  '"mon"',
  '"10:30"',
  '"long"',
  '"30m"',
  "'",
  '"',
  '1',
  '20',
  '0',
  '0.5',
  '1e3',
  '5.',
  '10m',
  '≥',
  '−',
  '\n',
  '//',
];

describe('any text at all', () => {
  const soup = fc
    .array(fc.constantFrom(...WORDS), { maxLength: 30 })
    .chain((words) => fc.constantFrom(' ', '').map((gap) => words.join(gap)));
  const noise = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.string({ maxLength: 60 }),
  );

  it('gets a tree or findings inside it', () => {
    let trees = 0;
    fc.assert(
      fc.property(fc.oneof(soup, noise), fc.constantFrom('number' as const, 'condition' as const), (text, wanted) => {
        const result = checkExpression(text, SCOPE, wanted, FAKE_CATALOGUE);
        expectSound(text, result);
        if (result.tree) trees += 1;
      }),
      { numRuns: 20_000 },
    );
    expect(trees).toBeGreaterThan(50);
  });

  it('that one reader accepts the other reads the same', () => {
    let accepted = 0;
    fc.assert(
      fc.property(soup, (text) => {
        const { tree } = parseExpression(text, () => true);
        if (tree === undefined) return;
        accepted += 1;
        expect(secondReaderAgrees(text, tree)).toBe(true);
      }),
      { numRuns: 20_000 },
    );
    expect(accepted).toBeGreaterThan(200);
  });
});

describe('the second reader', () => {
  const read = (text: string) => parseExpression(text, () => true).tree!;

  it('sees through a tree that is not the text', () => {
    expect(secondReaderAgrees('1 - 2 - 3', read('1 - 2 - 3'))).toBe(true);
    expect(secondReaderAgrees('1 - 2 - 3', read('1 - (2 - 3)'))).toBe(false);
    expect(secondReaderAgrees('a and b or c', read('a and (b or c)'))).toBe(false);
    expect(secondReaderAgrees('f(a, b)', read('f(b, a)'))).toBe(false);
    expect(secondReaderAgrees('a.b > 1', read('a.c > 1'))).toBe(false);
    expect(secondReaderAgrees('x[1]', read('x[2]'))).toBe(false);
    expect(secondReaderAgrees('x = 1', read('x == 1'))).toBe(false);
  });
});
