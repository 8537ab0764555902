import type { VirtualClock } from './virtual-clock.ts';

/** Every so many ms of the machine the clock is moved on. */
const STEP = 20;

/** Moves the virtual clock with the machine's, `speed` times as fast, until `end` or `stop`. */
export interface WallDrive {
  /** Settles when the clock has come to `end`, or was stopped. */
  readonly done: Promise<void>;
  stop(): void;
}

export function driveByWall(clock: VirtualClock, speed: number, end: number): WallDrive {
  const from = clock.now();
  const begun = performance.now();
  let stopped = false;
  const run = async (): Promise<void> => {
    while (!stopped && clock.now() < end) {
      const target =
        speed === Number.POSITIVE_INFINITY
          ? clock.now() + 60_000
          : Math.floor(from + (performance.now() - begun) * speed);
      await clock.advanceTo(Math.min(end, target));
      if (speed !== Number.POSITIVE_INFINITY) await new Promise((resolve) => setTimeout(resolve, STEP));
    }
  };
  return {
    done: run(),
    stop() {
      stopped = true;
    },
  };
}
