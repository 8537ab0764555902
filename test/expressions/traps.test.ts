import { describe, expect, it } from 'vitest';
import { MEASURES } from '../../engine/compiler/measures.ts';
import { createRiskScope, createStrategyScope, type Definition } from '../../engine/compiler/scope.ts';
import { EXPRESSION_CODES } from '../../engine/documents/codes/expressions.ts';
import { checkDefinition, checkExpression } from '../../engine/expressions/check.ts';
import { RISK_MEASURES } from '../../engine/expressions/nearest.ts';
import type { Meaning } from '../../engine/expressions/tree.ts';
import { FAKE_CATALOGUE, NAMES, SCOPE, scopeOf } from './world.ts';

/** Code, text, what the caret points at, and a piece of the way out. */
const TRAPS: readonly (readonly [string, string, string, string])[] = [
  ['E201', 'clsoe > open', 'clsoe', 'did you mean `close`?  in scope: '],
  [
    'E201',
    'position.bar > 3',
    'position.bar',
    'did you mean `position.bars`?  in scope: position.bars, position.profit_pct, position.side',
  ],
  ['E201', 'sma20 > close', 'sma20', 'did you mean `sma(close, 20)`?'],
  ['E201', 'RSI > 30', 'RSI', 'rsi('],
  ['E201', 'true', 'true', 'leave out'],
  ['E201', 'price > 5', 'price', 'did you mean `close`?'],
  ['E201', 'vol > 5', 'vol', 'did you mean `volume`?'],
  ['E201', 'Close > open', 'Close', 'did you mean `close`?'],
  ['E201', 'CLOSE > open', 'CLOSE', 'did you mean `close`?'],
  ['E201', 'sma(CLOSE, 20) > open', 'CLOSE', 'did you mean `close`?'],
  ['E201', 'bars_late > 2', 'bars_late', 'circuit breaker'],
  ['E202', 'rsii(14) > 1', 'rsii', 'did you mean `rsi`?'],
  ['E202', 'RSI(14) > 1', 'RSI', '`rsi`'],
  ['E202', 'ta.sma(close, 20) > 1', 'ta.sma', '`sma`'],
  ['E202', 'if(uptrend, 1, 2) > 1', 'if', 'condition ? value'],
  ['E202', 'avg(close, 20) > 1', 'avg', 'sma(x, n)'],
  ['E203', '', '', 'close > open'],
  ['E203', ' \n ', ' \n ', 'close > open'],
  ['E206', '(close > open', '(', 'add a `)`'],
  ['E206', 'rsi(14 > 3', '(', 'add a `)`'],
  ['E206', 'close > open)', ')', 'take it away'],
  ['E206', 'close[1 > 3', '[', 'add a `]`'],
  ['E206', 'close > open]', ']', 'take it away'],
  ['E207', 'close > * open', '*', ''],
  ['E207', 'close >', '>', ''],
  ['E207', '+close > 1', '+', 'take it away'],
  ['E207', 'close > open # why', '#', ''],
  ['E207', 'close > 1 // why', '//', 'comment'],
  ['E207', '$close > 1', '$', ''],
  ['E207', 'préc > 1', 'é', 'a-z'],
  ['E207', 'цена > 1', 'ц', 'a-z'],
  ['E207', 'strength² > 1', '²', ''],
  ['E207', 'strength ** 2 > 1', '**', 'x ^ 2'],
  ['E207', '(close, open)', ',', 'function'],
  ['E207', 'uptrend ? 1', '', 'condition ? value : other value'],
  ['E208', 'sma(close 20) > close', 'close 20', '`sma(close, 20)`'],
  ['E208', 'bbands(close 20, 2)', 'close 20', '`bbands(close, 20 ...)`'],
  ['E209', 'close > open volume > 3', 'volume', '`and`'],
  ['E209', '2(close) > 3', '(', '`*`'],
  ['E210', 'not strength > 70', 'not strength > 70', '`not (strength > 70)`'],
  ['E210', 'uptrend and not rsi(14) > 70', 'not rsi(14) > 70', '`not (rsi(14) > 70)`'],
  ['E210', 'not (strength) > 70', 'not (strength) > 70', '`not (strength > 70)`'],
  ['E211', '1 < strength < 3', '1 < strength < 3', '`1 < strength and strength < 3`'],
  ['E211', 'close == open == 3', 'close == open == 3', 'and'],
  ['E212', 'strength = 30', '=', '`==`'],
  ['E212', 'rsi(length) = 30', '=', '`==`'],
  ['E212', 'x = 3', '=', '`indicators:`'],
  ['E213', 'close > open || volume > 1', '||', '`or`'],
  ['E213', 'close > open && volume > 1', '&&', '`and`'],
  ['E213', '!uptrend', '!', '`not`'],
  ['E213', 'close > 3 | open > 3', '|', '`or`'],
  ['E214', 'uptrend AND close > open', 'AND', '`and`'],
  ['E214', 'uptrend Or close > open', 'Or', '`or`'],
  ['E214', 'NOT uptrend', 'NOT', '`not`'],
  ['E214', 'Not (uptrend)', 'Not', '`not`'],
  ['E215', 'position.profit_pct > 30%', '30%', '`30` means 30 %'],
  ['E215', '30% < position.profit_pct', '30%', '`0.3`'],
  ['E216', 'volume > 1_000_000', '1_000_000', '`1000000`'],
  ['E216', 'volume > 1,000', ',000', '`1000`'],
  ['E216', 'sma(close, 1,000) > 1', '1,000', '`1000`'],
  ['E216', 'sma(1,000) > 1', '1,000', '`1000`'],
  ['E217', 'close > 5.', '5.', '`5`'],
  ['E217', 'close > .5', '.5', '`0.5`'],
  ['E217', 'close > 1.2.3', '1.2.3', ''],
  ['E217', 'close > 0x10', '0x10', ''],
  ['E217', 'volume > 1M', '1M', '1000000'],
  ['E217', 'close > 2open', '2open', '`2 * open`'],
  ['E218', 'opening_high(30m) > close', '30m', '"30m"'],
  ['E218', 'sma(close, 10m) > close', '10m', '`10`'],
  ['E219', 'close > 1e999', '1e999', ''],
  ['E220', 'sma(close, 20)[1] > 1', '[', '`prev(sma(close, 20), 1)`'],
  ['E220', '(close + open)[1] > 1', '[', 'prev('],
  ['E220', 'close[1][2] > 1', '[', 'add'],
  ['E221', 'bbands(close, 20, 2).upper > 1', '.', '`x: bbands(close, 20, 2)`'],
  ['E222', 'close[1.5] > 1', '1.5', 'whole number'],
  ['E222', 'close[-1] > 1', '-1', 'future'],
  ['E222', 'close[length] > 1', 'length', 'whole number'],
  ['E222', 'close[] > 1', '', 'whole number'],
  ['E224', 'close > open; volume > 1', ';', '`conditions:`'],
  ['E225', 'f(x) = x > 2', 'f(x) =', '`indicators:`'],
  ['E226', '[1, 2] > 1', '[', ''],
  ['E226', '{a: 1} > 1', '{', ''],
  ['E227', 'close => open', '=>', '`>=`'],
  ['E227', 'close <> open', '<>', '`!=`'],
  ['E227', 'close =< open', '=<', '`<=`'],
  ['E227', 'close === open', '===', '`==`'],
  ['E227', 'close ≥ open', '≥', '`>=`'],
  ['E228', 'time >= “10:30”', '“', '`"`'],
  ['E228', 'close − open > 0', '−', '`-`'],
  ['E228', 'close\u00a0> open', '\u00a0', 'plain space'],
  ['E228', 'cl\u043ese > open', '\u043e', '`close`'],
  ['E228', '\u0441lose > open', '\u0441', '`close`'],
  ['E228', '\u0440ri\u0441e > open', '\u0440', '`price`'],
  ['E228', 'sma\u200b(close, 20) > open', '\u200b', 'delete it'],
  ['E228', '\uff43lose > open', '\uff43', '`close`'],
  ['E229', 'close is above 5', 'is above', '`>`'],
  ['E229', 'close is below open', 'is below', '`<`'],
  ['E229', 'close is greater than open', 'is greater than', '`>`'],
  ['E229', 'close greater than open', 'greater than', '`>`'],
  ['E229', 'close is not 5', 'is not', '`!=`'],
  ['E229', 'close is 5', 'is', '`==`'],
  ['E229', 'close crosses below open', 'crosses below', 'crosses_below(a, b)'],
  ['E229', 'sma(close is above 5)', 'is above', '`>`'],
  ['E229', 'weekday in ["mon"]', 'in', 'between'],
  ['E229', 'close above open', 'above', '`>`'],
  ['E229', 'close crosses open', 'crosses', 'crosses_above(a, b)'],
  ['E230', 'random() > 0.5', 'random', ''],
  ['E231', 'sma(close, 20, 5) > 1', 'sma(close, 20, 5)', 'sma(close, 14)'],
  ['E231', 'sma(close) > 1', 'sma(close)', 'sma(close, 14)'],
  ['E231', 'crosses_above(close)', 'crosses_above(close)', ''],
  ['E231', 'atr(high, low, 14) > 1', 'atr(high, low, 14)', ''],
  ['E231', 'max(close) > 1', 'max(close)', 'highest'],
  ['E231', 'opening_high() > 1', 'opening_high()', '"30m"'],
  ['E232', 'sma(close, 0) > 1', '0', ''],
  ['E232', 'sma(close, 2.5) > 1', '2.5', ''],
  ['E232', 'sma(close, length * 1000) > 1', 'length * 1000', ''],
  ['E232', 'sma(close, -length) > 1', '-length', ''],
  ['E232', 'close[6000] > 1', '6000', 'higher timeframe'],
  ['E233', 'sma(close, strength) > 1', 'strength', 'parameter'],
  ['E233', 'sma(close, close) > 1', 'close', 'parameter'],
  ['E235', 'rsi(14)', 'rsi(14)', '`rsi(14) < 30`'],
  ['E235', 'close > 1 ? 2 : 3', 'close > 1 ? 2 : 3', '`close > 1`; or compare'],
  ['E235', 'close > 1 ? 2 : 3', 'close > 1 ? 2 : 3', '`(close > 1 ? 2 : 3) > 0`'],
  ['E235', 'uptrend and (uptrend ? close : open)', 'uptrend ? close : open', 'the condition alone will do: `uptrend`'],
  ['E235', 'uptrend and close', 'close', '`close > open`'],
  ['E235', 'bars_since(close) > 1', 'close', ''],
  ['E236', 'uptrend + 1 > 2', 'uptrend', ''],
  ['E236', 'sma(uptrend, 3) > 2', 'uptrend', ''],
  ['E236', 'uptrend == uptrend', 'uptrend == uptrend', '`uptrend and uptrend`'],
  ['E237', 'rsi(14) < "30"', '"30"', '`30`'],
  ['E237', 'close + "a" > 3', '"a"', ''],
  ['E237', '"a" == "b"', '"a" == "b"', ''],
  ['E237', 'uptrend and "yes"', '"yes"', ''],
  ['E238', 'weekday == "monday"', '"monday"', 'did you mean `mon`?'],
  ['E238', 'position.side == "lnog"', '"lnog"', 'did you mean `long`?'],
  ['E238', 'time >= "25:00"', '"25:00"', '"10:30"'],
  ['E238', 'opening_high("30 bars") > 1', '"30 bars"', '"30m"'],
  ['E239', 'time >= 10:30', '10:30', '"10:30"'],
  ['E239', 'time >= 630', '630', '"10:30"'],
  ['E239', 'weekday == 1', '1', '"mon"'],
  ['E239', 'opening_high(30) > 1', '30', '"30m"'],
  ['E240', 'close(1) > open', 'close', '`close[1]`'],
  ['E240', 'day(1) > open', 'day', '`day.close`'],
  ['E241', 'rsi < 30', 'rsi', 'rsi(close, 14)'],
  ['E241', 'vwap < close', 'vwap', '`vwap()`'],
  ['E241', 'opening_high < close', 'opening_high', '"30m"'],
  ['E242', 'macd(close, 12, 26, 9) > 0', 'macd(close, 12, 26, 9)', 'my_macd.signal'],
  ['E242', 'bands > close', 'bands', '`bands.upper`'],
  ['E243', 'bands.uper > close', 'uper', 'did you mean `upper`?'],
  ['E243', 'ma.sma > close', 'sma', '`ma`'],
  ['E243', 'day.clsoe > close', 'clsoe', 'did you mean `close`?'],
  ['E244', 'close >= max(close, 20)', 'max(close, 20)', '`highest(close, 20)`'],
  ['E245', 'close / 0 > 1', '0', ''],
  ['E245', 'close / (length - 20) > 1', 'length - 20', ''],
  ['E246', 'close > day', 'day', '`day.close`'],
  ['E247', 'time >= "10:30', '"10:30', ''],
  ['E247', 'time >= "10\\:30"', '\\', ''],
  ['E250', 'position.side > "flat"', 'position.side > "flat"', '`!=`'],
];

