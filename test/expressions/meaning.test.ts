import { describe, expect, it } from 'vitest';
import { checkDefinition, checkExpression, meaningOf } from '../../engine/expressions/check.ts';
import { compileCondition, compileNumber } from '../../engine/expressions/compile.ts';
import { type Leaf, leaves } from '../../engine/expressions/leaves.ts';
import { printNamed, printTree } from '../../engine/expressions/print.ts';
import { type Checked, FALSE, type Meaning, TRUE, UNKNOWN } from '../../engine/expressions/tree.ts';
import { FAKE_CATALOGUE, NAMES, operand, SCOPE, scopeOf } from './world.ts';

function number(text: string): Checked {
  const { tree, findings } = checkExpression(text, SCOPE, 'number', FAKE_CATALOGUE);
  expect(
    findings.filter((finding) => finding.code.startsWith('E')),
    text,
  ).toEqual([]);
  return tree!;
}

function condition(text: string): Checked {
  const { tree, findings } = checkExpression(text, SCOPE, 'condition', FAKE_CATALOGUE);
  expect(findings, text).toEqual([]);
  return tree!;
}

const barKey = (bar: { readonly timeframe: string | undefined; readonly field: string }): string =>
  bar.timeframe === undefined ? bar.field : `day.${bar.field}`;

/** Evaluates with named values: by a bar's field, an indicator's name, a measure's name. */
function slots(
  tree: Checked,
  named: Readonly<Record<string, number>>,
): { values: Float64Array; slotOf: (leaf: Leaf) => number } {
  const keys: string[] = [];
  const key = (leaf: Leaf): string =>
    leaf.kind === 'node' ? leaf.entry.name : leaf.operand.kind === 'bar' ? barKey(leaf.operand) : leaf.operand.name;
  leaves(tree, (leaf) => keys.push(key(leaf)));
  for (const each of keys) expect(Object.keys(named)).toContain(each);
  return { values: Float64Array.from(keys, (each) => named[each]!), slotOf: (leaf) => keys.indexOf(key(leaf)) };
}

function value(text: string, named: Readonly<Record<string, number>> = {}): number {
  const tree = number(text);
  const { values, slotOf } = slots(tree, named);
  return compileNumber(tree, slotOf, values)(0);
}

function truth(text: string, named: Readonly<Record<string, number>> = {}): number {
  const tree = condition(text);
  const { values, slotOf } = slots(tree, named);
  return compileCondition(tree, slotOf, values)(0);
}

const T = TRUE;
const F = FALSE;
const U = UNKNOWN;

describe('numbers', () => {
  it.each([
    ['2 + 3 * 4', 14],
    ['(2 + 3) * 4', 20],
    ['7 - 2 - 1', 4],
    ['16 / 4 / 2', 2],
    ['17 % 5', 2],
    ['2 ^ 3 ^ 2', 512],
    ['-2 ^ 2', -4],
    ['2 ^ -1', 0.5],
    ['--3', 3],
    ['1e3 + 0.5', 1000.5],
    ['length * 2', 40],
    ['min(3, 1) + max(3, 1)', 4],
    ['min(3, 5) + max(-3, -5)', 0],
    ['clamp(7, 1, 5)', 5],
    ['clamp(-7, -5, 5)', -5],
    ['round(2.5) + floor(-0.5) + ceil(0.2)', 3],
    ['sqrt(81) + abs(-4) + sign(-9)', 12],
    ['log10(1000) + exp(0) + ln(1)', 4],
    ['pow(2, 10)', 1024],
  ])('%s is %d', (text, expected) => {
    expect(value(text)).toBeCloseTo(expected, 12);
  });

  it('that are not finite are unknown', () => {
    expect(value('close / volume', { close: 1, volume: 0 })).toBeNaN();
    expect(value('close % volume', { close: 1, volume: 0 })).toBeNaN();
    expect(value('sqrt(0 - close)', { close: 1 })).toBeNaN();
    expect(value('ln(close - close)', { close: 3 })).toBeNaN();
    expect(value('exp(close)', { close: 1000 })).toBeNaN();
    expect(value('close', { close: Infinity })).toBeNaN();
    expect(value('close ^ 0', { close: Number.NaN })).toBeNaN();
    expect(value('pow(close, 0)', { close: Number.NaN })).toBeNaN();
    expect(value('max(close, open)', { close: Number.NaN, open: 3 })).toBeNaN();
  });

  it('choose by a condition, and not at all by an unknown one', () => {
    expect(value('close > open ? 1 : 2', { close: 3, open: 2 })).toBe(1);
    expect(value('close > open ? 1 : 2', { close: 1, open: 2 })).toBe(2);
    expect(value('close > open ? 1 : 2', { close: Number.NaN, open: 2 })).toBeNaN();
  });

  it('over the bar’s prices', () => {
    const bar = { open: 10, high: 16, low: 8, close: 12, 'day.high': 20, 'day.low': 5 };
    expect([value('hl2', bar), value('hlc3', bar), value('ohlc4', bar), value('day.hl2', bar)]).toEqual([
      12, 12, 11.5, 12.5,
    ]);
  });
});

