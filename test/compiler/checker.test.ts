import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compile } from '../../engine/compiler/compile.ts';
import type { RunFacts } from '../../engine/compiler/run-facts.ts';
import { CHECKER_CODES } from '../../engine/documents/codes/checker.ts';
import type { Diagnostic } from '../../engine/documents/diagnostic.ts';
import { parseRisk, parseStrategy } from '../../engine/documents/load.ts';
import { barsOf, findingsOf, flatBars, steady, strategy } from '../core/rules.ts';

const FOLDER = join(import.meta.dirname, '../fixtures/bad');
const codes = (found: readonly Diagnostic[]): string[] => found.map(({ code }) => code);

const rules = (when: string, exit = '  when: crosses_below(close, sma(close, 20))', head = ''): string =>
  strategy(`  long:\n    when: ${when}\n    size:\n      purse_pct: 20`, exit, head);

/** All that is said of strategies and risk together; `facts` adds what a run finds. */
function check(texts: readonly string[], risk: string | undefined, facts?: Partial<RunFacts>): readonly Diagnostic[] {
  const strategies = texts.map((text, index) => parseStrategy({ path: `${index}.yaml`, text }).document!);
  const document = risk === undefined ? undefined : parseRisk({ path: 'risk.yaml', text: risk }).document;
  const { ruleset, diagnostics, atRun } = compile({ strategies, risk: document, revision: '' });
  if (facts === undefined || ruleset === undefined) return diagnostics;
  return [...diagnostics, ...atRun(ruleset(), { cash: undefined, fractional: false, bars: new Map(), ...facts })];
}

const riskOf = (breaker: string, limits = ''): string =>
  `${limits}circuit_breakers:\n  - id: guard\n    when: ${breaker}\n    scope: strategy\n    action: flatten\n    until: manual\n`;

describe('near misses stay silent', () => {
  it.each([
    ['rsi(14) > 99'],
    ['rsi(14) > 70 or rsi(14) < 30'],
    ['rsi(14) >= 30 and rsi(14) <= 30'],
    ['close > prev(highest(high, 20), 1)'],
    ['close >= highest(close, 20)'],
    ['close > open and day.close > day.open'],
    ['sma(5) > sma(10) and sma(10) > sma(20)'],
    ['crosses_above(close, sma(20)) and close > sma(20)'],
    ['rsi(14) < 50 and (rsi(14) < 30 or close > open)'],
    ['rsi(14) < 30 and rsi(7) < 50'],
    ['close > open * 1.01 and close < open * 1.03'],
    ['high - low > 0 and close > low'],
    ['bars_since_exit > 10 or position.profit_pct < -1'],
    ['switch == 1 or rsi(14) < 30', 'params:\n  switch: 0\n'],
    ['not (rsi(14) < 30 or rsi(14) > 70)'],
    ['between(rsi(14), 40, 60) and rsi(14) > 50'],
  ])('%s', (when, head = '') => {
    expect(codes(findingsOf(rules(when, undefined, head)))).toEqual([]);
  });

  it.each([
    ['rsi(14) < 30', 'rsi(14) > 50'],
    ['rsi(14) < 30', 'rsi(14) < 50 and position.profit_pct > 1'],
    ['close > open', 'close >= prev(open, 1)'],
    ['crosses_above(close, sma(20))', 'prev(close, 1) > sma(20)'],
  ])('enter on %s, leave on %s', (when, leave) => {
    expect(codes(findingsOf(rules(when, `  when: ${leave}`)))).toEqual([]);
  });

  it.each([
    ['session:\n  flat_by: 1h before close\n'],
    ['session:\n  flat_by: 30m after open\n'],
    ['session:\n  entries_from: 15m after open\n  entries_until: 30m before close\n'],
    ['session:\n  days: [fri, sat]\n'],
  ])('%s', (head) => {
    expect(codes(findingsOf(rules('close > prev(open, 1)', undefined, head)))).toEqual([]);
  });

  it('opening ranges that end with a bar', () => {
    for (const range of ['30m', '90m'])
      expect(codes(findingsOf(rules(`close > opening_high("${range}")`)))).toEqual([]);
  });
});

