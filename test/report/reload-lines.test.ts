import { describe, expect, it } from 'vitest';
import type { Change, Loss, Meaning } from '../../engine/compiler/meaning/change.ts';
import { meaningMembers } from '../../engine/report/reload-json.ts';
import { type Reload, reloadLines } from '../../engine/report/reload-lines.ts';
import { shownWidth, styleOf, unstyled } from '../../engine/report/style.ts';
import type { Impact, StrategyImpact } from '../../engine/runtime/impact.ts';

const change = (part: Partial<Change> & Pick<Change, 'subject' | 'path'>): Change => ({
  kind: 'changed',
  part: 'strategy',
  before: undefined,
  after: undefined,
  class: 'at_once',
  effect: 'state kept',
  reaches: [],
  losses: [],
  ...part,
});

const loss = (part: Partial<Loss>): Loss => ({
  part: 'breaker',
  subject: 'max_daily_loss',
  path: 'circuit_breakers.max_daily_loss.when',
  certain: true,
  text: 'it trips later',
  ...part,
});

const CHANGES: readonly Change[] = [
  change({ subject: 'ema-cross', path: 'entry.long.when', before: 'rsi < 30', after: 'rsi < 35' }),
  change({
    subject: 'ema-cross',
    path: 'params.slow',
    before: '26',
    after: '30',
    class: 'rewarm',
    effect: 're-warmed from history; entries wait until known',
    reaches: [{ path: 'indicators.slow_line', class: 'rewarm' }],
  }),
  change({ kind: 'added', subject: 'mean-revert', path: '', after: '5 symbols, 1h', effect: 'filled from history' }),
  change({
    kind: 'loosened',
    part: 'breaker',
    subject: 'max_daily_loss',
    path: 'circuit_breakers.max_daily_loss.when',
    before: 'daily_loss_pct > 5',
    after: 'daily_loss_pct > 8',
    effect: 'what has tripped stays tripped',
    losses: [loss({})],
  }),
];

const meaning = (changes: readonly Change[] = CHANGES): Meaning => ({
  from: '3f9c1d2aaaaaaa',
  to: '8a01b77bbbbbbb',
  changes,
  losses: changes.flatMap(({ losses }) => losses),
  unchanged: { strategies: 1, breakers: 2, limits: 1 },
});

const own = (part: Partial<StrategyImpact>): StrategyImpact => ({
  id: 'ema-cross',
  added: 0,
  removed: 0,
  moved: 0,
  resized: 0,
  before: undefined,
  after: undefined,
  ...part,
});

const impact = (...strategies: StrategyImpact[]): Impact => ({ bars: 500, strategies }) as unknown as Impact;

const lines = (reload: Partial<Reload>, width = 140, colour = false): string[] =>
  reloadLines(
    { word: 'reload', meaning: meaning(), aside: '2 files, 41 ms', ...reload },
    { width, style: styleOf(colour) },
  );

