import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { widthOf } from '../../engine/documents/terminal-width.ts';
import { liveBlock } from '../../engine/report/live/block.ts';
import { fitLine, inert, lineWidth } from '../../engine/report/live/fit-line.ts';
import { statusBlock } from '../../engine/report/live/status.ts';
import { viewFields } from '../../engine/report/run-events.ts';
import { styleOf, unstyled } from '../../engine/report/style.ts';
import type { RunView } from '../../engine/runtime/view.ts';
import { fresh, NOW, view } from './made-view.ts';

const block = (seen: RunView, width: number, height: number, colour = false): readonly string[] =>
  liveBlock(seen, { width, height, style: styleOf(colour), now: NOW });

const many: RunView = {
  ...view,
  strategies: Array.from({ length: 40 }, (_, n) => ({ ...view.strategies[n % 5]!, id: `strategy_number_${n}` })),
  positions: Array.from({ length: 60 }, (_, n) => ({ ...view.positions[n % 3]!, symbol: `S${n}` })),
};

describe('the live block', () => {
  it.each([
    [79, 24],
    [119, 40],
    [39, 12],
  ])('is drawn the same on %i columns and %i rows', async (width, height) => {
    const text = `${block(view, width, height).join('\n')}\n`;
    await expect(text).toMatchFileSnapshot(`golden/live-${width + 1}x${height}.txt`);
  });

  it('keeps to every width and every height, with colours or without, full or empty', () => {
    for (const seen of [view, fresh, many]) {
      for (let width = 10; width <= 160; width += 10) {
        for (const height of [1, 2, 5, 7, 8, 9, 12, 15, 20, 24, 30, 50, 90]) {
          const lines = block(seen, width, height);
          expect(lines.length).toBeLessThanOrEqual(Math.max(1, height - 1));
          if (height < 8) expect(lines).toHaveLength(1);
          for (const line of lines) {
            expect(line).not.toMatch(/\p{Cc}/u);
            expect(widthOf(line), line).toBeLessThanOrEqual(width);
          }
          expect(block(seen, width, height, true).map((line) => unstyled(line))).toEqual(lines);
        }
      }
    }
  });

  it('says what is wrong as long as there is a second line', () => {
    for (let height = 8; height <= 40; height++) {
      const text = block(view, 100, height).join('\n');
      expect(text).toContain('STALE since 14:04:48Z  strategies.d/ema.yaml:9:19');
      expect(text).toContain('$99,243.11');
      if (height >= 12) expect(text).toContain('max_daily_loss');
    }
    expect(block(view, 100, 5)[0]).toMatch(/STALE.*2 tripped/);
  });

  it('counts the rows that it has no room for', () => {
    const text = block(many, 100, 30).join('\n');
    expect(text).toMatch(/and \d+ more (positions|strategies)/);
    const shown = (text.match(/strategy_number_\d+ /g) ?? []).length;
    const left = Number(/and (\d+) more strategies/.exec(text)?.[1] ?? 0);
    expect(shown + left).toBe(40);
  });

  it('is red for STALE, yellow for SYNTHETIC, and neither when nothing is amiss', () => {
    const text = block(view, 100, 40, true).join('\n');
    expect(text).toContain('\u001b[31mSTALE since 14:04:48Z\u001b[39m');
    expect(text).toContain('\u001b[33mSYNTHETIC\u001b[39m');
    const real = { ...fresh, feed: { ...fresh.feed, synthetic: false, source: 'bars' } };
    expect(block(real, 100, 40).join('\n')).not.toMatch(/SYNTHETIC|STALE|\d tripped/);
  });

  it('tells the age of the last bar, and of a run at full speed how far it is', () => {
    const at = (lastBarAt: number) => block({ ...view, feed: { ...view.feed, lastBarAt } }, 100, 40).join('\n');
    expect(at(NOW - 400)).toContain('last bar just now');
    expect(at(NOW - 65_000)).toContain('last bar 65 s ago');
    expect(at(NOW - 600_000)).toContain('last bar 10 min ago');
    const rushing: RunView = {
      ...view,
      feed: { ...view.feed, pace: 'rushing', barsDone: 250_000, barsTotal: 1_000_000, barsPerSecond: 250_000 },
    };
    expect(block(rushing, 110, 40).join('\n')).toContain('━━━━────────────  25 %  250 k bars/s  3 s left');
  });

  it('lets nothing from outside move the cursor or break a line', () => {
    const foul: RunView = {
      ...view,
      rules: {
        ...view.rules,
        reloaded: { at: NOW, text: 'a\nb\r\u001b[2Jc\td' },
        stale: { since: NOW, place: '戦略/移動平均線の交差.yaml:9:19', text: '\u001b]0;x\u0007未知の名前'.repeat(9) },
      },
      feed: { ...view.feed, source: '市場\u009b2J/données' },
    };
    for (let width = 20; width <= 120; width += 1) {
      for (const line of block(foul, width, 40)) {
        expect(line).not.toMatch(/[\p{Cc}]/u);
        expect(widthOf(line)).toBeLessThanOrEqual(width);
      }
    }
  });
});

describe('the status block', () => {
  it('is drawn the same', async () => {
    const lines = statusBlock(view, { width: 100, style: styleOf(false), now: NOW });
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('golden/status-100.txt');
  });

  it('has the portfolio, every strategy, trades and breakers', () => {
    const text = statusBlock(view, { width: 100, style: styleOf(false), now: NOW }).join('\n');
    for (const word of [
      '$99,243.11',
      '-$756.89',
      '329 trades',
      'max_daily_loss',
      ...view.strategies.map(({ id }) => id),
    ])
      expect(text).toContain(word);
  });
});

describe('the view as JSON', () => {
  it('has no amount that JSON cannot hold, and times in UTC', () => {
    const json = JSON.parse(JSON.stringify(viewFields(view))) as {
      positions: { qty: string; entryPrice: string }[];
      breakers: { tripped: { until: unknown; since: string }[] };
      rules: { stale: { since: string } };
      feed: { marketTime: string };
    };
    expect(json.positions[1]).toMatchObject({ qty: '0.125', entryPrice: '61250.5', toTargetPct: 8.13 });
    expect(json.breakers.tripped.map(({ until }) => until)).toEqual([
      { kind: 'time', at: '2024-10-02T13:31:00.000Z' },
      { kind: 'manual' },
    ]);
    expect(json.rules.stale.since).toBe('2025-11-25T14:04:48.000Z');
    expect(json.feed.marketTime).toBe('2024-10-01T14:47:00.000Z');
  });
});

describe('a line cut to a width', () => {
  it('never takes more columns, keeps what fits, and ends its colours', () => {
    const { red, bold } = styleOf(true);
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'é', '字', '👍', ' ', 'e\u0301') }),
        fc.nat(30),
        (text, width) => {
          const cut = fitLine(bold(red(text)), width);
          expect(lineWidth(cut)).toBeLessThanOrEqual(width);
          if (widthOf(text) <= width) expect(cut).toBe(bold(red(text)));
          else if (width > 0) expect(unstyled(cut)).toMatch(/…$/);
          if (cut.includes('\u001b') && widthOf(text) > width) expect(cut.endsWith('\u001b[0m')).toBe(true);
        },
      ),
    );
  });

  it('shows control characters as signs', () => {
    expect(inert('a\u001b[2Jb\nc\td')).toBe('a\ufffd[2Jb\ufffdc    d');
  });
});
