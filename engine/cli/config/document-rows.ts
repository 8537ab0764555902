import type { DocumentPath, RiskDocument, StrategyDocument } from '../../documents/document.ts';
import { positionOf } from '../../documents/position.ts';
import { resolveSchema, SCHEMAS, type Schema } from '../../documents/schema.ts';
import type { Row } from './row.ts';

type Values = Readonly<Record<string, unknown>>;

const isValues = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isPlain = (value: unknown): boolean => typeof value !== 'object' || value === null;

/** Keys of a strategy that set nothing: its tests. */
const PASSED_OVER: ReadonlySet<string> = new Set(['tests']);

/** What holds of a limit that nobody names; shorts alone must be allowed by name. */
const NO_LIMIT = ['unlimited', false] as const;

/** A step of a path as a person names it: items that have an id by that. */
const stepOf = (item: unknown, index: number): string =>
  isValues(item) && typeof item.id === 'string' ? item.id : String(index);

/** The schema of what a value is: of several forms the first that has all of its keys. */
const formOf = (root: Schema, schema: Schema, value: Values): Schema => {
  const here = resolveSchema(root, schema);
  if (here.properties !== undefined || here.anyOf === undefined) return here;
  const keys = Object.keys(value);
  const forms = here.anyOf.map((form) => formOf(root, form, value));
  return forms.find(({ properties }) => properties !== undefined && keys.every((key) => key in properties)) ?? here;
};

/** A block that may be left out with all that is in it, and then holds by its defaults; sides of a rule may not. */
const fillsIn = (key: string, { properties, required, anyOf }: Schema): boolean =>
  properties !== undefined && required === undefined && anyOf === undefined && key !== 'long' && key !== 'short';

/** The section that a document's rows stand in. */
export const sectionOf = (document: StrategyDocument | RiskDocument): string =>
  document.kind === 'risk' ? 'risk' : `strategy:${document.value.id}`;

/** Every value that a document says, and every default that holds where it says nothing. */
export const documentRows = (document: StrategyDocument | RiskDocument): Row[] => {
  const section = sectionOf(document);
  const root = SCHEMAS[document.kind];
  const rows: Row[] = [];
  const written = (path: DocumentPath, names: readonly string[], value: unknown): void => {
    const file = document.source(path);
    const { line } = positionOf(file, document.valueSpan(path).start);
    rows.push({
      section,
      key: names.join('.'),
      value,
      origin: 'file',
      place: `${file.path}:${line}`,
      fault: undefined,
    });
  };
  const defaults = (schema: Schema, names: readonly string[]): void => {
    for (const [key, child] of Object.entries(schema.properties ?? {})) {
      if (typeof child === 'boolean') continue;
      const here = resolveSchema(root, child);
      const value =
        child.default ?? here.default ?? (names[0] === 'limits' ? NO_LIMIT[key === 'allow_short' ? 1 : 0] : undefined);
      const inside = [...names, key];
      if (value !== undefined)
        rows.push({ section, key: inside.join('.'), value, origin: 'default', place: undefined, fault: undefined });
      else if (fillsIn(key, here)) defaults(here, inside);
    }
  };
  const visit = (value: unknown, schema: Schema | undefined, path: DocumentPath, names: readonly string[]): void => {
    if (Array.isArray(value) && !value.every(isPlain)) {
      const items = schema === undefined ? undefined : resolveSchema(root, schema).items;
      for (const [index, item] of value.entries())
        visit(item, items, [...path, index], [...names, stepOf(item, index)]);
      return;
    }
    if (!isValues(value)) {
      written(path, names, value);
      return;
    }
    const form = schema === undefined ? undefined : formOf(root, schema, value);
    for (const [key, child] of Object.entries(value)) {
      if (path.length === 0 && PASSED_OVER.has(key)) continue;
      // The id of an item stands in its path.
      if (key === 'id' && path.length > 0 && names.at(-1) === child) continue;
      const known = form?.properties?.[key];
      visit(child, typeof known === 'boolean' ? undefined : known, [...path, key], [...names, key]);
    }
    const missing = Object.entries(form?.properties ?? {}).filter(([key]) => !Object.hasOwn(value, key));
    defaults({ properties: Object.fromEntries(missing) }, names);
  };
  visit(document.value, root, [], []);
  return rows;
};
