import type { IndicatorEntry } from './entry.ts';

/** The entries whose value depends on a window of bars, and those with memory. */
export const WINDOW_ENTRIES: readonly IndicatorEntry[] = [];
