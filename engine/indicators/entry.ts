import type { Kernel } from './kernel.ts';

/**
 * What a number measures. Comparing two different units draws a warning; `none` goes with everything.
 * - `price` dollars per share, `money` dollars, `volume` shares traded, `shares` a quantity held
 * - `percent` 2 means 2 %, `index` a 0-100 style oscillator, `ratio` a dimensionless quotient
 * - `bars`, `minutes`, `count`, `date` (day of month, weekday), `clock` (minutes since midnight)
 */
export type Unit =
  | 'price'
  | 'money'
  | 'volume'
  | 'shares'
  | 'percent'
  | 'index'
  | 'ratio'
  | 'bars'
  | 'minutes'
  | 'count'
  | 'date'
  | 'clock'
  | 'none';

/**
 * What an input is fed with when the writer leaves it out; `real` is any series (default: close), `session` the number of
 * the session that the bar belongs to.
 */
export type InputRole = 'real' | 'open' | 'high' | 'low' | 'close' | 'volume' | 'session' | 'condition';

export interface InputSpec {
  readonly name: string;
  readonly role: InputRole;
}

export interface OptionSpec {
  readonly name: string;
  readonly description: string;
  readonly min: number;
  readonly max: number;
  readonly integer: boolean;
  /** Used when the writer leaves the option out; undefined: it must be given. */
  readonly default: number | undefined;
}

export interface OutputSpec {
  readonly name: string;
  /** `input`: the unit of the first input. */
  readonly unit: Unit | 'input';
  /** Closed interval that the value never leaves; infinities where there is no bound. `input`: that of the first input. */
  readonly range: readonly [number, number] | 'input';
  /** A condition output is coded 1, 0, NaN (unknown). */
  readonly type: 'number' | 'condition';
}

/** One entry of the catalogue: all that checker, reference page, completion and engine need to know of an indicator. */
export interface IndicatorEntry {
  /** The name in expressions (tulind's where tulind has it). */
  readonly name: string;
  readonly title: string;
  readonly group:
    | 'average'
    | 'momentum'
    | 'trend'
    | 'volatility'
    | 'volume'
    | 'price'
    | 'statistics'
    | 'math'
    | 'memory'
    | 'session';
  /** One or two sentences for a trader. */
  readonly description: string;
  readonly inputs: readonly InputSpec[];
  readonly options: readonly OptionSpec[];
  readonly outputs: readonly OutputSpec[];
  /** Which bars feed it: those of its input's own series, or those of the strategy's timeframe (crosses, delays, counts). */
  readonly clock: 'source' | 'own';
  /** Number of input bars up to and including the first with a value; 1 = ready on the first bar. */
  warmup(options: readonly number[]): number;
  /**
   * Number of input bars after which the start of history no longer shows to 1e-9 of the usual size; equals warm-up for
   * windows. Infinity where it shows for ever: totals since the first bar (obv), sides that only an event can change (psar).
   * Bars without movement do not settle what is made of movements.
   */
  settle(options: readonly number[]): number;
  /** An expression that uses it. */
  readonly example: string;
  /** Where it departs from tulind, TA-Lib or TradingView, and why. */
  readonly departs: string | undefined;
  /** Where the formula comes from. */
  readonly source: string;
  /** Checks that span several options (fast < slow): a sentence naming the rule broken, or undefined. */
  check?(options: readonly number[]): string | undefined;
  /** The streaming kernel; undefined: served by tulind on a bounded window of `settle` bars (`kernelOf` in tulind.ts). */
  readonly kernel: Kernel | undefined;
}
