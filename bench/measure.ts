import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's root folder, seen from the bundled benchmark. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const ENGINE = join(ROOT, 'dist', 'engine.js');

const scratch = mkdtempSync(join(tmpdir(), 'engine-bench-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

// What runs keep stays out of the checkout.
process.env.ENGINE_STATE = join(scratch, 'state');

/** A path in the benchmark's own temporary folder, removed at the end. */
export const scratchPath = (...parts: string[]): string => join(scratch, ...parts);

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The value that a share of all, 0 to below 1, lies below. */
export const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * share)]!;

/** Collects garbage when `--expose-gc` is on, so that one run does not pay for another. */
const collect = (): void => (globalThis as { gc?: () => void }).gc?.();

/** Median milliseconds of `runs` runs after `warm` unmeasured ones. */
export async function time(runs: number, warm: number, work: () => unknown): Promise<number> {
  const took: number[] = [];
  for (let run = -warm; run < runs; run++) {
    collect();
    const from = performance.now();
    await work();
    if (run >= 0) took.push(performance.now() - from);
  }
  return median(took);
}

export interface ProcessFigures {
  /** Median wall time of the whole process. */
  readonly ms: number;
  /** Peak resident memory of one more run, in megabytes. */
  readonly peakMb: number;
  readonly stdout: string;
}

/** Runs `engine ARGS` several times as a process of its own, once more for its memory if asked; an exit code other than 0 throws with what it said. */
export function engine(args: readonly string[], runs: number, memory = true): ProcessFigures {
  const took: number[] = [];
  let stdout = '';
  for (let run = 0; run < runs; run++) {
    const from = performance.now();
    const ended = spawnSync(process.execPath, [ENGINE, ...args], {
      encoding: 'utf8',
      maxBuffer: 1 << 30,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    took.push(performance.now() - from);
    if (ended.status !== 0) {
      throw new Error(
        `engine ${args.join(' ')} ended with ${ended.status}:\n${ended.stderr.slice(0, 2_000)}${ended.stdout.slice(0, 2_000)}`,
      );
    }
    stdout = ended.stdout;
  }
  return { ms: median(took), peakMb: memory ? peakOf(args) : Number.NaN, stdout };
}

/** The kernel's own count of peak memory, written by the process as it leaves. */
function peakOf(args: readonly string[]): number {
  const probe = scratchPath('peak.cjs');
  writeFileSync(
    probe,
    "process.on('exit', () => require('node:fs').writeSync(3, String(process.resourceUsage().maxRSS)));\n",
  );
  const ended = spawnSync(process.execPath, ['--require', probe, ENGINE, ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  return Number(ended.output[3] ?? Number.NaN) / 1024;
}

/** Milliseconds from the start of `engine ARGS` to its first output, to the first line that matches, and to its end. */
export function watch(
  args: readonly string[],
  line: RegExp,
): Promise<{ readonly first: number; readonly matched: number; readonly done: number }> {
  return new Promise((resolve, reject) => {
    const from = performance.now();
    let first = Number.NaN;
    let matched = Number.NaN;
    let seen = '';
    const child = spawn(process.execPath, [ENGINE, ...args], {
      // Logs are part of what is measured, and none of the checkout.
      env: { ...process.env, ENGINE_LOG: scratchPath('logs') },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const hear = (chunk: Buffer): void => {
      const at = performance.now() - from;
      if (Number.isNaN(first)) first = at;
      if (!Number.isNaN(matched)) return;
      seen += chunk.toString('utf8');
      if (line.test(seen)) matched = at;
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('error', reject);
    child.on('close', () => resolve({ first, matched, done: performance.now() - from }));
  });
}
