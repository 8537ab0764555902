import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { shell } from '../house/command-lines.ts';
import { ROOT } from '../house/sources.ts';

interface Shipped {
  readonly id: string;
  readonly symbols: readonly string[];
  readonly capital: number;
  readonly entry: Readonly<Record<string, unknown>>;
}

const shipped = readdirSync(join(ROOT, 'strategies.d')).map(
  (name) => parse(readFileSync(join(ROOT, 'strategies.d', name), 'utf8')) as Shipped,
);

describe('the strategies that come with the engine', () => {
  it('are the five, with 20,000 dollars each', () => {
    expect(shipped.map((strategy) => strategy.id).sort()).toEqual([
      'breakout',
      'macd_advanced',
      'mean_reversion',
      'moving_average',
      'rsi',
    ]);
    expect(shipped.map((strategy) => strategy.capital)).toEqual([20_000, 20_000, 20_000, 20_000, 20_000]);
  });

  it('never stand on opposite sides of one symbol', () => {
    const sides = new Map<string, Set<string>>();
    for (const { symbols, entry } of shipped) {
      for (const symbol of symbols) {
        sides.set(symbol, new Set([...(sides.get(symbol) ?? []), ...Object.keys(entry)]));
      }
    }
    expect(sides.size).toBeGreaterThan(5);
    expect([...sides].filter(([, both]) => both.size > 1)).toEqual([]);
  });

  it('are clean under the strictest check, with risk.yaml', () => {
    const ended = shell('npx engine validate --strict --format json', ROOT);
    expect((JSON.parse(ended.stdout) as { findings: unknown[] }).findings).toEqual([]);
    expect(ended.status).toBe(0);
  });

  it('all trade on the sample year', { timeout: 120_000 }, () => {
    const ended = shell('npx engine backtest --format json', ROOT);
    expect(ended.status, ended.stderr).toBe(0);
    const { trades } = JSON.parse(ended.stdout) as { trades: { strategy: string }[] };
    expect(new Set(trades.map((trade) => trade.strategy))).toEqual(new Set(shipped.map((strategy) => strategy.id)));
  });
});
