import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type BlockSize, type LiveScreen, liveScreen } from '../../engine/cli/live-screen.ts';
import type { Overlay, Terminal } from '../../engine/cli/terminal.ts';
import { styleOf } from '../../engine/report/style.ts';
import { type Emulator, emulator } from './screen.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

interface Stage {
  readonly emulated: Emulator;
  readonly terminal: Terminal;
  readonly writes: () => number;
  /** What the program has written since the last look, as the terminal shows it. */
  readonly settle: () => Promise<void>;
  readonly resize: (columns: number, rows: number) => Promise<void>;
}

/** A terminal program's both ends: what it writes goes to an emulator. */
const stage = (columns: number, rows: number, outTty = true): Stage & { readonly file: string[] } => {
  const emulated = emulator(columns, rows);
  const style = styleOf(false);
  const file: string[] = [];
  let text = '';
  let writes = 0;
  let overlay: Overlay | undefined;
  let resized: (() => void) | undefined;
  const put = (more: string): void => {
    writes++;
    text += more.replace(/(?<!\r)\n/g, '\r\n');
  };
  const past = (more: string): void => {
    overlay?.hide();
    put(more);
    overlay?.show();
  };
  const terminal: Terminal = {
    outTty,
    errTty: true,
    errRedraws: true,
    wrapsPushCursor: true,
    width: 80,
    errWidth: columns,
    errSize: emulated.size,
    onResize(listener) {
      resized = listener;
      return () => {
        resized = undefined;
      };
    },
    lay(next) {
      overlay = next;
    },
    leave: () => overlay?.hide(),
    style,
    errStyle: style,
    out: (more) => (outTty ? past(more) : void file.push(more)),
    err: past,
    stream: async () => {},
    gone: () => false,
    onGone: () => {},
  };
  const settle = async (): Promise<void> => {
    const written = text;
    text = '';
    const taken = emulated.write(written);
    // The emulator takes what is written with a timer of its own.
    vi.advanceTimersByTime(0);
    await taken;
  };
  return {
    emulated,
    terminal,
    file,
    writes: () => writes,
    settle,
    async resize(width, height) {
      await settle();
      emulated.resize(width, height);
      resized?.();
      await settle();
    },
  };
};

/** Its first row is short, as that of the real block: terminals differ in how they wrap the cursor's own line anew. */
const blockOf = (size: BlockSize, count: number): string[] =>
  Array.from({ length: Math.min(8, size.height - 2) }, (_, n) =>
    n === 0 ? `block ${count}` : `block ${n} ${count} `.padEnd(size.width, '='),
  );

const shown = ({ emulated }: Stage): string[] => emulated.screen().filter((line) => line !== '');

