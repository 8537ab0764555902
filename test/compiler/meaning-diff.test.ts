import { describe, expect, it } from 'vitest';
import { meaningOf } from '../../engine/compiler/meaning/meaning.ts';
import { rulesetOf, rulesetUnder } from '../core/rules.ts';
import { edited, editedRisk, PLAIN, swap, told } from './meaning-rules.ts';

const edit = (...pairs: readonly (readonly [string, string])[]) => edited(PLAIN, swap(PLAIN, ...pairs));

const LONG =
  'entry:\n  long:\n    when:\n      all:\n        - close > ma\n        - weak\n    size:\n      purse_pct: 20\n';

describe('what is no change', () => {
  it.each<[string, [string, string][]]>([
    ['a comment', [['params:', '# the numbers\nparams: # here']]],
    ['spaces in an expression', [['close > ma', 'close>ma']]],
    ['parentheses that change nothing', [['strength > 70', '((strength) > (70))']]],
    ['quotes', [['strength > 70', '"strength > 70"']]],
    ['the order of a list of conditions', [['- close > ma\n        - weak', '- weak\n        - close > ma']]],
    ['one expression for a list', [['\n      all:\n        - close > ma\n        - weak', ' close > ma and weak']]],
    ['an input that is the usual one', [['rsi(14)', 'rsi(close, 14)']]],
    ['a default written out', [['    size:\n', '    trigger: on_rise\n    order:\n      type: market\n    size:\n']]],
    ['a default of the session', [['params:', 'session:\n  hours: regular\nparams:']]],
    ['the block form of a parameter', [['slow: 26', 'slow:\n    value: 26']]],
    ['a portion that is what was left', [['- pct: 6', '- pct: 6\n      portion: 50']]],
    ['an anchor', [['- close > ma', '- &over close > ma']]],
    ['the side that the only exits belong to', [['exit:\n', 'exit:\n  long:\n'], ...indented()]],
  ])('%s', (_name, pairs) => {
    const meaning = edit(...pairs);
    expect(told(meaning)).toEqual([]);
    expect(meaning.losses).toEqual([]);
    expect(meaning.unchanged.strategies).toBe(1);
  });

  /** Every line of the exits, two spaces further in. */
  function indented(): [string, string][] {
    const lines = PLAIN.slice(PLAIN.indexOf('exit:\n') + 'exit:\n'.length);
    return [[lines, lines.replace(/^/gm, '  ').replace(/ +$/, '')]];
  }
});

