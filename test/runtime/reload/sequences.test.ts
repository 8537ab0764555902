import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gatheredOf, place, plainCheck, plainLosses, revisionOf, world } from './world.ts';

const PATHS = ['strategies.d/a.yaml', 'strategies.d/b.yaml', 'risk.yaml'] as const;
const TEXTS = [
  'buy\nguard stop\n',
  'buy\nguard stop\nguard target\n',
  'sell\n',
  'BAD\n',
  'half',
  'guard st',
  '',
] as const;
const START = { 'strategies.d/a.yaml': TEXTS[0], 'risk.yaml': 'guard loss\n' };

type Step =
  | { readonly kind: 'save'; readonly path: (typeof PATHS)[number]; readonly text: string | undefined }
  | { readonly kind: 'write'; readonly path: (typeof PATHS)[number]; readonly text: string | undefined }
  | { readonly kind: 'touch' }
  | { readonly kind: 'reload' }
  | { readonly kind: 'approve' }
  | { readonly kind: 'wait'; readonly milliseconds: number }
  | { readonly kind: 'answer'; readonly how: 'throws' | 'refuses' | 'slow' };

const path = fc.constantFrom(...PATHS);
const text = fc.oneof(fc.constantFrom(...TEXTS), fc.constant(undefined));
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('save' as const), path, text }) },
  // A change that the system does not tell of.
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('write' as const), path, text }) },
  { weight: 2, arbitrary: fc.constantFrom<Step>({ kind: 'touch' }, { kind: 'reload' }, { kind: 'approve' }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      milliseconds: fc.constantFrom(1, 15, 25, 110, 150, 900, 2_100, 5_100, 61_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('answer' as const),
      how: fc.constantFrom('throws' as const, 'refuses' as const, 'slow' as const),
    }),
  },
);

describe.each(['approve', 'grace', 'accept'] as const)('any sequence of edits under `%s`', (policy) => {
  it('runs one whole sound revision at a time, and ends in step with the files or says why not', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const gathered = new Map<string, ReturnType<typeof plainCheck>>();
        const w = world({
          files: START,
          policy,
          prepare(files) {
            const checked = plainCheck(files);
            gathered.set(checked.revision, checked);
            return checked;
          },
        });
        gathered.set(w.reloader.status().revision, w.reloader.running());
        const approvals = new Set<string>();
        const runs = (): void => {
          const { revision, stale } = w.reloader.status();
          // What runs was read whole, as one set of files, and is sound.
          expect(gathered.get(revision)?.diagnostics).toEqual([]);
          expect(w.together()).toBeLessThanOrEqual(1);
          if (stale !== undefined) expect(stale.running).toBe(revision);
        };
        for (const one of steps) {
          if (one.kind === 'save') w.save({ [one.path]: one.text });
          else if (one.kind === 'write') place(w.disk, one.path, one.text);
          else if (one.kind === 'touch') w.reloader.touched();
          else if (one.kind === 'reload') void w.reloader.reloadNow();
          else if (one.kind === 'wait') await w.clock.advance(one.milliseconds);
          else if (one.kind === 'approve') {
            const revision = w.reloader.status().pending?.revision;
            if (revision !== undefined) approvals.add(revision);
            void w.reloader.approve(revision ?? 'nothing waits');
          } else {
            const answers = {
              throws: () => Promise.reject(new Error('thrown')),
              refuses: () => Promise.resolve({ kind: 'refused' as const, diagnostics: [], message: 'refused' }),
              slow: () =>
                new Promise<{ kind: 'applied'; report: string }>((resolve) =>
                  w.clock.after(700, () => resolve({ kind: 'applied', report: 'slow' })),
                ),
            };
            w.answers.push(answers[one.how]);
          }
          runs();
        }
        w.answers.length = 0;
        // The poll tells of what the system did not.
        w.reloader.touched();
        await w.clock.advance(20_000);
        runs();

        const { revision, stale, pending } = w.reloader.status();
        const disk = revisionOf(w.disk);
        expect(stale === undefined, 'stale when, and only when, the files are not what runs').toBe(revision === disk);
        if (stale !== undefined) {
          const checked = plainCheck(gatheredOf(w.disk));
          const sound = checked.diagnostics.length === 0;
          expect(stale.revision).toBe(disk);
          if (!sound) expect(stale).toMatchObject({ kind: 'refused', reason: 'errors' });
          else if (stale.kind === 'refused') expect(stale.reason).toBe('apply');
          else {
            expect(policy).not.toBe('accept');
            expect(pending).toBe(stale);
            expect(stale.losses).toEqual(plainLosses(w.reloader.running(), checked));
            expect(stale.losses).not.toEqual([]);
            if (policy === 'grace') expect(stale.unfinished).not.toEqual([]);
          }
        }
        // No protection went without a word: each swap that lost one says by whose leave.
        for (const event of w.events) {
          if (event.kind !== 'applied') continue;
          const lost = plainLosses(gathered.get(event.from)!, gathered.get(event.to)!);
          expect(event.losses).toEqual(lost);
          expect(event.consent === undefined).toBe(lost.length === 0);
          if (event.consent === 'approved') expect(approvals).toContain(event.to);
          if (event.consent === 'grace') expect(policy).toBe('grace');
          if (event.consent === 'accepted') expect(policy).toBe('accept');
        }
        await w.reloader.close();
        expect(w.clock.set).toBe(0);
      }),
      { numRuns: 150 },
    );
  });
});