describe('one cause is one finding', () => {
  it('a named condition that never holds is told where it is defined, once', () => {
    const head = 'conditions:\n  bad: rsi(14) > 120\n';
    const found = findingsOf(rules('bad', '  when: bad', head));
    expect(codes(found)).toEqual(['W330']);
    expect(found[0]?.context).toContain('conditions.bad');
  });

  it('says which parts exclude each other, and leaves the others out', () => {
    const [found, ...rest] = findingsOf(
      rules('\n      all:\n        - rsi(14) < 30\n        - close > open\n        - rsi(14) > 70'),
    );
    expect(rest).toEqual([]);
    expect(found?.message).toBe(
      'this rule can never be true: `rsi(close, 14) < 30` and `rsi(close, 14) > 70` are never true on one bar',
    );
  });

  it('says that each alternative is out of reach', () => {
    const [found] = findingsOf(rules('rsi(14) > 120 or close > high'));
    expect(found?.message).toBe(
      'this rule can never be true: `rsi(close, 14) > 120` and `close > high` are never true, each by itself',
    );
  });

  it.each([
    ['rsi(14) < 30 or rsi(14) > 120', 'it never lets the rule through'],
    ['not (rsi(14) < 30 or rsi(14) > 120)', 'it never holds the rule back'],
    ['\n      none:\n        - rsi(14) < 30\n        - rsi(14) > 120', 'it never holds the rule back'],
    ['\n      none:\n        - rsi(14) < 30 and volume >= 0', 'it never lets the rule through'],
    ['\n      none:\n        - not (rsi(14) < 30 or rsi(14) > 120)', 'it never lets the rule through'],
    ["'rsi(14) < (rsi(7) > 120 ? 30 : 40)'", undefined],
    ["'(rsi(7) > 120 ? close > open : close < open)'", 'it always chooses the same'],
  ])('says what a dead part does to its rule: %s', (when, effect) => {
    const told = findingsOf(rules(when)).filter(({ code }) => code === 'W371');
    expect(told.map(({ message }) => message.split(', so ')[1])).toEqual(effect === undefined ? [] : [effect]);
  });

  it('tells the range, and the way out of a breakout of itself', () => {
    expect(findingsOf(rules('rsi(14) > 120'))[0]?.message).toBe(
      'this rule can never be true: `rsi(close, 14) > 120` is never true: `rsi(close, 14)` lies between 0 and 100',
    );
    expect(findingsOf(rules('close > highest(high, 20)'))[0]?.help).toContain('prev(highest(high, 20), 1)');
  });
});

