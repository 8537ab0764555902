import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../engine/cli/commands.ts';
import type { ReloadResult } from '../../engine/runtime/control/results.ts';
import { type ControlServer, serveControl } from '../../engine/runtime/control/server.ts';
import { CHAT, startTelegram, type TelegramServer, TOKEN } from '../notify/telegram-server.ts';
import { fakeHandlers, STATUS } from '../runtime/control/raw.ts';
import { engine, folder, ROOT, wordsOf } from './engine.ts';
import { waves } from './waves.ts';

let place: ReturnType<typeof folder>;
let cwd = '';

beforeAll(async () => {
  place = folder();
  cwd = place.path;
  const made = await engine(['init'], { cwd });
  expect(made.code, made.stderr).toBe(0);
  // The rules in another state, to compare with.
  for (const name of ['strategies.d', 'risk.yaml'])
    cpSync(join(cwd, name), join(cwd, 'before', name), { recursive: true });
  mkdirSync(join(cwd, 'bars'));
  const symbols = new Set(
    ['moving_average', 'rsi'].flatMap((name) => {
      const text = readFileSync(join(cwd, 'strategies.d', `${name}.yaml`), 'utf8');
      return [...text.matchAll(/^ +- ([A-Z]+)$/gm)].map((found) => found[1]!);
    }),
  );
  for (const symbol of [...symbols, 'AAPL', 'SPY']) writeFileSync(join(cwd, 'bars', `${symbol}.csv`), waves(60));
});
afterAll(() => place.remove());

const json = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;