describe('a mistake in an expression', () => {
  it.each(TRAPS)('%s in %j', (code, text, at, help) => {
    const { tree, findings } = checkExpression(text, SCOPE, 'condition', FAKE_CATALOGUE);
    expect(findings.map((finding) => finding.code)).toEqual([code]);
    const [finding] = findings;
    expect(text.slice(finding!.span.start, finding!.span.end)).toBe(at);
    expect(finding!.help ?? '').toContain(help);
    expect(tree).toBeUndefined();
  });

  it('says where a long text and a deep one stop', () => {
    const long = checkExpression(`${'close > open and '.repeat(400)}uptrend`, SCOPE, 'condition', FAKE_CATALOGUE);
    expect(long.findings.map((finding) => finding.code)).toEqual(['E204']);
    const deep = checkExpression(
      `${'('.repeat(200)}close > open${')'.repeat(200)}`,
      SCOPE,
      'condition',
      FAKE_CATALOGUE,
    );
    expect(deep.findings.map((finding) => finding.code)).toEqual(['E205']);
    const fine = checkExpression(`${'('.repeat(90)}close > open${')'.repeat(90)}`, SCOPE, 'condition', FAKE_CATALOGUE);
    expect(fine.findings).toEqual([]);
  });

  it('contradicting options', () => {
    const { findings } = checkDefinition('macd(close, 26, 12, 9)', SCOPE, FAKE_CATALOGUE);
    expect(findings.map((finding) => [finding.code, finding.message])).toEqual([
      ['E234', '`macd`: the short period must be below the long one'],
    ]);
  });

  it('reports every independent mistake of one expression, in order', () => {
    const { findings } = checkExpression('clsoe > opne and rsi(0) > 3', SCOPE, 'condition', FAKE_CATALOGUE);
    expect(findings.map((finding) => finding.code)).toEqual(['E201', 'E201', 'E232']);
  });

  it('is not repeated where a broken name is used', () => {
    expect(checkExpression('broken > 1 and broken.upper > 2', SCOPE, 'condition', FAKE_CATALOGUE)).toEqual({
      tree: undefined,
      findings: [],
    });
  });
});

