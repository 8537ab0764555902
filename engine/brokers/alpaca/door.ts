import type { OrderReport, Request, Submission } from './facts.ts';

/** What a request came to, as far as anybody can know. */
export type Outcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  /** The broker said no. `code`: `insufficient_qty`, `duplicate_id`, `not_found`, `unauthorized`, ... */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  /** No answer, or none that says anything: it may have arrived. */
  | { readonly kind: 'unknown'; readonly message: string };

type Urgency = Request['urgency'];

/** A position at the broker; quantity signed, below 0 when short. */
export interface HeldThere {
  readonly symbol: string;
  readonly qty: string;
  readonly averagePrice: string;
}

/** The calls that trading needs of a broker. None throws. */
export interface BrokerDoor {
  /** @param wanted asked when its turn comes, which may be minutes later; false: `refused` with `withdrawn`, and nothing is sent */
  submit(
    clientId: string,
    submission: Submission,
    urgency: Urgency,
    wanted?: () => boolean,
  ): Promise<Outcome<OrderReport>>;
  replace(
    target: string,
    change: { readonly clientId: string; readonly limit?: string; readonly stop?: string },
  ): Promise<Outcome<OrderReport>>;
  cancel(target: string): Promise<Outcome<undefined>>;
  /** By the broker's id or ours; `done` with undefined when it has none such. */
  find(by: { readonly target?: string; readonly clientId?: string }): Promise<Outcome<OrderReport | undefined>>;
  /** Every order that has not ended, legs and all. */
  openOrders(): Promise<Outcome<readonly OrderReport[]>>;
  positions(): Promise<Outcome<readonly HeldThere[]>>;
}
