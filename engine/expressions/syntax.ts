import type { Span } from '../documents/diagnostic.ts';
import type { ArithmeticOperator, Comparison, ExpressionFinding, UnaryOperator } from './tree.ts';

/** An expression as written, before names, types and units are known. */
export type Syntax =
  | NumberSyntax
  | TextSyntax
  | NameSyntax
  | PastSyntax
  | CallSyntax
  | UnarySyntax
  | BinarySyntax
  | ChoiceSyntax;

export interface NumberSyntax {
  readonly kind: 'number';
  readonly span: Span;
  readonly value: number;
}

export interface TextSyntax {
  readonly kind: 'text';
  readonly span: Span;
  readonly value: string;
}

/** A plain or dotted name. */
export interface NameSyntax {
  readonly kind: 'name';
  readonly span: Span;
  readonly name: string;
}

/** `name[bars]`: the value that many bars ago. */
export interface PastSyntax {
  readonly kind: 'past';
  readonly span: Span;
  readonly name: NameSyntax;
  readonly bars: NumberSyntax;
}

export interface CallSyntax {
  readonly kind: 'call';
  readonly span: Span;
  readonly name: NameSyntax;
  readonly args: readonly Syntax[];
}

export interface UnarySyntax {
  readonly kind: 'unary';
  readonly span: Span;
  readonly operator: UnaryOperator;
  readonly operatorSpan: Span;
  readonly operand: Syntax;
}

export interface BinarySyntax {
  readonly kind: 'binary';
  readonly span: Span;
  readonly operator: ArithmeticOperator | Comparison | 'and' | 'or';
  readonly left: Syntax;
  readonly right: Syntax;
}

export interface ChoiceSyntax {
  readonly kind: 'choice';
  readonly span: Span;
  readonly condition: Syntax;
  readonly then: Syntax;
  readonly otherwise: Syntax;
}

/** A text read as an expression (`shape`: see tokens.ts), or the one finding that says why it cannot be. */
export type Reading =
  | { readonly tree: Syntax; readonly finding: undefined; readonly shape: string }
  | { readonly tree: undefined; readonly finding: ExpressionFinding };

/** Thrown inside the reader to leave it at its first finding; never leaves the room. */
export const REFUSED: Error = Object.freeze(new Error('expression refused'));

/** Where the reader puts the finding before it throws `REFUSED`. */
export interface Refusal {
  finding: ExpressionFinding | undefined;
}

/** Stores the finding and leaves the reader. */
export function refuse(
  refusal: Refusal,
  code: ExpressionFinding['code'],
  start: number,
  end: number,
  message: string,
  help: string | undefined,
): never {
  refusal.finding = { code, span: { start, end }, message, help };
  throw REFUSED;
}
