import type { EditClass } from '../../documents/edit-class.ts';
import type { Reach } from './change.ts';
import type { Field, FieldSet } from './field.ts';

/** What reads the names that a document defines, directly or through other names. */
export interface Readers {
  /** The definitions and then the rules that read a name, each once, in the order of the document. */
  of(name: string): readonly Field[];
}

export function readersIn(set: FieldSet): Readers {
  const fields = [...set.fields.values()];
  const readers = new Map<string, readonly Field[]>();
  const find = (name: string): readonly Field[] => {
    const found = new Set<Field>();
    const names = [name];
    const seen = new Set(names);
    for (let at = names.pop(); at !== undefined; at = names.pop()) {
      for (const field of fields) {
        if (!field.names.has(at)) continue;
        found.add(field);
        if (field.defines !== undefined && !seen.has(field.defines)) {
          seen.add(field.defines);
          names.push(field.defines);
        }
      }
    }
    return fields.filter((field) => found.has(field));
  };
  return {
    of(name) {
      const known = readers.get(name) ?? find(name);
      readers.set(name, known);
      return known;
    },
  };
}

export const isRule = (field: Field): boolean => field.defines === undefined;

export const reachOf = (fields: readonly Field[]): readonly Reach[] =>
  fields.map(({ path, class: of }) => ({ path, class: of }));

/** From what happens last to what happens at once: a name that reaches several kinds of rules is of the first of them. */
const BY_WEIGHT: readonly EditClass[] = ['rewarm', 'on_change', 'next_order', 'at_once', 'none'];

export const heaviest = (classes: readonly EditClass[]): EditClass =>
  BY_WEIGHT.find((one) => classes.includes(one)) ?? 'none';
