import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Refusal } from '../alpaca/refusal.ts';
import type { AlpacaRest, BarSize, BarsQuery } from '../alpaca/rest.ts';
import { SIP_DELAY } from '../feeds/alpaca/history.ts';
import { type BarFile, ForeignFile, openBarFile } from '../feeds/history/bar-file.ts';
import { type Fetched, fetchHistory } from '../feeds/history/fetch.ts';
import { type FileRecord, type FolderRecord, readRecord, writeRecord } from '../feeds/history/record.ts';
import { fileOfSymbol } from '../feeds/locate.ts';
import { calendarOf } from '../market/calendars.ts';
import { type Instant, instant, MINUTE } from '../market/time.ts';
import { count, counted } from '../report/amounts.ts';
import { marketTime, zoneOf } from '../report/clock.ts';
import { listed } from '../report/wrap.ts';
import { namedEndpoints, openAlpaca, refusalWords } from './alpaca-access.ts';
import { textFlag } from './arguments.ts';
import type { CommandContext } from './command.ts';
import { readEnvironment } from './environment.ts';
import { EXIT, failure } from './exit.ts';
import { type FetchProgress, fetchProgress } from './fetch-progress.ts';
import { exitOfRun } from './interruption.ts';
import { runClock } from './run-clock.ts';
import { readInstant, readSymbols, refuseReversed } from './simulation-flags.ts';
import type { Terminal } from './terminal.ts';
import { workspaceFolder } from './workspace-folder.ts';

const SIZES: Readonly<Record<string, BarSize>> = { '1m': '1Min', '5m': '5Min', '1h': '1Hour', '1d': '1Day' };

/** Symbols that are asked for at a time: more would only wait for the limit of requests. */
const AT_ONCE = 4;

interface Wanted {
  readonly symbols: readonly string[];
  readonly timeframe: string;
  readonly size: BarSize;
  readonly adjustment: BarsQuery['adjustment'];
  readonly feed: BarsQuery['feed'];
  readonly from: number;
  readonly to: number;
  /** The time of the fetch. */
  readonly now: number;
  readonly folder: string;
}

/** What became of one symbol. */
interface Outcome {
  readonly symbol: string;
  readonly path: string;
  readonly fetched: Fetched;
  readonly last: number | undefined;
  readonly cut: number;
}

/** Symbols of the words after the command, or all that the enabled strategies read. */
const symbolsWanted = async (words: readonly string[], folder: string): Promise<readonly string[]> => {
  const named = words.length === 0 ? undefined : readSymbols(words.join(','));
  if (named !== undefined) return named;
  const { loadWorkspace } = await import('../runtime/workspace.ts');
  const { ruleset } = await loadWorkspace({ dir: folder });
  if (ruleset === undefined) {
    throw failure(
      'engine data fetch needs symbols, and the strategies here name none',
      'name them: engine data fetch SPY AAPL --from 2024-01-01; engine validate says what is wrong with the strategies',
    );
  }
  return ruleset.symbols;
};

const readWanted = async ({ flags }: CommandContext, words: readonly string[]): Promise<Wanted> => {
  const workspace = workspaceFolder(flags);
  const symbols = await symbolsWanted(words, workspace);
  const first = symbols[0] ?? 'SPY';
  const from = readInstant('from', textFlag(flags, 'from'), false, first);
  if (from === undefined) {
    throw failure('engine data fetch needs --from', 'name the first day: --from 2024-01-01');
  }
  const to = readInstant('to', textFlag(flags, 'to'), true, first);
  refuseReversed(flags, from, to);
  const environment = readEnvironment(workspace);
  const now = runClock(environment, await namedEndpoints(environment)).now();
  if (from > now) throw failure(`--from ${textFlag(flags, 'from')} has not come yet`, 'name a day that is over');
  const timeframe = textFlag(flags, 'timeframe') ?? '1m';
  return {
    symbols,
    timeframe,
    size: SIZES[timeframe]!,
    adjustment: (textFlag(flags, 'adjustment') ?? 'raw') as BarsQuery['adjustment'],
    feed: (textFlag(flags, 'feed') ?? environment.ALPACA_FEED.value ?? 'iex') as BarsQuery['feed'],
    from,
    to: Math.min(to ?? now, now),
    now,
    folder: textFlag(flags, 'out') ?? 'bars',
  };
};

/** `BTC/USD` becomes `BTC-USD.csv`; a file that the folder has already keeps its name. */
const fileNameOf = (symbol: string, folder: string): string =>
  fileOfSymbol(symbol, existsSync(folder) ? readdirSync(folder) : []) ?? `${symbol.replaceAll('/', '-')}.csv`;

