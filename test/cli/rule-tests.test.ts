import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { engine, folder, ROOT } from './engine.ts';

let place: ReturnType<typeof folder>;
let cwd = '';
beforeEach(() => {
  place = folder();
  cwd = place.path;
  mkdirSync(join(cwd, 'strategies.d'));
});
afterEach(() => place.remove());

const RULES = `id: rise
symbols:
  - SPY
timeframe: 1h
capital: 10000
conditions:
  above: close > 100
entry:
  long:
    when: above
    order:
      type: limit
      limit_price: close
    size:
      purse_pct: 50
exit:
  when: close < 99
`;

const TESTS = `tests:
  - name: buys above 100
    bars:
      rows: [99, 101, 100.5, 98, 98]
    expect:
      - at: 1
        conditions:
          above: true
        order:
          side: buy
          type: limit
          limit_price: 101
          qty: 49
      - at: 2
        position: long
`;

const put = (text: string, name = 'rise.yaml'): void => writeFileSync(join(cwd, 'strategies.d', name), text);
const test = (...words: string[]) => engine(['test', ...words], { cwd });

describe('engine test', () => {
  it('ends with 0 when all pass, a line a test', async () => {
    put(RULES + TESTS);
    const ended = await test();
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toBe(
      'rise\n  ok    buys above 100  5 bars\n\n1 test of 1 strategy passed\ncoverage: 2 of 2 clauses were both true and false\n',
    );
  });

  it('ends with 1 when one fails, and shows what was expected of which bar', async () => {
    const wrong = TESTS.replace('above: true', 'above: unknown')
      .replace('type: limit', 'type: market')
      .replace('qty: 49', 'qty: 50');
    put(`${RULES}${wrong}        exit: stop_loss\n        blocked_by: cooldown\n`);
    const ended = await test();
    expect(ended).toMatchObject({ code: 1, stderr: '' });
    await expect(ended.stdout).toMatchFileSnapshot('golden/rule-test-failed.txt');
  });

  it('without a test ends with 1 and a sentence', async () => {
    put(RULES);
    const ended = await test();
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toMatch(/^error: no strategy has a test\n {2}= help: write some under `tests:`/);
    put(RULES + TESTS);
    const none = await test('--filter', 'sells');
    expect(none).toMatchObject({ code: 1, stdout: '' });
    expect(none.stderr).toMatch(/^error: no test matches --filter sells\n {2}= help: there is 1 test;/);
    const json = await test('--filter', 'sells', '--format', 'json');
    expect(JSON.parse(json.stdout)).toMatchObject({ schemaVersion: 1, error: { exitCode: 1 } });
  });

  it('runs the tests that --filter chooses by name or strategy, in any case', async () => {
    put(`${RULES}${TESTS}${TESTS.replace('tests:\n', '').replace('buys above 100', 'second')}`);
    expect((await test('--filter', 'SECOND')).stdout).toContain('1 test of 1 strategy passed');
    expect((await test('--filter', 'rise')).stdout).toContain('2 tests of 1 strategy passed');
  });

  it('reads bars from a file beside the strategy, and says so when it cannot', async () => {
    const text = RULES + TESTS.replace('rows: [99, 101, 100.5, 98, 98]', 'csv: ../bars/cross.csv');
    put(text);
    for (const command of ['test', 'validate']) {
      const missing = await engine([command], { cwd });
      expect(missing.code).toBe(1);
      expect(missing.stdout + missing.stderr).toContain(
        'error[E354]: there is no file bars/cross.csv\n  --> strategies.d/rise.yaml:21:12',
      );
    }
    mkdirSync(join(cwd, 'bars'));
    const rows = [99, 101, 100.5, 98].map(
      (close, k) => `2024-01-08T${15 + k}:00:00Z,${close},${close},${close},${close},10`,
    );
    writeFileSync(join(cwd, 'bars', 'cross.csv'), `timestamp,open,high,low,close,volume\n${rows.join('\n')}\n`);
    expect(await test()).toMatchObject({ code: 0 });
    put(text.replace('- at: 2', '- at: 9'));
    const late = await test();
    expect(late.code).toBe(1);
    expect(late.stdout).toContain('error[E351]: bar 9 never comes\n');
    put(text.replace('timeframe: 1h', 'timeframe: 1d'));
    expect((await test()).stderr).toContain('holds bars of 1h, and the strategy decides on 1d');
  });

  it('tests strategies that are not enabled', async () => {
    put(`${RULES}enabled: false\n${TESTS}`);
    expect(await test()).toMatchObject({ code: 0 });
  });

  it('finds a malformed test before anything runs', async () => {
    put(RULES + TESTS.replace('above: true', 'abov: true'));
    const ended = await test();
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toContain('error[E350]: there is no condition `abov`');
    expect(ended.stderr).toContain('did you mean `above`?');
  });

  it('lists what no test reaches, and the mutants that none notices', async () => {
    put(RULES + TESTS.replace('[99, 101, 100.5, 98, 98]', '[99, 101, 100.5]'));
    const plain = await test();
    expect(plain.stdout).toContain('coverage: 1 of 2 clauses were both true and false; --coverage lists the others');
    const ended = await test('--coverage', '--mutate');
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toContain('Not reached by any test\n  never true   strategies.d/rise.yaml:17:9  close < 99\n');
    expect(ended.stdout).toMatch(/\nNoticed by no test\n(?: {2}strategies\.d\/rise\.yaml:\d+:\d+ {2}.+ → .+\n)+/);
    expect(ended.stdout).toMatch(/mutants: \d+ of \d+ noticed \(\d+ %\)\n$/);
    expect((await test('--mutate')).stdout).toBe((await test('--mutate')).stdout);
  });

  it('makes no mutants of a strategy whose tests fail', async () => {
    put(RULES + TESTS.replace('qty: 49', 'qty: 1'));
    const ended = await test('--mutate');
    expect(ended).toMatchObject({ code: 1, stderr: 'no mutants: the tests must pass first\n' });
  });

  it('answers in JSON', async () => {
    put(RULES + TESTS.replace('qty: 49', 'qty: 1'));
    const ended = await test('--format', 'json');
    expect(ended).toMatchObject({ code: 1, stderr: '' });
    expect(JSON.parse(ended.stdout)).toMatchObject({
      schemaVersion: 1,
      tests: [
        {
          strategy: 'rise',
          name: 'buys above 100',
          file: 'strategies.d/rise.yaml',
          line: 19,
          passed: false,
          bars: 5,
          failures: [
            {
              code: 'E355',
              line: 30,
              symbol: 'SPY',
              bar: 1,
              values: { close: 101, above: true },
              differences: [{ what: 'order.qty', expected: '1', got: '49' }],
            },
          ],
        },
      ],
      mutation: null,
      summary: { tests: 1, passed: 0, failed: 1 },
    });
    put(RULES + TESTS);
    const mutated = await test('--format', 'json', '--mutate');
    const { mutation } = JSON.parse(mutated.stdout) as { mutation: { mutants: number; noticed: number }[] };
    expect(mutation[0]!.mutants).toBeGreaterThan(mutation[0]!.noticed - 1);
  });

  it('answers in JUnit XML, into a file too', async () => {
    put(RULES + TESTS.replace('buys above 100', 'a < b & "c"').replace('qty: 49', 'qty: 1'));
    const ended = await test('--format', 'junit', '--out', 'tests.xml');
    expect(ended).toMatchObject({ code: 1, stdout: '', stderr: 'wrote tests.xml\n' });
    const xml = readFileSync(join(cwd, 'tests.xml'), 'utf8');
    expect(xml).toMatch(
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<testsuites name="engine test" tests="1" failures="1">/,
    );
    expect(xml).toContain(
      '<testcase classname="rise" name="a &lt; b &amp; &quot;c&quot;" file="strategies.d/rise.yaml">',
    );
    expect(xml).toContain('<failure type="E355" message="at bar 1, `order.qty` is 49 and not 1">');
    expect(await test('--format', 'junit', '--mutate')).toMatchObject({ code: 2, stdout: '' });
  });

  it('runs within the limits and breakers of risk.yaml, unless --risk says otherwise', async () => {
    writeFileSync(
      join(cwd, 'risk.yaml'),
      'limits:\n  max_order_notional: 1020\ncircuit_breakers:\n  - id: one_a_day\n    when: daily_trades >= 1\n    scope: strategy\n    action: pause_entries\n    until: next_session\n',
    );
    const held = TESTS.replace('[99, 101, 100.5, 98, 98]', '[99, 101, 100.5, 98, 98, 101]').replace(
      'qty: 49',
      'qty: 10',
    );
    const breakers = '        breakers:\n          one_a_day: tripped\n';
    put(`${RULES}${held}${breakers}      - at: 5\n        blocked_by: breaker\n`);
    expect(await test('--coverage')).toMatchObject({ code: 0, stderr: '' });
    put(RULES + held.replace('- at: 2', '- at: 1') + breakers);
    const early = await test('--coverage', '--format', 'json');
    expect(early.code).toBe(1);
    const { tests, coverage } = JSON.parse(early.stdout);
    expect(tests[0].failures.at(-1).differences).toContainEqual({
      what: 'breakers.one_a_day',
      expected: 'tripped',
      got: 'clear (daily_trades 0)',
    });
    expect(coverage.breakers).toEqual({ one_a_day: { tripped: true } });
    put(RULES + TESTS);
    expect((await test()).stdout).toContain('`order.qty` is 10 and not 49');
    expect(await test('--risk', 'none')).toMatchObject({ code: 0, stderr: '' });
    put(RULES + TESTS + breakers.replace('one_a_day', 'one_day'));
    const unknown = await test();
    expect(unknown).toMatchObject({ code: 1, stdout: '' });
    expect(unknown.stderr).toContain('error[E350]: there is no circuit breaker `one_day` in risk.yaml');
    expect(unknown.stderr).toContain('did you mean `one_a_day`?');
  });

  it('passes for all that ships', async () => {
    expect(await engine(['test'], { cwd: ROOT })).toMatchObject({ code: 0, stderr: '' });
  });
});
