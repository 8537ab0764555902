import { CHECKER_CODES } from './codes/checker.ts';
import { DATA_CODES } from './codes/data.ts';
import { ENVIRONMENT_CODES } from './codes/environment.ts';
import { EXPRESSION_CODES } from './codes/expressions.ts';
import { MEANING_CODES } from './codes/meaning.ts';
import { SCHEMA_CODES } from './codes/schema.ts';
import { TEST_CODES } from './codes/tests.ts';
import { YAML_CODES } from './codes/yaml.ts';

/** The long text of one code, as `engine explain` prints it. */
export interface CodeEntry {
  readonly severity: 'error' | 'warning' | 'info';
  /** A few words, lower case: `unknown name`. */
  readonly title: string;
  /** Why it is a finding and what to do, for someone who does not program. */
  readonly explanation: string;
  /** A fragment that draws the code, and the same mended. */
  readonly wrong: string;
  readonly right: string;
}

/**
 * Every diagnostic code there is. Codes are frozen: a meaning never changes, a number is never used again.
 * 0xx YAML and files, 1xx shape of the document, 2xx expressions, 3xx meaning (350 on: tests), 4xx market data and its files,
 * 5xx settings of the environment.
 */
export const CODES = {
  ...YAML_CODES,
  ...SCHEMA_CODES,
  ...EXPRESSION_CODES,
  ...MEANING_CODES,
  ...CHECKER_CODES,
  ...DATA_CODES,
  ...TEST_CODES,
  ...ENVIRONMENT_CODES,
} as const satisfies Record<string, CodeEntry>;

export type DiagnosticCode = keyof typeof CODES;
