import { describe, expect, it } from 'vitest';
import {
  convert,
  DATA_FILE,
  hasOpenApi,
  openApiChecker,
  readSpecification,
  type Specification,
  TRADING_FILE,
} from './simulator/openapi.ts';

// biome-ignore lint/suspicious/noExplicitAny: a JSON document of any shape
type Json = any;

const escapePart = (part: string): string => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));

interface Example {
  readonly name: string;
  readonly valid: boolean;
}

/** Every example that the file gives of a body or of a schema, and whether it is as the file says. */
function examplesOf({ document, validator }: Specification): Example[] {
  const root = document as Json;
  const found: Example[] = [];
  const resolve = (node: Json): Json =>
    typeof node?.$ref === 'string'
      ? node.$ref
          .slice(2)
          .split('/')
          .reduce((at: Json, key: string) => at[key], root)
      : node;
  const add = (pointer: readonly string[], name: string, value: unknown): void => {
    const valid = validator(`/${pointer.map(escapePart).join('/')}`)(value);
    found.push({
      name: `${pointer.slice(1).join(' ')} ${name}`.replace(' content application/json schema', ''),
      valid,
    });
  };
  const walk = (node: Json, path: readonly string[]): void => {
    if (typeof node !== 'object' || node === null) return;
    if (path.at(-2) === 'content' && node.schema !== undefined) {
      for (const [name, example] of Object.entries(node.examples ?? {}))
        add([...path, 'schema'], name, resolve(example).value);
      if (node.example !== undefined) add([...path, 'schema'], 'example', node.example);
    }
    for (const [key, value] of Object.entries(node)) walk(value, [...path, key]);
  };
  walk(root.paths, ['paths']);
  walk(root.components.responses, ['components', 'responses']);
  for (const [schema, body] of Object.entries<Json>(root.components.schemas)) {
    const named = Object.entries(body['x-examples'] ?? {});
    if (typeof body.example === 'object') named.push(['example', body.example]);
    for (const [name, value] of named) add(['components', 'schemas', schema], name, value);
  }
  return found;
}

const invalid = (examples: readonly Example[]): string[] =>
  examples.filter(({ valid }) => !valid).map(({ name }) => name);

describe.skipIf(!hasOpenApi())("Alpaca's OpenAPI files (skipped where ../shared/alpaca-openapi is not there)", () => {
  it('hold their own examples of market data', () => {
    const examples = examplesOf(readSpecification(DATA_FILE));
    expect(invalid(examples)).toEqual([]);
    expect(examples.length).toBeGreaterThan(70);
  });

  it('hold their own examples of trading but for these', () => {
    const examples = examplesOf(readSpecification(TRADING_FILE));
    expect(invalid(examples)).toEqual([
      // One order is shown where the answer is a list of them.
      ...['Crypto', 'Equity', 'IPO', 'MultilegOptions', 'Options'].map(
        (name) => `/v2/orders get responses 200 ${name}`,
      ),
      // An order of several legs has an empty class of assets and an empty id.
      '/v2/orders post responses 200 MultilegOptions',
      '/v2/orders/{order_id} get responses 200 MultilegOptions',
      // Numbers where strings are asked for, a date where an instant is, and a field that is missing.
      ...[1, 2, 3].map((n) => `schemas AdvancedInstructions example-${n}`),
      'schemas NonTradeActivities example-1',
      'schemas Position example-1',
    ]);
    expect(examples.length).toBeGreaterThan(80);
  });

  it('would find what is wrong', () => {
    const { answer: check, order } = openApiChecker();
    const clock = { timestamp: '2024-01-02T09:30:00-05:00', is_open: true, next_open: '2024-01-03T09:30:00-05:00' };
    expect(check('GET', '/v2/clock', 200, { ...clock, next_close: '2024-01-02T16:00:00-05:00' })).toBeUndefined();
    expect(check('GET', '/v2/clock', 200, clock)).toContain('next_close');
    expect(check('GET', '/v2/clock', 200, { ...clock, next_close: 'soon' })).toContain('date-time');
    expect(order({ notional: null, type: 'market', time_in_force: 'ever' })).toContain('/time_in_force');
    expect(check('GET', '/v2/nothing', 200, {})).toContain('no operation');
    expect(check('DELETE', '/v2/orders/1', 200, {})).toContain('no answer 200');
    expect(check('DELETE', '/v2/orders/1', 422, { code: 1, message: 'x' })).toBeUndefined();
  });
});

describe('the conversion to JSON Schema', () => {
  it('turns nullable into a type', () => {
    expect(convert({ type: 'string', nullable: true })).toEqual({ type: ['string', 'null'] });
    expect(convert({ type: 'string', nullable: true, enum: ['a'] })).toEqual({
      type: ['string', 'null'],
      enum: ['a', null],
    });
    expect(convert({ allOf: [{ type: 'object' }], nullable: true })).toEqual({
      anyOf: [{ allOf: [{ type: 'object' }] }, { type: 'null' }],
    });
  });
});
