import { writeFile } from 'node:fs/promises';
import { resultJson } from '../report/json.ts';
import { styleOf } from '../report/style.ts';
import { resultText } from '../report/text.ts';
import { runBacktest } from '../runtime/backtest.ts';
import { loadWorkspace } from '../runtime/workspace.ts';
import { textFlag } from './arguments.ts';
import { readBars } from './bars-source.ts';
import type { CommandContext } from './command.ts';
import { EXIT } from './exit.ts';
import { exitOf, hasErrors, showFindings } from './findings.ts';
import { progressScreen } from './progress.ts';
import { readAssumptions, readCash, readInstant, readSymbols } from './simulation-flags.ts';
import { workspaceFolder } from './workspace-folder.ts';

export const run = async ({ positionals, flags, terminal, interruption }: CommandContext): Promise<number> => {
  const json = flags.format === 'json';
  const out = textFlag(flags, 'out');
  const assumptions = readAssumptions(flags);
  const cash = readCash(textFlag(flags, 'cash'));
  const symbols = readSymbols(textFlag(flags, 'symbols'));
  const risk = textFlag(flags, 'risk');

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
  const signal = interruption();
  const bars = await readBars(ruleset, flags, to);
  if (hasErrors(bars.diagnostics)) {
    await showFindings(bars.diagnostics, workspace.counts, json ? 'json' : 'pretty', terminal, json ? 'out' : 'err');
    return exitOf(bars.diagnostics, false);
  }
  const screen = progressScreen(terminal, first, () => performance.now());
  const result = await runBacktest(
    ruleset,
    bars.data,
    { cash, from: from ?? bars.from, to, assumptions, closeAtEnd: flags['close-at-end'] === true },
    { progress: screen.update },
    signal,
  );
  screen.end();
  const text = { title: 'Backtest', width: terminal.width };
  if (out === undefined) {
    await terminal.stream(json ? resultJson(result) : [resultText(result, { ...text, style: terminal.style })]);
    return EXIT.fine;
  }
  await writeFile(out, json ? resultJson(result) : resultText(result, { ...text, style: styleOf(false) }));
  terminal.err(`wrote ${out}\n`);
  return EXIT.fine;
};
