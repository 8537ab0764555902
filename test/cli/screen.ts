import xterm from '@xterm/headless';

export interface Emulator {
  readonly write: (text: string) => Promise<void>;
  readonly resize: (columns: number, rows: number) => void;
  readonly size: () => { readonly columns: number; readonly rows: number };
  /** What is on the screen, rows without their trailing blanks. */
  readonly screen: () => string[];
  /** Everything, scrollback first, wrapped rows put together again. */
  readonly all: () => string[];
  readonly cursorShown: () => boolean;
}

/** A terminal like that of an editor: it keeps scrollback and wraps its lines anew when it is resized. */
export const emulator = (columns: number, rows: number): Emulator => {
  const terminal = new xterm.Terminal({ cols: columns, rows, scrollback: 50_000, allowProposedApi: true });
  let shown = true;
  terminal.parser.registerCsiHandler({ prefix: '?', final: 'l' }, (numbers) => {
    if (numbers.includes(25)) shown = false;
    return false;
  });
  terminal.parser.registerCsiHandler({ prefix: '?', final: 'h' }, (numbers) => {
    if (numbers.includes(25)) shown = true;
    return false;
  });
  const row = (at: number): string => terminal.buffer.active.getLine(at)?.translateToString(true) ?? '';
  return {
    write: (text) => new Promise((resolve) => terminal.write(text, resolve)),
    resize: (width, height) => terminal.resize(width, height),
    size: () => ({ columns: terminal.cols, rows: terminal.rows }),
    screen: () => Array.from({ length: terminal.rows }, (_, n) => row(terminal.buffer.active.baseY + n)),
    all() {
      const lines: string[] = [];
      for (let n = 0; n < terminal.buffer.active.length; n++) {
        const line = terminal.buffer.active.getLine(n)!;
        if (line.isWrapped && lines.length > 0) lines.push(lines.pop()! + line.translateToString(true));
        else lines.push(line.translateToString(true));
      }
      return lines;
    },
    cursorShown: () => shown,
  };
};
