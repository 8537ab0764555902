import { describe, expect, it } from 'vitest';
import { moneyFrom } from '../../engine/ledger/money.ts';
import { instant } from '../../engine/market/time.ts';
import { shownWidth, styleOf, unstyled } from '../../engine/report/style.ts';
import { resultText } from '../../engine/report/text.ts';
import { counted, result } from './hand-made.ts';

const screen = (width: number, over: Partial<typeof result> = {}, colour = false): string =>
  resultText({ ...result, ...over }, { title: 'Dry run', width, style: styleOf(colour) });

describe('the summary of a run', () => {
  it.each([80, 120])('is drawn the same at %i columns', async (width) => {
    await expect(screen(width)).toMatchFileSnapshot(`golden/summary-${width}.txt`);
  });

  it.each([80, 100, 120, 160])('keeps to %i columns, with and without colour', (width) => {
    for (const colour of [false, true]) {
      const lines = screen(width, {}, colour).split('\n');
      expect(lines.length).toBeGreaterThan(30);
      for (const line of lines) expect(shownWidth(line), line).toBeLessThanOrEqual(width);
    }
  });

  it('shows the same words with and without colour', () => {
    const plain = unstyled(screen(160, {}, true));
    expect(plain).toBe(screen(160));
  });

  it('says SYNTHETIC of the sample market and of nothing else', () => {
    expect(screen(80)).toContain('SYNTHETIC MARKET');
    const real = { ...result.data, synthetic: false, source: 'bars/' };
    expect(screen(80, { data: real })).not.toContain('SYNTHETIC');
  });

  it('gives a reason in words for a figure that does not exist', () => {
    const text = screen(80, {
      metrics: { ...result.metrics, profitFactor: null },
      reasons: { profitFactor: 'no_losing_trades' },
    });
    expect(text).toMatch(/profit factor +-\n/);
    expect(text).toContain('no profit factor: no trade lost');
    expect(text).not.toMatch(/NaN|Infinity|null|undefined/);
  });

  it('survives a run in which nothing happened', () => {
    const text = screen(80, { ...counted([], []), openPositions: [], strategies: [], notActing: [] });
    expect(text).not.toContain('How trades ended');
    expect(text).not.toContain('Orders refused');
    expect(text).not.toContain('does not act yet');
  });

  it('says that it was interrupted', () => {
    expect(screen(80, { interrupted: true })).toContain('Interrupted: the figures end at 2024-03-12 14:00');
  });

  it('says so when it was stopped before its first bar', () => {
    const data = { ...result.data, from: instant(0), to: instant(0) };
    const text = screen(80, { data, interrupted: true });
    expect(text).toContain('stopped before its first bar');
    expect(text).not.toMatch(/19(69|70)-/);
  });

  it('counts refused orders by their cause', () => {
    expect(screen(80)).toContain('1 × breakout entry.long refused: the size comes to 0 shares');
    const cut = { ...result.orders[0]!, reason: 'buying_power' };
    expect(screen(80, counted([], [cut, cut]))).toContain(
      '2 × moving_average entry.long cut to fit: not enough buying power',
    );
  });

  it('tells ways of entering apart, where a strategy has more than one', () => {
    const of = (entryRule: string, pnl: number) => ({ ...result.trades[0]!, entryRule, pnl: moneyFrom(pnl) });
    const trades = [of('entry.long', 30), of('entry.short', -20), of('entry.long', -10)];
    const text = screen(80, counted(trades, []));
    expect(text).toContain('By entry rule');
    expect(text).toMatch(/moving_average\.entry\.long +2 +50\.0 % +\+\$20\.00/);
    expect(text).toMatch(/moving_average\.entry\.short +1 +0\.0 % +-\$20\.00/);
    expect(screen(80, counted([of('entry.long', 30)], []))).not.toContain('By entry rule');
  });

  it('says at once how long breakers held, whatever the width of their table', () => {
    expect(screen(80)).toContain('Circuit breakers tripped 2 times: 4 entries held back, flat on 1 day');
  });

  it('sums trades by what ended them, to the cent', () => {
    const trades = [100.005, 50, -20].map((pnl) => ({ ...result.trades[0]!, pnl: moneyFrom(pnl) }));
    expect(screen(80, counted(trades, []))).toMatch(/exit rule +3 +66\.7 % +\+\$130\.01 +\+\$43\.34/);
  });
});
