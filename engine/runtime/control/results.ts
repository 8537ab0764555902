import type { Trip } from '../../core/breakers.ts';
import type { OperatorAnswer } from '../../core/operator.ts';

/** A trip as answers carry it; times ISO 8601. */
export interface TripResult {
  readonly id: string;
  readonly scope: Trip['scope'];
  readonly place: string;
  readonly action: Trip['action'];
  readonly trippedAt: string;
  readonly clearedAt: string | null;
  readonly values: string;
  readonly reason: string | null;
  readonly clearedReason: string | null;
  readonly heldBack: number;
}

/** What a pause, a resume, a flatten, a halt or a reset did. */
export interface OperatorResult {
  /** Trips made, or cleared; none when everything was so already. */
  readonly trips: readonly TripResult[];
  /** What stood there already. */
  readonly standing: TripResult | null;
  /** Entry orders cancelled, and positions that close at the next open. */
  readonly cancelled: number;
  readonly closing: number;
  /** What still holds entries there, where they were to be let go. */
  readonly holding: readonly TripResult[];
}

/** What came of a reload or an approval. */
export interface ReloadResult {
  /**
   * `applied`: they run. `unchanged`: the files are what runs. `refused`: they are wrong. `waiting`: they lose a protection and
   * wait for approval. `unsettled`: they change with every look. `unknown`: nothing of that revision waits.
   */
  readonly outcome: 'applied' | 'unchanged' | 'refused' | 'waiting' | 'unsettled' | 'unknown';
  /** What runs now. */
  readonly revision: string;
  /** What the files say, or what waits; null when that is what runs, or is not known. */
  readonly pending: string | null;
  /** The protections that are lost. */
  readonly losses: readonly string[];
  /** What changed, or what is wrong, as it is shown: a line each. */
  readonly lines: readonly string[];
}

const iso = (at: number): string => new Date(at).toISOString();

export const tripResult = (trip: Trip): TripResult => ({
  id: trip.breaker,
  scope: trip.scope,
  place: trip.place,
  action: trip.action,
  trippedAt: iso(trip.trippedAt),
  clearedAt: trip.clearedAt === undefined ? null : iso(trip.clearedAt),
  values: trip.values,
  reason: trip.reason ?? null,
  clearedReason: trip.clearedReason ?? null,
  heldBack: trip.heldBack,
});

export const operatorResult = (answer: OperatorAnswer & { kind: 'done' }): OperatorResult => ({
  trips: answer.trips.map(tripResult),
  standing: answer.standing === undefined ? null : tripResult(answer.standing),
  cancelled: answer.cancelled,
  closing: answer.closing,
  holding: answer.holding.map(tripResult),
});
