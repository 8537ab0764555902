import { describe, expect, it } from 'vitest';
import { barsOf, flatBars, lineOf, type Row, rulesetOf, runRules, steady, strategy } from './rules.ts';

const entry = (when: string, more = '    trigger: while_true\n', size = 'shares: 1'): string =>
  `  long:\n    when:${when.startsWith('\n') ? when : ` ${when}`}\n${more}    size:\n      ${size}`;
const NEVER = '  when: close < 0.01';

type Bars = Parameters<typeof runRules>[1];

const TEN = flatBars('TEST', '1h', steady(10, 101));

/** Bars (from 0) that decided an entry. */
async function decisions(text: string, bars: Bars = [TEN]): Promise<number[]> {
  const { orders } = await runRules(rulesetOf(text), bars);
  return orders.filter((order) => order.role === 'entry').map((order) => bars[0]!.end.indexOf(order.decidedAt));
}

const first = async (when: string, bars?: Bars): Promise<number | undefined> =>
  (await decisions(strategy(entry(when), NEVER), bars))[0];

/** Conditions that are true, false and unknown on all of ten bars at 101. */
const SAMPLES = { T: 'close > 100', F: 'close < 100', U: 'sma(close, 50) > 0' } as const;
type Sample = keyof typeof SAMPLES;

/** What a condition came to on the first bar: itself enters, its contrary enters, or neither does. */
async function outcomeOf(when: string): Promise<Sample> {
  const plain = await first(when);
  const contrary = await first(`not (${when})`);
  if (plain !== undefined && contrary !== undefined) throw new Error(`${when} is both`);
  return plain === 0 ? 'T' : contrary === 0 ? 'F' : 'U';
}

/** Kleene (1952), strong tables: rows and columns T, F, U. */
const AND: Record<Sample, string> = { T: 'TFU', F: 'FFF', U: 'UFU' };
const OR: Record<Sample, string> = { T: 'TTT', F: 'TFU', U: 'TUU' };

