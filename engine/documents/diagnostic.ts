import type { DiagnosticCode } from './codes.ts';

export type Severity = 'error' | 'warning' | 'info';

/** Half-open range of UTF-16 offsets in a text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A file as it was read; `path` is what is shown to the user (relative to where they stand). */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** One finding: a code, a place and words. Rendering is somebody else's work (render.ts). */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  /** One sentence: who, which field, the rule, the value. */
  readonly message: string;
  /** The file it stands in; undefined for findings about no file (nothing matched, ...). */
  readonly file: SourceFile | undefined;
  readonly span: Span | undefined;
  /** Where in the document's own terms: `strategy ema-cross › entry.long.when`. */
  readonly context: string | undefined;
  /** The way out: what to type. */
  readonly help: string | undefined;
  /** Other places that matter, each with a word. */
  readonly related?: readonly { readonly file: SourceFile; readonly span: Span; readonly message: string }[];
}
