import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands, freshWorkspace, removeWorkspace, shell, shellLines } from './command-lines.ts';
import { ROOT } from './sources.ts';

/** What installs, what runs these tests, and what takes minutes. The commands of the examples run in their own test. */
const NOT_RUN_HERE = /^(npm |npx vitest|bash \.ci\/run|node scripts\/|git |sudo |xcode-select|brew |cd )/;

const documented = commands(shellLines('README.md'));

describe('the commands that the README shows', () => {
  let folder = '';
  beforeAll(() => {
    folder = freshWorkspace();
  });
  afterAll(() => removeWorkspace(folder));

  it('include a whole strategy that is clean and trades', { timeout: 120_000 }, () => {
    const shown = /^```yaml\n([\s\S]*?)^```/m.exec(readFileSync(join(ROOT, 'README.md'), 'utf8'))?.[1];
    expect(shown).toContain('id: pullback');
    writeFileSync(join(folder, 'pullback.yaml'), shown ?? '');
    const checked = shell('npx engine validate pullback.yaml --strict --format json', folder);
    expect((JSON.parse(checked.stdout) as { findings: unknown[] }).findings).toEqual([]);
    const ended = shell('npx engine backtest pullback.yaml --format json', folder);
    expect((JSON.parse(ended.stdout) as { trades: unknown[] }).trades.length).toBeGreaterThan(0);
  });

  it('are there', () => {
    expect(documented).toEqual(
      expect.arrayContaining(['npm ci', 'npm test', 'npx engine run --dry', 'npx engine validate']),
    );
    expect(documented.filter((command) => command.startsWith('npx engine')).length).toBeGreaterThan(8);
  });

  it.each(documented.filter((command) => !NOT_RUN_HERE.test(command)))('%s', { timeout: 120_000 }, (command) => {
    const ended = shell(command, folder);
    expect(ended.stderr).not.toMatch(/\n {4}at /);
    expect(ended.status, `${ended.stdout.slice(-2_000)}${ended.stderr.slice(-2_000)}`).toBe(0);
  });
});

describe('the commands of a running engine that the README shows', () => {
  const shown = commands(shellLines('README.md', 'running'));
  let folder = '';
  let running: ChildProcess | undefined;
  beforeAll(async () => {
    folder = freshWorkspace();
    running = spawn(
      process.execPath,
      [join(ROOT, 'dist', 'engine.js'), 'run', '--dry', '--speed', '600x', '--format', 'json'],
      { cwd: folder, stdio: 'ignore' },
    );
    for (let tries = 0; shell('npx engine status', folder).status !== 0; tries++) {
      if (tries > 100) throw new Error('the engine cannot be reached');
      await sleep(100);
    }
  }, 60_000);
  afterAll(async () => {
    if (running !== undefined && running.exitCode === null) {
      running.kill('SIGTERM');
      await once(running, 'exit');
    }
    removeWorkspace(folder);
  });

  it('are there', () => {
    const names = new Set(shown.map((command) => command.split(' ')[2]));
    expect(names).toEqual(new Set(['breakers', 'flatten', 'halt', 'pause', 'resume', 'status', 'why']));
  });

  it.each(shown)('%s', { timeout: 30_000 }, (command) => {
    const ended = shell(command, folder);
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    expect(ended.stdout).not.toBe('');
  });
});

describe('the documents', () => {
  it.each(['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'examples/README.md'])(
    '%s points only at what is there',
    (file) => {
      const text = readFileSync(join(ROOT, file), 'utf8');
      const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map((match) => match[1]!);
      const folder = join(ROOT, file, '..');
      expect(links.filter((link) => !existsSync(join(folder, link)))).toEqual([]);
      const scripts = [...text.matchAll(/npm run ([a-z][a-z-]*)/g)].map((match) => match[1]!);
      const known = Object.keys(
        (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> }).scripts,
      );
      expect(scripts.filter((script) => !known.includes(script))).toEqual([]);
    },
  );

  it('README.md shows real screens, and the mistake where the file has it', () => {
    const text = readFileSync(join(ROOT, 'README.md'), 'utf8');
    for (const part of ['screen', 'mistake'])
      expect(text).toMatch(new RegExp(`<!-- ${part} -->\\s+\`\`\`\\n\\$ npx engine`));
    const lines = readFileSync(join(ROOT, 'strategies.d', 'rsi.yaml'), 'utf8').split('\n');
    const line = lines.findIndex((one) => one.includes('strength < oversold'));
    const column = lines[line]!.indexOf('strength') + 1;
    expect(text, 'run `node scripts/readme-screens.mjs`').toContain(`--> strategies.d/rsi.yaml:${line + 1}:${column}`);
  });

  it('ARCHITECTURE.md names every room', () => {
    const text = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');
    for (const room of [
      'market',
      'indicators',
      'documents',
      'expressions',
      'ledger',
      'compiler',
      'core',
      'brokers',
      'feeds',
      'runtime',
      'report',
      'cli',
    ]) {
      expect(text).toContain(`\`${room}/\``);
    }
  });
});
