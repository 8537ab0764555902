import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { positionOf } from '../../engine/documents/position.ts';
import { checkWorkspace, loadWorkspace } from '../../engine/runtime/workspace.ts';

const RULES = `timeframe: 1h
capital: 10000
entry:
  long:
    when: close > 100
    size:
      notional: 1000
exit:
  when: close < 90
`;

let dir: string;
const put = (path: string, text: string): void => {
  mkdirSync(join(dir, path, '..'), { recursive: true });
  writeFileSync(join(dir, path), text);
};
const loaded = async () => (await loadWorkspace({ dir })).ruleset?.symbols;
/** `E045 strategies.d/a.yaml:2:10`. */
const told = (options: Partial<Parameters<typeof checkWorkspace>[0]> = {}): string[] =>
  checkWorkspace({ dir, ...options }).diagnostics.map(({ code, file, span }) => {
    const { line, column } = positionOf(file!, span?.start ?? 0);
    return `${code} ${relative(dir, resolve(file!.path))}:${line}:${column}`;
  });

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lists-'));
  put('strategies.d/a.yaml', `id: a\nsymbols: ../lists/tech.txt\n${RULES}`);
  put('lists/tech.txt', '# Large ones.\nAAPL\n\n  MSFT  # the other\r\nBRK.B\n');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('a list file', () => {
  it('gives the symbols of its lines, comments and spaces left out', async () => {
    expect(await loaded()).toEqual(['AAPL', 'MSFT', 'BRK.B']);
  });

  it('belongs to the files and to the revision: its path and every byte', () => {
    const before = checkWorkspace({ dir });
    expect(before.files.map(({ path }) => relative(dir, resolve(path)))).toEqual([
      'strategies.d/a.yaml',
      'lists/tech.txt',
    ]);
    put('lists/tech.txt', '# Large ones!\nAAPL\n\n  MSFT  # the other\r\nBRK.B\n');
    const edited = checkWorkspace({ dir });
    expect(edited.revision).not.toBe(before.revision);
    put('lists/tech.txt', '# Large ones.\nAAPL\n\n  MSFT  # the other\r\nBRK.B\n');
    expect(checkWorkspace({ dir }).revision).toBe(before.revision);
  });

  it('is looked for again where it was missing', () => {
    rmSync(join(dir, 'lists/tech.txt'));
    const { files, sought } = checkWorkspace({ dir });
    expect(files).toHaveLength(1);
    expect(sought).toEqual([join(dir, 'strategies.d/a.yaml'), join(dir, 'lists/tech.txt')]);
    expect(told()).toEqual(['E045 strategies.d/a.yaml:2:10']);
  });

  it('that several name is read once, and a mistake in it is one finding', () => {
    put('strategies.d/b.yaml', `id: b\nsymbols: ../lists/tech.txt\n${RULES}`);
    put('lists/tech.txt', 'AAPL\nAAPL\nmsft\n');
    expect(told()).toEqual(['E109 lists/tech.txt:2:1', 'E107 lists/tech.txt:3:1']);
    expect(checkWorkspace({ dir }).files).toHaveLength(3);
  });

  it('named by a template is relative to the template', async () => {
    put('strategies.d/_base.yaml', `symbols: ../lists/tech.txt\n${RULES}`);
    put('strategies.d/a.yaml', 'id: a\nextends: _base.yaml\n');
    expect(await loaded()).toEqual(['AAPL', 'MSFT', 'BRK.B']);
    rmSync(join(dir, 'lists'), { recursive: true });
    expect(told()).toEqual(['E045 strategies.d/_base.yaml:1:10']);
  });

  it('is found by a document on stdin, as if it stood among the strategies', () => {
    const text = `id: b\nsymbols: ../lists/tech.txt\n${RULES}`;
    expect(told({ stdin: { filename: 'stdin.yaml', text } })).toEqual([]);
    const filename = relative(process.cwd(), join(dir, 'strategies.d/b.yaml'));
    expect(told({ stdin: { filename, text } })).toEqual([]);
    expect(told({ stdin: { filename, text: text.replace('tech', 'thec') } })).toEqual([
      'E045 strategies.d/b.yaml:2:10',
    ]);
  });

  it('does not leave the workspace, neither by its path nor by a link', () => {
    put('strategies.d/a.yaml', `id: a\nsymbols: ../../elsewhere.txt\n${RULES}`);
    expect(told()).toEqual(['E046 strategies.d/a.yaml:2:10']);
    const outside = mkdtempSync(join(tmpdir(), 'outside-'));
    writeFileSync(join(outside, 'x.txt'), 'AAPL\n');
    symlinkSync(join(outside, 'x.txt'), join(dir, 'lists/x.txt'));
    put('strategies.d/a.yaml', `id: a\nsymbols: ../lists/x.txt\n${RULES}`);
    expect(told()).toEqual(['E046 strategies.d/a.yaml:2:10']);
    put('strategies.d/a.yaml', `id: a\nsymbols: ${join(outside, 'x.txt')}\n${RULES}`);
    expect(told()).toEqual(['E046 strategies.d/a.yaml:2:10']);
    rmSync(outside, { recursive: true });
  });

  it('of a strategy from elsewhere stands beside it', () => {
    const other = mkdtempSync(join(tmpdir(), 'other-'));
    writeFileSync(join(other, 'b.yaml'), `id: b\nsymbols: mine.txt\n${RULES}`);
    writeFileSync(join(other, 'mine.txt'), 'AAPL\n');
    expect(told({ paths: [join(other, 'b.yaml')] })).toEqual([]);
    writeFileSync(join(other, 'b.yaml'), `id: b\nsymbols: ../mine.txt\n${RULES}`);
    expect(told({ paths: [join(other, 'b.yaml')] })).toHaveLength(1);
    rmSync(other, { recursive: true });
  });

  it('that is a folder, too long, or no UTF-8 is one finding', () => {
    rmSync(join(dir, 'lists/tech.txt'));
    mkdirSync(join(dir, 'lists/tech.txt'));
    expect(told()).toEqual(['E045 strategies.d/a.yaml:2:10']);
    rmSync(join(dir, 'lists/tech.txt'), { recursive: true });
    put('lists/tech.txt', `# ${'x'.repeat(300_000)}\n`);
    expect(told()).toEqual(['E045 strategies.d/a.yaml:2:10']);
    writeFileSync(join(dir, 'lists/tech.txt'), Buffer.from([0x41, 0x0a, 0xff]));
    expect(told()).toEqual(['E003 lists/tech.txt:2:1']);
  });

  it('carries the findings about its symbols, and the comments that mean them', () => {
    const short = RULES.replace('long', 'short')
      .replace('> 100', '< 90')
      .replace('when: close < 90\n', 'when: close > 110\n');
    put('strategies.d/a.yaml', `id: a\nsymbols: [MSFT]\n${RULES}`);
    put('strategies.d/b.yaml', `id: b\nsymbols: ../lists/tech.txt\n${short}`);
    expect(told()).toEqual(['W327 lists/tech.txt:4:3']);
    put('lists/tech.txt', 'AAPL\nMSFT  # engine-ignore W327: one account each\n');
    expect(told()).toEqual([]);
  });
});

describe('a revision', () => {
  it('holds a template that only `extends` reaches', () => {
    put('strategies.d/_base.yaml', RULES);
    put('strategies.d/a.yaml', 'id: a\nextends: _base.yaml\nsymbols: [AAPL]\n');
    const paths = [join(dir, 'strategies.d/a.yaml')];
    const before = checkWorkspace({ dir, paths });
    put('strategies.d/_base.yaml', RULES.replace('100', '101'));
    expect(checkWorkspace({ dir, paths }).revision).not.toBe(before.revision);
  });
});
