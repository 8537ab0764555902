import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sources, specifiers } from './sources.ts';

/** The way of the data. A room imports from itself and from rooms before it. */
const ROOMS = [
  'market',
  'indicators',
  'secrets',
  'documents',
  'expressions',
  'ledger',
  'compiler',
  'core',
  'alpaca',
  'brokers',
  'feeds',
  'journal',
  'runtime',
  'report',
  'notify',
  'logging',
  'dashboard',
  'sweep',
  'cli',
] as const;

const rank = (room: string): number => ROOMS.indexOf(room as (typeof ROOMS)[number]);
const roomOf = (path: string): string => path.split('/')[1] ?? '';
const files = sources('engine');

/** `from -> to` for every import that goes down the list. */
function wrongWay(path: string, text: string): string[] {
  const from = roomOf(path);
  return specifiers(text)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => posix.normalize(posix.join(posix.dirname(path), specifier)))
    .filter((target) => target.startsWith('engine/'))
    .filter((target) => rank(roomOf(target)) > rank(from))
    .map((target) => `${path} -> ${target}`);
}

describe('rooms', () => {
  it('are all on the list', () => {
    const strangers = new Set(files.map((file) => roomOf(file.path)).filter((room) => rank(room) < 0));
    expect([...strangers]).toEqual([]);
    expect(files.length).toBeGreaterThan(20);
  });

  it('import one way', () => {
    expect(files.flatMap((file) => wrongWay(file.path, file.text))).toEqual([]);
    expect(files.flatMap((file) => specifiers(file.text)).length).toBeGreaterThan(20);
  });

  it('name files with their extension', () => {
    const bare = files.flatMap((file) =>
      specifiers(file.text)
        .filter((specifier) => specifier.startsWith('.') && !/\.(ts|mjs|json)$/.test(specifier))
        .map((specifier) => `${file.path}: ${specifier}`),
    );
    expect(bare).toEqual([]);
  });

  it('would be caught going the wrong way', () => {
    expect(wrongWay('engine/market/bars.ts', "import type { Order } from '../ledger/order.ts';")).toHaveLength(1);
    expect(wrongWay('engine/core/a.ts', "type T = import('../runtime/run.ts').RunOptions;")).toHaveLength(1);
    expect(wrongWay('engine/core/a.ts', "export { x } from '../cli/main.ts';")).toHaveLength(1);
    expect(wrongWay('engine/core/a.ts', "await import('../feeds/csv.ts');")).toHaveLength(1);
    expect(wrongWay('engine/core/a.ts', "import '../feeds/csv.ts';")).toHaveLength(1);
    expect(wrongWay('engine/core/a.ts', "// import '../feeds/csv.ts';\nimport '../ledger/order.ts';")).toEqual([]);
  });

  it('carry no empty names', () => {
    const vague = files.filter((file) => /\/(utils?|helpers?|common|manager|misc|shared)(\/|\.ts$)/.test(file.path));
    expect(vague.map((file) => file.path)).toEqual([]);
  });
});
