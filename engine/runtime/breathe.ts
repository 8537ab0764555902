import { setImmediate as turn } from 'node:timers/promises';
import type { Steps } from '../compiler/steps.ts';

/** Milliseconds of such work before something else gets its turn. */
const BREATH = 2;

/** Does work in small parts, bars and everything else in between. */
export async function breathe<T>(steps: Steps<T>): Promise<T> {
  let from = performance.now();
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (performance.now() - from < BREATH) continue;
    await turn();
    from = performance.now();
  }
}
