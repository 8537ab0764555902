import { EXPRESSION_CODES } from '../documents/codes/expressions.ts';
import type { ExpressionFinding } from './tree.ts';

/** Whether a finding of this room stops the expression from being used. */
export function isError(code: ExpressionFinding['code']): boolean {
  const entry = (EXPRESSION_CODES as Readonly<Record<string, { readonly severity: string }>>)[code];
  return entry?.severity === 'error';
}