describe('what a change says', () => {
  it.each<[string, [string, string][], string[], string, RegExp]>([
    [
      'a bound in a named condition',
      [['floor_at\n', '35\n']],
      ['changed conditions.weak strength < floor_at → strength < 35'],
      'at_once',
      /state kept/,
    ],
    [
      'one clause of many',
      [['- close > ma', '- close > 2 * ma']],
      ['changed entry.long.when close > ma → close > 2 * ma'],
      'at_once',
      /state kept/,
    ],
    [
      'a clause that is new',
      [['- weak\n', '- weak\n        - volume > 1000\n']],
      ['changed entry.long.when  → and volume > 1000'],
      'at_once',
      /state kept/,
    ],
    [
      'a clause that is gone',
      [['        - close > ma\n', '']],
      ['changed entry.long.when and close > ma →'],
      'at_once',
      /state kept/,
    ],
    [
      'an indicator',
      [['ema(close, slow)', 'sma(close, slow)']],
      ['changed indicators.ma ema(close, slow) → sma(close, slow)'],
      'rewarm',
      /re-warmed/,
    ],
    [
      'a new indicator in a rule',
      [['- weak\n', '- weak\n        - close > sma(close, 50)\n']],
      ['changed entry.long.when  → and close > sma(close, 50)'],
      'rewarm',
      /filled from history/,
    ],
    [
      'a size',
      [['purse_pct: 20', 'purse_pct: 25']],
      ['changed entry.long.size.purse_pct 20 → 25'],
      'next_order',
      /next order/,
    ],
    [
      'another kind of size',
      [['purse_pct: 20', 'shares: 10']],
      ['changed entry.long.size purse_pct 20 → shares 10'],
      'next_order',
      /next order/,
    ],
    ['capital', [['capital: 20000', 'capital: 30000']], ['changed capital 20000 → 30000'], 'next_order', /next order/],
    [
      'a symbol that comes',
      [['[AAPL, MSFT]', '[AAPL, MSFT, TSLA]']],
      ['changed symbols  → TSLA'],
      'on_remove',
      /^filled from history, then it may enter$/,
    ],
    [
      'a symbol that goes',
      [['[AAPL, MSFT]', '[MSFT]']],
      ['changed symbols AAPL →'],
      'on_remove',
      /keep their exits until closed/,
    ],
    [
      'a symbol that goes, flattened',
      [
        ['[AAPL, MSFT]', '[MSFT]'],
        ['exit:\n', 'exit:\n  on_remove: flatten\n'],
      ],
      ['changed symbols AAPL →', 'changed exit.on_remove keep_exits → flatten'],
      'on_remove',
      /closed at the next open/,
    ],
    [
      'the order of symbols',
      [['[AAPL, MSFT]', '[MSFT, AAPL]']],
      ['changed symbols AAPL, MSFT → MSFT, AAPL'],
      'on_remove',
      /cash is short/,
    ],
    [
      'a description',
      [['id: plain', 'id: plain\ndescription: buys']],
      ['added description  → buys'],
      'none',
      /no effect/,
    ],
    [
      'a bound of a parameter',
      [['slow: 26', 'slow:\n    value: 26\n    max: 50']],
      ['added params.slow.max  → 50'],
      'none',
      /no effect/,
    ],
    [
      'a name',
      [
        ['  ma: ema', '  average: ema'],
        ['close > ma', 'close > average'],
      ],
      ['changed indicators.average ma → average'],
      'none',
      /another name/,
    ],
    [
      'a strategy switched off',
      [['id: plain', 'id: plain\nenabled: false']],
      ['changed enabled true → false'],
      'on_remove',
      /keep their exits/,
    ],
  ])('%s', (_name, pairs, lines, of, effect) => {
    const meaning = edit(...pairs);
    expect(told(meaning)).toEqual(lines);
    expect(meaning.changes[0]!.class).toBe(of);
    expect(meaning.changes[0]!.effect).toMatch(effect);
    expect(meaning.losses).toEqual([]);
  });

  it('names the rules that a parameter reaches', () => {
    const [change] = edit(['slow: 26', 'slow: 30']).changes;
    expect(change).toMatchObject({ path: 'params.slow', before: '26', after: '30', class: 'rewarm' });
    expect(change!.reaches).toEqual([
      { path: 'indicators.ma', class: 'rewarm' },
      { path: 'entry.long.when', class: 'at_once' },
    ]);
  });

  it('keeps state when a parameter is only compared with', () => {
    const [change] = edit(['floor_at: 30', 'floor_at: 35']).changes;
    expect(change).toMatchObject({ class: 'at_once', effect: 'state kept' });
    expect(change!.reaches.map(({ path }) => path)).toEqual(['conditions.weak', 'entry.long.when']);
  });

  it('asks on_change what becomes of the levels of open positions', () => {
    expect(edit(['- pct: 6', '- pct: 5']).changes[0]!.effect).toBe('open positions keep their levels');
    const adopt = swap(PLAIN, ['exit:\n', 'exit:\n  on_change: adopt\n']);
    const [change] = edited(adopt, swap(adopt, ['- pct: 6', '- pct: 5'])).changes;
    expect(change).toMatchObject({ kind: 'tightened', class: 'on_change', effect: 'open positions take it over' });
  });

  it('finds a strategy by its id, then by the one it was renamed from', () => {
    const renamed = swap(PLAIN, ['id: plain', 'id: better\nrenamed_from: plain'], ['slow: 26', 'slow: 30']);
    expect(told(edited(PLAIN, renamed))).toEqual(['changed id plain → better', 'changed params.slow 26 → 30']);
    const other = swap(PLAIN, ['id: plain', 'id: better']);
    expect(told(edited(PLAIN, other))).toEqual(['added   → 2 symbols, 1h', 'removed  2 symbols, 1h →']);
    expect(told(meaningOf(rulesetOf(PLAIN), rulesetOf(other), true))).toEqual(['changed id plain → better']);
  });

  it('tells who goes first when files change places', () => {
    const [a, b] = [PLAIN, swap(PLAIN, ['id: plain', 'id: other'])];
    const meaning = meaningOf(rulesetOf(a, b), rulesetOf(b, a));
    expect(told(meaning)).toEqual(['changed files plain, other → other, plain']);
    expect(meaning.unchanged.strategies).toBe(2);
  });

  it('sees disabled strategies', () => {
    const off = swap(PLAIN, ['id: plain', 'id: plain\nenabled: false']);
    expect(told(edited(off, swap(off, ['slow: 26', 'slow: 30'])))).toEqual(['changed params.slow 26 → 30']);
    expect(edited(off, PLAIN).changes[0]!.effect).toMatch(/filled from history/);
  });

  it('names the order that exit rules are asked in', () => {
    const first = '    - id: strong\n      when: strength > 70\n';
    const second = '    - id: half\n      when: close > 2 * open\n      portion: 50\n';
    expect(told(edit([first + second, second + first]))).toEqual(['changed exit.rules strong, half → half, strong']);
  });
});

