import { describe, expect, it } from 'vitest';
import { createBlockerTally } from '../../engine/core/blocker-tally.ts';
import { blockersText } from '../../engine/report/blockers-text.ts';
import { tradeSentence } from '../../engine/report/decision-sentence.ts';
import { shownWidth, styleOf, unstyled } from '../../engine/report/style.ts';
import { type Answer, whyJson } from '../../engine/report/why-json.ts';
import { whyText } from '../../engine/report/why-text.ts';
import { runBacktest } from '../../engine/runtime/backtest.ts';
import { everyDecision, optionsOf } from '../core/explained.ts';
import { flatBars, marketOf, rulesetOf } from '../core/rules.ts';

const TEXT = `id: pullback
symbols: [TEST]
timeframe: 1h
capital: 10000

params:
  oversold: 40

indicators:
  average: sma(close, 3)
  strength: rsi(close, 3)

conditions:
  # A list has its own lines.
  healthy:
    any:
      - close > average
      - strength < oversold
  uptrend: average > average[1]

entry:
  long:
    when:
      all:
        - healthy
        - uptrend
        - not (close > 120) and time < "15:00"
    trigger: while_true
    size:
      shares: 10
    cooldown: 2 bars

exit:
  rules:
    - id: weak
      when: crosses_below(close, average)
  stop_loss:
    pct: 5
`;
const PRICES = [100, 101, 102, 103, 104, 105, 99, 98, 99, 104, 125, 126];

const ruleset = rulesetOf(TEXT);
const bars = flatBars('TEST', '1h', PRICES);
const data = { ...marketOf([bars]), synthetic: false };
const decisions = everyDecision(ruleset, [bars]);

const screen = async (width: number, colour = false): Promise<string> => {
  const answers = (await decisions).map((explained): Answer => ({ sentence: undefined, explained, only: undefined }));
  return whyText(data, answers, { width, style: styleOf(colour) });
};

describe('a decision drawn under its source', () => {
  it.each([80, 120])('is the same on every bar at %i columns', async (width) => {
    await expect(await screen(width)).toMatchFileSnapshot(`golden/why-${width}.txt`);
  });

  it.each([80, 100, 160])('keeps to %i columns, with and without colour', async (width) => {
    for (const colour of [false, true]) {
      const lines = (await screen(width, colour)).split('\n');
      expect(lines.length).toBeGreaterThan(100);
      for (const line of lines) expect(shownWidth(line), line).toBeLessThanOrEqual(width);
    }
    expect(unstyled(await screen(width, true))).toBe(await screen(width));
  });

  it('has each value under the first letter of its operand', async () => {
    const lines = (await screen(120)).split('\n');
    const source = lines.findIndex((line) => line.includes('- close > average') && line.includes('true'));
    expect(source).toBeGreaterThan(0);
    expect(lines[source + 1]!.indexOf('102.00')).toBe(lines[source]!.indexOf('close'));
    expect(lines[source + 1]!.indexOf('101.00')).toBe(lines[source]!.indexOf('average'));
  });

  it('says the distance in numbers that are right', async () => {
    const text = await screen(120);
    // The mean of 104, 105 and 99 is 102.67, that of 105, 99 and 98 is 100.67.
    expect(text).toContain('average 100.67, needs > average[1] 102.67 (2.00 below)');
  });
});

describe('a decision as JSON', () => {
  it('gives every node of the condition its text and value', async () => {
    const explained = (await decisions)[2]!;
    const answer = JSON.parse(whyJson(ruleset, data, [{ sentence: undefined, explained, only: undefined }])) as {
      schemaVersion: number;
      answers: { decision: { entries: { value: boolean | null; condition: { parts: unknown[] } }[] } }[];
    };
    expect(answer.schemaVersion).toBe(1);
    const [entry] = answer.answers[0]!.decision.entries;
    // The mean has no bar before its first one to compare with.
    expect(entry!.value).toBeNull();
    expect(entry!.condition.parts[0]).toMatchObject({
      kind: 'named',
      text: 'healthy',
      value: true,
      parts: [
        {
          kind: 'or',
          parts: [
            {
              kind: 'compare',
              text: 'close > average',
              value: true,
              parts: [{ value: 102 }, { text: 'average', value: 101 }],
            },
            { kind: 'compare', text: 'strength < oversold', value: null },
          ],
        },
      ],
    });
  });
});

describe('the tally of blockers', () => {
  it.each([80, 120])('is drawn the same at %i columns', async (width) => {
    const tally = createBlockerTally(ruleset);
    const result = await runBacktest(ruleset, data, optionsOf(), { probe: tally.probe });
    const text = blockersText(result, tally.entries, { width, style: styleOf(false) });
    await expect(text).toMatchFileSnapshot(`golden/blockers-${width}.txt`);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(width);
  });
});

describe('a trade in a sentence', () => {
  it('names times, prices and what came of it', async () => {
    const { trades } = await runBacktest(ruleset, data, optionsOf());
    expect(trades.length).toBeGreaterThan(0);
    expect(tradeSentence(trades[0]!, 1)).toBe(
      'Trade 1, pullback: long 10 TEST from 2024-01-08 13:00 at 104.00 to 2024-01-09 09:30 at 98.00, -$60.00 (rule weak).',
    );
  });
});
