import { createStream, gaussian, seed } from './sample-random.ts';

/** Open, high, low, close, volume. */
export type Row = readonly [open: number, high: number, low: number, close: number, volume: number];

/** A path of prices as the `generate:` of a test describes it. */
export interface Path {
  readonly start?: number;
  readonly volume?: number;
  readonly steps: readonly Step[];
}

interface Step {
  readonly flat?: number;
  readonly up?: number;
  readonly down?: number;
  readonly random?: number;
  readonly pct?: number;
  readonly volume?: number;
  readonly seed?: number;
}

/** Volume of a bar of which nothing is said. */
export const USUAL_VOLUME = 10_000;

/** To cents from $1 up, to hundredths of a cent below, as prices are quoted. */
function toTick(price: number): number {
  const places = price >= 1 ? 100 : 10_000;
  return Math.max(0.0001, Math.round(price * places) / places);
}

const bar = (open: number, close: number, volume: number): Row => [
  open,
  Math.max(open, close),
  Math.min(open, close),
  close,
  volume,
];

/** Bars written down: a close alone opens at the close before it. */
export function rowsWritten(rows: readonly (number | readonly number[])[]): Row[] {
  let last: number | undefined;
  return rows.map((row) => {
    const made: Row =
      typeof row === 'number'
        ? bar(last ?? row, row, USUAL_VOLUME)
        : [row[0]!, row[1]!, row[2]!, row[3]!, row[4] ?? USUAL_VOLUME];
    last = made[3];
    return made;
  });
}

/** Bars of a path, step by step, the same on every machine. */
export function rowsGenerated({ start = 100, volume = USUAL_VOLUME, steps }: Path): Row[] {
  const rows: Row[] = [];
  let last = toTick(start);
  for (const step of steps) {
    const pct = step.pct ?? 1;
    const bars = step.flat ?? step.up ?? step.down ?? step.random ?? 0;
    const stream = createStream();
    seed(stream, step.seed ?? 1, bars, 0);
    for (let k = 0; k < bars; k++) {
      let move = 0;
      if (step.up !== undefined) move = pct;
      else if (step.down !== undefined) move = -pct;
      else if (step.random !== undefined) move = pct * gaussian(stream);
      const close = toTick(last * (1 + move / 100));
      rows.push(bar(last, close, step.volume ?? volume));
      last = close;
    }
  }
  return rows;
}
