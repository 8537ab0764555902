import type { SourceFile, Span } from './diagnostic.ts';
import type { DocumentPath, EmbeddedExpression } from './document.ts';
import { findNode, type MapNode, spanOf } from './node.ts';
import { embedded } from './scalar.ts';

/** The way from a path of a document to its places in the files that it came from. */
export interface Places {
  readonly file: SourceFile;
  source(path: DocumentPath): SourceFile;
  valueSpan(path: DocumentPath): Span;
  keySpan(path: DocumentPath): Span;
  expression(path: DocumentPath): EmbeddedExpression | undefined;
}

export function placesOf(file: SourceFile, root: MapNode): Places {
  /** What exists at a path, or its nearest parent. */
  const nearest = (path: DocumentPath) => {
    for (let length = path.length; length > 0; length--) {
      const found = findNode(root, path.slice(0, length));
      if (found) return { ...found, whole: length === path.length };
    }
    const first = root.entries[0];
    return { key: first?.key, node: root, whole: path.length === 0 };
  };
  return {
    file,
    source(path) {
      const { key, node, whole } = nearest(path);
      return whole || !key ? node.file : key.file;
    },
    valueSpan(path) {
      const { key, node, whole } = nearest(path);
      return (whole && node.end > node.start) || !key ? spanOf(node) : spanOf(key);
    },
    keySpan(path) {
      const { key, node } = nearest(path);
      return key ? spanOf(key) : spanOf(node);
    },
    expression(path) {
      const found = findNode(root, path);
      if (found?.node.kind !== 'scalar' || found.node.value === null) return undefined;
      return embedded(found.node);
    },
  };
}
