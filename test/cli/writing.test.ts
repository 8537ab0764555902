import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeNew, writeWhole } from '../../engine/cli/write-file.ts';
import { CODES } from '../../engine/documents/codes.ts';
import { engine, folder, ROOT } from './engine.ts';

let place: ReturnType<typeof folder>;
let cwd = '';
beforeEach(() => {
  place = folder();
  cwd = place.path;
});
afterEach(() => place.remove());

const read = (...parts: string[]): string => readFileSync(join(cwd, ...parts), 'utf8');

describe('engine init', () => {
  it('makes a workspace that is valid, and says what to type next', async () => {
    const made = await engine(['init', 'desk'], { cwd });
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(made.stdout).toContain('  cd desk\n  engine run --dry');
    expect(readdirSync(join(cwd, 'desk', 'strategies.d'))).toHaveLength(2);
    const settings = JSON.parse(read('desk', '.vscode', 'settings.json')) as { 'yaml.schemas': Record<string, string> };
    for (const schema of Object.keys(settings['yaml.schemas']))
      expect(statSync(join(cwd, 'desk', schema)).isFile()).toBe(true);
    expect(await engine(['validate', '--strict', '--workspace', 'desk'], { cwd })).toMatchObject({ code: 0 });
    expect(await engine(['--workspace', 'desk', 'validate'], { cwd })).toMatchObject({ code: 0 });
    expect(await engine(['validate'], { cwd: join(cwd, 'desk', '.vscode') })).toMatchObject({ code: 0 });
  });

  it('never overwrites', async () => {
    mkdirSync(join(cwd, 'strategies.d'));
    writeFileSync(join(cwd, 'strategies.d', 'rsi.yaml'), 'mine\n');
    const made = await engine(['init'], { cwd });
    expect(made.stdout).toMatch(/kept +strategies\.d\/rsi\.yaml/);
    expect(read('strategies.d', 'rsi.yaml')).toBe('mine\n');
    writeFileSync(join(cwd, 'risk.yaml'), 'mine too\n');
    await engine(['init'], { cwd });
    expect(read('risk.yaml')).toBe('mine too\n');
  });
});

describe('engine new', () => {
  it.each(['moving_average', 'rsi', 'macd', 'mean_reversion', 'breakout', 'blank'])(
    'makes a valid strategy from %s, under its own id',
    async (template) => {
      const made = await engine(['new', 'my_idea', '--from', template], { cwd });
      expect(made).toMatchObject({ code: 0, stderr: '' });
      expect(read('strategies.d', 'my_idea.yaml')).toMatch(/^id: my_idea$/m);
      const checked = await engine(['validate', 'strategies.d/my_idea.yaml', '--strict', '--risk', 'none'], { cwd });
      expect(checked.stdout).toContain('0 errors, 0 warnings');
      expect(checked.code).toBe(0);
      const again = await engine(['new', 'my_idea', '--from', template], { cwd });
      expect(again).toMatchObject({ code: 2, stdout: '' });
      expect(again.stderr).toContain('is there already');
    },
  );

  it('trades what it wrote', async () => {
    await engine(['new', 'idea'], { cwd });
    const ended = await engine(['backtest', 'strategies.d/idea.yaml', '--risk', 'none', '--format', 'json'], { cwd });
    expect(ended.code).toBe(0);
    expect((JSON.parse(ended.stdout) as { trades: unknown[] }).trades.length).toBeGreaterThan(0);
  });
});