interface Case {
  readonly pairs: [string, string][];
  readonly kind: string;
  readonly path: string;
  /** What is lost, and whether that is certain; undefined: nothing. */
  readonly loss?: [path: string, certain: boolean];
}

const TRAIL = '  trailing_stop:\n    pct: 3\n    activate_at_pct: 2\n';
const SAFE: readonly Case[] = [
  { pairs: [['stop: 2', 'stop: 3']], kind: 'loosened', path: 'params.stop', loss: ['exit.stop_loss', true] },
  { pairs: [['stop: 2', 'stop: 1']], kind: 'tightened', path: 'params.stop' },
  {
    pairs: [['    pct: stop', '    pct: stop * 2']],
    kind: 'loosened',
    path: 'exit.stop_loss.pct',
    loss: ['exit.stop_loss', true],
  },
  { pairs: [['    pct: stop', '    pct: min(stop, 1)']], kind: 'tightened', path: 'exit.stop_loss.pct' },
  {
    pairs: [['    pct: stop', '    pct: max(stop, strength / 10)']],
    kind: 'loosened',
    path: 'exit.stop_loss.pct',
    loss: ['exit.stop_loss', true],
  },
  { pairs: [['    pct: stop', '    pct: min(stop, strength)']], kind: 'tightened', path: 'exit.stop_loss.pct' },
  {
    pairs: [['    pct: stop', '    pct: strength / 10']],
    kind: 'changed',
    path: 'exit.stop_loss.pct',
    loss: ['exit.stop_loss', false],
  },
  {
    pairs: [['    pct: stop', '    price: lowest(low, 10)']],
    kind: 'changed',
    path: 'exit.stop_loss',
    loss: ['exit.stop_loss', false],
  },
  {
    pairs: [['  stop_loss:\n    pct: stop\n', '']],
    kind: 'removed',
    path: 'exit.stop_loss',
    loss: ['exit.stop_loss', true],
  },
  {
    pairs: [['- pct: 6', '- pct: 7']],
    kind: 'loosened',
    path: 'exit.take_profit[1].pct',
    loss: ['exit.take_profit', true],
  },
  { pairs: [['- pct: 6', '- pct: 5']], kind: 'tightened', path: 'exit.take_profit[1].pct' },
  {
    pairs: [['    - pct: 3\n      portion: 50\n', '    - pct: 3\n      portion: 40\n']],
    kind: 'loosened',
    path: 'exit.take_profit[0].portion',
    loss: ['exit.take_profit', true],
  },
  { pairs: [[TRAIL, '']], kind: 'removed', path: 'exit.trailing_stop', loss: ['exit.trailing_stop', true] },
  { pairs: [['    activate_at_pct: 2\n', '']], kind: 'removed', path: 'exit.trailing_stop.activate_at_pct' },
  {
    pairs: [['activate_at_pct: 2', 'activate_at_pct: 4']],
    kind: 'loosened',
    path: 'exit.trailing_stop.activate_at_pct',
    loss: ['exit.trailing_stop', true],
  },
  {
    pairs: [['  break_even:\n    at_pct: 2\n', '']],
    kind: 'removed',
    path: 'exit.break_even',
    loss: ['exit.break_even', true],
  },
  { pairs: [['    at_pct: 2', '    at_pct: 1']], kind: 'tightened', path: 'exit.break_even.at_pct' },
  { pairs: [['48 bars', '60 bars']], kind: 'loosened', path: 'exit.time_stop', loss: ['exit.time_stop', true] },
  { pairs: [['48 bars', '40 bars']], kind: 'tightened', path: 'exit.time_stop' },
  { pairs: [['48 bars', '2d']], kind: 'changed', path: 'exit.time_stop', loss: ['exit.time_stop', false] },
  { pairs: [['  time_stop: 48 bars\n', '']], kind: 'removed', path: 'exit.time_stop', loss: ['exit.time_stop', true] },
  {
    pairs: [['strength > 70', 'strength > 75']],
    kind: 'loosened',
    path: 'exit.rules.strong.when',
    loss: ['exit.rules.strong', true],
  },
  {
    pairs: [['strength > 70', 'strength > 70 and volume > 5']],
    kind: 'loosened',
    path: 'exit.rules.strong.when',
    loss: ['exit.rules.strong', true],
  },
  { pairs: [['strength > 70', 'strength > 70 or volume > 5']], kind: 'tightened', path: 'exit.rules.strong.when' },
  {
    pairs: [['strength > 70', 'close < ma']],
    kind: 'changed',
    path: 'exit.rules.strong.when',
    loss: ['exit.rules.strong', false],
  },
  {
    pairs: [['portion: 50\n  stop', 'portion: 25\n  stop']],
    kind: 'loosened',
    path: 'exit.rules.half.portion',
    loss: ['exit.rules.half', true],
  },
  {
    pairs: [['    - id: strong\n      when: strength > 70\n', '']],
    kind: 'removed',
    path: 'exit.rules.strong',
    loss: ['exit.rules.strong', true],
  },
  { pairs: [['timeframe: 1h', 'timeframe: 2h']], kind: 'changed', path: 'timeframe', loss: ['timeframe', false] },
  { pairs: [['capital: 20000', 'capital: 90000']], kind: 'changed', path: 'capital' },
  {
    pairs: [
      ['strength > 70', 'strength > ma_top'],
      ['stop: 2', 'stop: 2\n  ma_top: 70'],
    ],
    kind: 'added',
    path: 'params.ma_top',
  },
];

