import { createBlockerTally } from '../core/blocker-tally.ts';
import type { CsvAhead } from '../feeds/csv-ahead.ts';
import { blockersMember } from '../report/blockers-json.ts';
import { blockersSection } from '../report/blockers-text.ts';
import type { PageOptions } from '../report/html/page.ts';
import { resultJson } from '../report/json.ts';
import type { Style } from '../report/style.ts';
import { resultText } from '../report/text.ts';
import { runBacktest } from '../runtime/backtest.ts';
import type { RunResult } from '../runtime/result.ts';
import { textFlag } from './arguments.ts';
import type { CommandContext } from './command.ts';
import { failure } from './exit.ts';
import { exitOfRun } from './interruption.ts';
import { prepareRun } from './prepared-run.ts';
import { progressScreen } from './progress.ts';
import { atItsEnd } from './stopped-early.ts';
import { checkWritable, deliver } from './write-file.ts';
import { growYoungMemory } from './young-memory.ts';

type PageMaker = (result: RunResult, options: PageOptions) => Iterable<string>;

/** The page and its program are read only when asked for. */
const pageMaker = async (): Promise<PageMaker> => {
  const [{ resultHtml }, { readPageAssets }] = await Promise.all([
    import('../report/html/page.ts'),
    import('./page-assets.ts'),
  ]);
  const assets = await readPageAssets();
  return (result, options) => resultHtml(result, options, assets);
};

/** Runs the command over the sample market, or over bars that may have been begun ahead. */
export const simulate = async (context: CommandContext, ahead: CsvAhead | undefined): Promise<number> => {
  const { positionals, flags, terminal } = context;
  growYoungMemory();
  const json = flags.format === 'json';
  const out = textFlag(flags, 'out');
  const html = flags.format === 'html';
  if (html && out === undefined && terminal.outTty) {
    throw failure(
      '--format html writes a page for a browser, not for a terminal',
      'write it to a file: --out report.html',
    );
  }
  if (out !== undefined) checkWritable(out);

  const prepared = await prepareRun(context, positionals, ahead);
  if (typeof prepared === 'number') return prepared;
  const { ruleset, data, options, signal, first, written } = prepared;
  const tally = flags.explain === true ? createBlockerTally(ruleset) : undefined;
  const screen = progressScreen(terminal, first, () => performance.now());
  const ended = await runBacktest(ruleset, data, options, { progress: screen.update, probe: tally?.probe }, signal);
  screen.end();
  const result = atItsEnd(ended, data.bars, options.to);
  const text = {
    title: 'Backtest',
    width: terminal.width,
    whole: flags.data === undefined ? 'the sample year' : 'the bars',
  };
  const page = html ? await pageMaker() : undefined;
  const pieces = (style: Style): Iterable<string> => {
    if (page !== undefined) {
      return page(result, {
        title: text.title,
        whole: text.whole,
        documents: written.texts,
        risk: written.risk ?? null,
        operator: options.operator ?? 'next_session',
        closeAtEnd: options.closeAtEnd,
        bars: data.bars,
        traded: ruleset.traded,
        blockers: tally && blockersMember(tally.entries),
      });
    }
    if (json) return resultJson(result, tally && { blockers: blockersMember(tally.entries) });
    const blockers = tally === undefined ? '' : blockersSection(tally.entries, { width: text.width, style });
    return [resultText(result, { ...text, style }), blockers];
  };
  await deliver(terminal, out, pieces);
  return exitOfRun(result.interrupted, signal);
};
