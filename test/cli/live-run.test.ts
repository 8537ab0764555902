import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engine, folder, ROOT } from './engine.ts';
import { emulator } from './screen.ts';
import { waves } from './waves.ts';

const ENGINE = join(ROOT, 'dist', 'engine.js');

/** `script` of util-linux gives a command a terminal of its own. */
const hasScript = /util-linux/.test(spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout ?? '');

let place: ReturnType<typeof folder>;
beforeAll(() => {
  place = folder();
  mkdirSync(join(place.path, 'strategies.d'));
  mkdirSync(join(place.path, 'bars'));
  const strategy = (id: string, length: number): string => `id: ${id}
symbols: [WAVE]
timeframe: 1h
capital: 10000
entry:
  long:
    when: crosses_above(close, sma(close, ${length}))
    size: {shares: 20}
exit:
  when: crosses_below(close, sma(close, ${length}))
  stop_loss: {pct: 20}
`;
  writeFileSync(join(place.path, 'strategies.d', 'quick.yaml'), strategy('quick', 4));
  writeFileSync(join(place.path, 'strategies.d', 'slow_of_the_two.yaml'), strategy('slow_of_the_two', 12));
  writeFileSync(join(place.path, 'bars', 'WAVE.csv'), waves(60));
});
afterAll(() => place.remove());

const MARK = '\u001b]777;';

interface Played {
  /** Rows of the screen just before each resize, and how large it was. */
  readonly pictures: readonly { readonly columns: number; readonly rows: string[] }[];
  readonly lines: string[];
  readonly cursorShown: boolean;
  readonly code: number | null;
}

/**
 * Runs a dry run of some seconds in a terminal that is resized meanwhile.
 * @param sizes columns and rows: the first from the start, each next a second later
 * @param end what the shell does last, `$$` being the run
 */
