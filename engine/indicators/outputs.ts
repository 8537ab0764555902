import type { OutputSpec, Unit } from './entry.ts';

/** No bound on either side. */
export const ANY: readonly [number, number] = [-Infinity, Infinity];
/** Never below zero. */
export const NOT_NEGATIVE: readonly [number, number] = [0, Infinity];
/** An oscillator between 0 and 100. */
export const HUNDRED: readonly [number, number] = [0, 100];

/** An output that is a number. */
export const output = (name: string, unit: Unit | 'input', range: OutputSpec['range']): OutputSpec => ({
  name,
  unit,
  range,
  type: 'number',
});

/** An output that is a condition: 1 true, 0 false, NaN unknown. */
export const condition = (name: string): OutputSpec => ({ name, unit: 'none', range: [0, 1], type: 'condition' });