describe('a character that looks like another', () => {
  it.each([
    ['close\u00a0> open', 'a no-break space (U+00A0) stands here'],
    ['cl\u043ese > open', '`\u043e` is a Cyrillic letter (U+043E) that looks like `o`'],
    ['\u03bfpen > 1', '`\u03bf` is a Greek letter (U+03BF) that looks like `o`'],
    ['\uff43lose > open', '`\uff43` is a full-width character (U+FF43) that looks like `c`'],
    ['цена > 1', '`ц`, a Cyrillic letter, has no meaning in an expression'],
    ['préc > 1', '`é` has no meaning in an expression'],
  ])('in %j is named', (text, message) => {
    const { findings } = checkExpression(text, SCOPE, 'condition', FAKE_CATALOGUE);
    expect(findings.map((finding) => finding.message)).toEqual([message]);
  });
});

const strategyScope = (definitions: ReadonlyMap<string, Definition> = new Map()) =>
  createStrategyScope(
    definitions,
    new Map(),
    '1d',
    () => {},
    () => {},
  );

describe('the names in scope', () => {
  it("are the file's own, as they stand there, then the others by the alphabet", () => {
    const own = ['zeta', 'alpha'].map((name) => [name, { kind: 'constant', value: 1, unit: 'none' }] as const);
    const scope = scopeOf(new Map<string, Meaning>([...own, ...NAMES]));
    const { findings } = checkExpression('nonsense > 1', scope, 'condition', FAKE_CATALOGUE);
    const plain = [...NAMES.keys()].filter((name) => !name.includes('.')).toSorted();
    expect(findings[0]!.help).toBe(`in scope: zeta, alpha, ${plain.join(', ')}`);
  });

  it('are cut behind two dozen, and begin with the own ones of a strategy', () => {
    const definitions = new Map<string, Definition>(
      ['zeta', 'alpha'].map((name) => [name, { meaning: () => ({ kind: 'broken' }), used: false }]),
    );
    const scope = strategyScope(definitions);
    const { findings } = checkExpression('nonsense > 1', scope, 'condition', FAKE_CATALOGUE);
    expect(findings[0]!.help).toMatch(/^in scope: zeta, alpha, [a-y]\w+, .*, \.\.\. \(\d+ in all\)$/);
    expect(findings[0]!.help!.split(', ')).toHaveLength(25);
  });

  it('CLOSE is no symbol whose data is missed', () => {
    const scope = strategyScope();
    const { findings } = checkExpression('CLOSE > SPY.close', scope, 'condition', FAKE_CATALOGUE);
    expect(findings.map(({ code, help }) => [code, help!.split('?')[0]])).toEqual([['E201', 'did you mean `close`']]);
    expect([...scope.otherSymbols.keys()]).toEqual(['SPY']);
    const series = strategyScope();
    expect(checkExpression('close > OPEN.close', series, 'condition', FAKE_CATALOGUE).findings).toEqual([]);
  });

  it('of circuit breakers alone are those of the table of measures', () => {
    const risk = [...MEASURES.values()].filter((measure) => measure.readIn === 'risk').map((measure) => measure.name);
    expect([...RISK_MEASURES].toSorted()).toEqual(risk.toSorted());
    const scope = strategyScope();
    for (const [text, code] of [
      ['bars_late > 2', 'E201'],
      ['rejections > 2', 'E201'],
      ['rejections("10m") > 2', 'E202'],
    ] as const) {
      const { findings } = checkExpression(text, scope, 'condition', FAKE_CATALOGUE);
      expect(findings.map((finding) => finding.code)).toEqual([code]);
      expect(findings[0]!.message).toContain('can be read in risk.yaml only');
      expect(findings[0]!.help).toContain(
        text.startsWith('bars') ? '`when: bars_late > 2`' : '`when: rejections("10m") > 2`',
      );
    }
    expect(checkExpression('bars_late > 2', createRiskScope(), 'condition', FAKE_CATALOGUE).findings).toEqual([]);
  });
});

