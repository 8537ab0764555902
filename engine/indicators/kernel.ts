/** Advances one indicator by one bar: reads its input slots, writes its output slots, keeps its state in `state`. */
export type Step = () => void;

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
   * @param values the arena of slots
   * @param inputs slot numbers of the inputs, in catalogue order
   * @param outputs slot numbers of the outputs, in catalogue order
   */
  bind(
    options: readonly number[],
    state: Float64Array,
    values: Float64Array,
    inputs: readonly number[],
    outputs: readonly number[],
  ): Step;
}
