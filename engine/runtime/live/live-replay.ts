import { setImmediate as turn } from 'node:timers/promises';
import type { Ruleset } from '../../compiler/ruleset.ts';
import { advance, type Range } from '../drive.ts';
import { resultOf } from '../outcome.ts';
import type { Recording } from '../recording.ts';
import type { RunResult } from '../result.ts';
import type { Observer, RunOptions } from '../run.ts';
import type { Swappable } from '../swap.ts';
import { beginLive } from './live-drive.ts';
import type { LiveFeed } from './live-feed.ts';
import type { Minute } from './minute.ts';

export interface LiveReplayOptions extends RunOptions {
  /** What the run is held to, or only given the inputs of. */
  readonly recording: Recording;
  /** The stretch that its figures are about; the run ends where it does. */
  readonly range?: Range | undefined;
  /** Is given the run before its first bar. */
  readonly begin?: ((run: Swappable) => void) | undefined;
  /** Called before each minute after the history; false: the run ends there. */
  readonly before?: ((minute: Past) => boolean) | undefined;
  /** Whether entries rest in a minute; left out: in those that came too late, as they did in the run itself. */
  readonly rests?: ((minute: Past) => boolean) | undefined;
}

/** A minute without its bars. */
type Past = Omit<Minute, 'bars'>;

/** Minutes worked off between two looks at the signal: a millisecond or two. */
const AT_ONCE = 20;
const ALL = Number.MAX_SAFE_INTEGER;

/** Works the minutes of a recorded live run off again, as far as the journal goes; nothing is asked of anybody. */
export async function replayLive(
  ruleset: Ruleset,
  feed: LiveFeed,
  options: LiveReplayOptions,
  observer: Observer,
  signal: AbortSignal,
): Promise<RunResult> {
  const began = performance.now();
  const { recording, before = () => true, rests = ({ stale }) => stale } = options;
  const drive = beginLive(ruleset, feed, options, observer, signal);
  const { run, report } = drive;
  options.begin?.(run);
  const over = (): boolean => signal.aborted || drive.atEnd === true;

  async function workOff(n: number): Promise<boolean> {
    run.piece = n;
    run.session.feed(feed.piece(n));
    const minute = feed.minute(n);
    if (minute !== undefined) {
      if (!before(minute)) return false;
      run.session.stale(rests(minute));
    }
    while ((await advance(drive, ALL)) && !over());
    return true;
  }

  run.session.pause();
  await workOff(0);
  run.session.resume();
  let n = 1;
  for (; n < feed.next && !over(); n++) {
    await applyInputs(recording);
    if (!(await workOff(n))) break;
    if (n % AT_ONCE === 0) {
      report();
      await turn();
    }
  }
  if (!over() && n === feed.next) {
    await applyInputs(recording);
    // The bars ended before the journal did: it says so.
    if (recording.restoring) await recording.complete();
  }
  report();
  recording.stop();
  run.session.finish(false);
  const seconds = (performance.now() - began) / 1000;
  return resultOf(run.session.core.memory.ruleset, run.session, run.feed.account(), options, signal.aborted, seconds);
}

/** Applies what the journal has for where the run stands. */
export async function applyInputs(recording: Recording): Promise<void> {
  const applied = recording.applyInputs();
  if (applied === undefined) return;
  await applied;
  void recording.mark();
}
