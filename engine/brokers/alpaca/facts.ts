import type { Instant } from '../../market/time.ts';

/** What the broker says an order is, at one moment; amounts are decimal strings. */
export interface OrderReport {
  readonly id: string;
  readonly clientId: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  /** `market`, `limit`, `stop`, `stop_limit`, `trailing_stop`. */
  readonly type: string;
  /** `new`, `filled`, `held`, ...; words that nobody knows yet may come. */
  readonly status: string;
  readonly qty: string | undefined;
  /** Cumulative over its executions. */
  readonly filled: string;
  readonly average: string | undefined;
  readonly limit: string | undefined;
  readonly stop: string | undefined;
  readonly replacedBy: string | undefined;
  /** Orders that belong to it: the exits of a bracket. */
  readonly legs: readonly OrderReport[];
}

/** One execution. */
export interface Execution {
  readonly id: string;
  readonly price: string;
  readonly qty: string;
  readonly at: Instant;
}

/** What comes to know of requests and orders, in whatever order it comes. */
export type Fact =
  /** A request was answered; a cancel is answered without an order. */
  | { readonly kind: 'accepted'; readonly request: number; readonly order?: OrderReport }
  /** It was refused. `code` is one of the words of `engine/alpaca`: `insufficient_qty`, `duplicate_id`, `not_found`, ... */
  | { readonly kind: 'refused'; readonly request: number; readonly code: string; readonly message: string }
  /** No answer came: it may have arrived or not. */
  | { readonly kind: 'unknown'; readonly request: number }
  /** Asked for long enough: the broker has no such order. */
  | { readonly kind: 'absent'; readonly request: number }
  /** It was not sent, and will not be: the journal could not take it, or nobody wanted it any more when it could go. */
  | { readonly kind: 'withheld'; readonly request: number }
  /** An order as the broker has it now, told or asked for. */
  | { readonly kind: 'report'; readonly order: OrderReport; readonly execution?: Execution };

/** A new order, in the broker's words. */
export interface Submission {
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly type: 'market' | 'limit' | 'stop' | 'stop_limit';
  readonly qty: string;
  readonly timeInForce: 'day' | 'gtc' | 'opg' | 'cls' | 'ioc' | 'fok';
  readonly limit?: string;
  readonly stop?: string;
  readonly extendedHours: boolean;
  readonly orderClass: 'simple' | 'bracket' | 'oto' | 'oco';
  /** Limit of the take-profit leg and stop of the stop-loss leg, of the classes that have them. */
  readonly takeProfit?: string;
  readonly stopLoss?: string;
}

/** What is asked of the broker; numbered, so that its answer finds it. */
export type Request = {
  readonly n: number;
  /** What closes or protects goes before what opens. */
  readonly urgency: 'exit' | 'entry';
} & (
  | { readonly kind: 'submit'; readonly clientId: string; readonly submission: Submission }
  | {
      readonly kind: 'replace';
      readonly clientId: string;
      readonly target: string;
      readonly limit?: string;
      readonly stop?: string;
    }
  | { readonly kind: 'cancel'; readonly target: string }
  /** Asks what became of an order; an id of the broker's, or ours. */
  | { readonly kind: 'look'; readonly target?: string; readonly clientId?: string }
);

/** Statuses after which nothing more comes of an order. */
const ENDED: ReadonlySet<string> = new Set(['filled', 'canceled', 'expired', 'rejected', 'replaced']);

export const hasEnded = (status: string): boolean => ENDED.has(status);

/** It neither fills nor counts against the position until the entry that it belongs to is complete. */
export const isHeld = (status: string): boolean => status === 'held';
