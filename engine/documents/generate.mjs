// JSON Schemas become TypeScript types and precompiled validators: schemas/ is the single source of both.
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Keywords for editors (descriptions of choices, snippets) and for our own messages (`x-...`); they validate nothing. */
const VOCABULARY = [
  'markdownDescription',
  'enumDescriptions',
  'defaultSnippets',
  'doNotSuggest',
  'x-aliases',
  'x-choose',
  'x-expects',
  'x-expression',
  'x-missing-help',
  'x-on-edit',
  'x-percent',
  'x-planned',
  'x-renames',
  'x-shorthand',
  'x-words',
  'x-wrapper',
];

const read = (path) => JSON.parse(readFileSync(path, 'utf8'));

const ANNOTATIONS = new Set([...VOCABULARY, 'description', 'examples', 'default', '$schema']);

/** What the validators are made from: the rules without the prose, so that a cold start reads less. */
function withoutProse(node, names = false) {
  if (Array.isArray(node)) return node.map((item) => withoutProse(item));
  if (node === null || typeof node !== 'object') return node;
  const kept = {};
  for (const [key, value] of Object.entries(node)) {
    // Under `properties` the keys are names of the language: `description` and `default` may be among them.
    if (names || !ANNOTATIONS.has(key))
      kept[key] = withoutProse(value, !names && ['properties', 'definitions'].includes(key));
  }
  return kept;
}

const RULES_WITHOUT_TYPE = new Set(['if', 'then', 'else', 'dependencies', 'allOf', 'oneOf']);

/** What the types are made from: after `extends` is merged in, what `else` asks for is always there, and planned keys never. */
function forTypes(schema) {
  const strip = (node, names = false) => {
    if (Array.isArray(node)) return node.map((item) => strip(item));
    if (node === null || typeof node !== 'object') return node;
    const kept = {};
    for (const [key, value] of Object.entries(node)) {
      if (!names && (RULES_WITHOUT_TYPE.has(key) || (key !== 'description' && ANNOTATIONS.has(key)))) continue;
      if (value !== null && typeof value === 'object' && value['x-planned'] === true) continue;
      kept[key] = strip(value, !names && ['properties', 'definitions'].includes(key));
    }
    return kept;
  };
  const stripped = strip(schema);
  if (schema.else?.required) stripped.required = schema.else.required;
  return stripped;
}

/**
 * Writes engine/documents/generated/ (types.ts, validators.mjs, validators.d.mts) from schemas/; does nothing when they are newer than
 * what they are made from.
 */
export async function generate(root) {
  const here = dirname(fileURLToPath(import.meta.url));
  const out = join(root, 'engine/documents/generated');
  const sources = ['strategy', 'risk'].map((name) => join(root, 'schemas', `${name}.schema.json`));
  const made = ['types.ts', 'validators.mjs', 'validators.d.mts'].map((name) => join(out, name));
  const changed = Math.max(...[...sources, join(here, 'generate.mjs')].map((path) => statSync(path).mtimeMs));
  if (made.every((path) => existsSync(path) && statSync(path).mtimeMs > changed)) return;

  const [{ default: Ajv }, { default: standaloneCode }, { compile }] = await Promise.all([
    import('ajv'),
    import('ajv/dist/standalone/index.js'),
    import('json-schema-to-typescript'),
  ]);
  mkdirSync(out, { recursive: true });
  const [strategy, risk] = sources.map(read);

  const options = { bannerComment: '', format: false, ignoreMinAndMaxItems: true, additionalProperties: false };
  const types = await Promise.all([strategy, risk].map((schema) => compile(forTypes(schema), schema.title, options)));
  writeFileSync(made[0], `// Made from schemas/ by generate.mjs; edit those.\n${types.join('\n')}`);

  const ajv = new Ajv({
    allErrors: true,
    ownProperties: true,
    strict: true,
    strictRequired: false,
    strictTypes: false,
    allowUnionTypes: true,
    inlineRefs: false,
    logger: {
      log() {},
      warn() {},
      error: (text) => {
        throw new Error(text);
      },
    },
    unicode: false,
    schemas: [withoutProse(strategy), withoutProse(risk)],
    code: { source: true, esm: true, lines: false },
  });
  ajv.addVocabulary(VOCABULARY);
  const code = standaloneCode(ajv, { isStrategy: strategy.$id, isRisk: risk.$id });
  if (code.includes('require(')) throw new Error('generated validators must import nothing');
  writeFileSync(made[1], code);
  writeFileSync(
    made[2],
    `import type { Risk, Strategy } from './types.ts';
export interface SchemaError {
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string;
}
export interface Validator<T> {
  (value: unknown): value is T;
  errors?: readonly SchemaError[] | null;
}
export declare const isStrategy: Validator<Strategy>;
export declare const isRisk: Validator<Risk>;
`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await generate(process.cwd());
