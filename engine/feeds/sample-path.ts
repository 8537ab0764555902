import { createStream, gaussian, type Stream, seed } from './sample-random.ts';

/** Square of the restlessness of each minute; sums to 1 over the session. */
export interface Shape {
  readonly minutes: number;
  readonly share: Float64Array;
  /** Square roots of `share`. */
  readonly spread: Float64Array;
  /** Part of the day's volume in each minute. */
  readonly volume: Float64Array;
}

/** A session is busiest at its open, quiet at noon and busy again at its close; coins are traded evenly. */
export function createShape(minutes: number, even: boolean): Shape {
  const share = new Float64Array(minutes);
  const spread = new Float64Array(minutes);
  const volume = new Float64Array(minutes);
  let shares = 0;
  let volumes = 0;
  for (let i = 0; i < minutes; i++) {
    const x = (2 * (i + 0.5)) / minutes - 1;
    const opening = x < -0.7 ? (-0.7 - x) / 0.3 : 0;
    const restless = even ? 1 : 0.65 + 0.5 * x * x + 0.7 * opening;
    share[i] = restless * restless;
    volume[i] = even ? 1 : 0.5 + 0.9 * x * x * x * x + 0.9 * opening;
    shares += share[i]!;
    volumes += volume[i]!;
  }
  for (let i = 0; i < minutes; i++) {
    share[i] = share[i]! / shares;
    spread[i] = Math.sqrt(share[i]!);
    volume[i] = volume[i]! / volumes;
  }
  return { minutes, share, spread, volume };
}

const stream: Stream = createStream();

/**
 * Writes the minutes of a day to `out`: noise that clusters, tied down so that it sums to `move`.
 * `key` names the walker and `day` the day: the same two give the same path.
 */
export function writePath(
  out: Float64Array,
  shape: Shape,
  marketSeed: number,
  key: number,
  day: number,
  volatility: number,
  move: number,
): void {
  seed(stream, marketSeed ^ 0x5bd1e995, key, day);
  const { minutes, spread, share } = shape;
  let heat = 1;
  let sum = 0;
  for (let i = 0; i < minutes; i++) {
    const shock = gaussian(stream);
    const noise = volatility * spread[i]! * shock * Math.sqrt(heat);
    heat = 0.93 * heat + 0.07 * shock * shock;
    out[i] = noise;
    sum += noise;
  }
  const rest = move - sum;
  for (let i = 0; i < minutes; i++) out[i] = out[i]! + rest * share[i]!;
}