/** Refuses to mix bars of two kinds in one file. */
const refuseMixed = (name: string, known: FileRecord, wanted: Wanted): void => {
  const differing = (['timeframe', 'adjustment', 'feed'] as const).filter((key) => known[key] !== wanted[key]);
  if (differing.length === 0) return;
  const had = differing.map((key) => `--${key} ${known[key]}`).join(' ');
  throw failure(
    `${join(wanted.folder, name)} was fetched with ${had}`,
    'name another folder (--out DIR) for these, or begin the files anew with --fresh',
  );
};

/** Opens the file of a symbol where it can be gone on with, or begins it anew. */
const openFor = async (
  symbol: string,
  wanted: Wanted,
  record: FolderRecord,
  fresh: boolean,
): Promise<{ readonly name: string; readonly file: BarFile }> => {
  const name = fileNameOf(symbol, wanted.folder);
  const path = join(wanted.folder, name);
  const known = record[name];
  if (!fresh) {
    if (known === undefined && existsSync(path)) {
      throw failure(
        `${join(wanted.folder, name)} was not made by this command`,
        'name another folder (--out DIR), or replace the file with --fresh',
      );
    }
    if (known !== undefined) refuseMixed(name, known, wanted);
  }
  let file: BarFile;
  try {
    file = await openBarFile(path);
  } catch (error) {
    if (!(error instanceof ForeignFile)) throw error;
    throw failure(
      `${join(wanted.folder, name)} has another header than this command writes`,
      'name another folder (--out DIR), or move the file away',
    );
  }
  // What lies before the first row cannot be put in front of it.
  if (fresh || (known !== undefined && known.from > wanted.from)) await file.empty();
  return { name, file };
};

/** Bars that the plan does not hold: why, and what can be had. */
const refused = (symbol: string, refusal: Refusal, wanted: Wanted): Error => {
  if (refusal.kind === 'forbidden' && wanted.feed === 'sip') {
    return failure(
      `the plan of the account does not hold SIP bars of ${symbol} (${refusal.message})`,
      'take --feed iex, which is free, or a plan with SIP data',
    );
  }
  const { says, help } = refusalWords(refusal);
  return failure(`${symbol}: ${says}`, help);
};

const fetchOne = async (
  rest: AlpacaRest,
  symbol: string,
  wanted: Wanted,
  files: ReadonlyMap<string, { readonly name: string; readonly file: BarFile }>,
  signal: AbortSignal,
  progress: FetchProgress,
): Promise<Outcome> => {
  const { name, file } = files.get(symbol)!;
  const { size, adjustment, feed, from, to } = wanted;
  const fetched = await fetchHistory({
    rest,
    symbol,
    size,
    adjustment,
    feed,
    from,
    to,
    file,
    signal,
    told: (bars, part) => progress.update(symbol, Math.min(part, 0.99), bars),
  });
  if (fetched.kind === 'done') progress.update(symbol, 1, fetched.added);
  return { symbol, path: join(wanted.folder, name), fetched, last: file.last?.start, cut: file.cut };
};

const isForbidden = ({ fetched }: Outcome): boolean =>
  fetched.kind === 'refused' && fetched.refusal.kind === 'forbidden';

export const fetchData = async (context: CommandContext, words: readonly string[]): Promise<number> => {
  const { flags, terminal } = context;
  const wanted = await readWanted(context, words);
  const environment = readEnvironment(workspaceFolder(flags));
  const signal = context.interruption();
  const progress = fetchProgress(terminal, wanted.symbols, () => performance.now());
  const access = await openAlpaca(environment, 'engine data fetch', {
    limited: (state) => progress.waits(state === 'limited'),
  });
  const files = new Map<string, { readonly name: string; readonly file: BarFile }>();
  // A request that is under way is let go of: what it would bring, the same command brings later.
  signal.addEventListener('abort', () => void access.close());
  try {
    mkdirSync(wanted.folder, { recursive: true });
    const record = await readRecord(wanted.folder);
    for (const symbol of wanted.symbols) {
      files.set(symbol, await openFor(symbol, wanted, record, flags.fresh === true));
    }
    await writeRecord(wanted.folder, { ...record, ...recordOf(wanted, [...files.values()], record) });
    const { outcomes, to } = await fetchAll(access.rest, wanted, files, signal, progress);
    progress.end();
    const failed = outcomes.find(({ fetched }) => fetched.kind === 'refused');
    if (failed?.fetched.kind === 'refused' && !signal.aborted)
      throw refused(failed.symbol, failed.fetched.refusal, wanted);
    if (to < wanted.to) {
      terminal.err(
        `SIP bars of the last 15 minutes need a paid plan: these end at ${marketTime(wanted.symbols[0]!, instant(to))} ${zoneOf(wanted.symbols[0]!)}.\n`,
      );
    }
    return tell(terminal, outcomes, wanted, signal);
  } finally {
    progress.end();
    await access.close();
    for (const { file } of files.values()) await file.close();
  }
};

