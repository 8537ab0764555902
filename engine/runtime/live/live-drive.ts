import type { Ruleset } from '../../compiler/ruleset.ts';
import { instant } from '../../market/time.ts';
import type { Hand } from '../control/hand.ts';
import type { Drive, Range } from '../drive.ts';
import type { Recording } from '../recording.ts';
import type { Observer, RunOptions } from '../run.ts';
import type { Session } from '../session.ts';
import { createShadowed } from '../shadowed.ts';
import type { Swappable } from '../swap.ts';
import type { LiveFeed } from './live-feed.ts';

export interface LiveDriveOptions extends RunOptions {
  readonly recording: Recording;
  readonly stand?: ((session: Session, stopped: boolean) => void) | undefined;
  readonly hand?: Hand | undefined;
  readonly range?: Range | undefined;
}

/** A run on the minutes of a live market before its first bar, as it is and as it is worked off again. */
export function beginLive(
  ruleset: Ruleset,
  feed: LiveFeed,
  options: LiveDriveOptions,
  observer: Observer,
  signal: AbortSignal,
): Drive {
  const { recording } = options;
  const watcher = recording.watch(observer);
  const run: Swappable = {
    session: createShadowed(ruleset, feed.bases, options, watcher, feed.actions),
    feed,
    piece: 0,
    options,
    observer: watcher,
  };
  recording.begin(run);
  return {
    run,
    recording,
    report() {
      const { session } = run;
      observer.progress?.({
        done: session.barsDone,
        total: undefined,
        at: instant(session.now),
        equity: session.book.equity(),
        trades: session.book.state.trades.length,
      });
    },
    stand: options.stand,
    hand: options.hand,
    signal,
    recordedOnly: false,
    range: { from: undefined, to: undefined, ...options.range },
    held: undefined,
  };
}
