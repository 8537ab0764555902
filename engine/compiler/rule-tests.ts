import type { DocumentPath } from '../documents/document.ts';
import type { Expectation, StrategyTest, SymbolBars } from '../documents/generated/types.ts';
import { didYouMean } from '../documents/suggest.ts';
import type { Checked } from '../expressions/tree.ts';
import type { Definitions } from './definitions.ts';
import type { Reporter } from './finding.ts';
import type { StrategyScope } from './scope.ts';
import type { Checking } from './strategy.ts';

/** What tests look at besides orders and positions, by the name they use. */
export interface Watched {
  readonly conditions: ReadonlyMap<string, Checked>;
  /** Also outputs: `bands.lower`. */
  readonly indicators: ReadonlyMap<string, Checked>;
}

export const NOTHING_WATCHED: Watched = { conditions: new Map(), indicators: new Map() };

/** Words an exit can be known by besides the id of its rule. */
export const EXIT_REASONS = [
  'exit_rule',
  'stop_loss',
  'take_profit',
  'trailing_stop',
  'break_even',
  'time_stop',
  'session',
  'breaker',
];

/** Checks what the tests of a strategy speak of, and that their bars can be; gives the trees of all that has a name. */
export function checkTests(checking: Checking, { named }: Definitions): Watched {
  const { reporter, value } = checking;
  const watched = watchedOf(value, named);
  const names = new Set<string>();
  (value.tests ?? []).forEach((test, index) => {
    const path: DocumentPath = ['tests', index];
    if (names.has(test.name)) {
      reporter.at('E356', [...path, 'name'], `two tests are called \`${test.name}\``, 'give each its own name');
    }
    names.add(test.name);
    checkDay(reporter, test, [...path, 'from']);
    const bars = checkBars(checking, test, path);
    test.expect.forEach((line, number) => {
      const at = [...path, 'expect', number];
      checkPlace(checking, line, bars, at);
      checkNames(checking, line, at, watched);
    });
  });
  return watched;
}

function watchedOf(value: Checking['value'], named: Definitions['named']): Watched {
  const conditions = new Map<string, Checked>();
  for (const name of Object.keys(value.conditions ?? {})) {
    const meaning = named.get(name)?.meaning();
    // A broken one has its own finding.
    if (meaning?.kind === 'tree') conditions.set(name, meaning.tree);
  }
  const indicators = new Map<string, Checked>();
  for (const name of Object.keys(value.indicators ?? {})) {
    const meaning = named.get(name)?.meaning();
    if (meaning?.kind === 'tree') indicators.set(name, meaning.tree);
    if (meaning?.kind !== 'outputs') continue;
    const { tree } = meaning;
    tree.entry.outputs.forEach((output, k) => {
      indicators.set(`${name}.${output.name}`, { ...tree, output: k });
    });
  }
  return { conditions, indicators };
}

/** Years in which the calendars know every session. */
const YEARS = [1990, 2035] as const;

function checkDay(reporter: Reporter, { from }: StrategyTest, path: DocumentPath): void {
  if (from === undefined) return;
  const time = new Date(`${from}T00:00:00Z`);
  const real = !Number.isNaN(time.getTime()) && time.toISOString().startsWith(from);
  const year = Number(from.slice(0, 4));
  if (real && year >= YEARS[0] && year <= YEARS[1]) return;
  const message = real ? `\`from: ${from}\` lies beyond the calendar` : `there is no day ${from}`;
  reporter.at('E357', path, message, `write a day of the years ${YEARS[0]} to ${YEARS[1]}, such as 2024-01-08`);
}

/** Bars of each symbol of a test: their number, undefined where a file holds them. */
type Counts = ReadonlyMap<string, number | undefined>;

/** The bars of a test by symbol, with the path of each; the first symbol of the strategy when none is named. */
export function barsOfTest(
  symbols: readonly string[],
  test: StrategyTest,
): readonly { readonly symbol: string; readonly bars: SymbolBars; readonly path: DocumentPath }[] {
  const { symbols: named, ...single } = test.bars;
  if (named === undefined) return [{ symbol: symbols[0] ?? '', bars: single, path: ['bars'] }];
  return Object.entries(named).map(([symbol, bars]) => ({ symbol, bars, path: ['bars', 'symbols', symbol] }));
}

/** How many bars are written down or made by steps; undefined for a file. */
export function countOf({ rows, generate }: SymbolBars): number | undefined {
  if (rows !== undefined) return rows.length;
  return generate?.steps.reduce(
    (sum, { flat, up, down, random, bars }) => sum + (bars?.length ?? flat ?? up ?? down ?? random ?? 0),
    0,
  );
}

/** The symbols as they are written: tests are about those, whatever a run trades in their place. */
function symbolsOf({ document }: Reporter): readonly string[] {
  const symbols: string[] = [];
  for (let k = 0; ; k++) {
    const written = document.expression(['symbols', k]);
    if (written === undefined) return symbols;
    symbols.push(written.text);
  }
}

