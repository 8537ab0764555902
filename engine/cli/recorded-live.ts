import { createOrderDesk, type OrderDesk } from '../brokers/alpaca/desk.ts';
import { countPieces, readBars } from '../journal/bars.ts';
import { refuse } from '../journal/refusal.ts';
import type { SessionRow } from '../journal/session.ts';
import type { Range } from '../runtime/drive.ts';
import { type LiveFeed, openLiveFeed } from '../runtime/live/live-feed.ts';
import { replayLive } from '../runtime/live/live-replay.ts';
import { applyOutside } from '../runtime/live/live-run.ts';
import { createRecording, type RecordingHooks } from '../runtime/recording.ts';
import type { Observer, RunOptions } from '../runtime/run.ts';
import { withShadowSymbols } from '../runtime/shadowed.ts';
import type { Swappable } from '../runtime/swap.ts';
import { applyCommandOf, recordedSession, revisionsOf } from './dry-session.ts';
import { keptRows, reachOf } from './live-reach.ts';
import { requestEvent } from './live-session.ts';
import type { Replayed } from './recorded.ts';
import { type RecordedLive, tradedThen } from './recorded-source.ts';
import type { SessionOptions } from './session-options.ts';

/** How a recorded run is worked off again. */
export interface Replaying {
  readonly observer: Observer;
  readonly signal: AbortSignal;
  readonly begin: (run: Swappable) => void;
  readonly range: Range | undefined;
}

/** The bars of a session, of its journal alone. @throws Refusal when it has none */
export const recordedBars = ({ database, row, source, ruleset }: RecordedLive): Promise<LiveFeed> =>
  openLiveFeed(
    {
      source: `Alpaca ${source.feed}`,
      symbols: withShadowSymbols(ruleset).symbols,
      reach: reachOf,
      keep: keptRows(ruleset),
      store: {
        put: () => undefined,
        get: (piece, part) => readBars(database, row.id, piece, part),
      },
      history: (symbols) => {
        throw refuse(
          'differs',
          `the journal of session ${row.name} has no bars of ${symbols.join(', ')}`,
          `run engine ${row.engine}, which began it`,
        );
      },
    },
    ruleset,
    countPieces(database, row.id),
  );

/** What a live run is begun with. */
export const optionsOfThen = (row: SessionRow): RunOptions & { readonly swappable: true } => {
  const { cash, assumptions } = row.options as SessionOptions;
  return {
    cash: cash ?? undefined,
    from: undefined,
    to: undefined,
    assumptions,
    operator: 'never',
    closeAtEnd: false,
    swappable: true,
  };
};

/** How inputs of the journal act again on a run. */
export const actingAgain = (
  { database, row, where }: RecordedLive,
  desk: () => OrderDesk | undefined,
): Omit<RecordingHooks, 'further' | 'restored'> => ({
  applyCommand: applyCommandOf(row),
  applyRevision: revisionsOf(database, row, where),
  applyOutside: applyOutside(desk),
});

/**
 * Works a recorded live session off again: its bars, what the broker said and what a person did, all from the journal, and
 * holds what comes out to it. Nobody is connected to.
 * @throws Refusal `differs` naming the first difference
 */
export async function replayRecordedLive(live: RecordedLive, replaying: Replaying): Promise<Replayed> {
  const { database, row, ruleset, source } = live;
  const { observer, signal, range } = replaying;
  const feed = await recordedBars(live);
  const options = optionsOfThen(row);
  let desk: OrderDesk | undefined;
  const recording = createRecording(recordedSession(database, row), undefined, ruleset.revision, {
    ...actingAgain(live, () => desk),
    further: () => (desk?.take() ?? []).map(requestEvent),
  });
  let run: Swappable | undefined;
  const result = await replayLive(
    ruleset,
    feed,
    {
      ...options,
      recording,
      range,
      venue: tradedThen(source)
        ? (hooks) => {
            desk = createOrderDesk(hooks, options.assumptions.fractional);
            return desk;
          }
        : undefined,
      begin(begun) {
        run = begun;
        replaying.begin(begun);
      },
    },
    observer,
    signal,
  );
  return { result, ruleset, session: run!.session, complete: false };
}
