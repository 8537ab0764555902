import type { FillAssumptions } from '../brokers/assumptions.ts';
import type { Meaning } from '../compiler/meaning/change.ts';
import { meaningOf } from '../compiler/meaning/meaning.ts';
import { clampSpan, positionOf } from '../documents/position.ts';
import { counted } from '../report/amounts.ts';
import { reloadLines } from '../report/reload-lines.ts';
import { consentNotice, outcomeNotice, reloadNotice } from '../report/reload-notices.ts';
import { styleOf } from '../report/style.ts';
import type { ReloadResult } from '../runtime/control/results.ts';
import type { RulesFacts } from '../runtime/control/status.ts';
import type { Steering } from '../runtime/drive.ts';
import { type Impact, impactOf } from '../runtime/impact.ts';
import { lastBars } from '../runtime/last-bars.ts';
import type { Recording } from '../runtime/recording.ts';
import type { Applied, Refused, ReloadOutcome, Waiting } from '../runtime/reload/events.ts';
import { policyOf } from '../runtime/reload/policy.ts';
import { startReload } from '../runtime/reload/start.ts';
import { withShadowSymbols } from '../runtime/shadowed.ts';
import { check, type Workspace, type WorkspaceOptions } from '../runtime/workspace.ts';
import type { DrySession } from './dry-session.ts';
import type { RulesNotice } from './run-output.ts';
import type { Terminal } from './terminal.ts';

/** What a swap tells about itself. */
export interface SwapReport {
  readonly meaning: Meaning;
}

export interface HotRules {
  /** The rules on disk rule, or are known not to. */
  readonly ready: Promise<void>;
  readonly facts: () => RulesFacts;
  /** What `engine reload` and `engine approve` answer. */
  readonly reload: () => Promise<ReloadResult>;
  /** @param reason in the person's words, for the record */
  readonly approve: (revision: string, reason: string | undefined) => Promise<ReloadResult>;
  readonly close: () => Promise<void>;
}

export interface HotRulesOptions {
  readonly where: WorkspaceOptions;
  /** The rules that rule at first. */
  readonly running: Workspace;
  readonly steering: Steering;
  readonly recording: Recording | undefined;
  /** How a revision came, for the record. */
  readonly arrival?: DrySession['arrival'] | undefined;
  /** Called with rules that have come to rule. */
  readonly ruling?: (ruleset: NonNullable<Workspace['ruleset']>) => void;
  readonly cash: number | undefined;
  readonly assumptions: FillAssumptions;
  readonly terminal: Terminal;
  /** The run goes on from before: what was edited since is taken before its next bar. */
  readonly resumed: boolean;
  /** Rules that threw when they ran: they are not taken again. */
  readonly barred?: { readonly revision: string; readonly message: string } | undefined;
  readonly quiet: boolean;
  /** Real orders hang on the rules: what loosens them waits for a person unless risk.yaml says otherwise. */
  readonly mode?: 'dry' | 'live';
  /** Tells the screen, the JSON stream and the logs. */
  readonly notify: (notice: RulesNotice) => void;
}

/** Bars of each symbol over which an edit is tried, and bars before them for the indicators. */
const TRIED = 500;
const FILLING = 2_000;

/** It protects nothing of the account. */
const isShadow = ({ rules }: Workspace, id: string): boolean =>
  rules?.models.some((model) => model.id === id && model.shadow) === true;

const iso = (at: number): string => new Date(at).toISOString();

