import { describe, expect, it } from 'vitest';
import { finding } from '../../engine/documents/finding.ts';
import { consentNotice, type Notice, outcomeNotice, reloadNotice } from '../../engine/report/reload-notices.ts';
import { styleOf, unstyled } from '../../engine/report/style.ts';
import type { ReloadOutcome } from '../../engine/runtime/reload/events.ts';

const since = Date.UTC(2024, 2, 5, 14, 3, 11);
const options = { width: 120, style: styleOf(false), colour: false, now: since + 60_000 };
const shown = (notice: Notice, more = {}): string => reloadNotice(notice, { ...options, ...more }).join('\n');
const answer = (outcome: ReloadOutcome<unknown>): string => outcomeNotice(outcome, options).join('\n');

const file = { path: 'strategies.d/ema.yaml', text: 'id: ema\nentry:\n  long:\n    when: fast > slwo\n' };
const at = file.text.indexOf('slwo');
const error = finding('E201', file, { start: at, end: at + 4 }, 'unknown name `slwo`', 'did you mean `slow`?');
const refused = {
  kind: 'refused',
  reason: 'errors',
  revision: '3f9c1d2aaaaa',
  running: '8a01b77bbbbb',
  since,
  diagnostics: [error],
  message: undefined,
  repeated: false,
} as const;
const waiting = {
  kind: 'waiting',
  revision: '3f9c1d2aaaaa',
  running: '8a01b77bbbbb',
  since,
  losses: [
    { subject: 'ema', text: 'the stop is gone' },
    { subject: 'max_daily_loss', text: 'trips at 8, not at 5' },
  ],
  until: undefined,
  unfinished: [],
  repeated: false,
} as const;

describe('a refusal', () => {
  it('is one line that says what, where and what runs on, and the finding below', () => {
    expect(shown(refused)).toBe(
      [
        'reload REFUSED strategies.d/ema.yaml:4:18 E201 unknown name `slwo`; still running 8a01b77 (STALE since 14:03:11Z)',
        'error[E201]: unknown name `slwo`',
        '  --> strategies.d/ema.yaml:4:18',
        '   |',
        ' 4 |     when: fast > slwo',
        '   |                  ^^^^',
        '   = help: did you mean `slow`?',
        '   = more: engine explain E201',
        '',
      ].join('\n'),
    );
  });

  it('that is repeated is that line alone', () => {
    expect(shown({ ...refused, repeated: true })).toBe(
      'reload REFUSED strategies.d/ema.yaml:4:18 E201 unknown name `slwo`; still running 8a01b77 (STALE since 14:03:11Z)',
    );
  });

  it('of another day tells the day', () => {
    expect(shown({ ...refused, repeated: true }, { now: since + 86_400_000, width: 200 })).toMatch(
      /\(STALE since 2024-03-05 14:03:11Z\)$/,
    );
  });

  it('with many errors draws some and counts the rest', () => {
    const text = shown({ ...refused, diagnostics: Array.from({ length: 6 }, () => error) });
    expect(text.match(/^error\[E201\]/gm)).toHaveLength(3);
    expect(text).toContain('unknown name `slwo`, and 5 more errors; still');
    expect(text).toMatch(/\n3 more errors: engine validate$/);
  });

  it('without a finding says what went wrong, whatever stands in it', () => {
    const nasty = { ...refused, diagnostics: [], message: 'no\u001b[31m memory\n' };
    expect(shown({ ...nasty, reason: 'apply' })).toBe(
      'reload REFUSED 3f9c1d2, which is sound: the run could not take it over: no [31m memory; still running 8a01b77 (STALE\nsince 14:03:11Z)',
    );
    expect(shown({ ...nasty, reason: 'fault', revision: undefined })).toContain('REFUSED the check itself failed: no');
  });

  it('keeps to the width, and in colour says the same', () => {
    for (const notice of [refused, waiting]) {
      for (const width of [60, 80]) {
        const plain = reloadNotice(notice, { ...options, width });
        for (const line of plain) expect(line.length, line).toBeLessThanOrEqual(width);
        const coloured = reloadNotice(notice, { ...options, width, style: styleOf(true), colour: true });
        expect(coloured.map(unstyled)).toEqual(plain);
        expect(coloured.join('')).toContain('\u001b[');
      }
    }
  });
});

describe('rules that wait', () => {
  it('show what is lost, and the command that approves it', () => {
    expect(shown(waiting)).toBe(
      [
        'reload WAITING 3f9c1d2 loses or loosens 2 protections; still running 8a01b77 (STALE since 14:03:11Z)',
        '  ! ema             the stop is gone',
        '  ! max_daily_loss  trips at 8, not at 5',
        '  approve it: engine approve 3f9c1d2',
      ].join('\n'),
    );
    expect(shown({ ...waiting, repeated: true })).not.toContain('  ! ema');
  });

  it('say when they are taken, or why never', () => {
    expect(shown({ ...waiting, until: since + 5_000 })).toContain(
      '  taken at 14:03:16Z unless the files change before; at once: engine approve 3f9c1d2',
    );
    expect(shown({ ...waiting, unfinished: ['risk.yaml'] })).toContain('  risk.yaml does not end with a line break');
  });
});

it('other news is a line', () => {
  expect(shown({ kind: 'reverted', revision: '8a01b77bbbbb', since })).toBe(
    'reload: the files are again what runs, 8a01b77 (were STALE since 14:03:11Z)',
  );
  expect(shown({ kind: 'polling', folder: 'strategies.d', reason: 'no watch left (ENOSPC)', everyMs: 500 })).toBe(
    'cannot watch strategies.d: no watch left (ENOSPC); looking at the files every 0.5 s instead',
  );
});

it('answers to a request are a line, and never empty but for what the meaning tells', () => {
  expect(answer({ kind: 'unchanged', revision: '8a01b77b' })).toBe('reload: nothing changed; running 8a01b77');
  expect(answer({ kind: 'unsettled', revision: '8a01b77b' })).toContain('still running 8a01b77');
  expect(answer({ kind: 'unknown', asked: 'abc', pending: undefined })).toContain('no revision abc waits');
  expect(answer({ kind: 'unknown', asked: 'abc', pending: '3f9c1d2a' })).toMatch(/; 3f9c1d2 waits$/);
  expect(answer(refused)).toBe(shown(refused));
  expect(answer(waiting)).toBe(shown(waiting));
  const applied = {
    kind: 'applied',
    from: 'a',
    to: 'b',
    files: [],
    milliseconds: 1,
    losses: waiting.losses,
    consent: 'grace',
    diagnostics: [],
    report: '',
  } as const;
  expect(consentNotice(applied, options)).toEqual([
    '2 protections lost or loosened, TAKEN UNAPPROVED, because nothing changed for a while (`loosening: grace`)',
  ]);
  expect(answer({ ...applied, consent: 'approved' })).toBe('2 protections lost or loosened, approved by hand');
  expect(answer({ ...applied, losses: [], consent: undefined })).toBe('');
});
