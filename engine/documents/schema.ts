import riskSchema from '../../schemas/risk.schema.json' with { type: 'json' };
import strategySchema from '../../schemas/strategy.schema.json' with { type: 'json' };

/** The part of JSON Schema (draft-07) that schemas/ uses, with our own annotations. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema | boolean>>;
  readonly additionalProperties?: Schema | boolean;
  readonly propertyNames?: Schema;
  readonly required?: readonly string[];
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly dependencies?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly if?: Schema;
  readonly then?: Schema;
  readonly else?: Schema;
  readonly definitions?: Readonly<Record<string, Schema>>;
  readonly examples?: readonly unknown[];
  readonly 'x-aliases'?: Readonly<Record<string, string>>;
  readonly 'x-choose'?: readonly string[];
  readonly 'x-expects'?: string;
  readonly 'x-expression'?: string;
  readonly 'x-missing-help'?: string;
  readonly 'x-on-edit'?: string;
  readonly 'x-percent'?: boolean;
  readonly 'x-planned'?: boolean;
  readonly 'x-renames'?: Readonly<Record<string, string>>;
  readonly 'x-shorthand'?: string;
  readonly 'x-words'?: readonly string[];
  readonly 'x-wrapper'?: string;
}

export const SCHEMAS: Readonly<Record<'strategy' | 'risk', Schema>> = {
  strategy: strategySchema as unknown as Schema,
  risk: riskSchema as unknown as Schema,
};

/** The schema that a `$ref` points to; itself when it is none. */
export function resolveSchema(root: Schema, schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const found = root.definitions?.[schema.$ref.slice('#/definitions/'.length)];
  if (!found) throw new Error(`schema reference ${schema.$ref} leads nowhere`);
  return found;
}

/** Where each key of the language may stand, as a path from the root: `stop_loss` → `exit`, ... */
export function homesOf(root: Schema): ReadonlyMap<string, readonly string[]> {
  const homes = new Map<string, string[]>();
  const visit = (schema: Schema, path: string, open: readonly Schema[]): void => {
    const here = resolveSchema(root, schema);
    if (open.includes(here)) return;
    const inside = [...open, here];
    for (const branch of here.anyOf ?? []) visit(branch, path, inside);
    if (here.items) visit(here.items, path, inside);
    for (const [key, value] of Object.entries(here.properties ?? {})) {
      if (typeof value === 'boolean') continue;
      const list = homes.get(key) ?? [];
      list.push(path);
      homes.set(key, list);
      visit(value, path === '' ? key : `${path}.${key}`, inside);
    }
  };
  visit(root, '', []);
  return homes;
}
