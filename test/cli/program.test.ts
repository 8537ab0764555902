import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { afterAll, describe, expect, it } from 'vitest';
import { ROOT } from './engine.ts';

const DIST = join(ROOT, 'dist');
const CACHE = `program-${process.version}-${process.arch}.cache`;

const scratch = mkdtempSync(join(tmpdir(), 'program-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** A package whose build made no code for this Node, or none that is whole. */
function packageWithout(name: string, damage: (cache: string) => void): string {
  const folder = join(scratch, name);
  for (const part of ['dist', 'schemas', 'strategies.d', 'risk.yaml', 'package.json'])
    cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  damage(join(folder, 'dist', CACHE));
  return folder;
}

function validate(folder: string, flags: readonly string[] = []) {
  const words = [...flags, join(folder, 'dist', 'engine.js'), 'validate', '--workspace', ROOT, '--format', 'json'];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('the program', () => {
  it('is plain ASCII: it is read one byte a character', () => {
    expect(readFileSync(join(DIST, 'program.js')).some((byte) => byte > 127)).toBe(false);
  });

  it('comes with code that this Node takes', () => {
    const cachedData = readFileSync(join(DIST, CACHE));
    const filename = join(DIST, 'program.js');
    const script = new Script(readFileSync(filename, 'latin1'), { filename, cachedData });
    expect(script.cachedDataRejected).toBe(false);
  });

  it('leaves nothing of its building behind', () => {
    expect(readdirSync(DIST).filter((name) => name.includes('compile-ahead'))).toEqual([]);
  });

  it('runs alike without that code, with the code of something else, and under flags of V8 that make it useless', () => {
    const whole = validate(ROOT);
    expect(whole.status).toBe(0);
    expect(whole.stdout).toContain('"findings"');
    const bare = packageWithout('bare', (cache) => rmSync(cache));
    const other = packageWithout('other', (cache) => cpSync(join(DIST, 'report-page.js'), cache));
    expect(validate(bare)).toEqual(whole);
    expect(validate(other)).toEqual(whole);
    expect(validate(ROOT, ['--no-opt'])).toEqual(whole);
  });
});
