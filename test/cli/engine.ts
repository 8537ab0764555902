import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const BIN = join(ROOT, 'dist', 'engine.js');

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
  /** Called with everything written to stderr and stdout so far; may send signals. */
  readonly watch?: (child: ReturnType<typeof spawn>, seen: string) => void;
}

/** Runs the built command as a person would, in an environment without colour wishes or keys. */
export const engine = (words: readonly string[], how: How = {}): Promise<Ended> => {
  if (!existsSync(BIN)) throw new Error('dist/engine.js is missing: npm run build');
  const child = spawn(process.execPath, [BIN, ...words], {
    cwd: how.cwd ?? ROOT,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ENGINE_LOG: 'off', ...how.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
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
