import { describe, expect, it } from 'vitest';
import { compile } from '../../engine/compiler/compile.ts';
import type { RiskModel } from '../../engine/compiler/model.ts';
import { parseRisk, parseStrategy } from '../../engine/documents/load.ts';
import { unknownBreakers } from '../../engine/runtime/rule-tests/breaker-names.ts';
import { runSuite, suiteOf, type TestResult } from '../../engine/runtime/rule-tests/suite.ts';

const riskOf = (text: string): RiskModel => {
  const { document, diagnostics } = parseRisk({ path: 'risk.yaml', text });
  if (document === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return compile({ strategies: [], risk: document, revision: '' }).rules.risk;
};

/** Buys on every bar above 100, sells below: each bar of 99 after one of 101 is a loss of 2 dollars a share. */
const RULES = `id: churn
symbols:
  - TEST
timeframe: 1h
capital: 10000
entry:
  long:
    when: close > 100
    size:
      shares: 50
exit:
  when: close < 100
`;

/** Bought at the open of bar 3k+2 at 101, sold at the open of the next at 99. */
const LOSSES = '[99, 101, 99, 99, 101, 99, 99, 101, 99, 99, 101, 99]';

const run = async (risk: string, expect: string, rules = RULES, more = ''): Promise<TestResult> => {
  const text = `${rules}tests:\n  - name: one\n${more}    bars:\n      rows: ${LOSSES}\n    expect:\n${expect}`;
  const { document, diagnostics } = parseStrategy({ path: 'churn.yaml', text });
  if (document === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  const suite = await suiteOf(document, riskOf(risk), () => true);
  return runSuite(suite).tests[0]!;
};

const differences = ({ failures }: TestResult): string[] =>
  failures.flatMap(({ mismatches }) => mismatches.map(({ what, expected, got }) => `${what}: ${expected}, got ${got}`));

const breaker = (when: string, more = 'scope: strategy\n    action: pause_entries\n    until: manual'): string =>
  `circuit_breakers:\n  - id: guard\n    when: ${when}\n    ${more}\n`;

const at = (bar: number, ...lines: readonly string[]): string =>
  `      - at: ${bar}\n${lines.map((line) => `        ${line}\n`).join('')}`;
const guard = (state: string): readonly string[] => ['breakers:', `  guard: ${state}`];

describe('a test of a strategy', () => {
  it('sees a breaker trip after its losses, and what it holds back', async () => {
    const result = await run(
      breaker('consecutive_losses >= 2'),
      at(4, 'order:', '  side: buy') +
        at(5, ...guard('clear')) +
        at(6, ...guard('tripped')) +
        at(7, 'order: none', 'blocked_by: breaker', ...guard('tripped')) +
        at(11, ...guard('tripped')),
    );
    expect(differences(result)).toEqual([]);
    expect(result.tripped).toEqual(['guard']);
  });

  it('says what the breaker measured when it expects another state', async () => {
    const result = await run(
      breaker('consecutive_losses >= 2'),
      at(5, ...guard('tripped')) + at(6, ...guard('clear')) + at(7, 'blocked_by: cooldown'),
    );
    expect(differences(result)).toEqual([
      'breakers.guard: tripped, got clear (consecutive_losses 1)',
      'breakers.guard: clear, got tripped (by consecutive_losses 2)',
      'blocked_by: cooldown, got breaker',
    ]);
    expect(result.failures[0]!.finding).toMatchObject({
      code: 'E355',
      message: 'at bar 5, `breakers.guard` is clear (consecutive_losses 1) and not tripped',
    });
  });

  it('measures an account of 100,000 dollars, or of what it says', async () => {
    // Two dollars lost on each of 50 shares, once.
    const risk = breaker('drawdown_pct > 0.5', 'scope: account\n    action: pause_entries\n    until: manual');
    const expected = at(3, ...guard('tripped'));
    expect(differences(await run(risk, expected))).toEqual(['breakers.guard: tripped, got clear (drawdown_pct 0.10)']);
    expect(differences(await run(risk, expected, RULES, '    account: 10000\n'))).toEqual([]);
  });

  it('sees it let go as it declares, and positions that it closes', async () => {
    const risk = breaker('open_positions > 0', 'scope: symbol\n    action: flatten\n    until: 2 bars');
    const result = await run(
      risk,
      at(2, 'position: long', ...guard('tripped')) +
        at(3, 'position: flat', ...guard('tripped')) +
        at(4, ...guard('clear'), 'order:', '  side: buy'),
      RULES.replace('close < 100', 'close < 1'),
    );
    expect(differences(result)).toEqual([]);
    expect(differences(await run(risk, at(3, 'exit: breaker'), RULES.replace('close < 100', 'close < 1')))).toEqual([]);
  });

  it('trades within the limits: cut to fit, or refused', async () => {
    const limits = (line: string): string => `limits:\n  ${line}\ncircuit_breakers: []\n`;
    const cut = await run(limits('max_order_notional: 1010'), at(1, 'order:', '  side: buy', '  qty: 10'));
    expect(differences(cut)).toEqual([]);
    const none = await run(limits('max_order_notional: 50'), at(1, 'order: none', 'blocked_by: limit'));
    expect(differences(none)).toEqual([]);
  });

  it('says that a breaker is not enabled', async () => {
    const risk = breaker('consecutive_losses >= 2').replace('id: guard', 'id: guard\n    enabled: false');
    expect(differences(await run(risk, at(6, ...guard('tripped'))))).toEqual([
      'breakers.guard: tripped, got clear (it is not enabled)',
    ]);
  });
});

describe('breakers that a test names', () => {
  const told = (risk: RiskModel): string[] => {
    const text = `${RULES}tests:\n  - name: one\n    bars:\n      rows: [101, 99]\n    expect:\n${at(1, 'breakers:', '  gard: clear')}`;
    const { document } = parseStrategy({ path: 'churn.yaml', text });
    return unknownBreakers(document!, risk).map(({ code, message, help }) => `${code} ${message}: ${help}`);
  };

  it('are those of risk.yaml', () => {
    expect(told(riskOf(breaker('daily_trades > 5')))).toEqual([
      'E350 there is no circuit breaker `gard` in risk.yaml: did you mean `guard`?  there are guard',
    ]);
    expect(told({ document: undefined, limits: {}, breakers: [] })[0]).toMatch(
      /^E350 .+ and the tests run without risk\.yaml: /,
    );
  });
});
