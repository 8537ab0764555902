import { compactly, counted, dollars, fixed } from '../report/amounts.ts';
import { marketDate, marketTime } from '../report/clock.ts';
import { clip } from '../report/wrap.ts';
import type { Progress } from '../runtime/run.ts';
import type { Terminal } from './terminal.ts';

const REDRAW_MS = 100;
const LINE_MS = 10_000;

const duration = (seconds: number): string =>
  seconds < 90
    ? `${Math.ceil(seconds)} s`
    : seconds < 5400
      ? `${Math.round(seconds / 60)} min`
      : `${fixed(seconds / 3600, 1)} h`;

/** Bar lengths that are tried, longest first, until the line fits. */
const BARS = [16, 10, 6] as const;

/** What has been done, in one line of at most `width` columns: how far, the market's date, equity, trades, speed, time left. */
export const progressText = (progress: Progress, seconds: number, symbol: string, width: number): string => {
  const { done, total } = progress;
  const speed = seconds > 0 ? done / seconds : 0;
  const part = total === undefined || total === 0 ? undefined : Math.min(1, done / total);
  const far = (bar: number): string => {
    if (part === undefined) return counted(done, 'bar');
    const filled = Math.floor(part * bar);
    return `${'━'.repeat(filled)}${'─'.repeat(bar - filled)} ${String(Math.floor(part * 100)).padStart(3)} %`;
  };
  const rest = [
    marketDate(symbol, progress.at),
    dollars(progress.equity).replace(/\.\d\d$/, ''),
    counted(progress.trades, 'trade'),
  ];
  const left =
    part === undefined || speed === 0 || total === undefined ? [] : [`${duration((total - done) / speed)} left`];
  const forms = [
    ...BARS.map((bar) => [far(bar), ...rest, `${compactly(speed)} bars/s`, ...left]),
    [far(6), ...rest, ...left],
    [far(6), ...rest],
    [far(6), ...rest.slice(0, 2)],
    [far(6)],
  ].map((parts) => parts.join('  '));
  return forms.find((form) => form.length <= width) ?? forms.at(-1)!;
};

/** The same for bars that come in one by one: there is no end to be near to. */
export const liveText = (progress: Progress, symbol: string): string =>
  [
    'live',
    marketTime(symbol, progress.at),
    dollars(progress.equity).replace(/\.\d\d$/, ''),
    counted(progress.trades, 'trade'),
  ].join('  ');

export interface ProgressScreen {
  readonly update: (progress: Progress) => void;
  /** Writes a line of the result above the progress line. */
  readonly above: (line: string) => void;
  /** Takes the progress line away. */
  readonly end: () => void;
  /** From now on bars come in one by one. */
  readonly live: () => void;
}

/**
 * Progress on stderr: one line redrawn in place on a terminal that can, elsewhere a line every ten seconds.
 * @param now milliseconds of a steady clock
 */
export const progressScreen = (terminal: Terminal, symbol: string, now: () => number): ProgressScreen => {
  const began = now();
  let drawn = false;
  let next = terminal.errRedraws ? 0 : began + LINE_MS;
  let last: Progress | undefined;
  let live = false;
  const clear = (): void => {
    if (drawn) terminal.err('\r\u001b[2K');
    drawn = false;
  };
  const draw = (at: number): void => {
    if (last === undefined) return;
    const width = terminal.errTty ? terminal.errWidth - 1 : 120;
    const text = live ? liveText(last, symbol) : progressText(last, (at - began) / 1000, symbol, width);
    if (terminal.errRedraws) {
      terminal.err(`\r\u001b[2K${terminal.errStyle.dim(clip(text, width))}`);
      drawn = true;
    } else terminal.err(`${text}\n`);
  };
  return {
    update(progress) {
      last = progress;
      const at = now();
      if (at < next) return;
      next = at + (terminal.errRedraws ? REDRAW_MS : LINE_MS);
      draw(at);
    },
    above(line) {
      clear();
      terminal.out(`${line}\n`);
    },
    end: clear,
    live() {
      live = true;
    },
  };
};
