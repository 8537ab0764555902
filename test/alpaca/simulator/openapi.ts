import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv, type ValidateFunction } from 'ajv';

/** Where Alpaca's OpenAPI files are looked for: beside the project. */
export const OPENAPI_FOLDER = fileURLToPath(new URL('../../../../shared/alpaca-openapi', import.meta.url));

export const TRADING_FILE = 'trading-api.json';
export const DATA_FILE = 'market-data-api.json';

/** Both files are there. */
export const hasOpenApi = (): boolean =>
  [TRADING_FILE, DATA_FILE].every((file) => existsSync(join(OPENAPI_FOLDER, file)));

/** Says what is wrong, by the files; undefined when nothing is. */
export interface Checker {
  readonly answer: (method: string, path: string, status: number, body: unknown) => string | undefined;
  /** The order that a message of the trading socket carries. */
  readonly order: (body: unknown) => string | undefined;
}

interface Operation {
  readonly responses: Readonly<Record<string, { readonly content?: Record<string, { readonly schema?: object }> }>>;
}

/**
 * JSON Schema of what OpenAPI 3.0 writes: `nullable` becomes a type. One thing of the files cannot hold and is mended: the two
 * kinds of activity ask for no field, so that everything is both, and `oneOf` of them would refuse all.
 */
export function convert(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(convert);
  if (typeof node !== 'object' || node === null) return node;
  const fields = node as Record<string, unknown>;
  const { nullable, oneOf, ...rest } = fields;
  const out = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, convert(value)]));
  if (Array.isArray(oneOf)) {
    const text = JSON.stringify(oneOf);
    const alike = text.includes('/TradingActivities"') && text.includes('/NonTradeActivities"');
    out[alike ? 'anyOf' : 'oneOf'] = convert(oneOf);
  }
  if (nullable === true && typeof out.type === 'string') {
    out.type = [out.type, 'null'];
    if (Array.isArray(out.enum)) out.enum = [...out.enum, null];
  } else if (nullable === true) return { anyOf: [out, { type: 'null' }] };
  return out;
}

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** One of the files, made ready. */
export interface Specification {
  /** The file as it is. */
  readonly document: Readonly<Record<string, unknown>>;
  /** Validator of a schema of the file, by a JSON pointer to it. */
  readonly validator: (pointer: string) => ValidateFunction;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** Reads a file of the folder. */
export function readSpecification(file: string): Specification {
  const document = JSON.parse(readFileSync(join(OPENAPI_FOLDER, file), 'utf8')) as Record<string, unknown>;
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true });
  ajv.addFormat('date-time', DATE_TIME);
  ajv.addFormat('date', /^\d{4}-\d\d-\d\d$/);
  ajv.addFormat('uuid', UUID);
  ajv.addFormat('decimal', /^-?\d+(\.\d+)?$/);
  for (const name of ['double', 'float', 'int32', 'int64', 'uint32', 'uint64']) ajv.addFormat(name, true);
  for (const name of ['uri', 'byte', 'string', 'unix-timestamp']) ajv.addFormat(name, true);
  ajv.addSchema(convert(document) as object, file);
  const known = new Map<string, ValidateFunction>();
  return {
    document,
    paths: document.paths as Specification['paths'],
    validator: (pointer) => {
      const made = known.get(pointer) ?? ajv.compile({ $ref: `${file}#${pointer}` });
      known.set(pointer, made);
      return made;
    },
  };
}

const escapePointer = (part: string): string => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));

/** Statuses that every operation may answer with though its entry in the file does not say so. */
const ANYWHERE: ReadonlySet<number> = new Set([400, 401, 403, 404, 422, 429, 500, 502, 503, 504]);

let checker: Checker | undefined;

/** Checks every answer against the two files, read once. Error when a file is missing: ask `hasOpenApi` first. */
export function openApiChecker(): Checker {
  checker ??= createChecker();
  return checker;
}

function createChecker(): Checker {
  const specifications = [readSpecification(TRADING_FILE), readSpecification(DATA_FILE)];
  const patterns = specifications.flatMap((specification) =>
    Object.keys(specification.paths).map((template) => ({
      specification,
      template,
      plain: !template.includes('{'),
      pattern: new RegExp(`^${template.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
    })),
  );
  patterns.sort((a, b) => Number(b.plain) - Number(a.plain));
  const errorsOf = (validate: ValidateFunction): string =>
    (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`).join('; ');
  const answer: Checker['answer'] = (method, path, status, body) => {
    const verb = method.toLowerCase();
    const found = patterns.find(
      ({ pattern, specification, template }) => pattern.test(path) && verb in specification.paths[template]!,
    );
    if (found === undefined) return `${method} ${path} is no operation of Alpaca's files`;
    const { specification, template } = found;
    const response = specification.paths[template]![verb]!.responses[String(status)];
    if (response === undefined) return ANYWHERE.has(status) ? undefined : `${method} ${path} has no answer ${status}`;
    if (response.content?.['application/json']?.schema === undefined) return undefined;
    const pointer = ['paths', template, verb, 'responses', String(status), 'content', 'application/json', 'schema'];
    const validate = specification.validator(`/${pointer.map(escapePointer).join('/')}`);
    if (validate(body)) return undefined;
    return `${method} ${path} ${status}: ${errorsOf(validate)}`;
  };
  const order = specifications[0]!.validator('/components/schemas/Order');
  return {
    answer,
    order: (body) => (order(body) ? undefined : `an order on the trading socket: ${errorsOf(order)}`),
  };
}
