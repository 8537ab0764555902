import type { InputSpec } from './entry.ts';

/** Any series; the close when the writer leaves it out. */
export const REAL: InputSpec = { name: 'real', role: 'real' };
export const OPEN: InputSpec = { name: 'open', role: 'open' };
export const HIGH: InputSpec = { name: 'high', role: 'high' };
export const LOW: InputSpec = { name: 'low', role: 'low' };
export const CLOSE: InputSpec = { name: 'close', role: 'close' };
export const VOLUME: InputSpec = { name: 'volume', role: 'volume' };