describe('rules and risk together', () => {
  const sized = (size: string, stop = 2, capital = 10_000): string =>
    strategy(
      `  long:\n    when: close > prev(open, 1)\n    size:\n      ${size}`,
      `  stop_loss:\n    pct: ${stop}`,
    ).replace('capital: 10000', `capital: ${capital}`);

  it('a stop that loses more than the breaker allows', () => {
    expect(codes(check([sized('risk_pct: 5', 10)], riskOf('drawdown_pct > 3')))).toEqual(['W392']);
    expect(codes(check([sized('purse_pct: 100', 10)], riskOf('drawdown_pct > 3')))).toEqual(['W392']);
    expect(codes(check([sized('risk_pct: 5', 10)], riskOf('drawdown_pct > 6')))).toEqual([]);
    // No entry is larger than the purse: a stop at 2 % cannot lose 5.
    expect(codes(check([sized('risk_pct: 5', 2)], riskOf('drawdown_pct > 3')))).toEqual([]);
    expect(codes(check([sized('purse_pct: 20', 10)], riskOf('drawdown_pct > 3')))).toEqual([]);
    expect(codes(check([sized('purse_pct: 100', 10)], riskOf('drawdown_pct > 3 and daily_trades > 2')))).toEqual([]);
  });

  it('a stop that loses more of the account than its breaker allows, once a run says what the account is', () => {
    const account = riskOf('drawdown_pct > 3').replace('scope: strategy', 'scope: account');
    // 5 % of 10,000 dollars are 5 % of an account of 10,000, and 2.5 % of one of 20,000.
    expect(codes(check([sized('risk_pct: 5', 10)], account))).toEqual([]);
    expect(codes(check([sized('risk_pct: 5', 10)], account, {}))).toEqual(['W392']);
    expect(codes(check([sized('risk_pct: 5', 10)], account, { cash: 20_000 }))).toEqual([]);
    expect(codes(check([sized('risk_pct: 5', 10)], account.replace('flatten', 'pause_entries'), {}))).toEqual([]);
  });

  it('stops of strategies that trade alike, which lose more together than the account may', () => {
    const account = riskOf('drawdown_pct > 3').replace('scope: strategy', 'scope: account');
    const named = (id: string, text: string): string => text.replace(/^id: .*$/m, `id: ${id}`);
    // 4 % of a purse that is half of the account are 2 % of that.
    const pair = (a: string, b = a): string[] => [named('one', a), named('two', b)];
    const told = (texts: string[], risk = account, facts = {}): string[] =>
      check(texts, risk, facts)
        .filter(({ code }) => code === 'W392')
        .map(({ message }) => message);
    expect(told(pair(sized('risk_pct: 4', 10)))).toEqual([
      '`one` and `two` trade alike, their stops lose 4 % of the account together, and breaker `guard` closes all at 3 %',
    ]);
    expect(told(pair(sized('risk_pct: 4', 10), sized('risk_pct: 5', 10)))[0]).toContain('lose 4.5 % of the account');
    expect(told(pair(sized('risk_pct: 4', 10)), account, { cash: 40_000 })).toEqual([]);
    // Decided apart, left apart, or by what the purse is worth: they need not fall together.
    const other = sized('risk_pct: 4', 10).replace('prev(open, 1)', 'prev(open, 2)');
    expect(told(pair(sized('risk_pct: 4', 10), other))).toEqual([]);
    expect(told(pair(sized('risk_pct: 4', 10), sized('risk_pct: 4', 9)))).toEqual([]);
    const minding = sized('risk_pct: 4', 10).replace('close > prev(open, 1)', 'close > prev(open, 1) and purse > 5000');
    expect(told(pair(minding))).toEqual([]);
    expect(told(pair(minding.replace('purse > 5000', 'sma(purse, 5) > 5000')))).toEqual([]);
    // A limit that lets only one of them in, or makes both small.
    const limited = (line: string): string => `${account}limits:\n  ${line}\n`;
    expect(told(pair(sized('risk_pct: 4', 10)), limited('max_open_positions: 1'))).toEqual([]);
    expect(told(pair(sized('risk_pct: 4', 10)), limited('max_position_pct: 20'))).toEqual([]);
    expect(told(pair(sized('risk_pct: 4', 10)), limited('max_order_notional: 2000'))).toEqual([]);
    expect(told(pair(sized('risk_pct: 4', 10)), limited('max_position_pct: 90'))).toHaveLength(1);
  });

  it('a limit that cuts every size', () => {
    const limits = 'limits:\n  max_order_notional: 5000\n';
    expect(codes(check([sized('risk_pct: 4', 2)], riskOf('drawdown_pct > 30', limits)))).toEqual(['W388']);
    expect(codes(check([sized('notional: 20000')], riskOf('drawdown_pct > 30', limits)))).toEqual(['W388']);
    expect(codes(check([sized('risk_pct: 1', 2)], riskOf('drawdown_pct > 30', limits)))).toEqual([]);
    expect(codes(check([sized('purse_pct: 90')], riskOf('drawdown_pct > 30', limits)))).toEqual([]);
    // More than the purse is cut by the purse.
    expect(codes(check([sized('notional: 20000', 2, 8000)], riskOf('drawdown_pct > 30', limits)))).toEqual([]);
    const position = 'limits:\n  max_position_pct: 10\n';
    expect(codes(check([sized('purse_pct: 90')], riskOf('drawdown_pct > 30', position), {}))).toEqual(['W388']);
    expect(codes(check([sized('purse_pct: 90')], riskOf('drawdown_pct > 30', position), { cash: 100_000 }))).toEqual(
      [],
    );
  });

  it('a loss above all of it is possible only when something is short', () => {
    const breaker = riskOf('drawdown_pct > 120');
    expect(codes(check([sized('purse_pct: 20')], breaker))).toEqual(['W390']);
    const short = sized('purse_pct: 20').replace('  long:', '  short:');
    expect(codes(check([short], `${breaker}limits:\n  allow_short: true\n`))).toEqual([]);
    expect(codes(check([sized('purse_pct: 20')], riskOf('drawdown_pct > 100')))).toEqual([]);
  });
});

