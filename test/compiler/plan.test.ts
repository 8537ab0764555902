import { describe, expect, it } from 'vitest';
import { rulesetOf } from '../core/rules.ts';

const text = (id: string, when: string, exit = '  when: close < 1', head = ''): string => `id: ${id}
symbols: [AAPL, MSFT]
timeframe: 1h
capital: 10000
${head}entry:
  long:
    when: ${when}
    size:
      shares: 1
exit:
${exit}
`;

const named = (rules: ReturnType<typeof rulesetOf>, name: string): string[] =>
  rules.nodes
    .filter((node) => node.work.kind === 'indicator' && node.work.entry.name === name)
    .map((node) => node.fingerprint);

describe('the plan of a ruleset', () => {
  it('has one node for one indicator of one symbol, however many rules read it', () => {
    const rules = rulesetOf(
      text('one', 'close > sma(close, 20) and sma(20) > open'),
      text('two', 'ma > open', '  when: close < ma', 'indicators:\n  ma: sma(close, length)\nparams:\n  length: 20\n'),
    );
    expect(named(rules, 'sma')).toHaveLength(2);
    expect(rules.instances).toHaveLength(4);
    expect(new Set(rules.nodes.map((node) => node.fingerprint)).size).toBe(rules.nodes.length);
    const slots = rules.nodes.flatMap((node) => node.outputs);
    expect(new Set(slots).size).toBe(slots.length);
    expect(Math.max(...slots)).toBeLessThan(rules.slotCount);
  });

  it('shares the range of an ATR stop with a rule that reads it', () => {
    const stop = '  stop_loss:\n    atr:\n      length: 14\n      multiple: 2';
    expect(named(rulesetOf(text('one', 'atr(14) > 1', stop)), 'atr')).toHaveLength(2);
    expect(named(rulesetOf(text('one', 'atr(15) > 1', stop)), 'atr')).toHaveLength(4);
  });

  it('keeps apart what differs in length, size of bars, hours or symbol', () => {
    const rules = rulesetOf(
      text('one', 'sma(close, 20) > sma(close, 21) and sma(day.close, 20) > sma(SPY.close, 20)'),
      text('two', 'sma(close, 20) > 1', undefined, 'session:\n  hours: extended\n'),
    );
    // By symbol: two lengths and a day; once SPY; by symbol again in extended hours.
    expect(named(rules, 'sma')).toHaveLength(2 * 3 + 1 + 2);
    expect([...rules.traded]).toEqual(['AAPL', 'MSFT']);
    expect([...rules.symbols].toSorted()).toEqual(['AAPL', 'MSFT', 'SPY']);
    expect(rules.series.filter((series) => series.foreign).map((series) => series.key)).toEqual(['SPY 1h regular']);
  });

  it('reads the names of parameters and the order of definitions away', () => {
    const one = rulesetOf(text('one', 'close > ma', undefined, 'params:\n  a: 20\nindicators:\n  ma: ema(close, a)\n'));
    const two = rulesetOf(
      text('one', 'close > other', undefined, 'indicators:\n  other: ema(close, b)\nparams:\n  b: 20\n'),
    );
    expect(two.nodes.map((node) => node.fingerprint)).toEqual(one.nodes.map((node) => node.fingerprint));
  });

  it('is frozen, and leaves out what is not enabled', () => {
    const rules = rulesetOf(
      text('one', 'close > 1'),
      text('off', 'close > sma(close, 9)', undefined, 'enabled: false\n'),
    );
    expect(Object.isFrozen(rules)).toBe(true);
    expect(rules.strategies.map(({ id }) => id)).toEqual(['one']);
    expect(named(rules, 'sma')).toEqual([]);
    expect(rules.instances.map((instance) => rules.symbols[instance.symbolIndex])).toEqual(['AAPL', 'MSFT']);
  });

  it('runs what mixes series after each of them', () => {
    const rules = rulesetOf(text('one', 'sma(close - SPY.close, 5) > sma(sma(day.close, 3) + close, 4)'));
    for (const node of rules.nodes) {
      const feeders = rules.nodes.filter((other) => other.outputs.some((slot) => node.inputs.includes(slot)));
      for (const other of feeders) {
        if (other.series === node.series) expect(other.stage).toBeLessThanOrEqual(node.stage);
        else expect(other.stage).toBeLessThan(node.stage);
      }
    }
    expect(rules.nodes.some((node) => node.stage > 0)).toBe(true);
  });

  it('says what an edit does to open positions, and what a strategy was called before', () => {
    const [plain] = rulesetOf(text('one', 'close > 1')).models;
    expect(plain).toMatchObject({
      renamedFrom: undefined,
      exits: { long: { onChange: 'keep', onRemove: 'keep_exits' } },
    });
    const exit = '  when: close < 1\n  on_change: adopt\n  on_remove: flatten';
    const [said] = rulesetOf(text('one', 'close > 1', exit, 'renamed_from: former\n')).models;
    expect(said).toMatchObject({ renamedFrom: 'former', exits: { long: { onChange: 'adopt', onRemove: 'flatten' } } });
  });

  it('keeps the models of strategies that do not run', () => {
    const rules = rulesetOf(text('one', 'close > 1'), text('two', 'close > 1', undefined, 'enabled: false\n'));
    expect(rules.strategies.map(({ id }) => id)).toEqual(['one']);
    expect(rules.models.map(({ id }) => id)).toEqual(['one', 'two']);
  });
});
