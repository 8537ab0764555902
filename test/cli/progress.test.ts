import { describe, expect, it } from 'vitest';
import { progressScreen, progressText } from '../../engine/cli/progress.ts';
import type { Terminal } from '../../engine/cli/terminal.ts';
import { instant } from '../../engine/market/time.ts';
import { styleOf } from '../../engine/report/style.ts';

const at = instant(Date.UTC(2024, 5, 3, 15));
const half = { done: 50_000, total: 100_000, at, equity: 103_412.55, trades: 214 };

const fake = (errTty: boolean, errRedraws = errTty): { terminal: Terminal; written: string[] } => {
  const written: string[] = [];
  const style = styleOf(false);
  const terminal: Terminal = {
    outTty: errTty,
    errTty,
    errRedraws,
    wrapsPushCursor: false,
    width: 80,
    errWidth: 80,
    errSize: () => ({ columns: 80, rows: 24 }),
    onResize: () => () => {},
    lay: () => {},
    leave: () => {},
    style,
    errStyle: style,
    out: (text) => written.push(`out:${text}`),
    err: (text) => written.push(`err:${text}`),
    stream: async () => {},
    gone: () => false,
    onGone: () => {},
  };
  return { terminal, written };
};

describe('progress', () => {
  it('tells how far, the date, equity, trades, speed and the time left', () => {
    expect(progressText(half, 0.5, 'SPY', 120)).toBe(
      '━━━━━━━━────────  50 %  2024-06-03  $103,412  214 trades  100 k bars/s  1 s left',
    );
    expect(progressText({ ...half, total: undefined, trades: 1 }, 10, 'SPY', 120)).toBe(
      '50,000 bars  2024-06-03  $103,412  1 trade  5,000 bars/s',
    );
  });

  it('is redrawn in place on a terminal, and lines of the result scroll above it', () => {
    let clock = 0;
    const { terminal, written } = fake(true);
    const screen = progressScreen(terminal, 'SPY', () => clock);
    screen.update(half);
    clock = 50;
    screen.update(half);
    expect(written).toHaveLength(1);
    expect(written[0]).toMatch(/^err:\r.*50 %/);
    expect(written[0]).not.toContain('\n');
    screen.above('a trade');
    expect(written.slice(1)).toEqual(['err:\r\u001b[2K', 'out:a trade\n']);
    clock = 200;
    screen.update(half);
    screen.end();
    expect(written.at(-1)).toBe('err:\r\u001b[2K');
  });

  it('tells the time of the last bar once bars come in one by one', () => {
    const { terminal, written } = fake(true);
    const screen = progressScreen(terminal, 'SPY', () => 1000);
    screen.live();
    screen.update(half);
    expect(written.at(-1)).toContain('live  2024-06-03 11:00  $103,412  214 trades');
  });

  it('is a line every ten seconds elsewhere', () => {
    let clock = 0;
    const { terminal, written } = fake(false);
    const screen = progressScreen(terminal, 'SPY', () => clock);
    for (clock = 0; clock <= 25_000; clock += 100) screen.update(half);
    screen.end();
    expect(written).toHaveLength(2);
    for (const line of written) expect(line).toMatch(/^err:[━─ \d%$,a-z/-]+ left\n$/);
  });

  it('gives up the bar, then the speed, before a word is cut', () => {
    const long = { ...half, equity: 1_103_412.55, trades: 12_214 };
    for (let width = 30; width <= 120; width++) {
      const text = progressText(long, 0.5, 'SPY', width);
      expect(text.length).toBeLessThanOrEqual(width);
      expect(text).toMatch(/ 50 %/);
    }
    expect(progressText(long, 0.5, 'SPY', 79)).toMatch(/12,214 trades {2}100 k bars\/s {2}1 s left$/);
  });

  it('is a line every ten seconds on a terminal that cannot take a line back', () => {
    let clock = 0;
    const { terminal, written } = fake(true, false);
    const screen = progressScreen(terminal, 'SPY', () => clock);
    for (clock = 0; clock <= 25_000; clock += 100) screen.update(half);
    screen.end();
    expect(written).toHaveLength(2);
    expect(written.join('')).not.toContain('\r');
    expect(written.join('')).not.toContain('\u001b');
  });
});
