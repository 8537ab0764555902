import type { EditClass } from '../../documents/edit-class.ts';
import type { Syntax } from '../../expressions/syntax.ts';
import type { Checked } from '../../expressions/tree.ts';

/** One thing that a document says, with what it means. */
export interface Field {
  /** The same for the same thing however it is written: `exit.long.rules.cross_back.when`, also when the file says `exit.when`. */
  readonly key: string;
  /** As the file says it. */
  readonly path: string;
  readonly class: EditClass;
  /** Equal: written alike, names as names. */
  readonly written: string;
  /** Equal: decides alike, names written out. */
  readonly decides: string;
  /** A short text for people. */
  readonly text: string;
  readonly syntax: Syntax | undefined;
  readonly tree: Checked | undefined;
  /** First parts of the names that it mentions. */
  readonly names: ReadonlySet<string>;
  /** The name that it defines, if it is a parameter, indicator or condition. */
  readonly defines: string | undefined;
  /** A default: nobody wrote it. */
  readonly implied: boolean;
  /** Keys of what it is a part of and that may come or go as a whole, from the outside in. */
  readonly groups: readonly string[];
}

/** Something that comes or goes as a whole: an exit rule, a stop, a side. */
export interface Group {
  readonly key: string;
  readonly path: string;
  readonly class: EditClass;
  /** Exactly one of its fields is there: another takes its place. */
  readonly choice: boolean;
}

export interface FieldSet {
  readonly fields: ReadonlyMap<string, Field>;
  readonly groups: ReadonlyMap<string, Group>;
}
