import { lineWidth } from '../report/live/fit-line.ts';
import type { Style } from '../report/style.ts';
import type { Size, Terminal } from './terminal.ts';

/** Milliseconds between two pictures, and between two looks at what only time has changed. */
const REDRAW_MS = 100;
const TICK_MS = 1_000;

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
/** Terminals that know these show all that stands between them at once; the others pass over them. */
const BEGIN = '\u001b[?2026h';
const END = '\u001b[?2026l';
/** Without it a line wider than thought, of unusual letters, would wrap and shift the block. */
const NO_WRAP = '\u001b[?7l';
const WRAP = '\u001b[?7h';
const CLEAR_BELOW = '\u001b[J';
const CLEAR_REST = '\u001b[K';

export interface BlockSize {
  /** Columns that a line may take: one less than the terminal's, so that none ends in its last column. */
  readonly width: number;
  /** Rows of the terminal. */
  readonly height: number;
  readonly style: Style;
  /** Wall clock, ms since 1970. */
  readonly now: number;
}

export interface LiveScreen {
  /** Writes a line of the result above the block, to stay in the scrollback. */
  readonly above: (line: string) => void;
  /** The block may look different now; it is drawn anew when its time has come. */
  readonly changed: () => void;
  /** Takes the block away and gives the cursor back. */
  readonly end: () => void;
}

/**
 * Rows by which lines below the first have grown when the terminal wrapped them anew. A lower terminal has dropped some of
 * them, nobody can say how many: then none is counted, and rows of the block may stay behind rather than a line be lost.
 */
const wrappedBelow = (lines: readonly string[], from: Size, to: Size): number =>
  from.rows > to.rows
    ? 0
    : lines.slice(1).reduce((sum, line) => sum + Math.max(1, Math.ceil(lineWidth(line) / to.columns)) - 1, 0);

/**
 * A block redrawn in place at the bottom of the terminal behind stderr, above which lines scroll by.
 *
 * The cursor rests, hidden, on the block's first cell. So whatever the terminal does to its lines when it is resized, the block
 * begins where the cursor is: it is written over from there, and nothing has to be counted.
 * @param block its lines, each of at most `width` columns and fewer than `height`
 */
export const liveScreen = (terminal: Terminal, block: (size: BlockSize) => readonly string[]): LiveScreen => {
  const state = {
    ended: false,
    drawn: false,
    /** The screen's own writes do not make way for it. */
    writing: false,
    picture: '',
    lines: [] as readonly string[],
    size: terminal.errSize(),
    at: Number.NEGATIVE_INFINITY,
    /** Lines that wait to be written above the block. */
    waiting: '',
    timer: undefined as NodeJS.Timeout | undefined,
  };

  const own = (write: () => void): void => {
    state.writing = true;
    try {
      write();
    } finally {
      state.writing = false;
    }
  };

  const drawBlock = (size: Size, force: boolean): void => {
    const { columns, rows } = size;
    const now = Date.now();
    const lines = block({ width: columns - 1, height: rows, style: terminal.errStyle, now });
    const picture = lines.map((line) => line + CLEAR_REST).join('\r\n');
    if (!force && picture === state.picture && state.drawn) return;
    Object.assign(state, { picture, lines, size, drawn: true });
    const back = lines.length > 1 ? `\u001b[${lines.length - 1}A` : '';
    terminal.err(`${BEGIN}${HIDE_CURSOR}${NO_WRAP}\r${picture}${CLEAR_BELOW}${back}\r${WRAP}${END}`);
  };

  /** Lines take the block's place, and the block is drawn below them. */
  const flush = (): boolean => {
    const { waiting } = state;
    if (waiting === '') return false;
    state.waiting = '';
    if (state.drawn) terminal.err(`${BEGIN}\r${CLEAR_BELOW}`);
    terminal.out(waiting);
    return true;
  };

  const draw = (): void => {
    if (state.ended) return;
    clearTimeout(state.timer);
    state.timer = undefined;
    state.at = performance.now();
    own(() => {
      const size = terminal.errSize();
      drawBlock(size, flush());
    });
  };

  const changed = (): void => {
    if (state.ended || state.timer !== undefined) return;
    const wait = state.at + REDRAW_MS - performance.now();
    if (wait <= 0) draw();
    else state.timer = setTimeout(draw, wait).unref();
  };

  const erase = (): void => {
    if (!state.drawn) return;
    state.drawn = false;
    own(() => terminal.err(`\r${CLEAR_BELOW}${SHOW_CURSOR}`));
  };

  const end = (): void => {
    if (state.ended) return;
    own(flush);
    erase();
    state.ended = true;
    clearTimeout(state.timer);
    clearInterval(ticking);
    unlisten();
    terminal.lay(undefined);
    process.off('exit', end);
    process.off('SIGTSTP', stop);
    process.off('SIGCONT', again);
    process.off('SIGQUIT', quit);
  };

  /** Ctrl-Z: the shell gets a clean screen, and the block comes back with the process. */
  const stop = (): void => {
    erase();
    process.kill(process.pid, 'SIGSTOP');
  };
  const again = (): void => {
    state.drawn = false;
    draw();
  };
  const quit = (): void => {
    end();
    process.kill(process.pid, 'SIGQUIT');
  };

  const ticking = setInterval(changed, TICK_MS).unref();
  const unlisten = terminal.onResize(() => {
    // The terminal has moved the lines: what is below the cursor is of no use any more.
    const noticed = state.writing;
    if (state.drawn) {
      const pushed = terminal.wrapsPushCursor ? wrappedBelow(state.lines, state.size, terminal.errSize()) : 0;
      own(() => terminal.err(`${pushed > 0 ? `\u001b[${pushed}A` : ''}\r${CLEAR_BELOW}`));
    }
    state.drawn = false;
    // A picture that is about to be drawn needs no other.
    if (noticed) state.writing = true;
    else draw();
  });
  process.on('exit', end);
  process.on('SIGTSTP', stop);
  process.on('SIGCONT', again);
  process.on('SIGQUIT', quit);
  terminal.lay({
    hide() {
      if (state.writing || state.ended) return;
      own(flush);
      erase();
    },
    show() {
      if (!state.writing && !state.ended) changed();
    },
  });

  return {
    above(line) {
      if (!terminal.outTty) {
        terminal.out(`${line}\n`);
        return;
      }
      state.waiting += `${line}\n`;
      changed();
    },
    changed,
    end,
  };
};
