import type { DocumentPath } from './document.ts';
import { resolveSchema, SCHEMAS, type Schema } from './schema.ts';

/**
 * What an edit of a field means for an engine that runs, with the sentence that its hover text ends in. The schemas name a
 * class for every field, under `x-on-edit`.
 */
export const EDIT_CLASSES = {
  at_once: 'An edit while the engine runs: the next bar is decided by it.',
  rewarm:
    'An edit while the engine runs: the indicators concerned are filled again from bar history; entries wait until they are known, exits go on.',
  next_order: 'An edit while the engine runs: from the next order on.',
  on_change: 'An edit while the engine runs: an open position keeps the level it has, unless `exit.on_change: adopt`.',
  on_remove:
    'An edit while the engine runs: what is taken out while a position is open keeps its exits until it is closed, unless `exit.on_remove: flatten`.',
  none: 'An edit has no effect on a run.',
} as const satisfies Record<string, string>;

export type EditClass = keyof typeof EDIT_CLASSES;

const isClass = (word: string | undefined): word is EditClass =>
  word !== undefined && Object.hasOwn(EDIT_CLASSES, word);

/** The class of the field at a path: its own, or that of the nearest field around it. */
export function editClassAt(kind: 'strategy' | 'risk', path: DocumentPath): EditClass {
  const root = SCHEMAS[kind];
  return classBelow(root, root, path, 0, 'at_once');
}

function classBelow(root: Schema, written: Schema, path: DocumentPath, depth: number, known: EditClass): EditClass {
  const schema = resolveSchema(root, written);
  const step = path[depth];
  if (step === undefined) return known;
  if (schema.anyOf !== undefined) {
    const branch = schema.anyOf.find((each) => below(resolveSchema(root, each), step) !== undefined);
    return branch === undefined ? known : classBelow(root, branch, path, depth, known);
  }
  const inner = below(schema, step);
  if (inner === undefined) return known;
  const own = inner['x-on-edit'];
  return classBelow(root, inner, path, depth + 1, isClass(own) ? own : known);
}

function below(schema: Schema, step: string | number): Schema | undefined {
  if (typeof step === 'number') return schema.items;
  const named = schema.properties?.[step] ?? schema.additionalProperties;
  return typeof named === 'object' ? named : undefined;
}