describe('Kleene’s tables', () => {
  const side: Readonly<Record<string, number>> = { T: 2, F: 0, U: Number.NaN };
  const table: readonly (readonly [string, string, number, number])[] = [
    ['T', 'T', T, T],
    ['T', 'F', F, T],
    ['T', 'U', U, T],
    ['F', 'T', F, T],
    ['F', 'F', F, F],
    ['F', 'U', F, U],
    ['U', 'T', U, T],
    ['U', 'F', F, U],
    ['U', 'U', U, U],
  ];
  it.each(table)('%s and/or %s', (a, b, and, or) => {
    const named = { close: side[a]!, volume: side[b]! };
    expect(truth('close > 1 and volume > 1', named)).toBe(and);
    expect(truth('close > 1 or volume > 1', named)).toBe(or);
  });
  it('of not', () => {
    expect([2, 0, Number.NaN].map((close) => truth('not (close > 1)', { close }))).toEqual([F, T, U]);
  });
  it('of a condition that is a slot', () => {
    expect([1, 0, Number.NaN].map((held) => truth('crosses_above(close, open)', { crosses_above: held }))).toEqual([
      T,
      F,
      U,
    ]);
  });
});

describe('comparisons', () => {
  const six = (a: number, b: number, left: string, right: string): number[] =>
    ['>', '<', '>=', '<=', '==', '!='].map((operator) =>
      truth(`${left} ${operator} ${right}`, { [left]: a, [right]: b }),
    );

  it('of prices count a hair as equal, for all six', () => {
    expect(six(100, 100 * (1 + 5e-10), 'close', 'open')).toEqual([F, F, T, T, T, F]);
    expect(six(100 * (1 + 5e-10), 100, 'close', 'open')).toEqual([F, F, T, T, T, F]);
    expect(six(100, 100 * (1 + 2e-9), 'close', 'open')).toEqual([F, T, F, T, F, T]);
    expect(six(100 * (1 + 2e-9), 100, 'close', 'open')).toEqual([T, F, T, F, F, T]);
    expect(six(0, 0, 'close', 'open')).toEqual([F, F, T, T, T, F]);
    expect(six(100, Number.NaN, 'close', 'open')).toEqual([U, U, U, U, U, U]);
    expect(six(Infinity, 100, 'close', 'open')).toEqual([U, U, U, U, U, U]);
  });

  it('of prices in expressions too', () => {
    const near = { close: 100, open: 100 * (1 + 5e-10) };
    expect(truth('close * 1 >= open * 1', near)).toBe(T);
    expect(truth('between(close, open, open)', near)).toBe(T);
  });

  it('of other numbers are exact', () => {
    expect(six(100, 100 * (1 + 5e-10), 'volume', 'day.volume')).toEqual([F, T, F, T, F, T]);
    expect(['>', '<', '>=', '<=', '==', '!='].map((operator) => truth(`volume ${operator} 5`, { volume: 5 }))).toEqual([
      F,
      F,
      T,
      T,
      T,
      F,
    ]);
    expect(['>', '<', '>=', '<=', '==', '!='].map((operator) => truth(`5 ${operator} volume`, { volume: 6 }))).toEqual([
      F,
      T,
      F,
      T,
      F,
      T,
    ]);
  });

  it('know "never"', () => {
    expect(truth('bars_since_exit > 5', { bars_since_exit: Infinity })).toBe(T);
    expect(truth('bars_since(uptrend) <= 3', { bars_since: Infinity })).toBe(F);
    expect(truth('5 < bars_since_exit', { bars_since_exit: Infinity })).toBe(T);
    expect(truth('bars_since_exit > 5', { bars_since_exit: Number.NaN })).toBe(U);
    expect(truth('volume > 5', { volume: Infinity })).toBe(U);
  });

  it('of coded measures', () => {
    expect([629, 630, 631].map((time) => truth('time >= "10:30"', { time }))).toEqual([F, T, T]);
    expect([629, 630].map((time) => truth('"9:45" < time and time < "10:30"', { time }))).toEqual([T, F]);
    expect([1, 2, 7].map((weekday) => truth('weekday == "mon" or weekday == "sun"', { weekday }))).toEqual([T, F, T]);
    expect([1, 0, -1].map((at) => truth('position.side == "long"', { 'position.side': at }))).toEqual([T, F, F]);
    expect([1, 0, -1].map((at) => truth('"short" == position.side', { 'position.side': at }))).toEqual([F, F, T]);
    expect([1, 0, -1].map((at) => truth('position.side != "flat"', { 'position.side': at }))).toEqual([T, F, T]);
  });
});

