import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Diagnostic } from '../documents/diagnostic.ts';
import { type HashingData, hashed, type MarketData } from '../market/bars.ts';
import { calendarOf } from '../market/calendars.ts';
import { readActions } from './actions.ts';
import { clockAdvice, clockWarning } from './clock-check.ts';
import { type CsvAhead, type SharedFile, startAhead } from './csv-ahead.ts';
import { type FileReader, readCsvFile } from './csv-file.ts';
import type { CsvOptions, Gathering } from './csv-gathering.ts';
import { createPlainRows } from './csv-plain-rows.ts';
import type { Scan } from './csv-scan.ts';
import { SORT_HELP, settle } from './csv-settle.ts';
import { finding } from './finding.ts';
import { createFingerprint, type Fingerprint, fingerprintOf } from './fingerprint.ts';
import type { Fitted } from './fit-bars.ts';
import { ACTIONS_FILE, barFiles, fileOfSymbol, placeAt, sizeOf, symbolOfFile } from './locate.ts';
import { lookOver } from './look-over.ts';
import { plainText } from './plain-text.ts';
import { causeOf, createQuarantine } from './quarantine.ts';
import { zoneOf } from './timezone.ts';

export interface CsvProgress {
  readonly file: string;
  readonly filesDone: number;
  readonly files: number;
  /** Bytes read so far, and bytes to read in all. */
  readonly bytes: number;
  readonly totalBytes: number;
}

export interface CsvReading<Data = MarketData> {
  readonly data: Data;
  readonly diagnostics: readonly Diagnostic[];
}

/** How many bytes go by before other work gets a turn. */
const TURN = 8 << 20;

/**
 * Reads bars from CSV: `DIR/SYMBOL.csv`, or one file. Bars are clipped to their sessions, bad rows quarantined; what cannot be
 * read is a diagnostic of the 4xx codes, never an exception.
 */
export async function readCsv(options: CsvOptions, progress?: (progress: CsvProgress) => void): Promise<CsvReading> {
  const reading = await readCsvHashing(options, progress);
  return { ...reading, data: await hashed(reading.data) };
}

/** `readCsv` that does not wait for the hash, which a second thread may be at for as long as the reading took. */
export async function readCsvHashing(
  options: CsvOptions,
  progress?: (progress: CsvProgress) => void,
): Promise<CsvReading<HashingData>> {
  const zone = options.timezone === undefined ? undefined : zoneOf(options.timezone);
  const gathering: Gathering = {
    options,
    zone,
    quarantine: createQuarantine(),
    bars: new Map(),
    actions: [],
    diagnostics: [],
    warnings: [],
    actionsText: '',
    rowsRead: 0,
    barsUsed: 0,
    outsideSession: 0,
  };
  if (options.timezone !== undefined && zone === undefined) {
    const help = 'use an IANA name such as America/New_York, UTC, or an offset such as -05:00';
    gathering.diagnostics.push(finding('E407', `unknown time zone: ${options.timezone}`, { help }));
  }
  const work = gathering.diagnostics.length > 0 ? [] : pairs(gathering);
  const totalBytes = work.reduce((sum, [, path]) => sum + sizeOf(path), 0);
  const ahead = options.ahead ?? (await startAhead(totalBytes));
  const { actionsText } = gathering;
  const fingerprint =
    ahead === undefined ? createFingerprint(actionsText) : fingerprintOf(ahead.companion, actionsText);
  const reader = { quarantine: gathering.quarantine, zone, fingerprint, plain: createPlainRows() };
  try {
    await readFiles(gathering, work, totalBytes, reader, ahead, progress);
  } catch (error) {
    ahead?.close();
    throw error;
  }
  return { data: marketData(gathering, digestOf(fingerprint, ahead)), diagnostics: gathering.diagnostics };
}

/** The hash; what read along is closed behind it. */
function digestOf(fingerprint: Fingerprint, ahead: CsvAhead | undefined): string | Promise<string> {
  const digest = fingerprint.digest();
  if (typeof digest === 'string') return digest;
  const closed = digest.finally(() => ahead?.close());
  // A run that is given up asks for no hash.
  closed.catch(() => {});
  return closed;
}

function marketData(gathering: Gathering, hash: string | Promise<string>): HashingData {
  return {
    source: gathering.options.path,
    synthetic: false,
    bars: gathering.bars,
    actions: gathering.actions.filter((action) => gathering.bars.has(action.symbol)),
    rowsRead: gathering.rowsRead,
    barsUsed: gathering.barsUsed,
    outsideSession: gathering.outsideSession,
    quarantined: gathering.quarantine.rows,
    quarantinedCount: gathering.quarantine.count,
    hash,
    warnings: gathering.warnings,
  };
}

