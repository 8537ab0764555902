import { createOrderDesk, type OrderDesk } from '../../brokers/alpaca/desk.ts';
import { createSimulatedBroker } from '../../brokers/simulated.ts';
import { createTurningVenue, type TurningVenue } from '../../brokers/turning.ts';
import type { Ruleset } from '../../compiler/ruleset.ts';
import type { Trip } from '../../core/breakers.ts';
import type { Order } from '../../ledger/order.ts';
import { createRecording, type RecordedSession, type RecordingHooks } from '../recording.ts';
import type { RunOptions } from '../run.ts';
import type { Swappable } from '../swap.ts';
import type { LiveFeed } from './live-feed.ts';
import { replayLive } from './live-replay.ts';
import { applyOutside } from './live-run.ts';
import type { MarketDay } from './market-day.ts';
import type { Lateness } from './minute.ts';

/** A day of a recorded run that traded, run again as a backtest. */
export interface ModelledDay {
  /** All of the run up to the day's close; those before the day are the run's own. */
  readonly orders: readonly Order[];
  readonly trips: readonly Trip[];
  /** Minutes of the day that the journal has; of those that came too late to enter on, by their end (ms), why. */
  readonly minutes: number;
  readonly late: ReadonlyMap<number, Lateness>;
  /** End of the last of them, ms. */
  readonly until: number;
}

export interface ModelledDayOptions {
  /** The rules that the run began with. */
  readonly ruleset: Ruleset;
  readonly feed: LiveFeed;
  readonly options: RunOptions;
  readonly session: Pick<RecordedSession, 'name' | 'engine' | 'seal' | 'inputs'>;
  readonly hooks: Pick<RecordingHooks, 'applyCommand' | 'applyRevision'>;
  readonly signal: AbortSignal;
}

const NOTHING = (): Iterator<never> => [].values();

/**
 * Runs a day again with fills from its bars. Up to the close before, the run is worked off as it was, with all that the
 * broker said: so the day begins with the positions, the orders, the purses and the breakers that it began with. From there
 * on the broker is not heard any more, and no bar is too late.
 */
export async function modelledDay(day: MarketDay, given: ModelledDayOptions): Promise<ModelledDay> {
  const { ruleset, feed, options, session, hooks, signal } = given;
  let desk: OrderDesk | undefined;
  let venue: TurningVenue | undefined;
  let run: Swappable | undefined;
  const late = new Map<number, Lateness>();
  const stand = { minutes: 0, until: Number.NaN };
  const outside = applyOutside(() => (venue?.turned === true ? undefined : desk));
  // What comes out is another run's than the journal's: it is given the inputs, and held to nothing.
  const recording = createRecording({ ...session, slices: NOTHING() }, undefined, ruleset.revision, {
    ...hooks,
    applyOutside: outside,
  });
  await replayLive(
    ruleset,
    feed,
    {
      ...options,
      recording,
      venue(venueHooks) {
        desk = createOrderDesk(venueHooks, options.assumptions.fractional);
        const simulated = createSimulatedBroker({
          ...venueHooks,
          assumptions: options.assumptions,
          buyingPower: (order, need) => run!.session.book.buyingPower(order, need),
        });
        venue = createTurningVenue(desk, simulated, venueHooks);
        return venue;
      },
      begin(begun) {
        run = begun;
      },
      rests: ({ stale }) => stale && venue?.turned !== true,
      before({ end, stale, why }) {
        if (end > day.close) return false;
        if (end <= day.after) return true;
        venue!.turn();
        stand.minutes++;
        stand.until = end;
        if (stale) late.set(end, why ?? 'late');
        return true;
      },
    },
    {},
    signal,
  );
  const { core } = run!.session;
  return { orders: core.orders(), trips: core.trips, late, ...stand };
}
