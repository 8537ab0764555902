import type { Ruleset } from '../compiler/ruleset.ts';
import type { CsvAhead } from '../feeds/csv-ahead.ts';
import type { HashingData } from '../market/bars.ts';
import { type Instant, instant } from '../market/time.ts';
import { marketDate } from '../report/clock.ts';
import type { RunOptions } from '../runtime/run.ts';
import type { Workspace } from '../runtime/workspace.ts';
import { textFlag } from './arguments.ts';
import { readBars } from './bars-source.ts';
import type { CommandContext } from './command.ts';
import { failure } from './exit.ts';
import { hasErrors, refuseFaulty, showFindings } from './findings.ts';
import { loadRules } from './rules.ts';
import { readAssumptions, readCash, readInstant, readSymbols, readZone, refuseReversed } from './simulation-flags.ts';
import { workspaceFolder } from './workspace-folder.ts';

/** Rules and bars as the flags of a backtest name them, checked and read. */
export interface PreparedRun {
  readonly ruleset: Ruleset;
  readonly data: HashingData;
  readonly options: RunOptions;
  readonly signal: AbortSignal;
  /** The first symbol that is traded: its exchange's clock is the one that dates are read by. */
  readonly first: string;
  /** What the revision is made of. */
  readonly written: Pick<Workspace, 'texts' | 'risk'>;
}

/** Dates between which there is no bar are a slip of the pen, not a run without trades. */
const refuseEmpty = (data: HashingData, symbol: string, from: Instant | undefined, to: Instant | undefined): void => {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  let any = false;
  for (const { start, end, length } of data.bars.values()) {
    if (length === 0) continue;
    first = Math.min(first, start[0]!);
    last = Math.max(last, start[length - 1]!);
    // The last bar that ends by `to` is the one that has to begin at or after `from`.
    let index = length - 1;
    while (to !== undefined && index >= 0 && end[index]! > to) index -= 1;
    if (index >= 0 && (from === undefined || start[index]! >= from)) any = true;
  }
  if (any) return;
  const span =
    first > last
      ? 'there are none'
      : `they run from ${marketDate(symbol, instant(first))} to ${marketDate(symbol, instant(last))}`;
  throw failure(`no bar lies between --from and --to: ${span}`, 'choose dates that the bars cover');
};

/**
 * Reads rules and bars, and shows what is wrong with them.
 * @param paths files or folders in place of the workspace's strategies; none: all of them
 * @returns an exit code when there is nothing to run
 */
export const prepareRun = async (
  { flags, terminal, interruption }: Pick<CommandContext, 'flags' | 'terminal' | 'interruption'>,
  paths: readonly string[],
  ahead: CsvAhead | undefined,
): Promise<PreparedRun | number> => {
  const json = flags.format === 'json';
  const assumptions = readAssumptions(flags);
  const cash = readCash(textFlag(flags, 'cash'));
  const symbols = readSymbols(textFlag(flags, 'symbols'));
  const risk = textFlag(flags, 'risk');
  readZone(textFlag(flags, 'tz'));

  const rules = await loadRules(
    {
      dir: workspaceFolder(flags),
      ...(paths.length > 0 ? { paths } : {}),
      ...(risk === undefined ? {} : { risk }),
      ...(symbols === undefined ? {} : { symbols }),
    },
    json,
    terminal,
  );
  if (typeof rules === 'number') return rules;
  const { ruleset, counts } = rules;

  const first = ruleset.traded[0] ?? '';
  const from = readInstant('from', textFlag(flags, 'from'), false, first);
  const to = readInstant('to', textFlag(flags, 'to'), true, first);
  refuseReversed(flags, from, to);
  const signal = interruption();
  const bars = await readBars(ruleset, flags, to, ahead);
  const unusable = bars.diagnostics.filter(({ severity }) => severity === 'error');
  if (to !== undefined && unusable.length > 0 && unusable.every(({ code }) => code === 'E408')) {
    throw failure(`no bar ends by --to ${textFlag(flags, 'to')}`, 'choose a later date');
  }
  if (hasErrors(bars.diagnostics)) return refuseFaulty(bars.diagnostics, counts, json, terminal);
  const beforehand = [
    ...bars.diagnostics,
    ...rules.atRun({ cash, fractional: assumptions.fractional, bars: bars.data.bars }),
  ];
  if (beforehand.length > 0) await showFindings(beforehand, counts, 'pretty', terminal, 'err');
  refuseEmpty(bars.data, first, from, to);
  return {
    ruleset,
    data: bars.data,
    options: {
      cash,
      from: from ?? bars.from,
      to,
      assumptions,
      closeAtEnd: flags['close-at-end'] === true,
      operator: flags.operator === 'never' ? 'never' : 'next_session',
    },
    signal,
    first,
    written: rules,
  };
};