describe('what is known when a run begins', () => {
  const one = rules('close > prev(open, 1)', '  when: close < prev(open, 1)');
  const other = one.replace('id: test', 'id: other').replace('[TEST]', '[OTHER]');

  it('purses that are more than the account', () => {
    expect(codes(check([one, other], undefined, {}))).toEqual([]);
    expect(codes(check([one, other], undefined, { cash: 20_000 }))).toEqual([]);
    const [found, ...rest] = check([one, other], undefined, { cash: 15_000 });
    expect(rest).toEqual([]);
    expect([found?.code, found?.message]).toEqual([
      'W386',
      'the 2 purses add up to 20,000 dollars, and the account has 15,000 dollars',
    ]);
    const part = (text: string): string => text.replace('capital: 10000', 'capital: 60% of account');
    expect(codes(check([part(one), part(other)], undefined))).toEqual(['W386']);
    expect(codes(check([part(one)], undefined))).toEqual([]);
    expect(codes(check([part(one), `enabled: false\n${part(other)}`], undefined))).toEqual([]);
  });

  it('a size that buys no whole share at any price of the bars', () => {
    const bars = new Map([['TEST', flatBars('TEST', '1h', steady(10, 3000))]]);
    expect(codes(check([one], undefined, { bars }))).toEqual(['W387']);
    expect(codes(check([one], undefined, { bars, fractional: true }))).toEqual([]);
    const dips = new Map([
      [
        'TEST',
        barsOf('TEST', '1h', [
          [3000, 3000, 1900, 3000],
          [3000, 3000, 3000, 3000],
        ]),
      ],
    ]);
    expect(codes(check([one], undefined, { bars: dips }))).toEqual([]);
  });

  it('fractions that the broker does not take', () => {
    const limit = one.replace('    size:', '    order:\n      type: limit\n      limit_price: close\n    size:');
    expect(codes(check([limit], undefined, { fractional: true }))).toEqual(['W385']);
    expect(codes(check([one], undefined, { fractional: true }))).toEqual([]);
    expect(codes(check([limit], undefined, {}))).toEqual([]);
  });

  it('a warm-up that is longer than the history', () => {
    const bars = (count: number): Pick<RunFacts, 'bars'> => ({
      bars: new Map([['TEST', flatBars('TEST', '1h', steady(count, 100))]]),
    });
    const long = rules('close > sma(close, 30)', '  when: close < prev(open, 1)');
    expect(codes(check([long], undefined, bars(29)))).toEqual(['W389']);
    expect(codes(check([long], undefined, bars(30)))).toEqual([]);
    const chained = rules('close > sma(sma(close, 20), 11)', '  when: close < prev(open, 1)');
    expect(codes(check([chained], undefined, bars(29)))).toEqual(['W389']);
    expect(codes(check([chained], undefined, bars(30)))).toEqual([]);
    // Seven bars of an hour make a session.
    const daily = rules('close > sma(day.close, 5)', '  when: close < prev(open, 1)');
    expect(codes(check([daily], undefined, bars(28)))).toEqual(['W389']);
    expect(codes(check([daily], undefined, bars(35)))).toEqual([]);
    expect(codes(check([long], undefined, {}))).toEqual([]);
  });
});

describe('the codes of the checker', () => {
  it('are each drawn by a fixture or a test, and explained', () => {
    const drawn = new Set(
      readdirSync(FOLDER).map((name) => /^# expect: (\S+)/.exec(readFileSync(join(FOLDER, name), 'utf8'))?.[1]),
    );
    const here = new Set(['W385', 'W386', 'W387', 'W388', 'W389', 'W392']);
    const ignores = new Set(['W398', 'W399']);
    for (const [code, entry] of Object.entries(CHECKER_CODES)) {
      expect(drawn.has(code) || here.has(code) || ignores.has(code), code).toBe(true);
      expect(entry.severity, code).toBe('warning');
      expect(entry.explanation.length, code).toBeGreaterThan(60);
      expect(entry.wrong, code).not.toBe(entry.right);
    }
  });
});