describe('protections', () => {
  it.each(SAFE.map((one) => [one.pairs.map(([a, b]) => `${a.trim()} → ${b.trim()}`).join(', '), one] as const))(
    '%s',
    (_name, { pairs, kind, path, loss }) => {
      const meaning = edit(...pairs);
      const change = meaning.changes.find((one) => one.path === path);
      expect(change, told(meaning).join('\n')).toMatchObject({ kind });
      expect(meaning.losses.map((one) => [one.path, one.certain])).toEqual(loss === undefined ? [] : [loss]);
      expect(change!.losses).toEqual(meaning.losses);
      // Whoever takes the edit back loosens nothing that the edit had loosened.
      const back = edited(swap(PLAIN, ...pairs), PLAIN).losses.filter(({ certain }) => certain);
      if (loss?.[1] === true) expect(back).toEqual([]);
    },
  );

  it('of a rule that another one covers are not lost', () => {
    const two = swap(PLAIN, ['    - id: half', '    - id: hot\n      when: strength > 80\n    - id: half']);
    expect(edited(two, PLAIN).losses).toEqual([]);
    expect(edited(two, PLAIN).changes.map(({ kind, path }) => [kind, path])).toEqual([['removed', 'exit.rules.hot']]);
  });

  it('that read an edited indicator may be lost, and say so', () => {
    const rules = swap(PLAIN, ['strength > 70', 'close < ma']);
    const meaning = edited(rules, swap(rules, ['slow: 26', 'slow: 30']));
    expect(meaning.changes[0]).toMatchObject({ kind: 'changed', path: 'params.slow', class: 'rewarm' });
    expect(meaning.losses).toEqual([
      {
        part: 'strategy',
        subject: 'plain',
        path: 'exit.rules.strong',
        certain: false,
        text: 'it may not leave on every bar on which it left before',
      },
    ]);
  });

  it('know which way a price lies', () => {
    const short = swap(
      PLAIN,
      [LONG, LONG.replace('long:', 'short:')],
      ['    pct: stop', '    price: highest(high, 10) * 1.01'],
      ['  stop: 2\n', ''],
    );
    const farther = edited(short, swap(short, ['highest(high, 10) * 1.01', 'highest(high, 10) * 1.02']));
    expect(farther.losses.map(({ path, certain }) => [path, certain])).toEqual([['exit.stop_loss', true]]);
    const long = swap(PLAIN, ['    pct: stop', '    price: lowest(low, 10) * 0.99'], ['  stop: 2\n', '']);
    expect(edited(long, swap(long, ['lowest(low, 10) * 0.99', 'lowest(low, 10) * 0.98'])).losses[0]?.certain).toBe(
      true,
    );
    expect(edited(long, swap(long, ['lowest(low, 10) * 0.99', 'lowest(low, 10)'])).losses).toEqual([]);
  });

  it('of ATR compare by their multiple, when the length is the same', () => {
    const atr = swap(PLAIN, ['    pct: stop', '    atr:\n      length: 14\n      multiple: 2'], ['  stop: 2\n', '']);
    expect(edited(atr, swap(atr, ['multiple: 2', 'multiple: 3'])).losses[0]).toMatchObject({ certain: true });
    expect(edited(atr, swap(atr, ['multiple: 2', 'multiple: 1'])).losses).toEqual([]);
    expect(edited(atr, swap(atr, ['length: 14', 'length: 20'])).losses[0]).toMatchObject({ certain: false });
  });

  it('of the session: flat_by', () => {
    const flat = swap(PLAIN, ['params:', 'session:\n  flat_by: 90m before close\nparams:']);
    expect(edited(flat, PLAIN).losses[0]).toMatchObject({ path: 'session.flat_by', certain: true });
    expect(edited(flat, swap(flat, ['90m', '60m'])).losses[0]).toMatchObject({
      path: 'session.flat_by',
      certain: true,
    });
    expect(edited(flat, swap(flat, ['90m', '120m'])).changes[0]).toMatchObject({ kind: 'tightened' });
  });

  it('of a strategy that is gone go on: its exits are kept, or its positions closed', () => {
    const other = swap(PLAIN, ['id: plain', 'id: other']);
    const meaning = meaningOf(rulesetOf(PLAIN, other), rulesetOf(PLAIN));
    expect(told(meaning)).toEqual(['removed  2 symbols, 1h →']);
    expect(meaning.changes[0]!.effect).toBe('open positions keep their exits until closed');
    expect(meaning.losses).toEqual([]);
  });
});

