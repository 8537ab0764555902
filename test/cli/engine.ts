import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const BIN = join(ROOT, 'dist', 'engine.js');

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface How {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Called once it runs; may send signals. */
  readonly started?: (child: ReturnType<typeof spawn>) => void;
  /** Called with everything written to stderr and stdout so far; may send signals. */
  readonly watch?: (child: ReturnType<typeof spawn>, seen: string) => void;
}

/** A command line as a shell takes it apart: what stands in quotes is one word. */
export const wordsOf = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|\S+/g)].map((found) => found[1] ?? found[0]);

/**
 * Runs the built command as a person would, in an environment without colour wishes or keys. What it keeps goes into a folder of
 * its own, gone afterwards, unless `ENGINE_STATE` names one: tests run side by side.
 */
export const engine = async (words: readonly string[], how: How = {}): Promise<Ended> => {
  if (how.env?.ENGINE_STATE !== undefined) return start(words, how);
  const state = mkdtempSync(join(tmpdir(), 'engine-state-'));
  try {
    return await start(words, { ...how, env: { ENGINE_STATE: state, ...how.env } });
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
};

const start = (words: readonly string[], how: How): Promise<Ended> => {
  if (!existsSync(BIN)) throw new Error('dist/engine.js is missing: npm run build');
  const child = spawn(process.execPath, [BIN, ...words], {
    cwd: how.cwd ?? ROOT,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ENGINE_LOG: 'off', ...how.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  how.started?.(child);
  child.stdin.on('error', () => {});
  child.stdin.end(how.input ?? '');
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    how.watch?.(child, stdout + stderr);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    how.watch?.(child, stdout + stderr);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
};

/** A folder of its own for one test, and its removal. */
export const folder = (): { readonly path: string; remove(): void } => {
  const path = mkdtempSync(join(tmpdir(), 'engine-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
};
