import type { FillAssumptions } from '../brokers/assumptions.ts';
import { TIMEFRAME_MS, type Timeframe } from '../market/timeframe.ts';
import { counted } from '../report/amounts.ts';
import { resultJson } from '../report/json.ts';
import { errorLine, eventLine, summaryLine } from '../report/run-events.ts';
import { resultText } from '../report/text.ts';
import { wrap } from '../report/wrap.ts';
import { dryRun } from '../runtime/dry-run.ts';
import { joined } from '../runtime/observers.ts';
import type { RunResult } from '../runtime/result.ts';
import { ENGINE_VERSION } from '../runtime/version.ts';
import { textFlag } from './arguments.ts';
import { dryFeed } from './bars-source.ts';
import type { CommandContext } from './command.ts';
import { hasErrors, refuseFaulty, showFindings } from './findings.ts';
import { exitOfRun } from './interruption.ts';
import { type LogChoice, openLogs } from './open-logs.ts';
import { loadRules } from './rules.ts';
import type { FeedChoice } from './run.ts';
import { runOutput } from './run-output.ts';
import { remembered } from './stopped-early.ts';
import type { Terminal } from './terminal.ts';
import { growYoungMemory } from './young-memory.ts';

export interface DryChoices {
  readonly feed: FeedChoice;
  readonly speed: 'max' | 'realtime' | number;
  readonly folder: string;
  readonly assumptions: FillAssumptions;
  readonly cash: number | undefined;
  readonly symbols: readonly string[] | undefined;
  readonly log: LogChoice;
  /** Milliseconds between two status blocks; undefined: none. */
  readonly statusMs: number | undefined;
}

/** A terminal whose JSON answers take one line each, as the events of a run do. */
const onOneLine = (terminal: Terminal): Terminal => ({
  ...terminal,
  stream: (pieces) => terminal.stream([errorLine([...pieces].join(''))]),
});

const paceOf = (speed: DryChoices['speed'], bars: ReadonlyMap<string, Timeframe>): number | undefined => {
  if (speed === 'max') return undefined;
  const shortest = Math.min(...[...bars.values()].map((base) => TIMEFRAME_MS[base]));
  return shortest / (speed === 'realtime' ? 1 : speed);
};

/** Loads the rules, runs them on the feed with a screen beside it, and ends with the summary. */
export const dry = async (context: CommandContext, choices: DryChoices): Promise<number> => {
  const { feed, speed, folder, assumptions, cash, symbols } = choices;
  const { flags, positionals, terminal, interruption } = context;
  growYoungMemory();
  const format = flags.format === 'json' || flags.format === 'jsonl' ? flags.format : 'text';
  const json = format !== 'text';
  const answers = format === 'jsonl' ? onOneLine(terminal) : terminal;
  const quiet = flags.quiet === true;
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
    answers,
  );
  if (typeof rules === 'number') return rules;
  const { ruleset, counts } = rules;
  const style = terminal.errStyle;
  const say = (text: string): void => {
    if (!quiet) terminal.err(text);
  };
  say(
    style
      .dim(
        `${counted(ruleset.strategies.length, 'strategy', 'strategies')}, ${counted(ruleset.traded.length, 'symbol')} (${ruleset.traded.join(' ')}), rules ${ruleset.revision.slice(0, 7)}.`,
      )
      .concat('\n'),
  );
  for (const sentence of ruleset.notActing) {
    say(`${wrap(`not acting yet: ${sentence}`, Math.min(terminal.errWidth, 120)).map(style.dim).join('\n')}\n`);
  }

  const source = await dryFeed(ruleset, flags, feed.kind === 'csv' ? feed.path : undefined);
  if (hasErrors(source.diagnostics)) return refuseFaulty(source.diagnostics, counts, json, answers);
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
  if (beforehand.length > 0 && !quiet) await showFindings(beforehand, counts, 'pretty', terminal, 'err');
  const account = source.feed.account();
  const logs = await openLogs(choices.log, terminal, () => output.revision());
  const output = runOutput(terminal, {
    format,
    loudness: quiet ? 'quiet' : flags.verbose === true ? 'verbose' : 'normal',
    statusMs: choices.statusMs,
    logs,
    ruleset,
    feed: { source: account.source, synthetic: account.synthetic, barsTotal: source.feed.bars },
    paceMs: paceOf(speed, source.feed.bases),
  });
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
  const started = {
    engine: ENGINE_VERSION,
    mode: 'dry',
    revision: ruleset.revision,
    session: choices.log.session,
    feed: account.source,
    synthetic: account.synthetic,
    speed,
    strategies: ruleset.strategies.map(({ id }) => id),
    symbols: ruleset.traded,
  };
  if (format === 'jsonl') terminal.out(eventLine('started', started));
  const { session: _, ...logged } = started;
  logs?.event('info', 'run_started', logged);
  try {
    const ended = await dryRun(
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
        stand: output.stand,
      },
      joined([
        output.observer,
        {
          complete(result) {
            complete = true;
            if (!json) terminal.out(summary(result));
            say(`\n${style.bold('The sample year is over.')} It goes on at a bar a second; Ctrl-C ends it.\n\n`);
          },
        },
      ]),
      signal,
    );
    output.end();
    const result = reading.atItsEnd(ended);
    const { endEquity, returnPct, trades } = result.metrics;
    logs?.event('info', 'run_ended', { interrupted: result.interrupted, endEquity, returnPct, trades });
    await terminal.stream(
      format === 'json' ? resultJson(result) : format === 'jsonl' ? summaryLine(result) : [summary(result)],
    );
    return exitOfRun(result.interrupted, signal);
  } catch (error) {
    logs?.event('error', 'fault', {}, error);
    throw error;
  } finally {
    output.end();
    logs?.close();
  }
};