/** The record of these files: what was asked for from earlier on still counts. */
const recordOf = (
  { timeframe, adjustment, feed, from }: Wanted,
  files: readonly { readonly name: string; readonly file: BarFile }[],
  record: FolderRecord,
): FolderRecord =>
  Object.fromEntries(
    files.map(({ name, file }) => {
      const before = file.last === undefined ? undefined : record[name]?.from;
      return [name, { timeframe, adjustment, feed, from: Math.min(from, before ?? from) }];
    }),
  );

/** Fetches some symbols at a time; bars of the last minutes are left out when the plan does not hold them. */
const fetchAll = async (
  rest: AlpacaRest,
  wanted: Wanted,
  files: ReadonlyMap<string, { readonly name: string; readonly file: BarFile }>,
  signal: AbortSignal,
  progress: FetchProgress,
): Promise<{ readonly outcomes: readonly Outcome[]; readonly to: number }> => {
  const delayed = Math.min(wanted.to, wanted.now - SIP_DELAY);
  let { to } = wanted;
  const outcomes: Outcome[] = [];
  const waiting = [...wanted.symbols];
  const work = async (): Promise<void> => {
    for (let symbol = waiting.shift(); symbol !== undefined; symbol = waiting.shift()) {
      const one = (until: number): Promise<Outcome> =>
        fetchOne(rest, symbol!, { ...wanted, to: until }, files, signal, progress);
      let outcome = await one(to);
      if (isForbidden(outcome) && wanted.feed === 'sip' && to > delayed && delayed > wanted.from) {
        outcome = await one(delayed);
        if (!isForbidden(outcome)) to = delayed;
      }
      outcomes.push(outcome);
      if (outcome.fetched.kind === 'refused' || signal.aborted) return;
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, wanted.symbols.length) }, work));
  return {
    outcomes: outcomes.toSorted((a, b) => wanted.symbols.indexOf(a.symbol) - wanted.symbols.indexOf(b.symbol)),
    to,
  };
};

/** What the files hold now; gives the exit code. */
const tell = (terminal: Terminal, outcomes: readonly Outcome[], wanted: Wanted, signal: AbortSignal): number => {
  const { style } = terminal;
  const width = Math.max(...wanted.symbols.map((symbol) => symbol.length));
  for (const { symbol, path, fetched, last, cut } of outcomes) {
    if (fetched.kind === 'refused') continue;
    const { added, leftOut, restated } = fetched;
    const until = last === undefined ? '' : `  to ${marketTime(symbol, instant(last) as Instant)} ${zoneOf(symbol)}`;
    const notes = [
      ...(restated === 'file' ? ['begun anew: its bars are adjusted to a split since'] : []),
      ...(restated === 'row' ? ['the last row of before was corrected'] : []),
      ...(cut > 0 ? ['half a row was cut off'] : []),
      ...(leftOut > 0 ? [`${counted(leftOut, 'bar')} without a price left out`] : []),
    ];
    const what =
      last === undefined
        ? style.yellow('no bars')
        : added === 0
          ? style.dim('nothing new')
          : `${style.green(`+${count(added)}`)} ${added === 1 ? 'bar' : 'bars'}`;
    terminal.out(
      `${symbol.padEnd(width)}  ${what}${until}  ${style.dim(path)}${notes.length > 0 ? `  (${notes.join('; ')})` : ''}\n`,
    );
  }
  if (signal.aborted) {
    terminal.err('Stopped. The files hold whole rows; the same command goes on from there.\n');
    return exitOfRun(true, signal);
  }
  const without = outcomes.filter(({ last }) => last === undefined).map(({ symbol }) => symbol);
  if (without.length > 0) {
    const all = without.length === outcomes.length;
    terminal.err(
      `No bars of ${listed(without)} between ${dayOf(without[0]!, wanted.from)} and ${dayOf(without[0]!, wanted.to - 1)}: see that the symbol is written so, and was traded then${wanted.feed === 'iex' ? '; --feed sip has more exchanges and years' : ''}.\n`,
    );
    if (all) return EXIT.findings;
  }
  terminal.err(`${style.dim(`Try: engine backtest --data ${wanted.folder}`)}\n`);
  return without.length > 0 ? EXIT.findings : EXIT.fine;
};

const dayOf = (symbol: string, at: number): string => {
  const calendar = calendarOf(symbol);
  return new Date(calendar.midnight(instant(at)) + 12 * 60 * MINUTE).toISOString().slice(0, 10);
};