describe('names that are taken', () => {
  it.each([
    ['risk', /risk\.yaml holds the limits of the account/],
    ['_base', /would be a template/],
  ])('%s is refused with a word, and nothing is written', async (name, words) => {
    const ended = await engine(['new', name], { cwd });
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(words);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('are ids of other files too', async () => {
    mkdirSync(join(cwd, 'strategies.d'));
    writeFileSync(join(cwd, 'strategies.d', 'other.yaml'), 'id: "idea" # mine\n');
    const ended = await engine(['new', 'idea'], { cwd });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('stands in strategies.d/other.yaml already');
    expect(readdirSync(join(cwd, 'strategies.d'))).toEqual(['other.yaml']);
  });
});

const root = process.getuid?.() === 0;

describe('what cannot be written', () => {
  it.runIf(existsSync('/dev/full'))('on a full disk is said in a sentence that names the file', async () => {
    const ended = await engine(['schema', 'risk', '--out', '/dev/full'], { cwd });
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(/^error: cannot write \/dev\/full: the disk is full\n {2}= help: free some space/);
  });

  it('is said before the work', async () => {
    for (const [out, cause] of [
      ['nowhere/report.json', 'its folder does not exist'],
      ['.', 'it is a folder'],
    ] as const) {
      const ended = await engine(['backtest', '--out', out], { cwd: ROOT });
      expect(ended).toMatchObject({ code: 2, stdout: '' });
      expect(ended.stderr).toMatch(new RegExp(`^error: cannot write ${out}: ${cause}\n {2}= help: `));
    }
  });

  it.skipIf(root)('names the file itself, not the one beside it', async () => {
    mkdirSync(join(cwd, 'shut'), { mode: 0o500 });
    const ended = await engine(['schema', 'risk', '--out', 'shut/x.json'], { cwd });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(
      /^error: cannot write shut\/x\.json: this user may not write there\n {2}= help: change/,
    );
  });

  it('leaves nothing behind and what was there as it was', async () => {
    writeFileSync(join(cwd, 'kept.txt'), 'before');
    function* broken(): Generator<string> {
      yield 'half ';
      throw Object.assign(new Error('no space'), { code: 'ENOSPC', errno: -28, syscall: 'write' });
    }
    for (const name of ['kept.txt', 'new.txt']) {
      await expect(writeWhole(join(cwd, name), broken(), name)).rejects.toThrow(
        `cannot write ${name}: the disk is full`,
      );
    }
    await expect(writeNew(join(cwd, 'new.txt'), broken(), 'new.txt')).rejects.toThrow('the disk is full');
    expect(readdirSync(cwd)).toEqual(['kept.txt']);
    expect(read('kept.txt')).toBe('before');
    expect(await writeNew(join(cwd, 'kept.txt'), ['other'])).toBe(false);
    expect(read('kept.txt')).toBe('before');
    expect(await writeNew(join(cwd, 'new.txt'), ['a', 'b'])).toBe(true);
    expect(read('new.txt')).toBe('ab');
    expect(readdirSync(cwd)).toEqual(['kept.txt', 'new.txt']);
  });
});

describe('engine fmt', () => {
  const untidy = 'id:   "x"\n\n\n\ndescription:    An idea.   # kept\nsymbols: [AAPL,   MSFT]\n';

  it('says under --check what it would write, then writes it once', async () => {
    mkdirSync(join(cwd, 'strategies.d'));
    writeFileSync(join(cwd, 'strategies.d', 'x.yaml'), untidy);
    const check = await engine(['fmt', '--check'], { cwd });
    expect(check.code).toBe(1);
    expect(check.stdout).toBe('not in form  strategies.d/x.yaml\n');
    expect(read('strategies.d', 'x.yaml')).toBe(untidy);
    expect(await engine(['fmt'], { cwd })).toMatchObject({ code: 0, stdout: 'formatted  strategies.d/x.yaml\n' });
    expect(read('strategies.d', 'x.yaml')).toContain('# kept');
    expect(read('strategies.d', 'x.yaml')).not.toBe(untidy);
    expect(readdirSync(join(cwd, 'strategies.d'))).toEqual(['x.yaml']);
    expect(await engine(['fmt', '--check'], { cwd })).toMatchObject({ code: 0, stdout: '' });
  });

  it('counts what it wrote as in form', async () => {
    writeFileSync(join(cwd, 'x.yaml'), untidy);
    expect((await engine(['fmt', 'x.yaml'], { cwd })).stderr).toBe('1 of 1 file in form, 1 of them written now\n');
    expect((await engine(['fmt', 'x.yaml'], { cwd })).stderr).toBe('1 of 1 file in form\n');
  });

  it('keeps a link a link, and leaves alone one that leads out of the folder', async () => {
    mkdirSync(join(cwd, 'strategies.d'));
    writeFileSync(join(cwd, 'strategies.d', 'real.txt'), untidy);
    writeFileSync(join(cwd, 'outside.yaml'), untidy);
    symlinkSync('real.txt', join(cwd, 'strategies.d', 'a.yaml'));
    symlinkSync('../outside.yaml', join(cwd, 'strategies.d', 'b.yaml'));
    const ended = await engine(['fmt'], { cwd });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('error[E009]: strategies.d/b.yaml is a link that leads out of its folder');
    for (const name of ['a.yaml', 'b.yaml'])
      expect(lstatSync(join(cwd, 'strategies.d', name)).isSymbolicLink()).toBe(true);
    expect(read('strategies.d', 'real.txt')).toContain('id: x\n');
    expect(read('outside.yaml')).toBe(untidy);
  });

  it('keeps the rights of a file', async () => {
    writeFileSync(join(cwd, 'x.yaml'), untidy, { mode: 0o600 });
    await engine(['fmt', 'x.yaml'], { cwd });
    expect(statSync(join(cwd, 'x.yaml')).mode & 0o777).toBe(0o600);
  });

  it('is a filter with -', async () => {
    const tidy = await engine(['fmt', '-'], { cwd, input: untidy });
    expect(tidy).toMatchObject({ code: 0, stderr: '' });
    expect(tidy.stdout).toContain('id: x\n');
    expect(await engine(['fmt', '-', '--check'], { cwd, input: tidy.stdout })).toMatchObject({ code: 0, stdout: '' });
    expect((await engine(['fmt', '-', '--check'], { cwd, input: untidy })).code).toBe(1);
    const broken = await engine(['fmt', '-'], { cwd, input: 'a: [1\n' });
    expect(broken).toMatchObject({ code: 1, stdout: '' });
    expect(broken.stderr).toContain('stdin:1:');
  });

  it('leaves alone what is no YAML, and points at it', async () => {
    writeFileSync(join(cwd, 'x.yaml'), 'a: [1\n');
    const ended = await engine(['fmt', 'x.yaml'], { cwd });
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toContain('x.yaml:1:');
    expect(read('x.yaml')).toBe('a: [1\n');
  });
});

describe('engine explain', () => {
  it('explains every code there is, in text and as data', async () => {
    const text = await engine(['explain', '--all'], { cwd });
    const data = JSON.parse((await engine(['explain', '--all', '--format', 'json'], { cwd })).stdout) as {
      codes: { code: string; explanation: string; wrong: string }[];
    };
    expect(data.codes.map(({ code }) => code)).toEqual(Object.keys(CODES));
    for (const { code } of data.codes) expect(text.stdout).toContain(`[${code}]: `);
  });

  it('takes small letters', async () => {
    const ended = await engine(['explain', 'e201'], { cwd });
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/^error\[E201\]: unknown name\n/);
  });
});

describe('engine schema', () => {
  it('prints what editors read, or writes it', async () => {
    for (const kind of ['strategy', 'risk']) {
      const shipped = readFileSync(join(ROOT, 'schemas', `${kind}.schema.json`), 'utf8');
      expect((await engine(['schema', kind], { cwd })).stdout).toBe(shipped);
      expect(await engine(['schema', kind, '--out', 'out.json'], { cwd })).toMatchObject({ code: 0, stdout: '' });
      expect(read('out.json')).toBe(shipped);
    }
  });

  it('says plainly when it cannot write', async () => {
    const ended = await engine(['schema', 'risk', '--out', join(cwd, 'no', 'where.json')], { cwd });
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(
      /^error: cannot write .*no\/where\.json: its folder does not exist\n {2}= help: .*\n$/,
    );
  });
});

describe('a fault of our own', () => {
  const sabotage = 'data:text/javascript,String.prototype.toUpperCase=()=>{throw%20Error(`boom`)}';
  const env = { NODE_OPTIONS: `--import=${sabotage}` };

  it('is one line and exit code 70, with its stack only under --verbose', async () => {
    const short = await engine(['explain', 'E201'], { cwd, env });
    expect(short.code).toBe(70);
    expect(short.stderr).toMatch(/^fault: boom \(.*\)\n$/);
    const long = await engine(['explain', 'E201', '--verbose'], { cwd, env });
    expect(long.code).toBe(70);
    expect(long.stderr).toMatch(/\n +at /);
    const data = await engine(['explain', 'E201', '--format', 'json'], { cwd, env });
    expect(JSON.parse(data.stdout)).toMatchObject({ schemaVersion: 1, error: { message: 'boom', exitCode: 70 } });
  });
});
