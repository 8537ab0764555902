import type { CsvAhead } from '../feeds/csv-ahead.ts';
import type { MarketData } from '../market/bars.ts';
import { type Instant, instant } from '../market/time.ts';
import { marketDate } from '../report/clock.ts';
import { resultJson } from '../report/json.ts';
import { styleOf } from '../report/style.ts';
import { resultText } from '../report/text.ts';
import { runBacktest } from '../runtime/backtest.ts';
import { loadWorkspace } from '../runtime/workspace.ts';
import { textFlag } from './arguments.ts';
import { readBars } from './bars-source.ts';
import type { CommandContext } from './command.ts';
import { failure } from './exit.ts';
import { exitOf, hasErrors, showFindings } from './findings.ts';
import { exitOfRun } from './interruption.ts';
import { progressScreen } from './progress.ts';
import { readAssumptions, readCash, readInstant, readSymbols, readZone, refuseReversed } from './simulation-flags.ts';
import { atItsEnd } from './stopped-early.ts';
import { workspaceFolder } from './workspace-folder.ts';
import { checkWritable, writeWhole } from './write-file.ts';
import { growYoungMemory } from './young-memory.ts';

/** Dates between which there is no bar are a slip of the pen, not a run without trades. */
const refuseEmpty = (data: MarketData, symbol: string, from: Instant | undefined, to: Instant | undefined): void => {
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

/** Runs the command over the sample market, or over bars that may have been begun ahead. */
export const simulate = async (
  { positionals, flags, terminal, interruption }: CommandContext,
  ahead: CsvAhead | undefined,
): Promise<number> => {
  growYoungMemory();
  const json = flags.format === 'json';
  const out = textFlag(flags, 'out');
  const assumptions = readAssumptions(flags);
  const cash = readCash(textFlag(flags, 'cash'));
  const symbols = readSymbols(textFlag(flags, 'symbols'));
  const risk = textFlag(flags, 'risk');
  readZone(textFlag(flags, 'tz'));
  if (out !== undefined) checkWritable(out);

  const workspace = await loadWorkspace({
    dir: workspaceFolder(flags),
    ...(positionals.length > 0 ? { paths: positionals } : {}),
    ...(risk === undefined ? {} : { risk }),
    ...(symbols === undefined ? {} : { symbols }),
  });
  const { ruleset } = workspace;
  if (ruleset === undefined || hasErrors(workspace.diagnostics)) {
    await showFindings(
      workspace.diagnostics,
      workspace.counts,
      json ? 'json' : 'pretty',
      terminal,
      json ? 'out' : 'err',
    );
    return exitOf(workspace.diagnostics, false);
  }
  if (workspace.diagnostics.length > 0) {
    await showFindings(workspace.diagnostics, workspace.counts, 'pretty', terminal, 'err');
  }

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
  if (hasErrors(bars.diagnostics)) {
    await showFindings(bars.diagnostics, workspace.counts, json ? 'json' : 'pretty', terminal, json ? 'out' : 'err');
    return exitOf(bars.diagnostics, false);
  }
  const beforehand = [
    ...bars.diagnostics,
    ...workspace.atRun({ cash, fractional: assumptions.fractional, bars: bars.data.bars }),
  ];
  if (beforehand.length > 0) await showFindings(beforehand, workspace.counts, 'pretty', terminal, 'err');
  refuseEmpty(bars.data, first, from, to);
  const screen = progressScreen(terminal, first, () => performance.now());
  const ended = await runBacktest(
    ruleset,
    bars.data,
    { cash, from: from ?? bars.from, to, assumptions, closeAtEnd: flags['close-at-end'] === true },
    { progress: screen.update },
    signal,
  );
  screen.end();
  const result = atItsEnd(ended, bars.data.bars, to);
  const text = {
    title: 'Backtest',
    width: terminal.width,
    whole: flags.data === undefined ? 'the sample year' : 'the bars',
  };
  if (out === undefined) {
    await terminal.stream(json ? resultJson(result) : [resultText(result, { ...text, style: terminal.style })]);
    return exitOfRun(result.interrupted, signal);
  }
  await writeWhole(out, json ? resultJson(result) : [resultText(result, { ...text, style: styleOf(false) })]);
  terminal.err(`wrote ${out}\n`);
  return exitOfRun(result.interrupted, signal);
};
