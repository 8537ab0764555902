import type { SourceFile, Span } from './diagnostic.ts';
import type { DocumentPath } from './document.ts';

export type ScalarStyle = 'plain' | 'single' | 'double' | 'block';

/** Text, a number, true, false or nothing, with its place in the file. */
export interface ScalarNode {
  readonly kind: 'scalar';
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
  readonly value: string | number | boolean | null;
  /** What stands there after quotes, escapes and folds are taken away: `20` for the number 20. */
  readonly text: string;
  readonly style: ScalarStyle;
}

export interface Entry {
  readonly key: ScalarNode;
  readonly value: YamlNode;
}

export interface MapNode {
  readonly kind: 'map';
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
  readonly flow: boolean;
  readonly entries: readonly Entry[];
}

export interface ListNode {
  readonly kind: 'list';
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
  readonly flow: boolean;
  readonly items: readonly YamlNode[];
}

/** One value of a YAML file; the form that every later step reads, whoever read the text. */
export type YamlNode = ScalarNode | MapNode | ListNode;

export const spanOf = (node: YamlNode): Span => ({ start: node.start, end: node.end });

export const entryOf = (map: MapNode, key: string): Entry | undefined => {
  for (const entry of map.entries) if (entry.key.text === key) return entry;
  return undefined;
};

/** The plain value: objects have no prototype, so that no key of a file can reach one. */
export function toValue(node: YamlNode): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') {
    const list: unknown[] = [];
    for (const item of node.items) list.push(toValue(item));
    return list;
  }
  const object: Record<string, unknown> = Object.create(null);
  for (const entry of node.entries) object[entry.key.text] = toValue(entry.value);
  return object;
}

/** What stands at a path: its key (if it is in a map) and its value; undefined when the path leads nowhere. */
export function findNode(
  root: YamlNode,
  path: DocumentPath,
): { readonly key: ScalarNode | undefined; readonly node: YamlNode } | undefined {
  let node = root;
  let key: ScalarNode | undefined;
  for (const step of path) {
    if (node.kind === 'map') {
      const entry = entryOf(node, String(step));
      if (!entry) return undefined;
      key = entry.key;
      node = entry.value;
    } else if (node.kind === 'list' && typeof step === 'number') {
      const item = node.items[step];
      if (!item) return undefined;
      node = item;
    } else return undefined;
  }
  return { key, node };
}