const listed = (names: readonly string[]): string =>
  names.length === 0
    ? 'no CSV file'
    : names.slice(0, 12).join(', ') + (names.length > 12 ? `, and ${names.length - 12} more` : '');

/** Pairs of symbol and file to read, in the order asked for; what has no file becomes one finding. */
function pairs(gathering: Gathering): readonly (readonly [string, string])[] {
  const { path, symbols } = gathering.options;
  const place = placeAt(path);
  if (place.kind === 'missing') {
    const message =
      place.code === 'ENOENT' ? `there is no file or folder ${path}` : `${path} cannot be opened (${place.code})`;
    const help = 'give a folder with one CSV file per symbol, or one CSV file';
    gathering.diagnostics.push(finding('E402', message, { help }));
    return [];
  }
  readActionsBeside(gathering, place.folder);
  if (place.kind === 'file') {
    const own = symbolOfFile(place.file);
    if (symbols === undefined) return [[own, place.file]];
    if (symbols.length === 1) return [[symbols[0]!, place.file]];
    reportMissing(
      gathering,
      symbols.filter((symbol) => symbol !== own),
      `${path} holds one symbol, ${own}`,
    );
    return symbols.includes(own) ? [[own, place.file]] : [];
  }
  const files = barFiles(place.files);
  if (files.length === 0) {
    const help = `it holds ${place.files.length === 0 ? 'nothing' : listed(place.files)}; bars are read from SYMBOL.csv`;
    gathering.diagnostics.push(finding('E402', `the folder ${path} holds no CSV file`, { help }));
    return [];
  }
  if (symbols === undefined) return everyFile(gathering, place.folder, files);
  const found: (readonly [string, string])[] = [];
  const missing: string[] = [];
  for (const symbol of new Set(symbols)) {
    const file = fileOfSymbol(symbol, files);
    if (file === undefined) missing.push(symbol);
    else found.push([symbol, join(place.folder, file)]);
  }
  reportMissing(gathering, missing, `the folder ${path} holds ${listed(files)}`);
  return found;
}

function everyFile(
  gathering: Gathering,
  folder: string,
  files: readonly string[],
): readonly (readonly [string, string])[] {
  const bySymbol = new Map<string, string>();
  for (const file of files) {
    const symbol = symbolOfFile(file);
    const first = bySymbol.get(symbol);
    if (first === undefined) bySymbol.set(symbol, join(folder, file));
    else gathering.warnings.push(`${join(folder, file)} is not read: ${first} is ${symbol} already`);
  }
  return [...bySymbol];
}

function reportMissing(gathering: Gathering, missing: readonly string[], holds: string): void {
  if (missing.length === 0) return;
  const file = missing[0]!.replace('/', '-');
  gathering.diagnostics.push(
    finding('E401', `no data for ${listed(missing)}`, {
      help: `${holds}; add ${file}.csv there, or choose with --symbols`,
    }),
  );
}

function readActionsBeside(gathering: Gathering, folder: string): void {
  const path = join(folder, ACTIONS_FILE);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    // No file of actions is the usual case.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
    gathering.diagnostics.push(finding('E403', `${path} cannot be read`, { help: 'check its permissions' }));
    return;
  }
  gathering.actionsText = text;
  const { actions, faults } = readActions(text);
  gathering.actions.push(...actions);
  for (const fault of faults.slice(0, 20)) {
    gathering.diagnostics.push(
      finding('E411', `${path} line ${fault.line}: ${fault.message}`, {
        help: 'a row is date,symbol,split,dividend: 2014-06-09,AAPL,7,0',
      }),
    );
  }
}

async function readFiles(
  gathering: Gathering,
  work: readonly (readonly [string, string])[],
  totalBytes: number,
  reader: FileReader,
  ahead: CsvAhead | undefined,
  progress: ((progress: CsvProgress) => void) | undefined,
): Promise<void> {
  let bytes = 0;
  let turn = 0;
  for (const [index, [symbol, path]] of work.entries()) {
    let before = 0;
    const shared = ahead?.take(path);
    // The companion goes on with the next file while this one becomes bars.
    const next = work[index + 1];
    if (next !== undefined) ahead?.begin(next[1]);
    await readSymbol(gathering, symbol, path, reader, shared, (ofFile) => {
      bytes += ofFile - before;
      turn += ofFile - before;
      before = ofFile;
      progress?.({ file: path, filesDone: index, files: work.length, bytes, totalBytes });
      if (turn < TURN) return undefined;
      turn = 0;
      return new Promise((resolve) => setImmediate(resolve));
    });
  }
}