const play = async (
  sizes: readonly (readonly [number, number])[],
  words: string,
  end = '',
  term = 'xterm-256color',
): Promise<Played> => {
  const [[columns, rows]] = sizes as [readonly [number, number]];
  // The terminal changes first, and the program hears of it afterwards.
  const resizes = sizes
    .slice(1)
    .map(
      ([width, height]) =>
        `sleep 1; printf '\\033]777;${width};${height}\\007'; stty -F /dev/tty cols ${width} rows ${height}`,
    )
    .join('; ');
  const run = `"${process.execPath}" "${ENGINE}" run --dry --once --feed csv:bars ${words}`;
  // The shell's own job is the run: it gets the terminal's signals.
  const script = `stty cols ${columns} rows ${rows}; (${resizes || ':'}; ${end || ':'}) & exec ${run}`;
  const child = spawn('script', ['-qfec', script, '/dev/null'], {
    cwd: place.path,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: place.path,
      TERM: term,
      TERM_PROGRAM: 'vscode',
      ENGINE_LOG: 'off',
      SHELL: '/bin/sh',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const emulated = emulator(columns, rows);
  const pictures: Played['pictures'][number][] = [];
  const parts = text.split(MARK);
  await emulated.write(parts[0]!);
  for (const part of parts.slice(1)) {
    pictures.push({ columns: emulated.size().columns, rows: emulated.screen() });
    const bell = part.indexOf('\u0007');
    const [width, height] = part.slice(0, bell).split(';').map(Number);
    emulated.resize(width!, height!);
    await emulated.write(part.slice(bell + 1));
  }
  return { pictures, lines: emulated.all(), cursorShown: emulated.cursorShown(), code };
};

const OF_THE_BLOCK = /Ctrl-C ends with the summary ·|\d+ protective|^ rules [0-9a-f]{7}/;

/** The run's own lines and summary as a pipe has them, but for the time it took. */
const piped = async (): Promise<string[]> => {
  const ended = await engine(['run', '--dry', '--once', '--feed', 'csv:bars'], { cwd: place.path });
  return ended.stdout.split('\n').filter((line) => !line.includes('made by'));
};

describe.skipIf(!hasScript)('a dry run in a terminal (skipped without `script` of util-linux)', () => {
  it('draws its block within every size, and leaves its lines and the summary alone', { timeout: 60_000 }, async () => {
    // 360 hourly bars of 15 ms.
    const played = await play(
      [
        [100, 30],
        [120, 40],
        [90, 14],
        [80, 7],
        [110, 30],
      ],
      '--speed 240000x',
    );
    expect(played.code).toBe(0);
    expect(played.pictures).toHaveLength(4);
    for (const { columns, rows } of played.pictures) {
      const shown = rows.filter((row) => row !== '');
      expect(
        shown.some((row) => /P&L|\(.*%\)/.test(row)),
        shown.join('\n'),
      ).toBe(true);
      for (const row of rows) expect(row.length).toBeLessThanOrEqual(columns);
    }
    const [first, , , small] = played.pictures;
    expect(first!.rows.some((row) => row.startsWith(' slow_of_the_two'))).toBe(true);
    expect(
      small!.rows.filter((row) => /\$[\d,.]+ +[+-]?\$.*%\)/.test(row)),
      small!.rows.join('\n'),
    ).toHaveLength(1);
    // Nothing of it stays.
    expect(played.lines.filter((line) => OF_THE_BLOCK.test(line))).toEqual([]);
    expect(played.cursorShown).toBe(true);
    // Every trade has its line, and the summary stands whole at the end.
    const expected = await piped();
    const isSale = (line: string): boolean => / WAVE +sell /.test(line);
    expect(played.lines.filter(isSale).length).toBe(expected.filter(isSale).length);
    expect(expected.filter(isSale).length).toBeGreaterThan(10);
    const from = (lines: readonly string[]): string[] => {
      const kept = lines.filter((line) => line.trim() !== '' && !line.includes('made by'));
      return kept.slice(kept.findIndex((line) => line.startsWith('By strategy')));
    };
    expect(from(played.lines).map((line) => line.replace(/\s+/g, ' '))).toEqual(
      expect.arrayContaining(['By strategy']),
    );
    const account = (lines: readonly string[]) =>
      lines.filter((line) => /^ {2}(equity|P&L|trades|Sharpe)/.test(line)).map((line) => line.trimEnd());
    expect(account(played.lines)).toEqual(account(expected));
  });

  it.each(['INT', 'TERM'] as const)('is clean after SIG%s', { timeout: 60_000 }, async (signal) => {
    const played = await play(
      [
        [80, 24],
        [80, 24],
      ],
      '--speed 36000x',
      `sleep 0.5; kill -${signal} $$`,
    );
    expect(played.lines.join('\n')).toContain('Interrupted before the end of the bars');
    expect(played.pictures[0]!.rows.filter((row) => OF_THE_BLOCK.test(row)).length).toBeGreaterThan(1);
    expect(played.lines.filter((line) => OF_THE_BLOCK.test(line))).toEqual([]);
    expect(played.cursorShown).toBe(true);
    expect(played.code).toBe(signal === 'INT' ? 130 : 0);
  });

  it('draws lines alone on a dumb terminal, and nothing with --quiet', { timeout: 60_000 }, async () => {
    const [dumb, quiet] = await Promise.all([
      play([[80, 24]], '--speed 240000x --status-every 1s --no-journal', '', 'dumb'),
      play([[80, 24]], '--speed max --quiet --no-journal'),
    ]);
    expect(quiet.lines.filter((line) => OF_THE_BLOCK.test(line) || / WAVE +(buy|sell) /.test(line))).toEqual([]);
    expect(quiet.lines.join('\n')).toContain('By strategy');
    expect(dumb.lines.join('\n')).toContain('By strategy');
    expect(dumb.lines.filter((line) => /^status \d\d:/.test(line)).length).toBeGreaterThan(1);
    expect(dumb.lines.filter((line) => line.includes('Ctrl-C ends with the summary ·'))).toEqual([]);
  });
});