/** Keeps a run's rules in step with their files, and tells what every edit means. */
export const followRules = (options: HotRulesOptions): HotRules => {
  const { where, steering, recording, terminal, quiet, notify } = options;
  const { run } = steering;
  let lastReload: RulesFacts['lastReload'] = null;
  /** Why a person let rules run that lose a protection; `revision` as they named it. */
  let approval: { readonly revision: string; readonly reason: string } | undefined;
  /** Rules that were edited before the run began are a person's wish when it starts. */
  let starting = options.resumed;

  const look = () => ({ width: Math.min(terminal.errWidth, 160), style: terminal.errStyle });
  const coloured = () => ({ ...look(), colour: terminal.errStyle.red('') !== '', now: Date.now() });
  const plain = () => ({ ...look(), style: styleOf(false), colour: false, now: Date.now() });
  const say = (lines: readonly string[]): void => {
    if (lines.length > 0) terminal.err(`${lines.join('\n')}\n`);
  };

  /** Tells an edit once its effect on the last bars is known; the rules rule already. */
  const tellApplied = async (applied: Applied<SwapReport>, from: Workspace, to: Workspace): Promise<void> => {
    if (quiet && applied.consent === undefined) return;
    const impact = await tried(from, to);
    const { meaning } = applied.report;
    const aside = asideOf(applied);
    const tripped = new Set(
      run.session.core.trips.filter(({ clearedAt }) => clearedAt === undefined).map(({ breaker }) => breaker),
    );
    say([
      ...reloadLines({ word: 'reload', meaning, aside, impact, tripped }, look()),
      ...consentNotice(applied, coloured()),
    ]);
  };

  /** What other rules would have done over the last bars; undefined when they cannot be tried. */
  const tried = async (before: Workspace, after: Workspace): Promise<Impact | undefined> => {
    try {
      const bars = lastBars(run, withShadowSymbols(run.session.core.memory.ruleset), TRIED + FILLING);
      return await impactOf(before.rules!, after.rules!, bars, {
        cash: options.cash,
        assumptions: options.assumptions,
        last: TRIED,
        warmup: FILLING,
      });
    } catch {
      // The trial is a courtesy: rules that it cannot run on the bars at hand are told without it.
      return undefined;
    }
  };

  /** The rules that rule, and those before them until they are told apart. */
  const ruled = new Map<string, Workspace>([[options.running.revision, options.running]]);

  const reloader = startReload<SwapReport>({
    options: where,
    running: options.running,
    // Rules that switch every strategy off are an edit like another: what is open keeps its exits.
    prepare: (gathered) => check(where, gathered),
    policy: (running) => {
      const policy = policyOf(running, options.mode ?? 'dry');
      return starting && policy === 'grace' ? 'accept' : policy;
    },
    losses: (running, next) =>
      meaningOf(running.rules!, next.rules!)
        .losses.filter(({ part, subject }) => part !== 'strategy' || !isShadow(next, subject))
        .map(({ subject, text, certain }) => ({ subject, text, certain })),
    async apply(next) {
      const { barred } = options;
      if (barred?.revision === next.revision) return { kind: 'refused', diagnostics: [], message: barred.message };
      const former = reloader.running().rules!;
      const meaning = meaningOf(former, next.rules!);
      const answer = await steering.swap({
        plan: next.plan!,
        ahead: async (session) => {
          await recording?.input({
            kind: 'revision',
            ...withReason(options.arrival?.(next.revision, starting ? 'restart' : 'reload'), approvalOf(next.revision)),
            instants: session.instants,
            at: iso(Date.now()),
            revision: next.revision,
            documents: next.documents(),
          });
        },
      });
      if (answer.kind === 'refused') return answer;
      ruled.set(next.revision, next);
      options.ruling?.(next.ruleset!);
      lastReload = { at: iso(Date.now()), from: former.revision, to: next.revision };
      return { kind: 'applied', report: { meaning } };
    },
    tell(event) {
      switch (event.kind) {
        case 'applied': {
          const [from, to] = [ruled.get(event.from)!, ruled.get(event.to)!];
          ruled.delete(event.from);
          const { ruleset } = run.session.core.memory;
          notify({ kind: 'applied', ruleset, from: event.from, text: briefly(event), lines: [] });
          void tellApplied(event, from, to);
          break;
        }
        case 'refused':
        case 'waiting': {
          const stale = { since: event.since, place: placeOf(event), text: reasonOf(event) };
          notify({ kind: event.kind, stale, repeated: event.repeated, lines: reloadNotice(event, plain()) });
          break;
        }
        case 'reverted':
          notify({ kind: 'reverted', lines: reloadNotice(event, plain()) });
          break;
        case 'polling': {
          const { folder, reason, everyMs } = event;
          notify({ kind: 'polling', fields: { folder, reason, everyMs }, lines: reloadNotice(event, plain()) });
          break;
        }
      }
    },
  });

  const approvalOf = (revision: string): string | undefined =>
    approval !== undefined && revision.startsWith(approval.revision) ? approval.reason : undefined;

  const facts = (): RulesFacts => {
    const { revision, stale, pending } = reloader.status();
    return {
      revision,
      stale:
        stale === undefined
          ? null
          : { since: iso(stale.since), reason: `${placeOf(stale) ?? ''} ${reasonOf(stale)}`.trim() },
      pending:
        pending === undefined
          ? null
          : {
              revision: pending.revision,
              losses: pending.losses.map(({ subject, text }) => `${subject} ${text}`),
              until: pending.until === undefined ? null : iso(pending.until),
            },
      lastReload,
    };
  };

  /** What was edited while nothing ran is taken before a bar comes. */
  const ready = async (): Promise<void> => {
    if (starting) await reloader.reloadNow();
    starting = false;
  };
  const answered = (outcome: ReloadOutcome<SwapReport>): ReloadResult => ({
    outcome: outcome.kind,
    revision: outcome.kind === 'unknown' ? reloader.status().revision : revisionOf(outcome),
    pending: outcome.kind === 'waiting' || outcome.kind === 'refused' ? (outcome.revision ?? null) : null,
    losses: outcome.kind === 'waiting' ? outcome.losses.map(({ subject, text }) => `${subject} ${text}`) : [],
    lines:
      outcome.kind === 'applied'
        ? reloadLines({ word: 'reload', meaning: outcome.report.meaning, aside: asideOf(outcome) }, PLAIN_LOOK)
        : outcomeNotice(outcome, { ...PLAIN_LOOK, colour: false, now: Date.now() }),
  });
  return {
    ready: ready(),
    facts,
    reload: async () => answered(await reloader.reloadNow()),
    async approve(revision, reason) {
      approval = reason === undefined ? undefined : { revision, reason };
      try {
        return answered(await reloader.approve(revision));
      } finally {
        approval = undefined;
      }
    },
    close: () => reloader.close(),
  };
};

