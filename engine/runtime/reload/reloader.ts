import type { Diagnostic } from '../../documents/diagnostic.ts';
import type { Clock } from '../../market/clock.ts';
import { type Gathered, gather, type Workspace, type WorkspaceOptions } from '../workspace.ts';
import { systemClock } from './clock.ts';
import type { Consent, Loss, Refused, ReloadEvent, ReloadOutcome, ReloadStatus, Waiting } from './events.ts';
import type { Policy } from './policy.ts';
import { changed, type Reading, readingOf, textsOf, unfinished } from './reading.ts';
import { createSettle, type SettleTimes } from './settle.ts';

/** What the running session says to new rules. */
export type ApplyAnswer<Report> =
  | { readonly kind: 'applied'; readonly report: Report }
  | { readonly kind: 'refused'; readonly diagnostics: readonly Diagnostic[]; readonly message?: string };

export interface ReloadTimes extends SettleTimes {
  /** For which rules that lose a protection must stay unchanged before they are taken, under the policy `grace`. */
  readonly graceMs: number;
  /** Between two repetitions of a refusal that still holds. */
  readonly repeatMs: number;
}

/** An edit decides a fifth of a second after it was saved; a chunk that is late by a tenth of a second is waited for. */
export const RELOAD_TIMES: ReloadTimes = {
  quietMs: 120,
  mostMs: 2_000,
  pauseMs: 20,
  holdMs: 2_000,
  graceMs: 5_000,
  repeatMs: 60_000,
};

export interface ReloaderOptions<Report> {
  /** Where the rules are, for the reading. */
  readonly options: WorkspaceOptions;
  /** The rules that run at first. */
  readonly running: Workspace;
  /** Checks and compiles exactly the bytes that were gathered. */
  readonly prepare: (gathered: Gathered) => Workspace | Promise<Workspace>;
  /** The protections that `next` lacks or weakens. */
  readonly losses: (running: Workspace, next: Workspace) => readonly Loss[];
  /** Makes `next` what runs, between two bars, or leaves everything as it was. Never called before the last call has ended. */
  readonly apply: (next: Workspace) => Promise<ApplyAnswer<Report>>;
  readonly tell: (event: ReloadEvent<Report>) => void;
  /** What a loss waits for, in the words of the rules that run: those on disk do not decide on themselves. */
  readonly policy: (running: Workspace) => Policy;
  readonly times?: Partial<ReloadTimes>;
  readonly clock?: Clock;
  readonly read?: () => Gathered;
}

/** Keeps what runs in step with the files: sound rules replace it whole, anything else leaves it whole. */
export interface Reloader<Report> {
  /** Something may have changed on disk. */
  touched(): void;
  status(): ReloadStatus;
  /** Reads and takes the files at once, without the quiet period; gives what came of it. */
  reloadNow(): Promise<ReloadOutcome<Report>>;
  /** Takes the rules that wait although they lose a protection, if the files still are that revision; its first 7 digits will do. */
  approve(revision: string): Promise<ReloadOutcome<Report>>;
  /** What runs. */
  running(): Workspace;
  /** Takes nothing more; done when a swap under way has ended. */
  close(): Promise<void>;
}

interface Job<Report> {
  readonly reading: Reading;
  /** When it was settled, ms since 1970. */
  readonly at: number;
  /** Judged although its bytes were judged before. */
  readonly asked: boolean;
  /** Judged although events do not stop. */
  readonly amid: boolean;
  /** The revision that may run in spite of what it loses. */
  readonly consent: { readonly revision: string; readonly by: Consent } | undefined;
  readonly waiters: readonly ((outcome: ReloadOutcome<Report>) => void)[];
}

/** Digits of a revision that name it. */
export const SHORTEST_REVISION = 7;