describe('three values, from the document to the order', () => {
  it.each(['T', 'F', 'U'] as const)('and, or, not with %s on the left', async (left) => {
    const got = { and: '', or: '' };
    for (const right of ['T', 'F', 'U'] as const) {
      got.and += await outcomeOf(`(${SAMPLES[left]}) and (${SAMPLES[right]})`);
      got.or += await outcomeOf(`(${SAMPLES[left]}) or (${SAMPLES[right]})`);
    }
    expect(got).toEqual({ and: AND[left], or: OR[left] });
    expect(await outcomeOf(SAMPLES[left])).toBe(left);
  });

  it.each([
    ['all', 'TU', []],
    ['all', 'TT', [0]],
    ['any', 'UT', [0]],
    ['any', 'UF', []],
    ['none', 'FF', [0]],
    ['none', 'FU', []],
    ['none', 'FT', []],
  ] as const)('the list %s of %s', async (word, letters, wanted) => {
    const lines = letters
      .split('')
      .map((letter) => `        - ${SAMPLES[letter as Sample]}`)
      .join('\n');
    const [decided] = await decisions(strategy(entry(`\n      ${word}:\n${lines}`), NEVER));
    expect(decided === undefined ? [] : [decided]).toEqual(wanted);
  });

  it('a contrary waits for its indicator as well', async () => {
    // The mean of five is known from the fifth bar on; RSI(4) of rises alone is 100 from the fifth on.
    expect(await first('not (sma(close, 5) > 102)')).toBe(4);
    expect(await first('sma(close, 5) < 102')).toBe(4);
    const falling = flatBars('TEST', '1h', [110, 109, 108, 107, 106, 105, 104]);
    expect(await first('not (rsi(close, 4) > 70)', [falling])).toBe(4);
    expect(await first('"sma(close, 5) > 102 ? close < 50 : close > 100"')).toBe(4);
  });

  it('a known false counts as the ground of a rise, an unknown does not', async () => {
    const rise = (when: string, prices: readonly number[]) =>
      decisions(strategy(entry(when, ''), NEVER), [flatBars('TEST', '1h', prices)]);
    // On the second bar `close > 100` is false, which settles the `and` before the mean is known.
    expect(await rise('sma(close, 4) > 0 and close > 100', [101, 99, 101, 101, 101, 101])).toEqual([3]);
    expect(await rise('sma(close, 4) > 0 and close > 100', [101, 101, 101, 101, 101, 101])).toEqual([]);
  });

  it('what is not finite is unknown, and so is its contrary; "never" compares', async () => {
    expect(await outcomeOf('close / (high - low) > 1')).toBe('U');
    expect(await outcomeOf('sqrt(100 - close) > 1')).toBe('U');
    expect(await outcomeOf('bars_since_exit > 1000')).toBe('T');
    expect(await outcomeOf('bars_since(close < 100) > 1000')).toBe('T');
    expect(await outcomeOf('position.bars > 0')).toBe('U');
  });

  it('a symbol without bars is unknown until it has one', async () => {
    expect(await outcomeOf('OTHER.close > 0')).toBe('U');
    expect(await outcomeOf('OTHER.close > 0 or close > 100')).toBe('T');
    expect(await outcomeOf('OTHER.close > 0 and close < 100')).toBe('F');
    expect(await first('sma(OTHER.close, 2) > 0')).toBeUndefined();
    const late = flatBars('OTHER', '1h', steady(10, 50));
    const from = 3;
    const tail = {
      ...late,
      length: 10 - from,
      start: late.start.subarray(from),
      end: late.end.subarray(from),
      session: late.session.subarray(from),
    };
    expect(await first('not (OTHER.close > 60)', [TEN, tail])).toBe(3);
    expect(await first('not (sma(OTHER.close, 2) > 60)', [TEN, tail])).toBe(4);
  });

  it('a higher timeframe is unknown until one of its bars is complete', async () => {
    const bars = flatBars('TEST', '1h', steady(15, 101));
    expect(await first('not (day.close > 200)', [bars])).toBe(6);
    expect(await first('not (sma(day.close, 2) > 200)', [bars])).toBe(13);
    expect(await first('not (prev_day.close > 200)', [bars])).toBe(7);
  });

  it('an unknown exit keeps the position, and is counted', async () => {
    const exit = (rule: string): string =>
      `  rules:\n    - id: warming\n      when: ${rule}\n    - id: blind\n      when: exit_unknown_bars >= 3`;
    const run = async (rule: string) =>
      (
        await runRules(rulesetOf(strategy(entry('close > 100', ''), exit(rule))), [
          flatBars('TEST', '1h', [99, ...steady(12, 101)]),
        ])
      ).trades.map((trade) => `${trade.exitRule} ${trade.bars}`);
    expect(await run('not (sma(close, 50) > 0)')).toEqual(['exit.blind 4']);
    expect(await run('not (sma(close, 2) > 0)')).toEqual([]);
  });

  it('a price, a size or a level that is unknown makes no position', async () => {
    const limit = '    order:\n      type: limit\n      limit_price: sma(close, 50)\n';
    expect(await decisions(strategy(entry('close > 100', limit), NEVER))).toEqual([]);
    const sized = await runRules(rulesetOf(strategy(entry('close > 100', '', 'shares: sma(volume, 50)'), NEVER)), [
      flatBars('TEST', '1h', [99, 101, 101]),
    ]);
    expect(sized.orders.map((order) => order.status)).toEqual(['refused']);
    const stop = '  stop_loss:\n    price: sma(close, 3) - 1';
    const rows: Row[] = [99, 101, 101, 99, 101, 101].map((price) => [price, price, price, price]);
    const { orders } = await runRules(rulesetOf(strategy(entry('close > 100', ''), stop)), [
      barsOf('TEST', '1h', rows),
    ]);
    // The rise of the second bar finds no mean of three; that of the fifth does.
    expect(orders.map((order) => `${order.role} ${Number(order.stopPrice ?? 0) / 1e9}`)).toEqual([
      'entry 0',
      'stop_loss 99.33',
    ]);
  });

  it('an unknown exit rule leaves the stop at work', async () => {
    const bars = barsOf('TEST', '1h', [
      [99, 99, 99, 99],
      [101, 101, 101, 101],
      [101, 101, 90, 95],
    ]);
    const rules = strategy(entry('close > 100', ''), '  when: sma(close, 50) < 0\n  stop_loss:\n    pct: 5');
    expect((await runRules(rulesetOf(rules), [bars])).trades.map(lineOf)).toEqual([
      'long 1 @101 -> 95.95 stop_loss bars 0',
    ]);
  });
});
