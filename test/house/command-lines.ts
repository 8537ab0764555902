import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './sources.ts';

/**
 * Every command line of the ```sh blocks of a Markdown file, comments and blank lines apart.
 * @param kind what stands behind `sh`: `running` marks commands that need a running engine, `telegram` those that need a bot
 */
export function shellLines(file: string, kind: '' | 'running' | 'telegram' = ''): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const head = kind === '' ? '' : ` ${kind}`;
  return [...text.matchAll(new RegExp(`^\`\`\`sh${head}\\n([\\s\\S]*?)^\`\`\``, 'gm'))]
    .flatMap((block) => block[1]!.split('\n'))
    .map((line) => line.replace(/\s+#\s.*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** The commands of the lines, each once: `npm ci && npx engine run` gives two. */
export function commands(lines: readonly string[]): string[] {
  return [...new Set(lines.flatMap((line) => line.split('&&')).map((command) => command.trim()))];
}

/** Makes a workspace like a fresh clone in a temporary folder; gives its path. The caller removes it. */
export function freshWorkspace(): string {
  const folder = mkdtempSync(join(tmpdir(), 'engine-docs-'));
  for (const path of ['strategies.d', 'risk.yaml', 'examples', 'schemas', '.env.example', 'bench']) {
    cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

export const removeWorkspace = (folder: string): void => rmSync(folder, { recursive: true, force: true });

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a shell command in `folder`, with `npx engine` meaning the built engine of this checkout. */
export function shell(command: string, folder: string): Ended {
  const engine = `"${process.execPath}" "${join(ROOT, 'dist', 'engine.js')}"`;
  const ended = spawnSync('sh', ['-c', command.replace(/^npx engine\b/, engine)], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    // What a run keeps stays beside the rules of its workspace, and out of this checkout.
    env: {
      ...process.env,
      NO_COLOR: '1',
      CI: 'true',
      ENGINE_LOG: 'off',
      ENGINE_STATE: join(folder === ROOT ? tmpdir() : folder, 'data_cache'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { status: ended.status, stdout: ended.stdout, stderr: ended.stderr };
}
