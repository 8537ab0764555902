import { createRequire } from 'node:module';
import type { IndicatorEntry } from './entry.ts';
import type { Kernel } from './kernel.ts';
import { optionProblem } from './options.ts';

/** What tulind says of one of its indicators, and how it is called. */
export interface TulindIndicator {
  readonly name: string;
  readonly full_name: string;
  readonly input_names: readonly string[];
  readonly option_names: readonly string[];
  readonly output_names: readonly string[];
  /** Number of bars that have no value. */
  start(options: readonly number[]): number;
  /** Calls back before it returns; takes plain arrays only. */
  indicator(
    inputs: readonly (readonly number[])[],
    options: readonly number[],
    done: (error: string | null, outputs: number[][]) => void,
  ): void;
}

interface Tulind {
  readonly version: string;
  readonly indicators: Readonly<Record<string, TulindIndicator>>;
}

/** Why tulind cannot be used, with the way out. */
const missing = (cause: unknown): Error => {
  const first = (cause instanceof Error ? cause.message : String(cause)).split('\n')[0];
  return new Error(
    `tulind cannot be loaded: ${first}. It is compiled at install: install python3, make and g++, then run \`npm rebuild tulind\` (or \`npm install tulind\` if it is not there)`,
    { cause },
  );
};

// The module is loaded on first use, so that everything else works where it could not be compiled.
const loaded: { tulind: Tulind | undefined } = { tulind: undefined };

const requireTulind = (): Tulind => {
  loaded.tulind ??= createRequire(import.meta.url)('tulind') as Tulind;
  return loaded.tulind;
};

/** Loads tulind, once; throws an error that says what to install when it cannot. */
export const loadTulind = (load: () => Tulind = requireTulind): Tulind => {
  try {
    return load();
  } catch (cause) {
    throw missing(cause);
  }
};

/** A sentence saying why tulind cannot be used and what to do, or undefined when it works. */
export const tulindProblem = (load?: () => Tulind): string | undefined => {
  try {
    loadTulind(load);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

/**
 * Runs one of tulind's indicators over whole columns of equal length.
 * @returns one column an output, as long as the inputs, NaN where tulind has no value
 * @throws when tulind cannot be loaded, does not know the name, or refuses the options
 */
export const tulindBatch = (
  name: string,
  inputs: readonly (readonly number[] | Float64Array)[],
  options: readonly number[],
): Float64Array[] => {
  const indicator = loadTulind().indicators[name];
  if (indicator === undefined) throw new Error(`tulind has no indicator called ${name}`);
  const size = inputs[0]?.length ?? 0;
  const answers = indicator.output_names.map(() => new Float64Array(size).fill(Number.NaN));
  // Some of its functions read before their data when there is less of it than they need.
  if (size <= indicator.start(options)) return answers;
  const columns = inputs.map((column) => Array.from(column));
  indicator.indicator(columns, options, (error, outputs) => {
    if (error !== null) throw new Error(`tulind refuses ${name}(${options.join(', ')}): ${error}`);
    answers.forEach((answer, k) => {
      const column = outputs[k] ?? [];
      answer.set(column, size - column.length);
    });
  });
  return answers;
};

/**
 * A kernel for an entry that has none of its own: tulind over a window of the entry's settle length, computed anew on every
 * bar, so that replay and live agree wherever history began. O(settle) a bar, in microseconds.
 * @param name tulind's name of the indicator
 * @throws when bound: if tulind cannot be loaded, the options break a rule, or the entry never settles
 */
export const tulindKernel = (entry: IndicatorEntry, name: string = entry.name): Kernel => ({
  // bars seen, then one ring an input
  stateSize: (options) => 1 + entry.inputs.length * windowOf(entry, options),
  bind(options, state, values, inputs, outputs) {
    const problem = optionProblem(entry, options);
    if (problem !== undefined) throw new Error(`${entry.name}: ${problem}`);
    const window = windowOf(entry, options);
    const warmup = entry.warmup(options);
    loadTulind();
    return (from, to) => {
      for (let row = from; row < to; row++) {
        for (const slot of outputs) values[slot + row] = Number.NaN;
        if (inputs.some((slot) => !Number.isFinite(values[slot + row]))) continue;
        const seen = state[0]!;
        const place = seen % window;
        inputs.forEach((slot, k) => {
          state[1 + k * window + place] = values[slot + row]!;
        });
        state[0] = seen + 1;
        if (seen + 1 < warmup) continue;
        const size = Math.min(seen + 1, window);
        const oldest = seen + 1 < window ? 0 : (place + 1) % window;
        const columns = inputs.map((_, k) =>
          Array.from({ length: size }, (_x, j) => state[1 + k * window + ((oldest + j) % window)]!),
        );
        tulindBatch(name, columns, options).forEach((answer, k) => {
          const slot = outputs[k];
          if (slot !== undefined) values[slot + row] = answer[size - 1]!;
        });
      }
    };
  },
});

const windowOf = (entry: IndicatorEntry, options: readonly number[]): number => {
  const window = entry.settle(options);
  if (!Number.isFinite(window)) {
    throw new Error(`${entry.name} depends on all of its history, so a window of it cannot serve`);
  }
  return window;
};

/** The kernel that serves an entry: its own or, where it has none, tulind's. */
export const kernelOf = (entry: IndicatorEntry): Kernel => entry.kernel ?? tulindKernel(entry);