function checkBars({ reporter, scope }: Checking, test: StrategyTest, path: DocumentPath): Counts {
  const symbols = symbolsOf(reporter);
  const counts = new Map<string, number | undefined>();
  for (const { symbol, bars, path: where } of barsOfTest(symbols, test)) {
    counts.set(symbol, countOf(bars));
    checkRows(reporter, bars.rows, [...path, ...where, 'rows']);
    bars.generate?.steps.forEach((step, k) => {
      checkRows(reporter, step.bars, [...path, ...where, 'generate', 'steps', k, 'bars']);
    });
  }
  if (!symbols.some((symbol) => counts.has(symbol))) {
    reporter.at(
      'E353',
      [...path, 'bars'],
      `the test has no bars of a symbol that the strategy trades (${symbols.join(', ')})`,
      `name one of them under \`bars.symbols\``,
    );
  }
  for (const [symbol, name] of (scope as StrategyScope).otherSymbols) {
    if (counts.has(symbol)) continue;
    const message = `\`${name}\` reads ${symbol}, and the test has no bars of it`;
    reporter.at('E353', [...path, 'bars'], message, `write bars of ${symbol} under \`bars.symbols\``);
  }
  return counts;
}

function checkRows(reporter: Reporter, rows: SymbolBars['rows'], path: DocumentPath): void {
  rows?.forEach((row, number) => {
    const [open, high, low, close] = typeof row === 'number' ? [row, row, row, row] : row;
    const wrong = faultOf([open!, high!, low!, close!, (typeof row === 'number' ? undefined : row[4]) ?? 0]);
    if (wrong === undefined) return;
    const help = 'write [open, high, low, close] or [open, high, low, close, volume]';
    reporter.at('E352', [...path, number], `bar ${number} ${wrong}`, help);
  });
}

function faultOf(row: readonly [number, number, number, number, number]): string | undefined {
  const [open, high, low, close, volume] = row;
  if (row.some((part) => !Number.isFinite(part))) return 'holds something that is no number';
  if (Math.min(open, high, low, close) <= 0) return 'has a price that is not above 0';
  if (high < Math.max(open, close, low)) return `has a high of ${high}, below its other prices`;
  if (low > Math.min(open, close)) return `has a low of ${low}, above its other prices`;
  return volume < 0 ? `has a volume of ${volume}` : undefined;
}

/** The bar and the symbol that an expectation is about. */
function checkPlace({ reporter }: Checking, line: Expectation, bars: Counts, path: DocumentPath): void {
  const traded = symbolsOf(reporter).filter((symbol) => bars.has(symbol));
  const symbol = line.symbol ?? traded[0];
  if (symbol === undefined) return;
  if (!traded.includes(symbol)) {
    const message = `the test does not trade \`${symbol}\``;
    const near = didYouMean(symbol, traded);
    const help = `${near === undefined ? '' : `did you mean \`${near}\`?  `}it trades ${traded.join(', ')}`;
    reporter.at('E353', [...path, 'symbol'], message, help);
    return;
  }
  const count = bars.get(symbol);
  if (count === undefined || line.at < count) return;
  reporter.at(
    'E351',
    [...path, 'at'],
    `bar ${line.at} never comes: the test has ${count === 1 ? 'bar 0 alone' : `the bars 0 to ${count - 1}`}`,
    'bars are numbered from 0; name an earlier one, or give the test more bars',
  );
}

function checkNames(
  { reporter, value }: Checking,
  line: Expectation,
  path: DocumentPath,
  { indicators }: Watched,
): void {
  const conditions = Object.keys(value.conditions ?? {});
  for (const name of Object.keys(line.conditions ?? {})) {
    if (conditions.includes(name)) continue;
    unknown(reporter, 'condition', name, conditions, [...path, 'conditions', name], 'key');
  }
  for (const name of Object.keys(line.indicators ?? {})) {
    if (indicators.has(name)) continue;
    unknown(reporter, 'indicator', name, [...indicators.keys()], [...path, 'indicators', name], 'key');
  }
  if (line.exit === undefined) return;
  const exits = exitWords(value);
  if (!exits.includes(line.exit)) unknown(reporter, 'exit', line.exit, exits, [...path, 'exit'], 'value');
}

/** Ids of the exit rules of a strategy, and the reasons. */
function exitWords({ exit }: Checking['value']): readonly string[] {
  const sides = [exit, exit.long, exit.short];
  const ids = sides.flatMap((side) => [
    ...(side?.rules ?? []).map(({ id }) => id),
    ...(side?.when === undefined ? [] : ['when']),
  ]);
  return [...new Set([...ids, ...EXIT_REASONS])];
}

function unknown(
  reporter: Reporter,
  kind: string,
  name: string,
  known: readonly string[],
  path: DocumentPath,
  on: 'key' | 'value',
): void {
  const near = didYouMean(name, known);
  const list = known.length === 0 ? 'the strategy has none' : `there are ${known.join(', ')}`;
  const help = `${near === undefined ? '' : `did you mean \`${near}\`?  `}${list}`;
  reporter.at('E350', path, `there is no ${kind} \`${name}\``, help, on);
}
