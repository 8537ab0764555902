import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_ASSUMPTIONS } from '../../engine/brokers/assumptions.ts';
import type { RiskModel } from '../../engine/compiler/model.ts';
import type { StrategyDocument } from '../../engine/documents/document.ts';
import { parseStrategy } from '../../engine/documents/load.ts';
import { sessionBars } from '../../engine/feeds/test-bars.ts';
import { rowsGenerated, rowsWritten } from '../../engine/feeds/test-rows.ts';
import { runBacktest } from '../../engine/runtime/backtest.ts';
import { collectTests } from '../../engine/runtime/rule-tests/collect.ts';
import { mutantsOf } from '../../engine/runtime/rule-tests/mutants.ts';
import { mutationRun } from '../../engine/runtime/rule-tests/mutation.ts';
import type { BarRecord } from '../../engine/runtime/rule-tests/record.ts';
import { rulesOf, runSuite, runTest, suiteOf } from '../../engine/runtime/rule-tests/suite.ts';
import { checkWorkspace } from '../../engine/runtime/workspace.ts';
import { marketOf } from '../core/rules.ts';
import { ROOT } from '../house/sources.ts';

const RULES = `id: waves
symbols: [TEST]
timeframe: 1h
capital: 10000
indicators:
  fast: sma(close, 3)
  bands: bbands(close, 5, 2)
conditions:
  rising_now: close > fast
entry:
  long:
    when:
      all:
        - rising_now
        - close > bands.middle
    size:
      purse_pct: 50
    cooldown: 2 bars
exit:
  when: close < fast and position.bars >= 1
  stop_loss:
    pct: 2
  time_stop: 6 bars
`;

const NO_RISK: RiskModel = { document: undefined, limits: {}, breakers: [] };

const listed = (values: readonly number[]): string => values.map((value) => `        - ${value}\n`).join('');