describe('types, units and ranges', () => {
  it.each([
    ['close - open', 'price', [-Infinity, Infinity]],
    ['close * 1.5', 'price', [0, Infinity]],
    ['close / open', 'ratio', [0, Infinity]],
    ['(close / open - 1) * 100', 'none', [-100, Infinity]],
    ['close * volume', 'money', [0, Infinity]],
    ['rsi(14) / 2', 'index', [0, 50]],
    ['100 - rsi(14)', 'index', [0, 100]],
    ['rsi(14) * rsi(7)', 'none', [0, 10000]],
    ['-rsi(14)', 'index', [-100, 0]],
    ['abs(rsi(14) - 50)', 'index', [0, 50]],
    ['max(rsi(14), 30)', 'index', [30, 100]],
    ['min(rsi(14), 30)', 'index', [0, 30]],
    ['clamp(rsi(14), 20, 80)', 'index', [20, 80]],
    ['rsi(14) % 7', 'index', [0, 7]],
    ['rsi(14) > 50 ? 10 : -10', 'none', [-10, 10]],
    ['sma(rsi(14), 5)', 'index', [0, 100]],
    ['sma(volume, 5)', 'volume', [0, Infinity]],
    ['rsi(14) / rsi(7)', 'ratio', [0, Infinity]],
    ['10 / (rsi(14) + 1)', 'none', [10 / 101, 10]],
    ['sign(close - open)', 'none', [-1, 1]],
    // beyond the largest double: unknown, and no bound of the other branch
    ['close > open ? 3 ^ 1000 : 7', 'none', [7, Infinity]],
    ['correlation(close, SPY.close, 20)', 'ratio', [-1, 1]],
  ])('of %s', (text, unit, range) => {
    const tree = number(text);
    expect([tree.unit, tree.range.map((bound) => bound + 0)]).toEqual([unit, range.map((bound) => bound + 0)]);
  });

  it('no warning where units go together', () => {
    for (const text of [
      'close > ma * 1.02',
      'close - open > atr(14) * 2',
      'volume > sma(volume, 20) * 3',
      'rsi(14) < length',
      'close / open > 1.01',
      'position.profit_pct > loss',
    ]) {
      expect(checkExpression(text, SCOPE, 'condition', FAKE_CATALOGUE).findings, text).toEqual([]);
    }
  });
});

