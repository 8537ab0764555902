import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../engine/runtime/result.ts';
import { barsOf, flatBars, type Row, rulesetOf, rulesetUnder, runRules, strategy } from './rules.ts';

/** Hourly bars of Monday 2024-01-08 end at 15:00, 16:00, ... 21:00 UTC; the first begins at 14:30. */
const hourOf = (at: number): string => new Date(at).toISOString().slice(8, 16);
const entriesOf = ({ orders }: RunResult): string[] =>
  orders.filter(({ role }) => role === 'entry').map(({ decidedAt }) => hourOf(decidedAt));
const exitsOf = ({ trades }: RunResult): string[] =>
  trades.map((trade) => `${trade.exitReason} ${hourOf(trade.exitTime)}`);

const buying = (more: string, exit: string): string =>
  strategy(`  long:\n    when: close > 100\n    trigger: while_true\n    size:\n      shares: 10\n${more}`, exit);

const COOLED = buying('    cooldown: 2h\n', '  stop_loss:\n    pct: 5');
/** Bought at 15:00 at 101; the stop lies at 95.95. */
const stopped = (bar: Row): Row[] => [
  [101, 101, 101, 101],
  [101, 101, 101, 101],
  bar,
  ...Array.from({ length: 4 }, (): Row => [101, 101, 101, 101]),
];

describe('a cooldown by the clock counts from the fill of the exit', () => {
  it('at an open: from the start of that bar', async () => {
    // Through the stop at 16:00; 18:00 is two hours later.
    const result = await runRules(rulesetOf(COOLED), [barsOf('TEST', '1h', stopped([95, 101, 95, 101]))]);
    expect(exitsOf(result).slice(0, 1)).toEqual(['stop_loss 08T16:00']);
    expect(entriesOf(result)).toEqual(['08T15:00', '08T18:00']);
  });

  it('inside a bar: from its end, the latest that it can have been', async () => {
    // Some time between 16:00 and 17:00: only at 19:00 are two hours certainly over.
    const result = await runRules(rulesetOf(COOLED), [barsOf('TEST', '1h', stopped([101, 101, 95, 101]))]);
    expect(exitsOf(result).slice(0, 1)).toEqual(['stop_loss 08T16:00']);
    expect(entriesOf(result)).toEqual(['08T15:00', '08T19:00']);
  });

  it('inside a minute of an hour: from the end of the minute', async () => {
    const rows = Array.from({ length: 391 }, (_, n): Row => [101, 101, n === 100 ? 95 : 101, 101]);
    const result = await runRules(rulesetOf(COOLED), [barsOf('TEST', '1m', rows)]);
    // Minute 100 runs from 16:10 to 16:11, and 18:11 is over at the hour that ends at 19:00.
    expect(exitsOf(result).slice(0, 1)).toEqual(['stop_loss 08T16:10']);
    expect(entriesOf(result)).toEqual(['08T15:00', '08T19:00']);
    const minutes = await runRules(rulesetOf(COOLED.replace('1h', '1m')), [barsOf('TEST', '1m', rows)]);
    expect(entriesOf(minutes)).toEqual(['08T14:31', '08T18:11']);
  });

  it('at a close: from the end of that bar', async () => {
    const rules = buying('    cooldown: 2h\n', '  time_stop: 1 bar');
    const result = await runRules(rulesetOf(rules), [flatBars('TEST', '1h', [101, 101, 101, 101, 101])], {
      assumptions: { fillAt: 'close' },
    });
    // Bought at 15:00, sold at 16:00.
    expect(entriesOf(result)).toEqual(['08T15:00', '08T18:00']);
  });
});

describe('a time stop by the clock counts from the fill of the entry', () => {
  const rules = buying('', '  time_stop: 2h');
  const bars = [flatBars('TEST', '1h', [99, 101, 101, 101, 101, 101])];

  it('at an open: bought at 16:00, sold at 18:00', async () => {
    const { trades } = await runRules(rulesetOf(rules), bars);
    expect([hourOf(trades[0]!.entryTime), hourOf(trades[0]!.exitTime)]).toEqual(['08T16:00', '08T18:00']);
  });

  it('at a close: bought at the end of the bar of 15:00, sold at the end of the bar of 17:00', async () => {
    const { trades } = await runRules(rulesetOf(rules), bars, { assumptions: { fillAt: 'close' } });
    expect([hourOf(trades[0]!.entryTime), hourOf(trades[0]!.exitTime)]).toEqual(['08T15:00', '08T17:00']);
  });
});

describe('what a breaker counts over a length of time', () => {
  const breaker = (when: string, until: string): string =>
    `circuit_breakers:\n  - id: guard\n    when: ${when}\n    scope: account\n    action: pause_entries\n    until: ${until}\n`;
  const tripsOf = ({ breakers }: RunResult): string[] =>
    breakers.map(
      ({ trippedAt, clearedAt }) => `${hourOf(trippedAt)} ${clearedAt === undefined ? 'holds' : hourOf(clearedAt)}`,
    );

  it('happened at the open that filled it, not at the close of the evening before', async () => {
    const night = [
      ...Array.from({ length: 7 }, (): Row => [101, 101, 101, 101]),
      [90, 90, 90, 90] as const,
      [90, 90, 90, 90] as const,
    ];
    const rules = rulesetUnder(breaker('stop_outs("1h") >= 1', 'manual'), buying('', '  stop_loss:\n    pct: 5'));
    // Through the stop at 14:30 on Tuesday; at 15:00 that is half an hour ago.
    expect(tripsOf(await runRules(rules, [barsOf('TEST', '1h', night)]))).toEqual(['09T15:00 holds']);
  });

  it('and counts anew after a clearing, from the very next open on', async () => {
    const rules = rulesetUnder(
      breaker('closed_trades("1d") >= 1', '1 bar'),
      buying('', '  when: close < 100').replace('[TEST]', '[AAA, BBB]'),
    );
    // AAA is sold at 16:00: tripped at 17:00, cleared at 18:00. At that moment BBB is sold.
    const result = await runRules(rules, [
      flatBars('AAA', '1h', [101, 99, 99, 99, 99, 99, 99]),
      flatBars('BBB', '1h', [101, 101, 101, 99, 99, 99, 99]),
    ]);
    expect(tripsOf(result)).toEqual(['08T17:00 08T18:00', '08T19:00 08T20:00']);
  });
});