describe('the lines of a reload', () => {
  it('say what changed, in columns', () => {
    const tripped = new Set(['max_daily_loss']);
    expect(lines({ impact: impact(own({ added: 2 })), tripped }, 124)).toEqual([
      'reload 3f9c1d2 → 8a01b77   2 files, 41 ms',
      '  ~ ema-cross       entry.long.when rsi < 30 → rsi < 35  state kept; would have added 2 entries in the last 500 bars',
      '  ~ ema-cross       params.slow 26 → 30                  re-warmed from history; entries wait until known; reaches',
      '                                                         indicators.slow_line',
      '  + mean-revert     new, 5 symbols, 1h                   filled from history',
      '  ! max_daily_loss  5 → 8                                LOOSENED: it trips later; tripped, and stays tripped until reset',
      '  = 4 unchanged: 1 strategy, 2 breakers and 1 limit',
    ]);
  });

  it('put what happens below what changed where there is little room', () => {
    expect(lines({}, 80).slice(0, 4)).toEqual([
      'reload 3f9c1d2 → 8a01b77   2 files, 41 ms',
      '  ~ ema-cross       entry.long.when rsi < 30 → rsi < 35',
      '                      state kept',
      '  ~ ema-cross       params.slow 26 → 30',
    ]);
  });

  it('are never wider than asked for, whatever a document says', () => {
    const long = change({
      subject: 'x'.repeat(48),
      path: 'entry.long.when',
      before: `close > ${'1'.repeat(200)}`,
      after: 'volume > 5\u001b[31m\nred',
      effect: 'state kept '.repeat(30).trim(),
    });
    for (const width of [80, 100, 160]) {
      const drawn = lines({ meaning: meaning([...CHANGES, long]) }, width, true);
      expect(Math.max(...drawn.map(shownWidth))).toBeLessThanOrEqual(width);
      expect(drawn.join('')).not.toMatch(/\n/);
    }
    const hostile = lines({ meaning: meaning([{ ...long, before: 'x' }]) });
    expect(hostile.join('\n')).not.toContain('\u001b');
  });

  it('look the same without colour', () => {
    expect(lines({}, 140, true).map(unstyled)).toEqual(lines({}));
    expect(lines({}, 140, true).join('\n')).toContain('\u001b[33m');
  });

  it('mark a loss, certain or not', () => {
    const stop = { part: 'strategy' as const, subject: 'a', path: 'exit.stop_loss' };
    const one = (part: Partial<Change>, of: Partial<Loss>): string =>
      lines({ meaning: meaning([change({ ...stop, ...part, losses: [loss({ ...stop, ...of })] })]) })[1]!;
    expect(one({ kind: 'removed', before: 'pct 2' }, { text: 'there is no stop any more' })).toBe(
      '  ! a  exit.stop_loss - pct 2  LOST: there is no stop any more; state kept',
    );
    expect(one({ before: 'pct 2', after: 'price x' }, { certain: false, text: 'it may lie farther' })).toBe(
      '  ! a  exit.stop_loss pct 2 → price x  MAY BE LOOSER: it may lie farther; state kept',
    );
    const tight = change({ ...stop, kind: 'tightened', before: 'pct 2', after: 'pct 1' });
    expect(lines({ meaning: meaning([tight]) })[1]).toBe('  ~ a  exit.stop_loss pct 2 → pct 1  tightened; state kept');
  });

  it.each([
    [own({}), 'would have changed nothing in the last 500 bars'],
    [
      own({ added: 1, removed: 2, moved: 1 }),
      'would have added 1 entry, left out 2 entries and moved 1 exit in the last 500 bars',
    ],
    [own({ resized: 3 }), 'would have resized 3 entries in the last 500 bars'],
  ])('tell what would have been: %#', (of, text) => {
    const drawn = lines({ impact: impact(of) }, 160)
      .join('\n')
      .replace(/\n +/g, ' ');
    expect(drawn).toContain(text);
    expect(drawn.split('in the last')).toHaveLength(2);
  });

  it('say that nothing changed', () => {
    expect(
      lines({ meaning: { ...meaning([]), unchanged: { strategies: 0, breakers: 0, limits: 0 } }, aside: '' }),
    ).toEqual(['reload 3f9c1d2 → 8a01b77', '  = 0 unchanged']);
  });

  it('are JSON as well, with null for nothing', () => {
    const json = JSON.parse(JSON.stringify(meaningMembers(meaning()))) as {
      changes: Record<string, unknown>[];
      losses: unknown[];
    };
    expect(json).toMatchObject({
      from: '3f9c1d2aaaaaaa',
      to: '8a01b77bbbbbbb',
      unchanged: { strategies: 1, breakers: 2, limits: 1 },
    });
    expect(json.losses).toEqual([loss({})]);
    expect(json.changes[2]).toEqual({
      kind: 'added',
      part: 'strategy',
      subject: 'mean-revert',
      path: '',
      before: null,
      after: '5 symbols, 1h',
      class: 'at_once',
      effect: 'filled from history',
      reaches: [],
      losses: [],
    });
  });
});
