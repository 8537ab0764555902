import type { DiagnosticCode } from './codes.ts';
import type { Diagnostic, Span } from './diagnostic.ts';
import type { DocumentPath } from './document.ts';
import { contextText, finding } from './finding.ts';
import { type ScalarNode, spanOf, type YamlNode } from './node.ts';
import type { Schema } from './schema.ts';

export interface Walk {
  readonly kind: 'strategy' | 'risk';
  readonly root: Schema;
  readonly id: string | undefined;
  readonly broken: ReadonlySet<YamlNode>;
  /** Keys that a template may leave to the files that extend it. */
  readonly partial: boolean;
  readonly found: Diagnostic[];
}

/** Findings of one file that are worth reading; a file with more is something else under the wrong name. */
export const MOST_FINDINGS = 100;

/** A value on the way down: where it stands and the key that holds it. */
export interface Place {
  readonly path: DocumentPath;
  readonly key: ScalarNode | undefined;
}

export function report(
  walk: Walk,
  code: DiagnosticCode,
  node: YamlNode,
  span: Span,
  place: Place,
  message: string,
  help: string | undefined,
  related?: Diagnostic['related'],
): void {
  walk.found.push(finding(code, node.file, span, message, help, contextText(walk.kind, walk.id, place.path), related));
}

export const keySpan = (place: Place, node: YamlNode): Span => {
  if (place.key) return spanOf(place.key);
  // A list item has no key: its first line stands for it.
  const newline = node.file.text.indexOf('\n', node.start);
  return { start: node.start, end: newline < 0 ? node.end : Math.min(node.end, newline) };
};

export const nameOf = (place: Place): string | undefined => {
  const last = place.path.at(-1);
  return typeof last === 'string' ? last : undefined;
};