/** How a revision came, with the words of whoever approved it. */
const withReason = (
  arrival: ReturnType<DrySession['arrival']> | undefined,
  approved: string | undefined,
): Partial<ReturnType<DrySession['arrival']>> => {
  const reasons = [arrival?.reason, approved].filter((reason) => reason !== undefined);
  return { ...arrival, ...(reasons.length === 0 ? {} : { reason: reasons.join('; ') }) };
};

/** An answer is drawn where it is read. */
const PLAIN_LOOK = { width: 120, style: styleOf(false) };

const asideOf = ({ files, milliseconds }: Applied<SwapReport>): string =>
  `${counted(files.length, 'file')}, ${milliseconds} ms`;

const revisionOf = (outcome: Exclude<ReloadOutcome<SwapReport>, { readonly kind: 'unknown' }>): string =>
  outcome.kind === 'applied' ? outcome.to : 'running' in outcome ? outcome.running : outcome.revision;

/** An edit in a few words. */
const briefly = ({ files, report }: Applied<SwapReport>): string => {
  const [first, ...more] = report.meaning.changes;
  if (first === undefined) return counted(files.length, 'file');
  return `${first.subject} ${first.path}${more.length === 0 ? '' : ` and ${more.length} more`}`;
};

const placeOf = (held: Refused | Waiting): string | undefined => {
  if (held.kind === 'waiting') return undefined;
  const first = held.diagnostics.find(({ severity }) => severity === 'error');
  if (first?.file === undefined) return undefined;
  const { line, column } = positionOf(first.file, clampSpan(first.file, first.span ?? { start: 0, end: 0 }).start);
  return `${first.file.path}:${line}:${column}`;
};

const reasonOf = (held: Refused | Waiting): string => {
  if (held.kind === 'waiting') return `${counted(held.losses.length, 'protection')} lost or loosened: waits`;
  const first = held.diagnostics.find(({ severity }) => severity === 'error');
  return first === undefined ? (held.message ?? 'refused') : `${first.code} ${first.message}`;
};
