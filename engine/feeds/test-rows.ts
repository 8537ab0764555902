import { createStream, gaussian, seed } from './sample-random.ts';

/** Open, high, low, close, volume. */
export type Row = readonly [open: number, high: number, low: number, close: number, volume: number];

/** Bars written down, each a close or [open, high, low, close, volume]. */
export type Written = readonly (number | readonly number[])[];

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
  readonly bars?: Written;
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
export function rowsWritten(rows: Written, before?: number, volume = USUAL_VOLUME): Row[] {
  let last = before;
  return rows.map((row) => {
    const made: Row =
      typeof row === 'number' ? bar(last ?? row, row, volume) : [row[0]!, row[1]!, row[2]!, row[3]!, row[4] ?? volume];
    last = made[3];
    return made;
  });
}

/** Bars of a path, step by step, the same on every machine. */
export function rowsGenerated({ start = 100, volume = USUAL_VOLUME, steps }: Path): Row[] {
  const rows: Row[] = [];
  for (const step of steps) {
    const last = rows.at(-1)?.[3] ?? toTick(start);
    const of = { ...step, volume: step.volume ?? volume };
    rows.push(...(step.bars === undefined ? moves(of, last) : rowsWritten(step.bars, last, of.volume)));
  }
  return rows;
}

function moves(step: Step & { readonly volume: number }, before: number): Row[] {
  const { flat, up, down, random, pct = 1 } = step;
  const count = flat ?? up ?? down ?? random ?? 0;
  const stream = createStream();
  seed(stream, step.seed ?? 1, count, 0);
  const rows: Row[] = [];
  let last = before;
  for (let k = 0; k < count; k++) {
    let move = 0;
    if (up !== undefined) move = pct;
    else if (down !== undefined) move = -pct;
    else if (random !== undefined) move = pct * gaussian(stream);
    const close = flat === undefined ? toTick(last * (1 + move / 100)) : last;
    rows.push(bar(last, close, step.volume));
    last = close;
  }
  return rows;
}