export function createReloader<Report>(options: ReloaderOptions<Report>): Reloader<Report> {
  const clock = options.clock ?? systemClock;
  const times = { ...RELOAD_TIMES, ...options.times };
  const read = options.read ?? (() => gather(options.options));

  let running = options.running;
  /** Why the files are not what runs. */
  let held: Refused | Waiting | undefined;
  /** Fingerprint of the last reading that was judged. */
  let judged: string | undefined;
  let next: Job<Report> | undefined;
  /** For the next reading that was asked for: who waits for it, what it may do, and which files it is about. */
  let waiters: Job<Report>['waiters'] = [];
  let consent: Job<Report>['consent'];
  let onlyIf: string | undefined;
  let working: Promise<void> | undefined;
  let grace: { cancel(): void } | undefined;
  let repeat: { cancel(): void } | undefined;
  let closed = false;

  const settle = createSettle({
    ...times,
    clock,
    read: () => readingOf(read()),
    known: textsOf(running.files),
    settled(reading, { asked, amid }) {
      const expected = onlyIf;
      const job = { reading, at: clock.now(), asked, amid, consent, waiters };
      forgetRequest();
      if (expected !== undefined && expected !== reading.fingerprint && job.waiters.length === 0) {
        // Changed since: these files have the usual way to go.
        settle.touched();
        return false;
      }
      next = merged(job, next);
      working ??= work();
      return true;
    },
    unsettled() {
      const left = waiters;
      forgetRequest();
      for (const answer of left) answer({ kind: 'unsettled', revision: running.revision });
    },
  });

  /** The later reading, with all that the earlier was to answer. */
  const merged = (job: Job<Report>, earlier: Job<Report> | undefined): Job<Report> => ({
    ...job,
    asked: job.asked || earlier?.asked === true,
    consent: job.consent ?? earlier?.consent,
    waiters: [...(earlier?.waiters ?? []), ...job.waiters],
  });

  function forgetRequest(): void {
    waiters = [];
    consent = undefined;
    onlyIf = undefined;
  }

  async function work(): Promise<void> {
    while (next !== undefined && !closed) {
      const job = next;
      next = undefined;
      const outcome = await judge(job);
      for (const answer of job.waiters) answer(outcome);
    }
    working = undefined;
  }

  function tell(event: ReloadEvent<Report>): void {
    try {
      options.tell(event);
    } catch {
      // A screen that fails is no reason to run other rules than the files say.
    }
  }

  async function judge(job: Job<Report>): Promise<ReloadOutcome<Report>> {
    const { reading, asked, amid } = job;
    if (reading.fingerprint === judged && !asked) {
      rearmGrace();
      return standing();
    }
    let workspace: Workspace;
    let told: readonly Loss[];
    try {
      workspace = await options.prepare(reading.gathered);
      told = sound(workspace) ? options.losses(running, workspace) : [];
    } catch (error) {
      judged = reading.fingerprint;
      return refuse('fault', undefined, [], (error as Error).message);
    }
    // Changed while it was checked: what settles next is judged in its place.
    if (closed || (!asked && !amid && (settle.busy || next !== undefined))) return standing();
    if (!isOf(workspace, reading)) {
      settle.touched();
      return { kind: 'unsettled', revision: running.revision };
    }
    judged = reading.fingerprint;
    const { revision, diagnostics } = workspace;
    if (!sound(workspace)) return refuse('errors', revision, diagnostics, undefined);
    if (revision === running.revision) return revert(revision);
    const half = unfinished(reading.texts, textsOf(running.files));
    const losses = half.length > 0 ? told : told.filter(({ certain }) => certain !== false);
    const policy = options.policy(running);
    const by = policy === 'accept' ? 'accepted' : job.consent?.revision === revision ? job.consent.by : undefined;
    if (losses.length > 0 && by === undefined) return wait(revision, losses, half, policy);
    return put(workspace, job.at, losses, losses.length === 0 ? undefined : by);
  }

  const standing = (): ReloadOutcome<Report> => held ?? { kind: 'unchanged', revision: running.revision };

  /** Keeps the rules on disk from running, says so, and says it again while that lasts. */
  function hold(now: Refused | Waiting): ReloadOutcome<Report> {
    const same = (before: Refused | Waiting): boolean =>
      before.kind === now.kind && before.revision === now.revision && now.revision !== undefined;
    const repeated = held !== undefined && same(held);
    held = now;
    repeat?.cancel();
    repeat = clock.after(times.repeatMs, again);
    tell({ ...now, repeated });
    return now;
  }

  function release(): void {
    held = undefined;
    repeat?.cancel();
    endGrace();
  }

  function endGrace(): void {
    grace?.cancel();
    grace = undefined;
  }

  const since = (): number => held?.since ?? clock.now();

  function refuse(
    reason: Refused['reason'],
    revision: string | undefined,
    diagnostics: readonly Diagnostic[],
    message: string | undefined,
  ): ReloadOutcome<Report> {
    endGrace();
    const { revision: runs } = running;
    return hold({ kind: 'refused', reason, revision, running: runs, since: since(), diagnostics, message });
  }

  function wait(
    revision: string,
    losses: readonly Loss[],
    half: readonly string[],
    policy: Policy,
  ): ReloadOutcome<Report> {
    if (held?.kind === 'waiting' && held.revision === revision) return hold(held);
    // What may be half written is never taken for its age.
    const until = policy === 'grace' && half.length === 0 ? clock.now() + times.graceMs : undefined;
    endGrace();
    if (until !== undefined) grace = clock.after(times.graceMs, graceOver);
    const { revision: runs } = running;
    return hold({ kind: 'waiting', revision, running: runs, since: since(), losses, until, unfinished: half });
  }

  function revert(revision: string): ReloadOutcome<Report> {
    const before = held;
    release();
    if (before !== undefined) tell({ kind: 'reverted', revision, since: before.since });
    return { kind: 'unchanged', revision };
  }

  async function put(
    workspace: Workspace,
    at: number,
    losses: readonly Loss[],
    by: Consent | undefined,
  ): Promise<ReloadOutcome<Report>> {
    const { revision, diagnostics } = workspace;
    let answered: ApplyAnswer<Report>;
    try {
      answered = await options.apply(workspace);
    } catch (error) {
      answered = { kind: 'refused', diagnostics: [], message: (error as Error).message };
    }
    if (answered.kind === 'refused') return refuse('apply', revision, answered.diagnostics, answered.message);
    const from = running;
    running = workspace;
    release();
    const applied = {
      kind: 'applied',
      from: from.revision,
      to: revision,
      files: changed(textsOf(workspace.files), textsOf(from.files)),
      milliseconds: clock.now() - at,
      losses,
      consent: by,
      diagnostics,
      report: answered.report,
    } as const;
    tell(applied);
    return applied;
  }

  /** Reads the files for the engine's own reasons, if they still are the ones that were judged; gives way to whoever is at them. */
  function lookAgain(by: Job<Report>['consent']): boolean {
    if (judged === undefined || settle.busy || working !== undefined) return false;
    onlyIf = judged;
    consent = by;
    settle.hurry();
    return true;
  }

  function graceOver(): void {
    grace = undefined;
    if (held?.kind !== 'waiting' || closed) return;
    // Somebody is at the files: whether they are still the same shows in a moment.
    if (!lookAgain({ revision: held.revision, by: 'grace' })) grace = clock.after(times.quietMs, graceOver);
  }

  /** The files that wait are there again, and were others when their time ended: it begins anew. */
  function rearmGrace(): void {
    if (grace !== undefined || held?.kind !== 'waiting' || held.until === undefined) return;
    held = { ...held, until: clock.now() + times.graceMs };
    grace = clock.after(times.graceMs, graceOver);
  }

  /** A refusal that still holds is said again; what the findings hang on besides the documents may have been mended. */
  function again(): void {
    if (held === undefined || closed) return;
    repeat = clock.after(times.repeatMs, again);
    if (held.kind === 'waiting' || held.reason === 'apply') tell({ ...held, repeated: true });
    else lookAgain(undefined);
  }

  function ask(by: Job<Report>['consent']): Promise<ReloadOutcome<Report>> {
    if (closed) return Promise.resolve({ kind: 'unchanged', revision: running.revision });
    return new Promise((resolve) => {
      waiters = [...waiters, resolve];
      consent = by ?? consent;
      settle.hurry();
    });
  }

  return {
    touched: () => settle.touched(),
    status: () => ({
      revision: running.revision,
      stale: held,
      pending: held?.kind === 'waiting' ? held : undefined,
    }),
    reloadNow: () => ask(undefined),
    approve(revision) {
      const waiting = held?.kind === 'waiting' ? held.revision : undefined;
      if (waiting === undefined || revision.length < SHORTEST_REVISION || !waiting.startsWith(revision)) {
        return Promise.resolve({ kind: 'unknown', asked: revision, pending: waiting });
      }
      return ask({ revision: waiting, by: 'approved' });
    },
    running: () => running,
    async close() {
      closed = true;
      settle.close();
      repeat?.cancel();
      endGrace();
      await working;
      const left = [...waiters, ...(next?.waiters ?? [])];
      for (const answer of left) answer({ kind: 'unchanged', revision: running.revision });
    },
  };
}

const sound = ({ rules, diagnostics }: Workspace): boolean =>
  rules !== undefined && !diagnostics.some(({ severity }) => severity === 'error');

/** Whether rules were made of the very bytes that were settled: a list of symbols may be read when it is met. */
const isOf = ({ files }: Workspace, { texts }: Reading): boolean =>
  files.every(({ path, text }) => !texts.has(path) || texts.get(path) === text);
