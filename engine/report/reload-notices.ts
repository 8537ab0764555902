import type { Diagnostic } from '../documents/diagnostic.ts';
import { clampSpan, positionOf } from '../documents/position.ts';
import { COLOURED, PLAIN, prettyDiagnostic } from '../documents/render-pretty.ts';
import type { Applied, Loss, Refused, ReloadEvent, ReloadOutcome, Waiting } from '../runtime/reload/events.ts';
import type { RulesFault } from '../runtime/rules-fault.ts';
import { counted } from './amounts.ts';
import { isoWriter } from './iso-time.ts';
import type { Style } from './style.ts';
import { wrap } from './wrap.ts';

export interface NoticeOptions {
  readonly width: number;
  readonly style: Style;
  readonly colour: boolean;
  /** Wall clock, ms since 1970: a time of another day is told with its date. */
  readonly now: number;
}

/** Findings that are drawn in full; of more it is said how many. */
const MOST_DRAWN = 3;
/** Lost protections that are listed. */
const MOST_LOSSES = 10;

/** Every event but a reload that was applied: those lines tell its meaning. */
export type Notice = Exclude<ReloadEvent<unknown>, { readonly kind: 'applied' }>;

/** What a terminal shows of it: one line that says all, and below it what helps. */
export function reloadNotice(notice: Notice, options: NoticeOptions): string[] {
  const { style, width } = options;
  switch (notice.kind) {
    case 'refused':
      return refusedLines(notice, notice.repeated, options);
    case 'waiting':
      return waitingLines(notice, notice.repeated, options);
    case 'reverted': {
      const since = clock(notice.since, options.now);
      return wrap(
        `reload: the files are again what runs, ${short(notice.revision)} (were STALE since ${since})`,
        width,
      );
    }
    case 'polling': {
      const every = `looking at the files every ${notice.everyMs / 1000} s instead`;
      const line = `cannot watch ${plain(notice.folder)}: ${plain(notice.reason)}; ${every}`;
      return wrap(line, width).map((part) => style.yellow(part));
    }
  }
}

/** The answer to a request, where no event told it: see `Notice` for the others. */
export function outcomeNotice(outcome: ReloadOutcome<unknown>, options: NoticeOptions): string[] {
  const { width } = options;
  switch (outcome.kind) {
    case 'applied':
      return consentNotice(outcome, options);
    case 'refused':
      return refusedLines(outcome, false, options);
    case 'waiting':
      return waitingLines(outcome, false, options);
    case 'unchanged':
      return wrap(`reload: nothing changed; running ${short(outcome.revision)}`, width);
    case 'unsettled': {
      const line = 'reload: the files change with every look; they are taken once they keep still';
      return wrap(`${line}; still running ${short(outcome.revision)}`, width);
    }
    case 'unknown': {
      const waiting = outcome.pending === undefined ? 'nothing waits' : `${short(outcome.pending)} waits`;
      return wrap(`approve: no revision ${plain(outcome.asked)} waits for approval; ${waiting}`, width);
    }
  }
}

/** Said beside the meaning of an applied reload that took a protection away; nothing for one that did not. */
export function consentNotice({ consent, losses }: Applied<unknown>, { style, width }: NoticeOptions): string[] {
  if (consent === undefined) return [];
  const why = {
    approved: 'approved by hand',
    grace: 'TAKEN UNAPPROVED, because nothing changed for a while (`loosening: grace`)',
    accepted: 'TAKEN UNAPPROVED',
  }[consent];
  const line = `${counted(losses.length, 'protection')} lost or loosened, ${why}`;
  return wrap(line, width).map((part) => style.yellow(style.bold(part)));
}

/** Rules threw in their first bars, and those before them rule again. */
export function rollbackNotice(
  {
    revision,
    former,
    message,
    instants,
    time,
  }: Pick<RulesFault, 'revision' | 'former' | 'message' | 'instants' | 'time'>,
  { style, width }: Pick<NoticeOptions, 'style' | 'width'>,
): string[] {
  const when = Number.isNaN(time) ? 'before the first bar' : `after ${iso(time as Parameters<typeof iso>[0])}`;
  const where = `at instant ${instants + 1} (${when})`;
  const line = `reload ROLLED BACK ${short(revision)} → ${short(former)}: ${plain(message)} ${where}; the files on disk do not run`;
  return wrap(line, width).map((part) => style.red(style.bold(part)));
}

