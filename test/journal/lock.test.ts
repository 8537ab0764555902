import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeLock } from '../../engine/journal/lock.ts';
import { processStart } from '../../engine/journal/process-start.ts';
import { isRefusal } from '../../engine/journal/refusal.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'engine-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const NOW = '2026-11-25T10:00:00.000Z';
const file = (): string => join(folder, 'engine.lock');
const write = (pid: number, start: string): void => writeFileSync(file(), JSON.stringify({ pid, start, since: NOW }));
const holder = (): { pid: number; start: string; since: string } =>
  JSON.parse(readFileSync(file(), 'utf8')) as { pid: number; start: string; since: string };

describe('the lock of a state folder', () => {
  it('names its process, and goes with it', () => {
    const lock = takeLock(folder, NOW);
    expect(holder()).toMatchObject({ pid: process.pid, since: NOW });
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    lock.release();
    expect(existsSync(file())).toBe(false);
  });

  it('keeps a second engine out, and says which one is there and since when', async () => {
    const other = spawn('sleep', ['60']);
    const start = processStart(other.pid!)!;
    write(other.pid!, start);
    try {
      takeLock(folder, '2026-11-25T11:00:00.000Z');
      throw new Error('it was let in');
    } catch (error) {
      expect(isRefusal(error) && error.refusal).toBe('locked');
      expect((error as Error).message).toContain(`process ${other.pid}, since ${NOW}`);
    }
    expect(holder().pid).toBe(other.pid);
    other.kill('SIGKILL');
    await new Promise((resolve) => other.on('close', resolve));
    expect(takeLock(folder, NOW).token).toContain(String(process.pid));
  });

  it('of a process whose number another has now is taken over', () => {
    // Process 1 lives, but it did not start then.
    write(1, 'another boot:1');
    takeLock(folder, NOW);
    expect(holder().pid).toBe(process.pid);
  });

  it('that nobody can read is taken over', () => {
    writeFileSync(file(), '{"pid": 12');
    takeLock(folder, NOW);
    expect(holder().pid).toBe(process.pid);
  });

  it('is not released by one that lost it', () => {
    const lock = takeLock(folder, NOW);
    write(1, 'somebody else');
    lock.release();
    expect(existsSync(file())).toBe(true);
  });
});

describe('when a process started', () => {
  it('is the same as long as it lives, and nothing when it does not', async () => {
    expect(processStart(process.pid)).toBe(processStart(process.pid));
    const child = spawn('sleep', ['60']);
    expect(processStart(child.pid!)).not.toBe(processStart(process.pid));
    child.kill('SIGKILL');
    await new Promise((resolve) => child.on('close', resolve));
    expect(processStart(child.pid!)).toBeUndefined();
  });
});