function documentOf(text: string): StrategyDocument {
  const { document, diagnostics } = parseStrategy({ path: 'waves.yaml', text });
  if (document === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return document;
}

async function recordsOf(document: StrategyDocument): Promise<BarRecord[]> {
  const records: BarRecord[] = [];
  const { tests } = await suiteOf(document, NO_RISK, () => true);
  runTest(document, rulesOf(document, NO_RISK)!, tests[0]!, ({ record }) => records.push(record));
  return records;
}

/** The lines that a bar's own record meets. */
function expected(record: BarRecord): string {
  const lines = [`      - at: ${record.at}`, `        position: ${record.position}`, '        conditions:'];
  for (const [name, value] of record.conditions)
    lines.push(`          ${name}: ${['false', 'true', 'unknown'][value]}`);
  lines.push('        indicators:');
  for (const [name, value] of record.indicators)
    lines.push(`          ${name}: ${Number.isNaN(value) ? 'unknown' : value.toFixed(6)}`);
  const order = record.orders.find(({ refused }) => refused === undefined);
  if (order !== undefined)
    lines.push(
      '        order:',
      `          side: ${order.side}`,
      `          type: ${order.type}`,
      `          qty: ${order.qty}`,
    );
  else lines.push('        order: none');
  const [exit] = record.exits;
  if (exit !== undefined) lines.push(`        exit: ${exit.reason}`);
  const [blocked] = [...record.blocked.values()];
  if (blocked !== undefined) lines.push(`        blocked_by: ${blocked}`);
  return `${lines.join('\n')}\n`;
}

const opposite = (line: string): string =>
  line.replace(/position: (\w+)/, (_, side: string) => `position: ${side === 'flat' ? 'long' : 'flat'}`);

const closes = fc.array(fc.integer({ min: 9_000, max: 11_000 }), { minLength: 12, maxLength: 40 });
const testOf = (values: readonly number[], expect: string): string =>
  `${RULES}tests:\n  - name: one\n    bars:\n      rows:\n${listed(values.map((value) => value / 100))}    expect:\n${expect}`;

describe('a test', () => {
  it('passes when it expects what the run itself showed, and fails when it expects another position', async () => {
    let orders = 0;
    await fc.assert(
      fc.asyncProperty(closes, async (values) => {
        const records = await recordsOf(documentOf(testOf(values, '      - at: 0\n        position: flat\n')));
        orders += records.filter((record) => record.orders.length > 0).length;
        const lines = records.map(expected);
        const good = documentOf(testOf(values, lines.join('')));
        const [result] = runSuite(await suiteOf(good, NO_RISK, () => true)).tests;
        expect(result?.failures.flatMap(({ mismatches }) => mismatches)).toEqual([]);
        const bad = documentOf(testOf(values, lines.map(opposite).join('')));
        expect(runSuite(await suiteOf(bad, NO_RISK, () => true)).tests[0]?.failures).toHaveLength(values.length);
      }),
      { numRuns: 60 },
    );
    expect(orders).toBeGreaterThan(50);
  });

  it('sees the orders and exits of a backtest over the same bars', async () => {
    let seen = 0;
    await fc.assert(
      fc.asyncProperty(closes, async (values) => {
        const document = documentOf(testOf(values, '      - at: 0\n        position: flat\n'));
        const records = await recordsOf(document);
        const bars = sessionBars('TEST', '1h', rowsWritten(values.map((value) => value / 100)), '2024-01-08');
        const options = {
          cash: undefined,
          from: undefined,
          to: undefined,
          assumptions: { ...DEFAULT_ASSUMPTIONS, slippage: { kind: 'none' as const } },
          closeAtEnd: false,
        };
        const { orders } = await runBacktest(rulesOf(document, NO_RISK)!.ruleset, marketOf([bars]), options);
        const shown = records.flatMap((record) => record.orders.map(({ rule, side }) => `${rule} ${side}`));
        expect(shown).toEqual(orders.map(({ rule, side }) => `${rule} ${side}`));
        seen += shown.length;
      }),
      { numRuns: 40 },
    );
    expect(seen).toBeGreaterThan(50);
  });
});

describe('bars of a test', () => {
  it('open at the close before, and move as their step says', () => {
    const rows = rowsGenerated({
      start: 50,
      volume: 7,
      steps: [{ flat: 1 }, { up: 2, pct: 10, volume: 9 }, { down: 1, pct: 50 }, { bars: [30, [31, 33, 29, 32]] }],
    });
    expect(rows).toEqual([
      [50, 50, 50, 50, 7],
      [50, 55, 50, 55, 9],
      [55, 60.5, 55, 60.5, 9],
      [60.5, 60.5, 30.25, 30.25, 7],
      [30.25, 30.25, 30, 30, 7],
      [31, 33, 29, 32, 7],
    ]);
  });

  it('wander the same way for the same seed', () => {
    const path = (seed: number) => rowsGenerated({ steps: [{ random: 30, pct: 2, seed }] });
    expect(path(1)).toEqual(path(1));
    expect(path(1)).not.toEqual(path(2));
  });

  it.each([
    ['1h', '2024-01-08T14:30:00.000Z', '2024-01-09T14:30:00.000Z'],
    ['30m', '2024-01-08T14:30:00.000Z', '2024-01-08T18:00:00.000Z'],
    ['1d', '2024-01-08T14:30:00.000Z', '2024-01-18T14:30:00.000Z'],
    ['1w', '2024-01-08T14:30:00.000Z', '2024-02-26T14:30:00.000Z'],
  ] as const)('of %s fill the sessions from a Monday on', (timeframe, first, eighth) => {
    const { start, end, length } = sessionBars(
      'TEST',
      timeframe,
      rowsWritten(Array.from({ length: 9 }, () => 5)),
      '2024-01-06',
    );
    expect(new Date(start[0]!).toISOString()).toBe(first);
    expect(new Date(start[7]!).toISOString()).toBe(eighth);
    for (let k = 1; k < length; k++) expect(start[k]!).toBeGreaterThanOrEqual(end[k - 1]!);
  });
});

describe('mutants', () => {
  it('turn every operator, shift every number and drop every clause, each in its place', () => {
    const changes = mutantsOf(documentOf(RULES)).map(
      ({ path, before, after }) => `${path.join('.')}: ${before} → ${after}`,
    );
    expect(changes).toEqual(
      expect.arrayContaining([
        'indicators.fast: close → open',
        'indicators.fast: 3 → 4',
        'indicators.bands: 2 → 1',
        'conditions.rising_now: > → <=',
        'entry.long.when.all: all → any',
        'entry.long.when.all.0: rising_now → 1 > 0',
        'entry.long.size.purse_pct: 50 → 60',
        'entry.long.cooldown: 2 → 3',
        'exit.when: and → or',
        'exit.when: position.bars >= 1 → (1 > 0)',
        'exit.stop_loss.pct: 2 → 1',
        'exit.time_stop: 6 → 7',
      ]),
    );
    expect(new Set(changes).size).toBe(changes.length);
  });

  it('of the shipped strategies are noticed by their own tests, nine in ten at least', {
    timeout: 120_000,
  }, async () => {
    const collected = await collectTests(ROOT, undefined, checkWorkspace({ dir: ROOT }).rules!.risk, () => true);
    expect(collected.suites).toHaveLength(5);
    for (const suite of collected.suites) {
      expect(runSuite(suite).tests.flatMap(({ failures }) => failures)).toEqual([]);
      const run = mutationRun(suite, collected);
      let step = run.next();
      while (step.done !== true) step = run.next();
      const { mutants, unnoticed, strategy } = step.value;
      expect(mutants, strategy).toBeGreaterThan(15);
      expect((mutants - unnoticed.length) / mutants, strategy).toBeGreaterThanOrEqual(0.9);
    }
  });
});