const short = (revision: string): string => revision.slice(0, 7);

/** Text from outside made safe for one line of a terminal. */
const plain = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim();

const iso = isoWriter();

/** `14:03:11Z`, with the date before it when that is not today. */
function clock(at: number, now: number): string {
  const [date, time] = iso(at as Parameters<typeof iso>[0]).split('T') as [string, string];
  const seconds = `${time.slice(0, 8)}Z`;
  return now - at < 86_400_000 && iso(now as Parameters<typeof iso>[0]).startsWith(date)
    ? seconds
    : `${date} ${seconds}`;
}

const standing = ({ running, since }: Refused | Waiting, now: number): string =>
  `still running ${short(running)} (STALE since ${clock(since, now)})`;

/** `strategies.d/ema.yaml:9:19 E201 unknown name`. */
function briefly({ file, span, code, message }: Diagnostic): string {
  if (file === undefined) return `${code} ${message}`;
  if (span === undefined) return `${message.includes(file.path) ? '' : `${file.path} `}${code} ${message}`;
  const { line, column } = positionOf(file, clampSpan(file, span).start);
  return `${file.path}:${line}:${column} ${code} ${message}`;
}

function refusedLines(refused: Refused, repeated: boolean, { width, style, colour, now }: NoticeOptions): string[] {
  const errors = refused.diagnostics.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  const message = plain(refused.message ?? 'no reason given');
  const what =
    first !== undefined
      ? briefly(first)
      : refused.reason === 'apply'
        ? `${short(refused.revision ?? '')}, which is sound: the run could not take it over: ${message}`
        : `the check itself failed: ${message}`;
  const more = errors.length > 1 ? `, and ${counted(errors.length - 1, 'more error', 'more errors')}` : '';
  const head = wrap(`reload REFUSED ${plain(what)}${more}; ${standing(refused, now)}`, width);
  const shown = repeated ? [] : errors.slice(0, MOST_DRAWN);
  const left = repeated ? 0 : errors.length - shown.length;
  return [
    ...head.map((line) => style.red(line)),
    ...shown.flatMap((error) => [...prettyDiagnostic(error, width, colour ? COLOURED : PLAIN).split('\n'), '']),
    ...(left > 0 ? [`${counted(left, 'more error', 'more errors')}: engine validate`] : []),
  ];
}

function waitingLines(waiting: Waiting, repeated: boolean, { width, style, now }: NoticeOptions): string[] {
  const { revision, losses, until, unfinished } = waiting;
  const head = `reload WAITING ${short(revision)} loses or loosens ${counted(losses.length, 'protection')}; ${standing(waiting, now)}`;
  const command = `engine approve ${short(revision)}`;
  const way =
    until === undefined
      ? `approve it: ${command}`
      : `taken at ${clock(until, now)} unless the files change before; at once: ${command}`;
  const half = unfinished.map(
    (path) => `${plain(path)} does not end with a line break: it may be half written, and is not taken for its age`,
  );
  return [
    ...wrap(head, width).map((line) => style.yellow(style.bold(line))),
    ...(repeated ? [] : lossLines(losses, width)),
    ...(repeated ? [] : half.flatMap((line) => wrap(line, width, '  '))),
    ...wrap(way, width, '  '),
  ];
}

function lossLines(losses: readonly Loss[], width: number): string[] {
  const shown = losses.slice(0, MOST_LOSSES);
  const left = losses.length - shown.length;
  const longest = Math.max(...shown.map(({ subject }) => plain(subject).length));
  const margin = ' '.repeat(longest + 6);
  return [
    ...shown.flatMap(({ subject, text }) => {
      const [first = '', ...rest] = wrap(plain(text), Math.max(20, width - margin.length));
      return [`  ! ${plain(subject).padEnd(longest)}  ${first}`, ...rest.map((line) => margin + line)];
    }),
    ...(left > 0 ? [`  and ${left} more`] : []),
  ];
}
