import type { FillAssumptions } from '../brokers/assumptions.ts';
import { counted } from '../report/amounts.ts';
import { resultJson } from '../report/json.ts';
import { resultText } from '../report/text.ts';
import { wrap } from '../report/wrap.ts';
import { dryRun } from '../runtime/dry-run.ts';
import type { RunResult } from '../runtime/result.ts';
import type { Observer } from '../runtime/run.ts';
import { textFlag } from './arguments.ts';
import { dryFeed } from './bars-source.ts';
import type { CommandContext } from './command.ts';
import { hasErrors, refuseFaulty, showFindings } from './findings.ts';
import { handOn } from './hand-on.ts';
import { exitOfRun } from './interruption.ts';
import { progressScreen } from './progress.ts';
import { loadRules } from './rules.ts';
import type { FeedChoice } from './run.ts';
import { runLines } from './run-lines.ts';
import { remembered } from './stopped-early.ts';
import { growYoungMemory } from './young-memory.ts';

export interface DryChoices {
  readonly feed: FeedChoice;
  readonly speed: 'max' | 'realtime' | number;
  readonly folder: string;
  readonly assumptions: FillAssumptions;
  readonly cash: number | undefined;
  readonly symbols: readonly string[] | undefined;
  /** Where a running engine leaves its address. */
  readonly state: string;
}

/** Loads the rules, runs them on the feed with a screen beside it, and ends with the summary. */
export const dry = async (context: CommandContext, choices: DryChoices): Promise<number> => {
  const { feed, speed, folder, assumptions, cash, symbols } = choices;
  const { flags, positionals, terminal, interruption } = context;
  growYoungMemory();
  const json = flags.format === 'json';
  const risk = textFlag(flags, 'risk');
  const signal = interruption();

  const rules = await loadRules(
    {
      dir: folder,
      ...(positionals.length > 0 ? { paths: positionals } : {}),
      ...(risk === undefined ? {} : { risk }),
      ...(symbols === undefined ? {} : { symbols }),
    },
    json,
    terminal,
  );
  if (typeof rules === 'number') return rules;
  const { ruleset, counts } = rules;
  const style = terminal.errStyle;
  terminal.err(
    style
      .dim(
        `${counted(ruleset.strategies.length, 'strategy', 'strategies')}, ${counted(ruleset.traded.length, 'symbol')} (${ruleset.traded.join(' ')}), rules ${ruleset.revision.slice(0, 7)}.`,
      )
      .concat('\n'),
  );
  for (const sentence of ruleset.notActing) {
    terminal.err(
      `${wrap(`not acting yet: ${sentence}`, Math.min(terminal.errWidth, 120)).map(style.dim).join('\n')}\n`,
    );
  }

  const source = await dryFeed(ruleset, flags, feed.kind === 'csv' ? feed.path : undefined);
  if (hasErrors(source.diagnostics)) return refuseFaulty(source.diagnostics, counts, json, terminal);
  // A feed in one piece is known whole before it runs.
  const known = !source.feed.endless && source.feed.length === 1 && source.feed.warmup === 0;
  const beforehand = [
    ...source.diagnostics,
    ...rules.atRun({
      cash,
      fractional: assumptions.fractional,
      bars: known ? source.feed.piece(0) : new Map(),
    }),
  ];
  if (beforehand.length > 0) await showFindings(beforehand, counts, 'pretty', terminal, 'err');
  const screen = progressScreen(terminal, ruleset.traded[0] ?? '', () => performance.now());
  const once = flags.once === true || !terminal.outTty;
  const reading = remembered(source.feed, source.feed.endless && !once);
  let complete = false;
  // What does not act yet was said at the start.
  const summary = (result: RunResult): string =>
    `\n${resultText(
      { ...result, notActing: [] },
      {
        title: 'Dry run',
        width: terminal.width,
        style: terminal.style,
        ...(complete ? {} : { whole: feed.kind === 'sample' ? 'the sample year' : 'the bars' }),
      },
    )}`;
  const observer: Observer = json
    ? { progress: screen.update }
    : {
        ...runLines(screen, { width: terminal.width, style: terminal.style }),
        complete(result) {
          complete = true;
          screen.end();
          screen.live();
          terminal.out(summary(result));
          terminal.err(`\n${style.bold('The sample year is over.')} It goes on at a bar a second; Ctrl-C ends it.\n\n`);
        },
      };
  const hand = await handOn(choices.state, feed, terminal);
  let ended: RunResult;
  try {
    ended = await dryRun(
      ruleset,
      reading.feed,
      {
        cash,
        from: undefined,
        to: undefined,
        assumptions,
        closeAtEnd: false,
        speed,
        once,
        sampleThenLive: feed.kind === 'sample' && !once,
        hand,
      },
      observer,
      signal,
    );
  } finally {
    await hand?.close();
  }
  screen.end();
  const result = reading.atItsEnd(ended);
  await terminal.stream(json ? resultJson(result) : [summary(result)]);
  return exitOfRun(result.interrupted, signal);
};
