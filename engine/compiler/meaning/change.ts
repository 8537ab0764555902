import type { EditClass } from '../../documents/edit-class.ts';

export type Part = 'strategy' | 'breaker' | 'limit' | 'risk';

/** A protection that is gone, or that lets more through than before. */
export interface Loss {
  readonly part: Part;
  readonly subject: string;
  /** The protection: `exit.stop_loss`, `exit.rules.cross_back`, `circuit_breakers.max_drawdown.when`. */
  readonly path: string;
  /** False: what was edited protects, and whether it protects less cannot be told beforehand. */
  readonly certain: boolean;
  /** A sentence without its subject: `the stop lies farther from the entry`. */
  readonly text: string;
}

/** A rule that an edited name reaches, and what that means for it. */
export interface Reach {
  readonly path: string;
  readonly class: EditClass;
}

export interface Change {
  /** `loosened` and `tightened`: a protection of which it is certain. */
  readonly kind: 'changed' | 'added' | 'removed' | 'loosened' | 'tightened';
  readonly part: Part;
  /** Id of the strategy or breaker, name of the limit. */
  readonly subject: string;
  /** `entry.long.when`, `params.slow`; empty when all of the subject is meant. */
  readonly path: string;
  /** As a person wrote it, cut down to what differs; undefined: nothing stood there. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly class: EditClass;
  /** What happens to a running engine, in a few words. */
  readonly effect: string;
  /** Of a name that rules read: those that it reaches. */
  readonly reaches: readonly Reach[];
  readonly losses: readonly Loss[];
}

/** What an edit of the rules means. */
export interface Meaning {
  /** Revisions of the two rulesets. */
  readonly from: string;
  readonly to: string;
  /** By strategy and breaker in the order of the new documents; what is gone stands last. */
  readonly changes: readonly Change[];
  /** Every loss of every change. */
  readonly losses: readonly Loss[];
  /** Strategies, breakers and limits that are as they were. */
  readonly unchanged: { readonly strategies: number; readonly breakers: number; readonly limits: number };
}
