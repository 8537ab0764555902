/** An object of the broker's, as it came. */
export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a message of the broker's lacks or has wrong. */
class Unreadable extends Error {}

/** Gives up reading, with a few words on why. */
export const unreadable = (words: string): never => {
  throw new Unreadable(words);
};

/** What was read, or a few words on why it cannot be. */
export type Reading<T> = { readonly ok: T } | { readonly fault: string };

/** Runs a reader built of the functions of this file. */
export function reading<T>(read: () => T): Reading<T> {
  try {
    return { ok: read() };
  } catch (error) {
    if (error instanceof Unreadable) return { fault: error.message };
    throw error;
  }
}

/** The wire writes `client_order_id`; the SDK's own objects, exits of a bracket among them, write `clientOrderId`. */
export const fieldOf = (fields: Fields, name: string): unknown =>
  fields[name] ?? fields[name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())] ?? undefined;

export const object = (value: unknown, what: string): Fields =>
  isFields(value) ? value : unreadable(`${what} is missing`);

export const list = (value: unknown, what: string): readonly unknown[] =>
  Array.isArray(value) ? value : unreadable(`${what} is no list`);

export const optionalText = (fields: Fields, name: string): string | undefined => {
  const value = fieldOf(fields, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
};

export const text = (fields: Fields, name: string): string =>
  optionalText(fields, name) ?? unreadable(`${name} is missing`);

const DECIMAL = /^-?(?:\d+\.?\d*|\.\d+)$/;

/** A decimal string. A number is taken too: its shortest form is what the server wrote. */
export function optionalDecimal(fields: Fields, name: string): string | undefined {
  const value = fieldOf(fields, name);
  if (value === undefined || value === '') return undefined;
  const written = typeof value === 'number' ? String(value) : value;
  return typeof written === 'string' && DECIMAL.test(written) ? written : unreadable(`${name} is no number`);
}

export const decimal = (fields: Fields, name: string): string =>
  optionalDecimal(fields, name) ?? unreadable(`${name} is missing`);

/** A finite double, of market data. */
export const number = (fields: Fields, name: string): number => {
  const value = fields[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : unreadable(`${name} is no number`);
};

export const flag = (fields: Fields, name: string): boolean => {
  const value = fieldOf(fields, name);
  return typeof value === 'boolean' ? value : unreadable(`${name} is neither true nor false`);
};

/** An instant, ms since 1970; undefined when there is none or it is no time. */
export function optionalTime(fields: Fields, name: string): number | undefined {
  const value = fieldOf(fields, name);
  const at = value instanceof Date ? value.getTime() : typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}

export const time = (fields: Fields, name: string): number =>
  optionalTime(fields, name) ?? unreadable(`${name} is no time`);