async function readSymbol(
  gathering: Gathering,
  symbol: string,
  path: string,
  reader: FileReader,
  shared: SharedFile | undefined,
  pause: (bytes: number) => Promise<void> | undefined,
): Promise<void> {
  const { quarantine, diagnostics } = gathering;
  const before = quarantine.count;
  quarantine.startFile();
  const reading = await readCsvFile(path, reader, pause, shared);
  if ('kind' in reading) {
    const code = reading.kind === 'unreadable' ? 'E403' : reading.kind === 'not_text' ? 'E404' : 'E405';
    const header = reading.kind === 'layout' ? reading.header : '';
    diagnostics.push(
      finding(code, `${path}: ${reading.message}`, { help: reading.help, file: { path, text: header } }),
    );
    return;
  }
  const { scan, layout } = reading;
  gathering.rowsRead += scan.rows;
  const fitted = settle(gathering, symbol, path, scan);
  if (fitted === undefined) return;
  gathering.outsideSession += fitted.outside;
  const refused = quarantine.count - before;
  const worst = quarantine.commonest();
  const cause = worst === undefined ? '' : `: ${causeOf(refused, worst)}`;
  if (fitted.bars.length === 0) {
    refuseEmpty(
      gathering,
      symbol,
      path,
      scan,
      fitted,
      refused > 0 ? `${refused} of ${scan.rows} rows are faulty${cause}` : undefined,
    );
    return;
  }
  const setAside = `${path}: ${refused === 1 ? '1 row was' : `${refused} of ${scan.rows} rows were`} not used${cause}`;
  if (refused * 2 > scan.rows) {
    const help =
      worst?.cause === 'time_backwards' ? SORT_HELP : 'mend the file: what is left of it would not show what happened';
    diagnostics.push(finding('E413', setAside, { help }));
    return;
  }
  gathering.bars.set(symbol, fitted.bars);
  gathering.barsUsed += fitted.bars.length;
  if (refused > 0) {
    diagnostics.push(finding('E410', setAside, { help: 'mend the file if they matter' }));
    gathering.warnings.push(plainText(setAside));
  }
  if (layout.ignored.length > 0)
    gathering.warnings.push(`${path}: columns not used: ${plainText(listed(layout.ignored))}`);
  if (!layout.hasVolume) gathering.warnings.push(`${path}: there is no volume column; volume is 0`);
  if (fitted.beyond > 0) {
    gathering.warnings.push(`${path}: ${fitted.beyond} rows lie beyond the calendar, which runs from 1990 to 2035`);
  }
  const calendar = calendarOf(symbol);
  const advice = clockAdvice(scan.kind, gathering.options.timezone);
  const clock = clockWarning(fitted.bars, calendar, fitted.outside - fitted.beyond, scan.rows, advice);
  if (clock !== undefined) gathering.warnings.push(`${path}: ${clock}`);
  gathering.warnings.push(...lookOver(fitted.bars, calendar, gathering.actions));
}

/** Says why a file gave no bar; `faults` tells of its rows in quarantine. */
function refuseEmpty(
  gathering: Gathering,
  symbol: string,
  path: string,
  scan: Scan,
  fitted: Fitted,
  faults: string | undefined,
): void {
  const calendar = calendarOf(symbol);
  const { hours, timezone } = gathering.options;
  const cause =
    faults ??
    (scan.rows === 0
      ? 'the file has a header and no rows'
      : fitted.outside > 0
        ? `${fitted.outside} of ${scan.rows} rows lie outside the ${hours} hours of ${calendar.id}`
        : 'no row lies in the time asked for');
  const intraday = fitted.bars.timeframe !== '1d' && fitted.bars.timeframe !== '1w';
  const help =
    faults === undefined && intraday && fitted.outside > fitted.beyond
      ? `the time zone may be wrong; ${clockAdvice(scan.kind, timezone)}`
      : helpFor(gathering.quarantine.commonest()?.cause);
  gathering.diagnostics.push(finding('E408', `${path}: no usable bar: ${cause}`, { help }));
}

const helpFor = (cause: string | undefined): string =>
  cause === 'bad_time'
    ? 'write times as 2024-01-02T14:30:00Z, as 2024-01-02, or as seconds or milliseconds since 1970'
    : 'look at the first rows of the file, and at --from, --to and --symbols';
