import { describe, expect, it } from 'vitest';
import { shownWidth, styleOf } from '../../engine/report/style.ts';
import { fillLine, refusalLine, tradeLine } from '../../engine/report/trade-line.ts';
import { lost, order, refused, trade } from './hand-made.ts';

const wide = { width: 120, style: styleOf(false) };

describe('one line for each trade', () => {
  it('tells time in New York, what was done, the result and why', () => {
    expect(tradeLine(trade, wide)).toBe(
      '2024-03-12 14:00 moving_average AAPL    sell  112 @ 181.05  +$318.08  +1.59% cross_back',
    );
  });

  it('tells coins in UTC and shorts as covered', () => {
    expect(tradeLine(lost, wide)).toBe(
      '2024-03-12 18:00 mean_reversio… BTC/USD cover 0.125 @ 62475.51  -$153.13  -2.00% stop loss',
    );
  });

  it('tells an entry and a refusal', () => {
    expect(fillLine(order, order.fills[0]!, wide)).toBe(
      '2024-03-05 10:00 moving_average AAPL    buy   112 @ 178.21 entry.long',
    );
    expect(refusalLine(refused, 'size_zero', wide)).toBe(
      '2024-03-05 10:00 breakout       AAPL    refused buy entry.long: the size comes to 0 shares',
    );
  });

  it('tells the part that an exit closed', () => {
    const part = {
      ...order,
      role: 'take_profit',
      side: 'sell',
      exitReason: 'take_profit',
      rule: 'exit.take_profit',
    } as const;
    expect(fillLine(part, order.fills[0]!, wide)).toContain('sell  112 @ 178.21 in part: take profit');
  });

  it.each([80, 100])('keeps to %i columns, in colour too', (width) => {
    for (const colour of [true, false]) {
      const options = { width, style: styleOf(colour) };
      for (const line of [
        tradeLine(trade, options),
        tradeLine(lost, options),
        refusalLine(refused, 'buying_power', options),
      ]) {
        expect(shownWidth(line)).toBeLessThanOrEqual(width);
      }
    }
  });

  it('never cuts a reason at 80 columns', () => {
    const options = { width: 80, style: styleOf(false) };
    for (const rule of ['exit.back_to_the_middle', 'exit.two_bars_below_average']) {
      const ended = tradeLine({ ...trade, exitReason: 'exit_rule', exitRule: rule }, options);
      expect(ended).toMatch(new RegExp(` ${rule.slice(5)}$`));
    }
    for (const exitReason of ['trailing_stop', 'break_even', 'breaker', 'removed', 'session'] as const) {
      for (const one of [trade, lost]) expect(tradeLine({ ...one, exitReason }, options)).not.toMatch(/…$/);
    }
    for (const reason of ['size_zero', 'level_unknown', 'max_gross_exposure_pct', 'limit_price_missing']) {
      expect(refusalLine(refused, reason, options)).not.toMatch(/…$/);
    }
  });
});
