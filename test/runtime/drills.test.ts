import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BreakerModel } from '../../engine/compiler/model.ts';
import { BREAKER_MEASURES } from '../../engine/core/breaker-measures.ts';
import { drillsText } from '../../engine/report/drills.ts';
import { styleOf } from '../../engine/report/style.ts';
import { drill } from '../../engine/runtime/drills/drill.ts';
import { rulesetUnder, strategy } from '../core/rules.ts';

const rules = strategy('  long:\n    when: close > 100\n    size:\n      shares: 1', '  when: close < 100');
const breakersOf = (risk: string): readonly BreakerModel[] => rulesetUnder(risk, rules).risk.breakers;

const one = (when: string, scope = 'account', action = 'pause_entries', until = 'manual'): BreakerModel =>
  breakersOf(
    `circuit_breakers:\n  - id: guard\n    when: ${when}\n    scope: ${scope}\n    action: ${action}\n    until: ${until}\n`,
  )[0]!;

describe('drills', () => {
  it('every breaker that is shipped trips, holds and lets go as declared', async () => {
    const shipped = breakersOf(readFileSync(join(import.meta.dirname, '../../risk.yaml'), 'utf8'));
    const verdicts = await Promise.all(shipped.map(async (breaker) => [breaker.id, (await drill(breaker)).verdict]));
    expect(Object.fromEntries(verdicts)).toEqual({
      max_drawdown: 'ok',
      max_daily_trades: 'ok',
      max_consecutive_losses: 'ok',
      max_daily_loss: 'ok',
      stale_data: 'not_drilled',
      rejections: 'ok',
    });
  });

  it.each([
    'drawdown_pct > 50',
    'daily_loss_pct > 30',
    'losing_days >= 4',
    'equity < 5000',
    'purse < 8000',
    'cash < 1000',
    'open_positions >= 1',
    'gross_exposure_pct > 80',
    'equity_volatility_pct("20d") > 40',
    'equity_volatility_pct("252d") > 200',
    'stop_outs("1d") >= 4',
    'closed_trades("1d") >= 20',
    'closed_profit_pct("1d") < -5',
    'closed_profit_pct("1d") > 5',
    'consecutive_losses >= 20 and daily_trades > 10',
  ])('%s is provoked', async (when) => {
    expect(await drill(one(when))).toMatchObject({ verdict: 'ok', problem: undefined });
  });

  it('every measure that moves in a simulation is in one of the drills above, or is known to stay', () => {
    const stays = ['bars_late', 'spread_pct', 'exit_unknown_bars'];
    const drilled = readFileSync(import.meta.filename, 'utf8');
    for (const name of BREAKER_MEASURES) if (!stays.includes(name)) expect(drilled, name).toContain(name);
  });

  it.each([
    ['account', 'flatten', 'next_session'],
    ['strategy', 'pause_entries', '2h'],
    ['symbol', 'pause_entries', '7 bars'],
    ['account', 'halt', '1h'],
    ['strategy', 'flatten', '3d'],
  ])('scope %s, action %s, until %s', async (scope, action, until) => {
    expect(await drill(one('consecutive_losses >= 3', scope, action, until))).toMatchObject({ verdict: 'ok' });
  });

  it('until: clear lets go when prices come back, and never where only trades could change it', async () => {
    expect(await drill(one('drawdown_pct > 5', 'account', 'pause_entries', 'clear'))).toMatchObject({ verdict: 'ok' });
    const calm = one('equity_volatility_pct("60d") > 100', 'account', 'pause_entries', 'clear');
    expect(await drill(calm)).toMatchObject({ verdict: 'ok' });
    const stuck = await drill(one('consecutive_losses >= 3', 'account', 'pause_entries', 'clear'));
    expect(stuck).toMatchObject({ verdict: 'failed' });
    expect(stuck.problem).toContain('it never let go');
  });

  it('one that nothing trips fails, and says what was tried', async () => {
    const result = await drill(one('losing_days >= 1000'));
    expect(result.verdict).toBe('failed');
    const text = drillsText([result], 80, styleOf(false));
    expect(text).toContain('FAIL  guard  losing_days >= 1000');
    expect(text).toContain('1 of 1 breaker failed');
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });
});
