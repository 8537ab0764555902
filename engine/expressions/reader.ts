import type { Tri } from './tree.ts';

/**
 * A compiled rule. Row r of a slot lies r doubles behind it: over columns a reader tells what the rule is worth on that
 * bar, over single numbers it takes row 0 alone.
 */
export type ReadNumber = (row: number) => number;
export type ReadTri = (row: number) => Tri;
