import { barsOfTest } from '../../compiler/rule-tests.ts';
import type { Diagnostic } from '../../documents/diagnostic.ts';
import type { DocumentPath, StrategyDocument } from '../../documents/document.ts';
import type { SymbolBars } from '../../documents/generated/types.ts';
import { sessionBars } from '../../feeds/test-bars.ts';
import { rowsGenerated, rowsWritten } from '../../feeds/test-rows.ts';
import type { Bars } from '../../market/bars.ts';
import type { Timeframe } from '../../market/timeframe.ts';
import { pathOfCsv, unreadable } from './csv-place.ts';

/** A Monday without a holiday near it. */
export const FIRST_DAY = '2024-01-08';

/** The bars of a test by symbol, or why there are none. */
export type TestBars =
  | { readonly bars: ReadonlyMap<string, Bars>; readonly diagnostic?: undefined }
  | { readonly bars?: undefined; readonly diagnostic: Diagnostic };

/** Bars of one test of a document: those written down are laid over sessions, a file is read. */
export async function barsFor(document: StrategyDocument, index: number): Promise<TestBars> {
  const { value } = document;
  const test = value.tests![index]!;
  const { symbols } = value;
  const timeframe: Timeframe = value.timeframe;
  const all = new Map<string, Bars>();
  for (const { symbol, bars, path } of barsOfTest(symbols, test)) {
    if (bars.csv !== undefined) {
      const read = await fromFile(document, symbol, timeframe, bars.csv, ['tests', index, ...path, 'csv']);
      if (read.diagnostic !== undefined) return read;
      all.set(symbol, read.bars);
    } else all.set(symbol, sessionBars(symbol, timeframe, rowsOf(bars), test.from ?? FIRST_DAY));
  }
  return { bars: all };
}

const rowsOf = ({ rows, generate }: SymbolBars) =>
  rows === undefined ? rowsGenerated(generate ?? { steps: [] }) : rowsWritten(rows);

async function fromFile(
  document: StrategyDocument,
  symbol: string,
  timeframe: Timeframe,
  csv: string,
  path: DocumentPath,
): Promise<{ readonly bars: Bars; readonly diagnostic?: undefined } | { readonly diagnostic: Diagnostic }> {
  const shown = pathOfCsv(document, csv);
  const { readCsv } = await import('../../feeds/csv.ts');
  const hours = document.value.session?.hours ?? 'regular';
  const reading = await readCsv({ path: shown, symbols: [symbol], hours });
  const trouble = reading.diagnostics.find(({ severity }) => severity === 'error');
  const bars = reading.data.bars.get(symbol);
  if (trouble !== undefined || bars === undefined || bars.length === 0) {
    const message = trouble?.message ?? `${shown} holds no bar`;
    return { diagnostic: unreadable(document, path, message, trouble?.help ?? 'the path is relative to this file') };
  }
  if (bars.timeframe === timeframe) return { bars };
  const message = `${shown} holds bars of ${bars.timeframe}, and the strategy decides on ${timeframe}`;
  return { diagnostic: unreadable(document, path, message, `bring bars of ${timeframe}: expectations count them`) };
}
