import type { InputSpec } from '../entry.ts';

/** A condition that is watched: 1 true, 0 false, NaN unknown. */
export const CONDITION: InputSpec = { name: 'condition', role: 'condition' };

/** Bars of history for functions that remember the last time something happened, which may be any time ago. */
export const MEMORY_SETTLES = 500;
