import type { Clock } from '../../market/clock.ts';
import { gone, type Reading, unfinished } from './reading.ts';

/** How long files must keep still. All in milliseconds. */
export interface SettleTimes {
  /** Without any event before they are read. */
  readonly quietMs: number;
  /** Since the first of events that do not stop: then they are read anyway. */
  readonly mostMs: number;
  /** Between two readings that must agree. */
  readonly pauseMs: number;
  /** For which a file that is gone, or ends without a line break, is waited for. */
  readonly holdMs: number;
}

export interface SettleOptions extends SettleTimes {
  readonly clock: Clock;
  readonly read: () => Reading;
  /** What counts as known at first, by path. */
  readonly known: ReadonlyMap<string, string>;
  /**
   * Two readings agreed. `asked`: by `hurry`; `amid`: events did not stop. Files of a reading that is used count as known:
   * how they end is no longer waited for.
   * @returns whether it is used
   */
  readonly settled: (reading: Reading, how: { readonly asked: boolean; readonly amid: boolean }) => boolean;
  /** No two readings agreed in time after `hurry`. */
  readonly unsettled: () => void;
}

/** Turns bursts of events into readings of files that keep still. */
export interface Settle {
  /** Something changed. */
  touched(): void;
  /** Reads without waiting for quiet; two readings must agree all the same. */
  hurry(): void;
  /** Something is under way. */
  readonly busy: boolean;
  close(): void;
}

type State =
  | { readonly at: 'rest' }
  | { readonly at: 'quiet' }
  | { readonly at: 'again'; readonly first: Reading | undefined }
  | { readonly at: 'hold'; readonly reading: Reading };

export function createSettle(options: SettleOptions): Settle {
  const { clock, quietMs, mostMs, pauseMs, holdMs } = options;
  const rest: State = { at: 'rest' };
  let state: State = rest;
  let timer: { cancel(): void } | undefined;
  let known = options.known;
  /** When the burst of events began. */
  let began = 0;
  /** When somebody asked for a reading at once. */
  let asked: number | undefined;
  let closed = false;

  const go = (next: State, milliseconds: number, then: () => void): void => {
    timer?.cancel();
    state = next;
    timer = clock.after(Math.max(0, milliseconds), then);
  };

  const attempt = (): Reading | undefined => {
    try {
      return options.read();
    } catch {
      // A folder that went away between two calls: what cannot be read agrees with nothing.
      return undefined;
    }
  };

  const quieten = (): void => go({ at: 'quiet' }, Math.min(quietMs, began + mostMs - clock.now()), firstReading);

  function firstReading(): void {
    go({ at: 'again', first: attempt() }, pauseMs, secondReading);
  }

  function secondReading(): void {
    if (state.at !== 'again') return;
    const { first } = state;
    const second = attempt();
    if (first === undefined || second === undefined || first.fingerprint !== second.fingerprint) {
      disagree(second);
      return;
    }
    if (asked === undefined && (unfinished(second.texts, known).length > 0 || gone(second.texts, known).length > 0)) {
      go({ at: 'hold', reading: second }, holdMs, holdOver);
      return;
    }
    finish(second);
  }

  function disagree(latest: Reading | undefined): void {
    if (asked !== undefined && clock.now() < asked + mostMs) {
      go({ at: 'again', first: latest }, pauseMs, secondReading);
      return;
    }
    const given = asked !== undefined;
    asked = undefined;
    began = clock.now();
    quieten();
    if (given) options.unsettled();
  }

  function holdOver(): void {
    if (state.at !== 'hold') return;
    const { reading } = state;
    const now = attempt();
    if (now !== undefined && now.fingerprint === reading.fingerprint) {
      finish(now);
      return;
    }
    began = clock.now();
    quieten();
  }

  function finish(reading: Reading): void {
    const how = { asked: asked !== undefined, amid: clock.now() - began >= mostMs && state.at === 'again' };
    state = rest;
    asked = undefined;
    if (options.settled(reading, how)) known = reading.texts;
  }

  return {
    touched() {
      if (closed || asked !== undefined) return;
      if (state.at === 'rest' || state.at === 'hold') began = clock.now();
      // Events that do not stop keep no two readings from agreeing.
      else if (state.at === 'again' && clock.now() - began >= mostMs) return;
      quieten();
    },
    hurry() {
      if (closed || asked !== undefined) return;
      asked = clock.now();
      firstReading();
    },
    get busy() {
      return state.at !== 'rest';
    },
    close() {
      closed = true;
      timer?.cancel();
      state = rest;
    },
  };
}
