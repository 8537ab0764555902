import type { Ruleset } from '../compiler/ruleset.ts';
import type { Diagnostic } from '../documents/diagnostic.ts';
import type { CsvAhead } from '../feeds/csv-ahead.ts';
import { type HashingData, hashed } from '../market/bars.ts';
import type { Hours } from '../market/calendar.ts';
import type { Instant } from '../market/time.ts';
import type { Feed } from '../runtime/feed.ts';
import { misfits } from '../runtime/fit.ts';
import { withShadowSymbols } from '../runtime/shadowed.ts';
import { type Arguments, textFlag } from './arguments.ts';
import { refuseMissing } from './bars-missing.ts';
import { readZone } from './simulation-flags.ts';

const WIDTH: Readonly<Record<Hours, number>> = { regular: 0, extended: 1, always: 2 };

/** The widest hours that any rule reads: bars outside them are left out by the feed. */
const widestHours = (ruleset: Ruleset): Hours =>
  ruleset.series.reduce<Hours>((widest, { hours }) => (WIDTH[hours] > WIDTH[widest] ? hours : widest), 'regular');

export interface BarsRead {
  readonly data: HashingData;
  readonly diagnostics: readonly Diagnostic[];
  /** Where figures begin when the person did not say. */
  readonly from: Instant | undefined;
}

/** The bars of CSV files for every symbol that the rules trade or read. */
const readCsvBars = async (
  ruleset: Ruleset,
  path: string,
  flags: Arguments['flags'],
  to: Instant | undefined,
  ahead?: CsvAhead,
): Promise<BarsRead> => {
  refuseMissing(path);
  const { symbols, shadow } = withShadowSymbols(ruleset);
  const { readCsvHashing } = await import('../feeds/csv.ts');
  const reading = await readCsvHashing({
    path,
    symbols,
    timezone: readZone(textFlag(flags, 'tz')),
    hours: widestHours(ruleset),
    to,
    ahead,
  });
  const bases = new Map([...reading.data.bars].map(([symbol, bars]) => [symbol, bars.timeframe]));
  return {
    ...reading,
    diagnostics: [
      ...reading.diagnostics,
      ...misfits(ruleset, bases),
      ...(shadow === undefined ? [] : misfits(shadow, bases)),
    ],
    from: undefined,
  };
};

/** What a backtest runs on: the files that `--data` names, or the sample market's year. */
export const readBars = async (
  ruleset: Ruleset,
  flags: Arguments['flags'],
  to: Instant | undefined,
  ahead: CsvAhead | undefined,
): Promise<BarsRead> => {
  const path = textFlag(flags, 'data');
  if (path !== undefined) return readCsvBars(ruleset, path, flags, to, ahead);
  const { sampleYear } = await import('./sample-source.ts');
  return { ...sampleYear(withShadowSymbols(ruleset)), diagnostics: [] };
};

/** What a dry run runs on: the sample market session by session, or a folder of CSV at once. */
export const dryFeed = async (
  ruleset: Ruleset,
  flags: Arguments['flags'],
  path: string | undefined,
): Promise<{ readonly feed: Feed; readonly diagnostics: readonly Diagnostic[] }> => {
  if (path === undefined) {
    const { sampleFeed } = await import('./sample-source.ts');
    return { feed: sampleFeed(withShadowSymbols(ruleset)), diagnostics: [] };
  }
  const { wholeFeed } = await import('../runtime/feed.ts');
  const read = async (rules: Ruleset) => {
    const reading = await readCsvBars(rules, path, flags, undefined);
    return { ...reading, data: await hashed(reading.data) };
  };
  const { data, diagnostics } = await read(ruleset);
  return { feed: wholeFeed(data, read), diagnostics };
};
