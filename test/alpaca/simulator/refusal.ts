/** An answer that says no: the HTTP status and the body that Alpaca sends with it. */
export interface Refusal {
  readonly status: number;
  readonly body: { readonly code?: number; readonly message: string; readonly [field: string]: unknown };
}

export const isRefusal = (value: object): value is Refusal => 'status' in value && 'body' in value;

/** A parameter that is missing or cannot be. */
export const invalid = (message: string): Refusal => ({ status: 422, body: { code: 40_010_001, message } });

/** A request that is well formed and that the rules do not allow. */
export const unprocessable = (message: string, fields: object = {}): Refusal => ({
  status: 422,
  body: { code: 42_210_000, message, ...fields },
});

/** What this account may not do now. */
export const forbidden = (message: string, fields: object = {}): Refusal => ({
  status: 403,
  body: { code: 40_310_000, message, ...fields },
});

export const notFound = (message: string): Refusal => ({ status: 404, body: { code: 40_410_000, message } });
