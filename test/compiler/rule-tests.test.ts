import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TEST_CODES } from '../../engine/documents/codes/tests.ts';
import { BLOCKERS } from '../../engine/runtime/rule-tests/blocked.ts';
import strategySchema from '../../schemas/strategy.schema.json' with { type: 'json' };
import { findingsOf, strategy } from '../core/rules.ts';

const FOLDER = join(import.meta.dirname, '../fixtures/bad');

/** Drawn when the tests run: test/cli/rule-tests.test.ts. */
const ELSEWHERE = ['E354', 'E355'];

const RULES = strategy('  long:\n    when: close > 100\n    size:\n      shares: 1', '  when: close < 90');
const withTests = (tests: string): string => `${RULES}\ntests:\n${tests}`;

describe('the codes of tests', () => {
  it('are drawn by a file with one mistake, or where tests run', () => {
    const drawn = new Set(
      readdirSync(FOLDER).map((name) => /^# expect: (\S+)/.exec(readFileSync(join(FOLDER, name), 'utf8'))?.[1]),
    );
    const codes = Object.keys(TEST_CODES);
    expect(codes.length).toBeGreaterThan(5);
    expect(codes.filter((code) => !drawn.has(code))).toEqual(ELSEWHERE);
  });

  it('explain themselves', () => {
    for (const entry of Object.values(TEST_CODES)) {
      expect(entry.explanation.length).toBeGreaterThan(60);
      expect(entry.wrong).not.toBe(entry.right);
    }
  });
});

describe('tests of a strategy', () => {
  it('can expect every blocker that is told apart, and few words more', () => {
    const words = strategySchema.definitions.Expectation.properties.blocked_by.enum;
    expect(words.filter((word) => !Object.hasOwn(BLOCKERS, word))).toEqual(['broker']);
    for (const word of Object.keys(BLOCKERS)) expect(words).toContain(word);
  });

  it('speak of the symbols of the file, whatever a run trades in their place', () => {
    const text = withTests(
      '  - name: a\n    bars:\n      symbols:\n        TEST:\n          rows: [1, 2]\n    expect:\n      - at: 1\n        position: flat\n',
    );
    expect(findingsOf(text)).toEqual([]);
  });

  it('refuse bars that cannot be, each with its number', () => {
    const bars = ['[1, 2, 1, 0]', '[1, 0.5, 0.5, 1]', '[1, 2, 1.5, 2]', '[1, 2, 1, 2, -1]', '-3'];
    const text = withTests(
      `  - name: a\n    bars:\n      generate:\n        steps:\n          - bars:\n${bars.map((bar) => `              - ${bar}\n`).join('')}    expect:\n      - at: 1\n        position: flat\n`,
    );
    expect(findingsOf(text).map(({ code, message }) => `${code} ${message}`)).toEqual([
      'E352 bar 0 has a price that is not above 0',
      'E352 bar 1 has a high of 0.5, below its other prices',
      'E352 bar 2 has a low of 1.5, above its other prices',
      'E352 bar 3 has a volume of -1',
      'E352 bar 4 has a price that is not above 0',
    ]);
  });

  it('need bars of every symbol that a rule reads', () => {
    const text = withTests(
      '  - name: a\n    bars:\n      rows: [1, 2]\n    expect:\n      - at: 1\n        position: flat\n',
    ).replace('close > 100', 'close > SPY.close');
    expect(findingsOf(text).map(({ code, message }) => `${code} ${message}`)).toEqual([
      'E353 `SPY.close` reads SPY, and the test has no bars of it',
    ]);
  });
});
