/** What stands where a secret would be shown. */
const MASK = '***';

/**
 * A text that nobody may see. Printed, inspected, joined into a sentence or written as JSON it is `***`; only `reveal` gives it
 * away, and is called where it is sent to whom it belongs.
 */
export interface Secret {
  /** The text itself. */
  reveal(): string;
  toString(): string;
  toJSON(): string;
}

const masked = (): string => MASK;

/** Wraps a text so that it cannot be shown by accident. */
export const secret = (text: string): Secret => {
  const wrapped = { reveal: () => text, toString: masked, toJSON: masked };
  // What `console.log`, `util.inspect` and loggers ask for; the functions of the object say nothing.
  for (const name of ['reveal', 'toString', 'toJSON']) Object.defineProperty(wrapped, name, { enumerable: false });
  Object.defineProperty(wrapped, Symbol.for('nodejs.util.inspect.custom'), { value: masked });
  return Object.freeze(wrapped);
};