describe('exit codes and streams', () => {
  it.each([
    [['bogus'], 2, /no command `bogus`/],
    [['valdate'], 2, /did you mean `validate`\?/],
    [['sweep'], 2, /comes with a later version/],
    [['validate', '--stric'], 2, /did you mean `--strict`\?/],
    [['backtest', '--slippage', 'lots'], 2, /--slippage cannot be `lots`/],
    [['backtest', '--cash', '-1'], 2, /--cash/],
    [['backtest', '--data', 'nowhere'], 2, /nowhere does not exist/],
    [['backtest', 'nowhere.yaml'], 2, /nowhere\.yaml/],
    [['backtest', '--data', 'bars', '--tz', 'Mars'], 2, /Mars/],
    [['run'], 2, /ALPACA_API_KEY and ALPACA_SECRET_KEY/],
    [['run', '--dry', '--feed', 'alpaca'], 2, /ALPACA_API_KEY and ALPACA_SECRET_KEY/],
    [['run', '--dry', '--live'], 2, /--dry and --live exclude each other/],
    [['run', '--feed', 'sample'], 2, /--feed sample is for a dry run/],
    [['run', '--dry', '--speed', 'warp'], 2, /--speed cannot be `warp`/],
    [['run', '--dry', '--slippage', '9999bps'], 2, /^error: --slippage 9999bps is more/],
    [['run', '--dry', '--cash', '0x10'], 2, /^error: --cash/],
    [['run', '--dry', '--tz', '+15:00'], 2, /^error: --tz cannot be `\+15:00`/],
    [['run', '--dry', '--feed', 'csv:nowhere'], 2, /^error: nowhere does not exist/],
    [['run', '--live'], 2, /ALPACA_API_KEY and ALPACA_SECRET_KEY/],
    [['explain', 'E9999'], 2, /no code `E9999`/],
    [['explain'], 2, /needs a code/],
    [['schema', 'risc'], 2, /did you mean `risk`\?/],
    [['indicators', 'zzzz'], 2, /no indicator/],
    [['new'], 2, /needs a name/],
    [['new', 'My Idea'], 2, /engine new my_idea/],
    [['validate', '--workspace', '/nowhere'], 2, /does not exist/],
    [['fmt', 'nowhere.yaml'], 2, /nowhere\.yaml does not exist/],
  ] as const)('engine %j ends with %i and one plain cause', async (words, code, stderr) => {
    const ended = await engine(words, { cwd });
    expect(ended.stderr).toMatch(stderr);
    expect(ended.code).toBe(code);
    expect(ended.stdout).toBe('');
    expect(ended.stderr).not.toMatch(/\n\s+at |node:internal/);
  });

  it.each([
    [['validate', '--format', 'json', '--stric']],
    [['backtest', '--format', 'json', '--data', 'nowhere']],
    [['backtest', '--format=json', '--slippage', 'x']],
    [['explain', 'E9999', '--format', 'json']],
    [['bogus', '--format', 'json']],
    [['run', '--format', 'json']],
  ])('engine %j leaves pure JSON on stdout', async (words) => {
    const ended = await engine(words, { cwd });
    expect(ended.code).toBeGreaterThan(0);
    expect(json(ended.stdout).schemaVersion).toBe(1);
  });

  it('prints the version of package.json', async () => {
    const { version } = json(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect(await engine(['--version'])).toMatchObject({ code: 0, stdout: `${String(version)}\n`, stderr: '' });
  });

  it('keeps quiet when the reader goes away, and still ends', async () => {
    const child = spawn(process.execPath, [join(ROOT, 'dist', 'engine.js'), 'explain', '--all', '--format', 'json'], {
      cwd,
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.stdout.destroy();
    const [code] = (await once(child, 'close')) as [number];
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  it('writes more than a pipe holds', async () => {
    const ended = await engine(['schema', 'strategy'], { cwd });
    expect(ended.code).toBe(0);
    expect(ended.stdout).toBe(readFileSync(join(ROOT, 'schemas', 'strategy.schema.json'), 'utf8'));
  });
});

describe('a place that is no more', () => {
  it('is told in a word', async () => {
    const gone = folder();
    const script = `cd "${gone.path}" && rmdir "${gone.path}" && "${process.execPath}" "${join(ROOT, 'dist', 'engine.js')}" validate`;
    const child = spawn('sh', ['-c', script]);
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const [code] = (await once(child, 'close')) as [number];
    expect(stderr).toBe('error: the current folder has been deleted\n  = help: cd to a folder that is there\n');
    expect(code).toBe(2);
  });

  it.runIf(existsSync('/dev/full'))('is a full disk behind stdout too', async () => {
    for (const words of ['help', 'indicators', 'schema', 'explain --all --format json']) {
      const child = spawn('sh', [
        '-c',
        `"${process.execPath}" "${join(ROOT, 'dist', 'engine.js')}" ${words} > /dev/full`,
      ]);
      let stderr = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        stderr += text;
      });
      const [code] = (await once(child, 'close')) as [number];
      expect(stderr).toMatch(/^error: cannot write to stdout: the disk is full\n {2}= help: .*\n$/);
      expect(code).toBe(2);
    }
  });
});

describe('colour', () => {
  it('is there only when it is wanted', async () => {
    const plain = await engine(['help'], { cwd });
    const forced = await engine(['help'], { cwd, env: { FORCE_COLOR: '1' } });
    const refused = await engine(['help'], { cwd, env: { FORCE_COLOR: '1', NO_COLOR: '1' } });
    expect(plain.stdout).not.toContain('\u001b');
    expect(forced.stdout).toContain('\u001b[1m');
    expect(refused.stdout).toBe(plain.stdout);
  });
});

describe('help', () => {
  it('is the same by all three ways in, for every command', async () => {
    for (const { name } of COMMANDS) {
      const [a, b, c] = await Promise.all([engine(['help', name]), engine([name, '--help']), engine([name, '-h'])]);
      expect(a.code).toBe(0);
      expect(a.stdout).toContain('\nExamples\n');
      expect(b.stdout).toBe(a.stdout);
      expect(c.stdout).toBe(a.stdout);
    }
  });

  it('is typed as it works in a clone', async () => {
    expect((await engine(['help'], { cwd: ROOT })).stdout).toContain('  npx engine run --dry ');
    expect((await engine(['help'], { cwd })).stdout).toMatch(/^ {2}engine run --dry /m);
  });

  it('of the program comes with no words, help, --help, and with no command after the flags', async () => {
    const [a, b, c] = await Promise.all([engine([]), engine(['help']), engine(['--help'])]);
    expect(a).toMatchObject({ code: 0, stderr: '' });
    expect(b.stdout).toBe(a.stdout);
    expect(c.stdout).toBe(a.stdout);
    expect((await engine(['--verbose'])).stdout).toBe(a.stdout);
  });
});

describe('every example in help', () => {
  const linesOf = (ofRunning: boolean): string[] =>
    // Those that ask Alpaca run against a server of this machine, in tests of their own.
    COMMANDS.filter((command) => (command.ofRunning === true) === ofRunning && command.ofAlpaca !== true).flatMap(
      (command) => command.examples.map((example) => example.line),
    );
  const examples = linesOf(false);
  const recorded = folder();
  /** The session and the revisions that the examples speak of, and those that were recorded. */
  const meant: [string, string][] = [];
  let telegram: TelegramServer;
  beforeAll(async () => {
    telegram = await startTelegram();
    const how = { cwd, env: { ENGINE_STATE: recorded.path } };
    const rules = join(cwd, 'strategies.d', 'rsi.yaml');
    const text = readFileSync(rules, 'utf8');
    for (const edited of [text.replace('oversold: 30', 'oversold: 31'), text]) {
      writeFileSync(rules, edited);
      const ended = await engine(['run', '--dry', '--once'], how);
      expect(ended.code, ended.stderr).toBe(0);
    }
    const { revisions } = json((await engine(['revisions', '--format', 'json'], how)).stdout) as {
      revisions: { session: string; revision: string }[];
    };
    meant.push(
      ['2026-11-25-1', revisions[0]!.session],
      ['3f9c1d2', revisions[1]!.revision.slice(0, 7)],
      ['8a01b77', revisions[0]!.revision.slice(0, 7)],
    );
  }, 60_000);
  afterAll(async () => {
    recorded.remove();
    await telegram.close();
  });
  /** What looks at a run that was kept. */
  const looksBack = (line: string): boolean => /^engine (report|export|replay|revisions)\b/.test(line);
  const settings = (line: string): Record<string, string> => {
    if (looksBack(line) || line.includes('--session ')) return { ENGINE_STATE: recorded.path };
    if (!line.startsWith('engine telegram')) return {};
    return { TELEGRAM_BOT_TOKEN: TOKEN, TELEGRAM_CHAT_ID: String(CHAT), TELEGRAM_API_ROOT: telegram.root };
  };

  it.each(examples)(
    '%s',
    async (line) => {
      const [command, file] = line.split(' < ');
      const words = command!
        .split(' ')
        .slice(1)
        .map((word) => meant.find(([written]) => written === word)?.[1] ?? word);
      const rollsBack = line.startsWith('engine revisions rollback');
      // A file that never ran, and nobody who can be asked about it.
      const stray = join(cwd, 'strategies.d', 'stray.yaml');
      if (rollsBack) writeFileSync(stray, 'id: stray\n');
      const ended = await engine(words, {
        cwd,
        env: settings(line),
        ...(file === undefined ? {} : { input: readFileSync(join(cwd, file), 'utf8') }),
      });
      expect(ended.stderr).not.toMatch(/fault/);
      if (rollsBack) {
        expect(ended.stderr).toMatch(/never ran[\s\S]*--yes/);
        rmSync(stray);
        return;
      }
      // This needs an account of somebody's, and says so.
      if (line === 'engine run') {
        expect(ended.code).toBe(2);
        expect(ended.stderr).toMatch(/ALPACA_API_KEY/);
        return;
      }
      // `fmt --check` and `validate --strict` may have something to say of the starter files; nothing else may.
      expect(
        line.includes('--check') ? [0, 1] : line.includes('--strict') ? [0, 3] : [0],
        ended.stderr + ended.stdout,
      ).toContain(ended.code);
    },
    60_000,
  );

  describe('of a running engine', () => {
    const result: ReloadResult = { outcome: 'applied', revision: '8a01b77ff', pending: null, losses: [], lines: [] };
    const handlers = fakeHandlers({ reload: async () => result, approve: async () => result });
    let server: ControlServer | undefined;
    let loop: NodeJS.Timeout | undefined;
    beforeAll(async () => {
      const one = await serveControl({ folder: join(cwd, 'data_cache'), handlers, since: STATUS.since });
      server = one;
      loop = setInterval(() => void one.carryOut(), 2);
    });
    afterAll(async () => {
      clearInterval(loop);
      await server?.close();
    });

    it.each(linesOf(true))('%s', async (line) => {
      const ended = await engine(wordsOf(line).slice(1), { cwd, env: { ENGINE_STATE: join(cwd, 'data_cache') } });
      // Nobody is there to be asked.
      if (line === 'engine flatten') expect(ended.stderr).toMatch(/needs --yes/);
      else expect(ended).toMatchObject({ code: 0, stderr: '' });
    });
  });
});
