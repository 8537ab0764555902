/**
 * Advances one indicator by the bars of rows `from` to `to` (exclusive): reads its inputs, writes its outputs, keeps its
 * state in `state`. Row r of a slot lies r doubles behind it: where slots are columns a step runs down them, where they
 * are single numbers it takes row 0 alone.
 */
export type Step = (from: number, to: number) => void;

/**
 * A streaming indicator: O(1) a bar.
 *
 * All that it remembers sits in `state` (zeros are the initial state), so a run can be stored, moved and resumed;
 * the returned closure holds references and constants only, never a number that changes.
 * An output is NaN until the indicator is ready. A NaN input leaves the state as it is and gives NaN outputs for that bar
 * (a condition is coded 1 true, 0 false, NaN unknown).
 */
export interface Kernel {
  /** Number of doubles of state for these options. */
  stateSize(options: readonly number[]): number;
  /**
   * Ties the kernel to memory.
   * @param options option values in catalogue order, already checked against their bounds
   * @param state `stateSize(options)` doubles, zero-filled or restored
   * @param values the numbers that inputs and outputs lie among
   * @param inputs place of row 0 of the inputs, in catalogue order
   * @param outputs place of row 0 of the outputs, in catalogue order
   */
  bind(
    options: readonly number[],
    state: Float64Array,
    values: Float64Array,
    inputs: readonly number[],
    outputs: readonly number[],
  ): Step;
}