const RISK = `limits:
  max_position_pct: 25
  allow_short: false
circuit_breakers:
  - id: daily_loss
    when: daily_loss_pct > 5
    scope: account
    action: pause_entries
    until: next_session
  - id: fall
    when: drawdown_pct > 20 or consecutive_losses >= 5
    scope: strategy
    action: flatten
    until: 2d
`;

describe('risk.yaml', () => {
  it.each<[string, [string, string][], string[], [string, boolean][]]>([
    [
      'a threshold up',
      [['pct > 5', 'pct > 8']],
      ['loosened circuit_breakers.daily_loss.when daily_loss_pct > 5 → daily_loss_pct > 8'],
      [['circuit_breakers.daily_loss.when', true]],
    ],
    [
      'a threshold down',
      [['pct > 5', 'pct > 3']],
      ['tightened circuit_breakers.daily_loss.when daily_loss_pct > 5 → daily_loss_pct > 3'],
      [],
    ],
    [
      'one of two thresholds',
      [['>= 5', '>= 6']],
      ['loosened circuit_breakers.fall.when consecutive_losses >= 5 → consecutive_losses >= 6'],
      [['circuit_breakers.fall.when', true]],
    ],
    [
      'another measure',
      [['daily_loss_pct > 5', 'drawdown_pct > 5']],
      ['changed circuit_breakers.daily_loss.when daily_loss_pct > 5 → drawdown_pct > 5'],
      [['circuit_breakers.daily_loss.when', false]],
    ],
    ['spaces', [['daily_loss_pct > 5', 'daily_loss_pct>5.0']], [], []],
    [
      'a narrower scope',
      [['scope: account', 'scope: symbol']],
      ['loosened circuit_breakers.daily_loss.scope account → symbol'],
      [['circuit_breakers.daily_loss.scope', true]],
    ],
    [
      'a wider scope',
      [['scope: strategy', 'scope: account']],
      ['changed circuit_breakers.fall.scope strategy → account'],
      [['circuit_breakers.fall.scope', false]],
    ],
    [
      'a weaker action',
      [['action: flatten', 'action: pause_entries']],
      ['loosened circuit_breakers.fall.action flatten → pause_entries'],
      [['circuit_breakers.fall.action', true]],
    ],
    [
      'a stronger action',
      [['action: pause_entries', 'action: flatten']],
      ['tightened circuit_breakers.daily_loss.action pause_entries → flatten'],
      [],
    ],
    [
      'a shorter time',
      [['until: 2d', 'until: 1d']],
      ['loosened circuit_breakers.fall.until 2d → 1d'],
      [['circuit_breakers.fall.until', true]],
    ],
    [
      'until a person comes',
      [['until: 2d', 'until: manual']],
      ['tightened circuit_breakers.fall.until 2d → manual'],
      [],
    ],
    [
      'switched off',
      [['id: fall\n', 'id: fall\n    enabled: false\n']],
      ['loosened circuit_breakers.fall.enabled true → false'],
      [['circuit_breakers.fall.enabled', true]],
    ],
    [
      'a limit up',
      [['max_position_pct: 25', 'max_position_pct: 30']],
      ['loosened limits.max_position_pct 25 → 30'],
      [['limits.max_position_pct', true]],
    ],
    [
      'a limit down',
      [['max_position_pct: 25', 'max_position_pct: 20']],
      ['tightened limits.max_position_pct 25 → 20'],
      [],
    ],
    [
      'a limit gone',
      [['  max_position_pct: 25\n', '']],
      ['removed limits.max_position_pct 25 →'],
      [['limits.max_position_pct', true]],
    ],
    [
      'a limit come',
      [['max_position_pct: 25', 'max_position_pct: 25\n  max_open_positions: 3']],
      ['added limits.max_open_positions  → 3'],
      [],
    ],
    [
      'shorts allowed',
      [['allow_short: false', 'allow_short: true']],
      ['loosened limits.allow_short false → true'],
      [['limits.allow_short', true]],
    ],
    ['shorts left to the default', [['  allow_short: false\n', '']], [], []],
    [
      'edits no longer wait',
      [['limits:', 'loosening: grace\nlimits:']],
      ['loosened loosening not written → grace'],
      [['loosening', false]],
    ],
    [
      'an account that differs no longer stops entries',
      [['limits:', 'reconciliation: ignore\nlimits:']],
      ['loosened reconciliation halt → ignore'],
      [['reconciliation', true]],
    ],
    [
      'renamed',
      [['id: fall', 'id: deepest\n    renamed_from: fall']],
      ['changed circuit_breakers.deepest.id fall → deepest'],
      [],
    ],
  ])('%s', (_name, pairs, lines, losses) => {
    const meaning = editedRisk(RISK, swap(RISK, ...pairs));
    expect(told(meaning)).toEqual(lines);
    expect(meaning.losses.map(({ path, certain }) => [path, certain])).toEqual(losses);
    const back = editedRisk(swap(RISK, ...pairs), RISK).losses.filter(({ certain }) => certain);
    if (losses[0]?.[1] === true) expect(back).toEqual([]);
  });

  it.each([
    ['approve', 'grace', 'loosened', true],
    ['approve', undefined, 'loosened', false],
    [undefined, 'approve', 'tightened', undefined],
    ['grace', undefined, 'tightened', undefined],
    ['grace', 'approve', 'tightened', undefined],
  ] as const)('what edits wait for: %s → %s', (before, after, kind, certain) => {
    const under = (word: string | undefined): string => (word === undefined ? RISK : `loosening: ${word}\n${RISK}`);
    const meaning = editedRisk(under(before), under(after));
    expect(meaning.changes.map((change) => [change.kind, change.path])).toEqual([[kind, 'loosening']]);
    expect(meaning.losses.map((loss) => loss.certain)).toEqual(certain === undefined ? [] : [certain]);
  });

  it('a breaker that is gone is lost, and a likely heir is named', () => {
    const gone = editedRisk(RISK, RISK.slice(0, RISK.indexOf('  - id: fall')));
    expect(told(gone)).toEqual(['removed  drawdown_pct > 20 or consecutive_losses >= 5 →']);
    expect(gone.losses[0]).toMatchObject({ subject: 'fall', certain: true, text: 'the breaker is gone' });
    const other = editedRisk(RISK, swap(RISK, ['id: fall', 'id: deepest']));
    expect(other.losses[0]!.text).toContain('write `renamed_from: fall`');
  });

  it('a breaker that never trips protects from nothing', () => {
    const off = swap(RISK, ['id: fall\n', 'id: fall\n    enabled: false\n']);
    expect(editedRisk(off, swap(off, ['> 20', '> 30'])).losses).toEqual([]);
    expect(editedRisk(off, RISK).losses).toEqual([]);
  });

  it('without the file everything that it held is lost, shorts included', () => {
    const meaning = meaningOf(rulesetUnderRisk(), rulesetOf(PLAIN));
    expect(meaning.losses.map(({ subject }) => subject).toSorted()).toEqual([
      'allow_short',
      'daily_loss',
      'fall',
      'max_position_pct',
    ]);
  });
});

const rulesetUnderRisk = () => rulesetUnder(RISK, PLAIN);
