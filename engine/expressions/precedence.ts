import type { BinarySyntax } from './syntax.ts';

/** How tight operators bind in printed text: the higher the tighter. */
export const PRECEDENCE: Readonly<Record<BinarySyntax['operator'], number>> = {
  or: 2,
  and: 3,
  '>': 4,
  '<': 4,
  '>=': 4,
  '<=': 4,
  '==': 4,
  '!=': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  '%': 6,
  '^': 8,
};
export const CHOICE = 1;
export const SIGN = 7;
export const ATOM = 9;