describe('the block on a terminal', () => {
  let screen: LiveScreen | undefined;
  afterEach(() => screen?.end());

  it('stands below the lines, which scroll by whole', async () => {
    const here = stage(60, 20);
    let count = 0;
    screen = liveScreen(here.terminal, (size) => blockOf(size, count));
    for (let n = 0; n < 100; n++) {
      screen.above(`line ${n}`);
      count = n;
      screen.changed();
      vi.advanceTimersByTime(60);
      await here.settle();
    }
    vi.advanceTimersByTime(200);
    await here.settle();
    expect(shown(here).slice(-8)).toEqual(blockOf({ width: 59, height: 20, style: styleOf(false), now: 0 }, 99));
    expect(here.emulated.cursorShown()).toBe(false);
    screen.end();
    await here.settle();
    expect(here.emulated.all().filter((line) => line !== '')).toEqual(
      Array.from({ length: 100 }, (_, n) => `line ${n}`),
    );
    expect(here.emulated.cursorShown()).toBe(true);
  });

  it('is drawn ten times a second at most, and not at all when it looks the same', async () => {
    const here = stage(60, 20);
    let count = 0;
    screen = liveScreen(here.terminal, (size) => blockOf(size, count));
    for (let n = 0; n < 1_000; n++) {
      count = n;
      screen.changed();
      vi.advanceTimersByTime(1);
    }
    expect(here.writes()).toBeLessThanOrEqual(11);
    vi.advanceTimersByTime(1_000);
    const before = here.writes();
    for (let n = 0; n < 50; n++) {
      screen.changed();
      vi.advanceTimersByTime(100);
    }
    expect(here.writes()).toBe(before);
  });

  it.each([
    [
      'narrower, then lower',
      [
        [120, 40],
        [60, 40],
        [60, 15],
        [40, 15],
        [40, 10],
      ],
    ],
    [
      'wider and higher',
      [
        [40, 10],
        [60, 15],
        [120, 40],
      ],
    ],
    [
      'to and fro',
      [
        [80, 30],
        [30, 30],
        [120, 30],
        [120, 6],
        [120, 40],
        [50, 40],
        [50, 12],
      ],
    ],
  ] as const)('leaves nothing behind when the terminal gets %s', async (_, sizes) => {
    const here = stage(100, 30);
    let count = 0;
    screen = liveScreen(here.terminal, (size) => blockOf(size, count));
    let line = 0;
    const some = async (): Promise<void> => {
      for (let n = 0; n < 20; n++) {
        screen!.above(`line ${line++} ${'.'.repeat(20)}`);
        count++;
        vi.advanceTimersByTime(120);
        await here.settle();
      }
    };
    // The block has come to the bottom of the terminal.
    await some();
    await some();
    for (const [columns, rows] of sizes) {
      await here.resize(columns, rows);
      const own = shown(here).filter((text) => text.startsWith('block'));
      expect(own).toEqual(blockOf({ width: columns - 1, height: rows, style: styleOf(false), now: 0 }, count));
      await some();
    }
    screen.end();
    await here.settle();
    expect(here.emulated.all().filter((text) => text !== '')).toEqual(
      Array.from({ length: line }, (__, n) => `line ${n} ${'.'.repeat(20)}`),
    );
  });

  it('gives way to whatever else is written to the terminal', async () => {
    const here = stage(60, 20);
    screen = liveScreen(here.terminal, (size) => blockOf(size, 1));
    screen.above('a trade');
    here.terminal.err('error: something\n  = help: another\n');
    here.terminal.out('a summary\n');
    vi.advanceTimersByTime(200);
    await here.settle();
    expect(shown(here)).toEqual([
      'a trade',
      'error: something',
      '  = help: another',
      'a summary',
      ...blockOf({ width: 59, height: 20, style: styleOf(false), now: 0 }, 1),
    ]);
  });

  it('lets lines go to a file untouched when stdout is one', async () => {
    const here = stage(60, 20, false);
    screen = liveScreen(here.terminal, (size) => blockOf(size, 1));
    screen.changed();
    screen.above('a trade');
    screen.above('another');
    expect(here.file).toEqual(['a trade\n', 'another\n']);
    await here.settle();
    expect(shown(here)).toHaveLength(8);
  });

  it('is gone, and the cursor back, when the process must end at once', async () => {
    const here = stage(60, 20);
    screen = liveScreen(here.terminal, (size) => blockOf(size, 1));
    screen.above('a trade');
    vi.advanceTimersByTime(200);
    here.terminal.leave();
    await here.settle();
    expect(shown(here)).toEqual(['a trade']);
    expect(here.emulated.cursorShown()).toBe(true);
  });

  it('leaves no listener behind', () => {
    const count = () => ['exit', 'SIGTSTP', 'SIGCONT', 'SIGQUIT'].map((name) => process.listenerCount(name));
    const before = count();
    const here = stage(60, 20);
    liveScreen(here.terminal, (size) => blockOf(size, 1)).end();
    expect(count()).toEqual(before);
    expect(vi.getTimerCount()).toBe(0);
  });
});