describe('indicator calls', () => {
  it.each([
    ['rsi(14)', 'rsi(close, 14)'],
    ['rsi(length)', 'rsi(close, 20)'],
    ['rsi(length - 6)', 'rsi(close, 14)'],
    ['rsi(open, 14)', 'rsi(open, 14)'],
    ['rsi(day, 14)', 'rsi(day.close, 14)'],
    ['rsi(SPY.day, 14)', 'rsi(SPY.day.close, 14)'],
    ['atr(14)', 'atr(high, low, close, 14)'],
    ['atr(day, 14)', 'atr(day.high, day.low, day.close, 14)'],
    ['atr(high, low, open, 14)', 'atr(high, low, open, 14)'],
    ['ema(day.close, 50)', 'ema(day.close, 50)'],
    ['sma(high - low, 5)', 'sma(high - low, 5)'],
    ['obv()', 'obv(close, volume)'],
    ['obv(SPY)', 'obv(SPY.close, SPY.volume)'],
    ['sma(sma(close, 5), 5)', 'sma(sma(close, 5), 5)'],
    ['close[2]', 'prev(close, 2)'],
    ['bands.upper[1]', 'prev(bbands(close, 20, 2).upper, 1)'],
    ['prev(close - open, 3)', 'prev(close - open, 3)'],
    ['prev(close)', 'prev(close, 1)'],
    ['bars_since(uptrend)', 'bars_since(close > sma(close, 20))'],
    ['max(close, open)', 'max(close, open)'],
    ['opening_high("30m") + opening_low("1h")', 'opening_high("30m") + opening_low("1h")'],
    ['day.hlc3', '(day.high + day.low + day.close) / 3'],
  ])('%s is %s', (text, canonical) => {
    expect(printTree(number(text))).toBe(canonical);
  });

  it('without memory go before indicators of the same name', () => {
    expect(number('max(close, open)').kind).toBe('pure');
    expect(FAKE_CATALOGUE.has('max')).toBe(true);
  });

  it('of lengths of time read a measure of their own', () => {
    const found: string[] = [];
    leaves(number('opening_high("1h")'), (leaf) =>
      found.push(leaf.kind === 'operand' && leaf.operand.kind === 'measure' ? leaf.operand.name : '?'),
    );
    expect(found).toEqual(['opening_high:60']);
  });

  it('keep the past of a condition a condition', () => {
    expect(condition('uptrend[1] and prev(close > open, 2)').type).toBe('condition');
  });

  it('need the bars of a strategy', () => {
    const risk = scopeOf(
      new Map<string, Meaning>([['daily_loss_pct', operand({ name: 'daily_loss_pct' }, 'percent')]]),
    );
    const { findings } = checkExpression('rsi(14) > 3', risk, 'condition', FAKE_CATALOGUE);
    expect(findings.map((finding) => [finding.code, finding.span])).toEqual([['E246', { start: 0, end: 3 }]]);
  });
});

describe('definitions', () => {
  it('may have several outputs, which their names then offer', () => {
    const { tree } = checkDefinition('bbands(20, 2.5)', SCOPE, FAKE_CATALOGUE);
    const meaning = meaningOf(tree!);
    expect(meaning.kind).toBe('outputs');
    const names = new Map<string, Meaning>([...NAMES, ['mine', meaning]]);
    const used = checkExpression('close > mine.upper', scopeOf(names), 'condition', FAKE_CATALOGUE);
    expect(used.findings).toEqual([]);
    expect(printTree(used.tree!)).toBe('close > bbands(close, 20, 2.5).upper');
    expect(printNamed(used.tree!)).toBe('close > mine.upper');
  });

  it('of one number are that number', () => {
    const { tree } = checkDefinition('close / SPY.close', SCOPE, FAKE_CATALOGUE);
    expect(meaningOf(tree!)).toEqual({ kind: 'tree', tree });
    expect(tree!.unit).toBe('ratio');
  });

  it('that rename one with several outputs keep them', () => {
    expect(meaningOf(checkDefinition('bands', SCOPE, FAKE_CATALOGUE).tree!).kind).toBe('outputs');
    expect(meaningOf(checkDefinition('bands.lower', SCOPE, FAKE_CATALOGUE).tree!).kind).toBe('tree');
  });

  it('are no conditions', () => {
    expect(checkDefinition('close > open', SCOPE, FAKE_CATALOGUE).findings.map((finding) => finding.code)).toEqual([
      'E236',
    ]);
  });
});

describe('printed trees', () => {
  it.each([
    ['((close)) - (open - low)', 'close - (open - low)', 'close - (open - low)'],
    ['(close - open) - low', 'close - open - low', 'close - open - low'],
    ['-(close + open) * 2', '-(close + open) * 2', '-(close + open) * 2'],
    ['(-close) ^ 2', '(-close) ^ 2', '(-close) ^ 2'],
    ['(close ^ 2) ^ 3', '(close ^ 2) ^ 3', '(close ^ 2) ^ 3'],
    ['length + loss', '20 + -2.5', 'length + loss'],
    ['uptrend ? ma : close', 'close > sma(close, 20) ? sma(close, 20) : close', 'uptrend ? ma : close'],
  ])('of %s', (text, canonical, shown) => {
    expect([printTree(number(text)), printNamed(number(text))]).toEqual([canonical, shown]);
  });

  it('of conditions', () => {
    expect(printTree(condition('not uptrend and (close > open or time >= "09:45")'))).toBe(
      'not (close > sma(close, 20)) and (close > open or time >= "09:45")',
    );
    expect(printNamed(condition('not uptrend'))).toBe('not (uptrend)');
  });
});
