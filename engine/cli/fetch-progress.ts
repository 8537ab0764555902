import { compactly, counted } from '../report/amounts.ts';
import { clip } from '../report/wrap.ts';
import type { Terminal } from './terminal.ts';

const REDRAW_MS = 100;
const LINE_MS = 10_000;
const BAR = 16;

const secondsLeft = (seconds: number): string =>
  seconds < 90 ? `${Math.ceil(seconds)} s left` : `${Math.round(seconds / 60)} min left`;

export interface FetchProgress {
  /** How far a symbol is, 0 to 1, and how many bars it has brought. */
  readonly update: (symbol: string, part: number, bars: number) => void;
  /** The server lets nobody ask for a while. */
  readonly waits: (waits: boolean) => void;
  readonly end: () => void;
}

/** How far a fetch is: one line redrawn in place on a terminal that can, elsewhere a line every ten seconds. */
export const fetchProgress = (terminal: Terminal, symbols: readonly string[], now: () => number): FetchProgress => {
  const began = now();
  const parts = new Map<string, { part: number; bars: number }>(symbols.map((one) => [one, { part: 0, bars: 0 }]));
  let next = terminal.errRedraws ? 0 : began + LINE_MS;
  let drawn = false;
  let waiting = false;
  const text = (at: number): string => {
    const all = [...parts.values()];
    const part = all.reduce((sum, one) => sum + one.part, 0) / Math.max(1, all.length);
    const bars = all.reduce((sum, one) => sum + one.bars, 0);
    const seconds = (at - began) / 1000;
    const filled = Math.floor(part * BAR);
    const busy = [...parts].filter(([, { part: done }]) => done > 0 && done < 1).map(([symbol]) => symbol);
    return [
      `${'━'.repeat(filled)}${'─'.repeat(BAR - filled)} ${String(Math.floor(part * 100)).padStart(3)} %`,
      counted(bars, 'bar'),
      ...(seconds > 1 && bars > 0 ? [`${compactly(bars / seconds)} bars/s`] : []),
      ...(symbols.length > 1
        ? [`${all.filter(({ part: done }) => done >= 1).length} of ${symbols.length} symbols`]
        : []),
      ...(waiting ? ['waiting for the limit of requests'] : []),
      ...(part > 0.02 && part < 1 && seconds > 2 ? [secondsLeft((seconds / part) * (1 - part))] : []),
      ...(symbols.length > 1 && busy.length > 0 ? [busy.slice(0, 4).join(' ')] : []),
    ].join('  ');
  };
  const draw = (): void => {
    const at = now();
    if (at < next) return;
    next = at + (terminal.errRedraws ? REDRAW_MS : LINE_MS);
    if (terminal.errRedraws) {
      terminal.err(`\r\u001b[2K${terminal.errStyle.dim(clip(text(at), terminal.errWidth - 1))}`);
      drawn = true;
    } else terminal.err(`${text(at)}\n`);
  };
  return {
    update(symbol, part, bars) {
      parts.set(symbol, { part, bars });
      draw();
    },
    waits(state) {
      waiting = state;
      draw();
    },
    end() {
      if (drawn) terminal.err('\r\u001b[2K');
      drawn = false;
    },
  };
};
