import type { FillAssumptions } from '../brokers/assumptions.ts';
import type { Venue, VenueHooks } from '../brokers/venue.ts';
import type { Operator, Trip } from '../core/breakers.ts';
import type { Probe } from '../core/probe.ts';
import type { Fill, Order, OrderEvent } from '../ledger/order.ts';
import type { Trade } from '../ledger/trade.ts';
import type { Instant } from '../market/time.ts';
import type { RunResult } from './result.ts';

/** How a run is driven; the rules come from the ruleset, the bars from the feed. */
export interface RunOptions {
  /** Starting cash of the account in dollars; undefined: the sum of the purses. */
  readonly cash: number | undefined;
  /** Bars before `from` only warm up; undefined: from the first bar. */
  readonly from: Instant | undefined;
  readonly to: Instant | undefined;
  readonly assumptions: FillAssumptions;
  /** Where orders go; undefined: they are filled from the bars under the assumptions. */
  readonly venue?: ((hooks: VenueHooks) => Venue) | undefined;
  /** Who clears breakers that wait for a person, at first; undefined: the next session. */
  readonly operator?: Operator | undefined;
  /** Bars come one at a time, as they do live: many symbols of one bar each are then decided faster. */
  readonly barByBar?: boolean;
  /** The rules may change while it runs. */
  readonly swappable?: boolean;
  /** Close what is still open at the last bar, with reason `end_of_data`. */
  readonly closeAtEnd: boolean;
}

export interface Progress {
  /** Bars done and bars in all (undefined when the feed has no end). */
  readonly done: number;
  readonly total: number | undefined;
  /** Market time reached. */
  readonly at: Instant;
  readonly equity: number;
  readonly trades: number;
}

/** What a watcher of a run is told while it runs; every method is optional work for the screen, none for the core. */
export interface Observer {
  progress?(progress: Progress): void;
  filled?(order: Order, fill: Fill): void;
  traded?(trade: Trade): void;
  refused?(order: Order, reason: string): void;
  tripped?(trip: Trip): void;
  cleared?(trip: Trip): void;
  /** An order on its way to the broker, and all that the broker says of it, before anything acts on it. */
  placed?(order: Order): void;
  heard?(event: OrderEvent): void;
  /** Equity of the account at a session's close. */
  sampled?(time: Instant, equity: number): void;
  /** Asks for a record of every decision; no bar is passed over then. */
  readonly probe?: Probe | undefined;
  /** A feed that can go on has reached its length (the sample year is over): the run so far. */
  complete?(result: RunResult): void;
  /** From here on it goes on bar by bar. */
  live?(): void;
}
