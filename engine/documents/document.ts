import type { SourceFile, Span } from './diagnostic.ts';
import type { Risk, Strategy } from './generated/types.ts';

/** Steps from the root of a document to a value: `['entry', 'long', 'when', 'all', 0]`. */
export type DocumentPath = readonly (string | number)[];

/** An expression as it stands in a YAML scalar, with the way back to the file. */
export interface EmbeddedExpression {
  /** The text after YAML took quotes and folds away: what the expression parser reads. */
  readonly text: string;
  /** Range of the file that a range of `text` stands in. */
  toFile(span: Span): Span;
}

interface Located {
  readonly file: SourceFile;
  /** The file that the value at `path` stands in: `file`, or one that it `extends`. */
  source(path: DocumentPath): SourceFile;
  /** Range of the value at `path` (or, if it is missing, of its nearest existing parent's key). */
  valueSpan(path: DocumentPath): Span;
  /** Range of the key that holds the value at `path`. */
  keySpan(path: DocumentPath): Span;
  /** The scalar at `path` as an expression; numbers are given as they are written. Undefined when there is none. */
  expression(path: DocumentPath): EmbeddedExpression | undefined;
}

/** A strategy file that passed YAML and schema; `extends` is already merged in, and a list file read. */
export interface StrategyDocument extends Located {
  readonly kind: 'strategy';
  readonly value: Strategy & { readonly symbols: string[] };
}

/** `risk.yaml` that passed YAML and schema. */
export interface RiskDocument extends Located {
  readonly kind: 'risk';
  readonly value: Risk;
}
