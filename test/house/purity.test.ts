import { transformSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { sources, specifiers } from './sources.ts';

/** Rooms that turn inputs into outputs and touch nothing else. */
const PURE = ['market', 'indicators', 'secrets', 'expressions', 'ledger', 'compiler', 'core'] as const;

/** The one door to native code. */
const NATIVE_DOOR = 'engine/indicators/tulind.ts';

const FORBIDDEN: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  { what: 'clock', pattern: /\bDate\s*\.\s*now\b|\bnew\s+Date\s*\(\s*\)|\bDate\s*\(\s*\)|\bperformance\b/ },
  { what: 'randomness', pattern: /\bMath\s*\.\s*random\b|\brandomUUID\b|\bgetRandomValues\b|\brandomBytes\b/ },
  { what: 'environment', pattern: /\bprocess\s*[.[]|\bglobalThis\b/ },
  { what: 'timer', pattern: /\b(?:setTimeout|setInterval|setImmediate|queueMicrotask)\b/ },
  { what: 'network', pattern: /\bfetch\s*\(|\bWebSocket\b|\bXMLHttpRequest\b/ },
  { what: 'evaluation', pattern: /\beval\s*\(|\bnew\s+Function\b|\bFunction\s*\(/ },
  { what: 'console', pattern: /\bconsole\s*\./ },
  { what: 'require', pattern: /\brequire\b|\bcreateRequire\b/ },
];

/** Modules of Node that read nothing outside the program. */
const HARMLESS = ['node:crypto'];

/** What the code of one file touches; comments, types and strings do not count. */
function touches(path: string, text: string): string[] {
  const code = transformSync(text, { loader: 'ts', target: 'es2023', legalComments: 'none', charset: 'utf8' }).code;
  const bare = code.replace(/"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g, '""');
  const found = FORBIDDEN.filter(({ what }) => !(what === 'require' && path === NATIVE_DOOR))
    .filter(({ pattern }) => pattern.test(bare))
    .map(({ what }) => `${path}: ${what}`);
  const modules = specifiers(code)
    .filter((specifier) => specifier.startsWith('node:') && !HARMLESS.includes(specifier))
    .filter((specifier) => !(path === NATIVE_DOOR && specifier === 'node:module'))
    .map((specifier) => `${path}: ${specifier}`);
  return [...found, ...modules];
}

describe('the pure rooms', () => {
  it.each(PURE)('%s reads no clock, environment, file, network or dice', (room) => {
    const files = sources(`engine/${room}`);
    expect(files.length).toBeGreaterThan(0);
    expect(files.flatMap((file) => touches(file.path, file.text))).toEqual([]);
  });

  it('would be caught', () => {
    const guilty = [
      'export const a = Date.now();',
      'export const a = new Date();',
      'export const a = Math.random();',
      'export const a = process.env.HOME;',
      "import { readFileSync } from 'node:fs'; export const a = readFileSync('x');",
      'export const a = () => setTimeout(() => {}, 1);',
      "export const a = fetch('http://localhost');",
      "export const a = new Function('return 1');",
      "import { createRequire } from 'node:module'; export const a = createRequire('x');",
    ];
    for (const text of guilty) expect(touches('engine/core/a.ts', text), text).not.toEqual([]);
    expect(touches('engine/core/a.ts', "// Date.now()\nexport const a = 'process.env, Math.random';")).toEqual([]);
    expect(
      touches(NATIVE_DOOR, "import { createRequire } from 'node:module'; export const a = createRequire('x');"),
    ).toEqual([]);
  });
});
