import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRollingFile } from '../../engine/logging/rolling-file.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'engine-logs-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const DAY = 86_400_000;
/** Noon UTC today: the files' own times are the machine's. */
const noon = Math.floor(Date.now() / DAY) * DAY + DAY / 2;
const dayName = (at: number): string => new Date(at).toISOString().slice(0, 10);

const opened = (over: { path?: string; maxBytes?: number; keep?: number } = {}) => {
  const told: string[] = [];
  const clock = { at: noon };
  const path = over.path ?? join(folder, 'main.log');
  const file = createRollingFile({
    path,
    maxBytes: over.maxBytes ?? 1_000_000,
    keep: over.keep ?? 3,
    now: () => clock.at,
    failed: (error) => told.push(`failed ${(error as NodeJS.ErrnoException).code}`),
    resumed: (lost) => told.push(`resumed ${lost}`),
  });
  return { path, file, clock, told };
};
const names = (): string[] => readdirSync(folder).sort();

describe('a rolling file', () => {
  it('makes its folder, is its owner’s alone, and goes on where it stopped', () => {
    const { path, file } = opened({ path: join(folder, 'a', 'b', 'main.log') });
    expect(existsSync(path)).toBe(false);
    file.write('one\n');
    file.close();
    file.write('two\n');
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('rolls at its size, keeps so many and loses no line of those', () => {
    const { file } = opened({ maxBytes: 40, keep: 2 });
    // Ten bytes a line: four to a file.
    for (let n = 0; n < 18; n++) file.write(`line ${String(n).padStart(4)}\n`);
    const day = dayName(noon);
    expect(names()).toEqual([`main.${day}.3.log`, `main.${day}.4.log`, 'main.log']);
    const all = names()
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('');
    expect(all).toBe(Array.from({ length: 10 }, (_, k) => `line ${String(k + 8).padStart(4)}\n`).join(''));
  });

  it('rolls with the day, under the name of the day that is over', () => {
    const { file, clock, path } = opened();
    file.write('today\n');
    clock.at += DAY;
    file.write('tomorrow\n');
    expect(readFileSync(join(folder, `main.${dayName(noon)}.1.log`), 'utf8')).toBe('today\n');
    expect(readFileSync(path, 'utf8')).toBe('tomorrow\n');
  });

  it('does not touch what is not its own', () => {
    writeFileSync(join(folder, 'main.notes.log'), 'x');
    writeFileSync(join(folder, 'mainly.2020-01-01.1.log'), 'x');
    const { file } = opened({ maxBytes: 5, keep: 1 });
    for (let n = 0; n < 9; n++) file.write('12345\n');
    expect(names()).toEqual(expect.arrayContaining(['main.notes.log', 'mainly.2020-01-01.1.log']));
    expect(names().length).toBe(4);
  });

  it.runIf(existsSync('/dev/full'))('stops on a full disk with one word, and resumes', () => {
    const path = join(folder, 'main.log');
    symlinkSync('/dev/full', path);
    const { file, clock, told } = opened({ path });
    for (let n = 0; n < 5; n++) {
      file.write(`lost ${n}\n`);
      clock.at += 1_000;
    }
    clock.at += 5_000;
    file.write('lost too\n');
    expect(told).toEqual(['failed ENOSPC']);
    unlinkSync(path);
    clock.at += 6_000;
    file.write('back\n');
    expect(told).toEqual(['failed ENOSPC', 'resumed 6']);
    expect(readFileSync(path, 'utf8')).toBe('back\n');
    // The device itself is as it was.
    expect(statSync('/dev/full').mode & 0o666).toBe(0o666);
  });

  it('says once that its place cannot be written', () => {
    const blocked = join(folder, 'file');
    writeFileSync(blocked, '');
    const { file, told, clock } = opened({ path: join(blocked, 'main.log') });
    for (let n = 0; n < 4; n++) {
      file.write('x\n');
      clock.at += 10_000;
    }
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^failed E(NOTDIR|EXIST|NOENT)$/);
  });

  it('begins anew when somebody moves it away', () => {
    const { file, path, clock } = opened();
    file.write('one\n');
    renameSync(path, join(folder, 'taken'));
    clock.at += 2_000;
    file.write('two\n');
    expect(readFileSync(path, 'utf8')).toBe('two\n');
    mkdirSync(join(folder, 'unrelated'));
    expect(readFileSync(join(folder, 'taken'), 'utf8')).toBe('one\n');
  });
});