describe('a warning', () => {
  it.each([
    ['W223', 'close[0] > open', 'close[0]'],
    ['W249', 'strength > close', 'strength > close'],
    ['W249', 'close + volume > 1', 'close + volume'],
    ['W249', 'crosses_above(close, strength)', 'crosses_above(close, strength)'],
    ['W249', 'between(close, 1, volume)', 'between(close, 1, volume)'],
  ])('%s in %j leaves the tree', (code, text, at) => {
    const { tree, findings } = checkExpression(text, SCOPE, 'condition', FAKE_CATALOGUE);
    expect(findings.map((finding) => [finding.code, text.slice(finding.span.start, finding.span.end)])).toEqual([
      [code, at],
    ]);
    expect(tree).toBeDefined();
  });
});

describe('the table of codes', () => {
  const drawn = new Set(TRAPS.map(([code]) => code));
  const elsewhere = new Set(['E204', 'E205', 'E234', 'E248', 'W223', 'W249']);

  it('has no code that nothing draws, and every code says what it means', () => {
    for (const [code, entry] of Object.entries(EXPRESSION_CODES)) {
      expect(drawn.has(code) || elsewhere.has(code), code).toBe(true);
      expect(entry.explanation.length, code).toBeGreaterThan(40);
      expect(entry.wrong, code).not.toBe('');
      expect(entry.right, code).not.toBe('');
      expect(entry.severity, code).toBe(code.startsWith('W') ? 'warning' : 'error');
    }
  });
});
