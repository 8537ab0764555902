import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compile } from '../../engine/compiler/compile.ts';
import { MEANING_CODES } from '../../engine/documents/codes/meaning.ts';
import type { Diagnostic, SourceFile } from '../../engine/documents/diagnostic.ts';
import { parseStrategy } from '../../engine/documents/load.ts';
import { positionOf } from '../../engine/documents/position.ts';
import { checkWorkspace, loadWorkspace } from '../../engine/runtime/workspace.ts';
import { findingsOf, findingsUnder, strategy } from '../core/rules.ts';

const FOLDER = join(import.meta.dirname, '../fixtures/bad');

function check(file: SourceFile): Diagnostic[] {
  const { document, diagnostics } = parseStrategy(file);
  const strategies = document === undefined ? [] : [document];
  return [...diagnostics, ...compile({ strategies, risk: undefined, revision: '' }).diagnostics];
}

const placed = (diagnostic: Diagnostic): string => {
  const at = positionOf(diagnostic.file as SourceFile, diagnostic.span?.start ?? 0);
  return `${diagnostic.code} ${at.line}:${at.column}`;
};

const fixtures = readdirSync(FOLDER)
  .filter((name) => name.startsWith('meaning-') && !name.includes('breaker'))
  .map((name) => ({ path: name, text: readFileSync(join(FOLDER, name), 'utf8') }));

const RULES = strategy('  long:\n    when: close > 100\n    size:\n      shares: 1', '  when: close < 90');
const SHORT = strategy('  short:\n    when: close < 90\n    size:\n      shares: 1', '  when: close > 100').replace(
  'id: test',
  'id: other',
);

describe('findings of meaning', () => {
  it.each(fixtures.map((file) => [file.path, file] as const))('%s', (_name, file) => {
    const found = check(file);
    expect(found.map(placed)).toEqual([/^# expect: (\S+ \d+:\d+)/.exec(file.text)?.[1]]);
    expect(found[0]?.help).toBeTruthy();
    expect(found[0]?.severity).toBe(found[0]?.code.startsWith('W') ? 'warning' : 'error');
  });

  it('two files with one id name each other', () => {
    const [finding, ...rest] = findingsOf(RULES, RULES);
    expect(rest).toEqual([]);
    expect([finding?.code, finding?.file?.path, finding?.related?.[0]?.file.path]).toEqual([
      'E326',
      'strategies.d/1.yaml',
      'strategies.d/0.yaml',
    ]);
  });

  it('opposite sides on one symbol draw a warning', () => {
    expect(findingsOf(RULES, SHORT).map((finding) => [finding.code, finding.severity])).toEqual([['W327', 'warning']]);
    expect(findingsOf(RULES, SHORT.replace('[TEST]', '[OTHER]'))).toEqual([]);
  });

  it('an amount keeps to its bounds, wherever it comes from', () => {
    const sized = (size: string, value: number): string[] =>
      findingsOf(
        strategy(
          `  long:\n    when: close > 100\n    size:\n      ${size}: n`,
          '  when: close < 90',
          `params:\n  n: ${value}\n`,
        ),
      ).map(({ code }) => code);
    for (const [size, value] of [
      ['shares', 0],
      ['shares', -3],
      ['notional', -1],
      ['purse_pct', 150],
      ['risk_pct', 0],
    ] as const) {
      expect(sized(size, value)[0], `${size} ${value}`).toBe('E328');
    }
    expect(sized('purse_pct', 100)).toEqual([]);
    expect(sized('shares', 5)).toEqual([]);
  });

  it('a workspace without an enabled strategy has nothing to run', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'engine-'));
    mkdirSync(join(dir, 'strategies.d'));
    writeFileSync(join(dir, 'strategies.d', 'off.yaml'), `enabled: false\n${RULES}`);
    const workspace = await loadWorkspace({ dir });
    expect(workspace.ruleset).toBeUndefined();
    expect(workspace.diagnostics.map(({ code }) => code)).toEqual(['E329']);
    expect(checkWorkspace({ dir }).diagnostics).toEqual([]);
    rmSync(dir, { recursive: true });
  });

  it('a short side that risk.yaml lets nothing through of', () => {
    const found = (risk: string) => findingsUnder(risk, SHORT).map(({ code, severity }) => `${code} ${severity}`);
    expect(found('circuit_breakers: []\n')).toEqual(['W361 warning']);
    expect(found('limits:\n  allow_short: false\ncircuit_breakers: []\n')).toEqual(['W361 warning']);
    expect(found('limits:\n  allow_short: true\ncircuit_breakers: []\n')).toEqual([]);
  });

  it('every code is drawn by a fixture or a test above, and explained', () => {
    const drawn = new Set(fixtures.map((file) => /^# expect: (\S+)/.exec(file.text)?.[1]));
    const here = new Set(['E325', 'E326', 'W327', 'E329', 'E360', 'W361']);
    expect(Object.keys(MEANING_CODES).filter((code) => !drawn.has(code) && !here.has(code))).toEqual([]);
    for (const [code, entry] of Object.entries(MEANING_CODES)) {
      expect(entry.severity, code).toBe(code.startsWith('W') ? 'warning' : 'error');
      expect(entry.explanation.length, code).toBeGreaterThan(60);
      expect(entry.wrong, code).not.toBe(entry.right);
    }
  });

  it('a name is in scope wherever it stands, in any order', () => {
    const head = `params:
  length: 3
indicators:
  late: early * 2
  early: sma(close, length)
conditions:
  both: up and late > 0
  up: close > early
`;
    expect(
      findingsOf(strategy('  long:\n    when: both\n    size:\n      shares: 1', '  when: close < early', head)),
    ).toEqual([]);
  });
});
