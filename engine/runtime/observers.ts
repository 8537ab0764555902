import type { Observer } from './run.ts';

const METHODS = [
  'progress',
  'filled',
  'traded',
  'refused',
  'tripped',
  'cleared',
  'placed',
  'heard',
  'sampled',
  'complete',
  'live',
] as const satisfies readonly Exclude<keyof Observer, 'probe'>[];

type Listener = (...told: readonly unknown[]) => void;

/** One observer that tells all of them, in their order; what none of them listens to it does not have. */
export const joined = (observers: readonly Observer[]): Observer => {
  const all: Record<string, unknown> = {};
  for (const method of METHODS) {
    const listeners = observers.flatMap((one) => {
      const listener = one[method] as Listener | undefined;
      return listener === undefined ? [] : [listener.bind(one)];
    });
    if (listeners.length === 0) continue;
    const [only] = listeners;
    all[method] =
      listeners.length === 1
        ? only
        : (...told: readonly unknown[]) => {
            for (const listener of listeners) listener(...told);
          };
  }
  const probes = observers.flatMap(({ probe }) => probe ?? []);
  if (probes.length > 1) throw new RangeError('one observer of a run may have a probe');
  return { ...all, ...(probes.length === 0 ? {} : { probe: probes[0] }) };
};
