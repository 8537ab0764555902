import type { Diagnostic } from '../../documents/diagnostic.ts';

/** A protection that new rules lack or weaken: an exit, a breaker, a limit, a whole strategy. */
export interface Loss {
  /** Id of the strategy or breaker, name of the limit. */
  readonly subject: string;
  /** What is lost, without its subject: `the stop lies farther from the entry`. */
  readonly text: string;
  /** False: what was edited protects, and whether it protects less cannot be told. Only what may be half written waits for it. */
  readonly certain?: boolean;
}

/** Sound or not, rules on disk that do not run. */
interface Held {
  /** Of the rules on disk; undefined when checking them failed. */
  readonly revision: string | undefined;
  /** Revision of what runs on. */
  readonly running: string;
  /** The first time since when rules on disk were kept from running, ms since 1970. */
  readonly since: number;
}

export interface Refused extends Held {
  readonly kind: 'refused';
  /**
   * `errors`: the rules have some. `apply`: they are sound, and the running session would not take them. `fault`: checking
   * them failed by a fault of the engine's own.
   */
  readonly reason: 'errors' | 'apply' | 'fault';
  readonly diagnostics: readonly Diagnostic[];
  /** What went wrong, where no finding says it. */
  readonly message: string | undefined;
}

/** Rules that wait because they take a protection away. */
export interface Waiting extends Held {
  readonly kind: 'waiting';
  readonly revision: string;
  readonly losses: readonly Loss[];
  /** When they are taken unless they change before, ms since 1970; undefined: only when approved. */
  readonly until: number | undefined;
  /** Files that do not end with a line break, and so may be half written: the losses may come from there. */
  readonly unfinished: readonly string[];
}

export interface ReloadStatus {
  /** Of what runs. */
  readonly revision: string;
  /** Why the rules on disk are not what runs; undefined when they are. */
  readonly stale: Refused | Waiting | undefined;
  /** The same, when all that is missing is a person's approval or time. */
  readonly pending: Waiting | undefined;
}

/** How rules that take a protection away came to run all the same. */
export type Consent = 'approved' | 'grace' | 'accepted';

export interface Applied<Report> {
  readonly kind: 'applied';
  /** Revisions. */
  readonly from: string;
  readonly to: string;
  /** Paths of the files that differ, gone and new ones too. */
  readonly files: readonly string[];
  /** From the last reading of the files to the swap. */
  readonly milliseconds: number;
  readonly losses: readonly Loss[];
  /** Why it was taken in spite of its losses; undefined when it has none. */
  readonly consent: Consent | undefined;
  /** Warnings of the new rules. */
  readonly diagnostics: readonly Diagnostic[];
  /** What the running session says about its swap. */
  readonly report: Report;
}

/** What happened to the rules of a running engine. */
export type ReloadEvent<Report> =
  | Applied<Report>
  /** `repeated`: said before, and still so. */
  | (Refused & { readonly repeated: boolean })
  | (Waiting & { readonly repeated: boolean })
  /** The files are again what runs. */
  | { readonly kind: 'reverted'; readonly revision: string; readonly since: number }
  /** The system does not tell of changes: the files are looked at every so often. */
  | { readonly kind: 'polling'; readonly folder: string; readonly reason: string; readonly everyMs: number };

/** The answer to a request to reload or to approve. */
export type ReloadOutcome<Report> =
  | Applied<Report>
  | Refused
  | Waiting
  /** The files are what runs. */
  | { readonly kind: 'unchanged'; readonly revision: string }
  /** The files changed with every look at them; they are taken once they keep still. */
  | { readonly kind: 'unsettled'; readonly revision: string }
  /** Nothing of that revision waits to be approved. */
  | { readonly kind: 'unknown'; readonly asked: string; readonly pending: string | undefined };
