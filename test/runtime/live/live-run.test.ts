import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { formatMoney } from '../../../engine/ledger/money.ts';
import type { RunResult } from '../../../engine/runtime/result.ts';
import { createExchange } from '../../brokers/alpaca/exchange.ts';
import { barsOf } from '../../core/rules.ts';
import { Crash, minuteBars, ROOMY, runLive, walk, writeRules } from './ground.ts';

const RULES = `id: one
symbols: [SPY]
timeframe: 1m
capital: 20000
entry:
  long:
    when: close > sma(close, 3)
    trigger: while_true
    size:
      shares: 20
exit:
  when: close < sma(close, 4)
  stop_loss: { pct: 1 }
  take_profit: { pct: 1.5 }
`;

const market = (seed: number) => {
  const bars = minuteBars(barsOf('SPY', '1m', walk(110, seed, 1)));
  return { exchange: createExchange(() => 1), history: bars.slice(0, 20), minutes: bars.slice(20) };
};

const folders: string[] = [];
const folder = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'engine-live-'));
  folders.push(dir);
  writeRules(dir, ROOMY, { one: RULES });
  return dir;
};
afterEach(() => {
  for (const dir of folders.splice(0)) rmSync(dir, { recursive: true, force: true });
});

const tradesOf = ({ trades }: RunResult) =>
  trades.map(({ side, qty, entryPrice, exitPrice, pnl }) =>
    [side, qty, entryPrice, exitPrice, pnl].map(String).join(' '),
  );

describe('a live run', () => {
  it('trades at the exchange what its ledger says, to the cent', async () => {
    const ground = market(7);
    const { result, stand } = await runLive({ dir: folder(), market: ground });
    expect(result.trades.length).toBeGreaterThan(5);
    const there = ground.exchange.position('SPY');
    expect(Number(stand.desk!.positions().get('SPY') ?? 0n) / 1e9).toBe(there);
    expect(Number(formatMoney(stand.session.book.cash()))).toBeCloseTo(100_000 + ground.exchange.cash, 2);
  });

  it('killed before or after any storing, it goes on to the same trades with no order twice', async () => {
    const calm = market(7);
    const { result } = await runLive({ dir: folder(), market: calm });
    const expected = tradesOf(result);
    let points = 0;
    for (let kill = 1; ; kill += process.env.KILL_POINTS === 'all' ? 1 : 61) {
      const ground = market(7);
      const dir = folder();
      let count = 0;
      let died = false;
      try {
        await runLive({
          dir,
          market: ground,
          at() {
            if (++count === kill) throw new Crash();
          },
        });
      } catch (error) {
        if (!(error instanceof Crash)) throw error;
        died = true;
      }
      if (!died) break;
      points++;
      const again = await runLive({ dir, market: ground });
      expect(tradesOf(again.result), `killed at ${kill}`).toEqual(expected);
      expect(Number(again.stand.desk!.positions().get('SPY') ?? 0n) / 1e9).toBe(ground.exchange.position('SPY'));
      const ids = ground.exchange.all().map(({ clientId }) => clientId);
      expect(new Set(ids).size).toBe(ids.length);
    }
    expect(points).toBeGreaterThan(10);
  }, 600_000);
});
