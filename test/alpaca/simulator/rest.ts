import { isRefusal, type Refusal } from './refusal.ts';

/** A request of the REST interface as its handler sees it. */
export interface RestRequest {
  readonly method: string;
  /** Path without the query, decoded. */
  readonly path: string;
  /** What the pattern's names stood for. */
  readonly names: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Record<string, unknown>;
}

export interface RestAnswer {
  readonly status: number;
  /** Undefined: no content. */
  readonly body: unknown;
}

/** One operation: its method, its path as Alpaca's OpenAPI file writes it, and what it does. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly handle: (request: RestRequest) => RestAnswer | Refusal;
}

export const ok = (body: unknown): RestAnswer => ({ status: 200, body });
export const noContent: RestAnswer = { status: 204, body: undefined };
export const multi = (body: unknown): RestAnswer => ({ status: 207, body });

/** An answer of what may be a refusal. */
export const answerOf = <T extends object>(value: T | Refusal, body: (value: T) => RestAnswer): RestAnswer | Refusal =>
  isRefusal(value) ? value : body(value as T);

export interface Found {
  readonly route: Route;
  readonly names: Readonly<Record<string, string>>;
}

/** Finds routes by method and path; a pattern without names goes before one with names. */
export function createRouter(routes: readonly Route[]): (method: string, path: string) => Found | undefined {
  const compiled = routes
    .map((route) => ({
      route,
      pattern: new RegExp(`^${route.path.replace(/[.]/g, '\\.').replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
      plain: !route.path.includes('{'),
    }))
    .sort((a, b) => Number(b.plain) - Number(a.plain));
  return (method, path) => {
    for (const { route, pattern } of compiled) {
      if (route.method !== method) continue;
      const match = pattern.exec(path);
      if (match !== null) {
        const names = Object.entries(match.groups ?? {}).map(([name, text]) => [name, decodeURIComponent(text)]);
        return { route, names: Object.fromEntries(names) };
      }
    }
    return undefined;
  };
}

/** Comma-separated names of a query field; undefined when it is not there. */
export function listOf(query: URLSearchParams, field: string): string[] | undefined {
  const text = query.get(field);
  return text === null || text === '' ? undefined : text.split(',').map((one) => one.trim());
}

/** A whole number of a query field within bounds, or what stands in for it. */
export function numberOf(query: URLSearchParams, field: string, usual: number, most: number): number {
  const value = Number(query.get(field) ?? usual);
  return Number.isInteger(value) && value > 0 ? Math.min(value, most) : usual;
}
