import type { FillAssumptions } from '../brokers/assumptions.ts';
import type { Ruleset } from '../compiler/ruleset.ts';
import type { Operator } from '../core/breakers.ts';
import { isRefusal } from '../journal/refusal.ts';
import { TIMEFRAME_MS, type Timeframe } from '../market/timeframe.ts';
import { resultText } from '../report/text.ts';
import { wrap } from '../report/wrap.ts';
import { dryRun } from '../runtime/dry-run.ts';
import { createMemoryJournal, type MemoryJournal } from '../runtime/memory-journal.ts';
import { joined } from '../runtime/observers.ts';
import { createRecording } from '../runtime/recording.ts';
import { type RunResult, resultWith } from '../runtime/result.ts';
import type { RulesFault } from '../runtime/rules-fault.ts';
import type { Session } from '../runtime/session.ts';
import { withShadowSymbols } from '../runtime/shadowed.ts';
import { swapAtOnce } from '../runtime/swap.ts';
import { ENGINE_VERSION } from '../runtime/version.ts';
import { loadDocuments, type Workspace } from '../runtime/workspace.ts';
import { textFlag } from './arguments.ts';
import { attendanceFor, attendanceSentence } from './attendance.ts';
import { dryFeed } from './bars-source.ts';
import type { CommandContext } from './command.ts';
import type { OpenState } from './dry-session.ts';
import { hasErrors, refuseFaulty, showFindings } from './findings.ts';
import { askedOfRun, followFiles, notFollowed, notYet, runningOf, throughFaults } from './followed-rules.ts';
import { handOn } from './hand-on.ts';
import { endedBy, exitOfRun } from './interruption.ts';
import { journalFailure } from './journal-failure.ts';
import { journalLines } from './journal-lines.ts';
import type { RunMetrics } from './metrics.ts';
import { type LogChoice, openLogs } from './open-logs.ts';
import { loadRules } from './rules.ts';
import type { FeedChoice } from './run.ts';
import { runOutput } from './run-output.ts';
import { rulesSentence, runSettings } from './run-settings.ts';
import { tellEnded, tellFault, tellStarted } from './run-story.ts';
import type { RunTelegram } from './run-telegram.ts';
import { attendanceOf, type SessionOptions } from './session-options.ts';
import { snapshots } from './snapshots.ts';
import { shownPath } from './state-folder.ts';
import { remembered } from './stopped-early.ts';
import type { TelegramSettings } from './telegram-settings.ts';
import { growYoungMemory } from './young-memory.ts';

/** What becomes of the run: kept, continued, or forgotten. */
export interface JournalChoice {
  readonly folder: string;
  /** `off`: no journal; `fresh`: a new session; `restore`: an interrupted one goes on. */
  readonly mode: 'restore' | 'fresh' | 'off';
  /** The person said so: without a journal there is no run. */
  readonly asked: boolean;
}

export interface DryChoices {
  readonly journal: JournalChoice;
  readonly feed: FeedChoice;
  readonly speed: 'max' | 'realtime' | number;
  readonly folder: string;
  readonly assumptions: FillAssumptions;
  readonly cash: number | undefined;
  readonly symbols: readonly string[] | undefined;
  /** Who clears breakers that wait for a person, if it was said. */
  readonly operator: Operator | undefined;
  readonly log: LogChoice;
  /** Milliseconds between two status blocks; undefined: none. */
  readonly statusMs: number | undefined;
  /** Undefined: no messages. */
  readonly telegram: TelegramSettings | undefined;
  /** Undefined: nobody scrapes it. */
  readonly metrics: RunMetrics | undefined;
}

const paceOf = (speed: DryChoices['speed'], bars: ReadonlyMap<string, Timeframe>): number | undefined => {
  if (speed === 'max') return undefined;
  const shortest = Math.min(...[...bars.values()].map((base) => TIMEFRAME_MS[base]));
  return shortest / (speed === 'realtime' ? 1 : speed);
};

/** Loads the rules, runs them on the feed with a screen beside it, and ends with the summary. */
export const dry = async (context: CommandContext, choices: DryChoices): Promise<number> => {
  growYoungMemory();
  let state: OpenState | undefined;
  let telegram: RunTelegram | undefined;
  try {
    state = await takeState(context, choices);
    telegram = await takeTelegram(context, choices);
    const memory: Memory = { journal: undefined };
    return await throughFaults((fault) => dryOn(context, choices, state, telegram, memory, fault));
  } catch (error) {
    throw journalFailure(error);
  } finally {
    state?.close();
  }
};

/** What a run without a journal on disk keeps of itself. */
interface Memory {
  journal: MemoryJournal | undefined;
}

/** The same, and something to do once the run goes on by itself. */
const restoredBy = (lines: ReturnType<typeof journalLines>, then: () => void): ReturnType<typeof journalLines> => ({
  ...lines,
  restored(session) {
    lines.restored?.(session);
    then();
  },
});

const keptInMemory = async (
  journal: MemoryJournal,
  rules: (revision: string) => Promise<Workspace & { readonly ruleset: Ruleset }>,
): Promise<{ readonly first: Ruleset; readonly last: Workspace }> => {
  const revisions = journal.session().inputs.flatMap((input) => (input.kind === 'revision' ? [input.revision] : []));
  return { first: (await rules(revisions[0]!)).ruleset, last: await rules(revisions.at(-1)!) };
};

const TITLE = 'Dry run';

/** Messages, when the settings ask for them. */
const takeTelegram = async (
  { terminal }: CommandContext,
  { telegram: settings, feed, speed }: DryChoices,
): Promise<RunTelegram | undefined> => {
  if (settings === undefined) return undefined;
  const { openRunTelegram } = await import('./run-telegram.ts');
  return openRunTelegram({ settings, terminal, title: TITLE, synthetic: feed.kind === 'sample', speed });
};

/** Takes the state folder, unless nothing is to be kept; without the native library a run nobody asked to keep goes on. */
const takeState = async ({ terminal }: CommandContext, { journal }: DryChoices): Promise<OpenState | undefined> => {
  if (journal.mode === 'off') return undefined;
  const style = terminal.errStyle;
  try {
    const { openState } = await import('./dry-session.ts');
    const state = await openState(journal.folder, journal.mode === 'fresh');
    if (state.aside !== undefined) {
      terminal.err(`${style.yellow('The old journal could not be used')}: it is now ${shownPath(state.aside)}.\n`);
    }
    return state;
  } catch (error) {
    if (journal.asked || !isRefusal(error) || error.refusal !== 'unavailable') throw error;
    terminal.err(
      `${style.yellow('No journal')}: ${error.message}. This run is not kept and cannot go on after an interruption.\n${style.dim(`To have it: ${error.help}.`)}\n`,
    );
    return undefined;
  }
};

const dryOn = async (
  context: CommandContext,
  choices: DryChoices,
  state: OpenState | undefined,
  telegram: RunTelegram | undefined,
  memory: Memory,
  fault: RulesFault | undefined,
): Promise<number> => {
  const { feed, speed, folder, assumptions, cash, symbols, journal } = choices;
  const { flags, positionals, terminal, interruption } = context;
  const { format, json, quiet, risk, where, answers, say } = runSettings(context, choices);
  const signal = interruption();
  const style = terminal.errStyle;
  const rules = await loadRules(where, json, answers);
  if (typeof rules === 'number') return rules;
  const { counts } = rules;
  const sessions = state === undefined ? undefined : await import('./dry-session.ts');
  const known =
    state === undefined ? undefined : sessions!.openSession(state, journal.mode === 'fresh' && fault === undefined);
  const inMemory = async (revision: string): Promise<Workspace & { readonly ruleset: Ruleset }> => {
    const loaded = await loadDocuments(where, memory.journal!.documents(revision));
    return { ...loaded, ruleset: loaded.ruleset! };
  };
  if (state === undefined) {
    memory.journal ??= createMemoryJournal(
      { revision: rules.ruleset.revision, documents: rules.documents(), at: new Date().toISOString() },
      ENGINE_VERSION,
    );
  }
  const kept =
    known !== undefined
      ? await sessions!.rulesOf(state!, known, rules, where)
      : state === undefined && fault !== undefined
        ? await keptInMemory(memory.journal!, inMemory)
        : undefined;
  const ruleset = kept?.first ?? rules.ruleset;
  // A run that goes on does so under the rules that it came to.
  const ruling = kept?.last.ruleset ?? ruleset;
  say(`${style.dim(rulesSentence(ruling))}\n`);
  for (const sentence of ruling.notActing) {
    say(`${wrap(`not acting yet: ${sentence}`, Math.min(terminal.errWidth, 120)).map(style.dim).join('\n')}\n`);
  }

  // A session that goes on is attended as it was.
  const attendance =
    known === undefined || choices.operator !== undefined
      ? attendanceFor({ asked: choices.operator, paced: speed !== 'max', commands: state !== undefined })
      : attendanceOf(known.options as SessionOptions);
  const once = flags.once === true || !terminal.outTty;
  const sampleThenLive = feed.kind === 'sample' && !once;
  const attended = attendanceSentence(ruling.risk, attendance, sampleThenLive);
  if (attended !== undefined) {
    say(`${wrap(attended, Math.min(terminal.errWidth, 120)).map(style.dim).join('\n')}\n`);
  }

  const bars = feed.kind === 'csv' ? feed.path : undefined;
  const source = await dryFeed(ruleset, flags, bars);
  if (hasErrors(source.diagnostics)) return refuseFaulty(source.diagnostics, counts, json, answers);
  // A feed in one piece is known whole before it runs.
  const whole = !source.feed.endless && source.feed.length === 1 && source.feed.warmup === 0;
  const beforehand = [
    ...source.diagnostics,
    ...rules.atRun({
      cash,
      fractional: assumptions.fractional,
      bars: whole ? source.feed.piece(0) : new Map(),
    }),
  ];
  if (beforehand.length > 0 && !quiet) await showFindings(beforehand, counts, 'pretty', terminal, 'err');
  const account = source.feed.account();
  const reading = remembered(source.feed, source.feed.endless && !once);
  let complete = false;
  const follow = { start: undefined as ((resumed: boolean) => void) | undefined };
  const session =
    state === undefined
      ? undefined
      : sessions!.startSession(
          state,
          known,
          ruleset,
          rules,
          sessions!.sourceOf(bars, source.feed.identity, withShadowSymbols(ruleset).symbols),
          bars,
          {
            cash: cash ?? null,
            symbols: symbols ?? null,
            risk: risk ?? null,
            paths: positionals.map((path) => sessions!.workspacePath(folder, path)),
            tz: textFlag(flags, 'tz') ?? null,
            assumptions,
            ...attendance,
          },
          where,
          restoredBy(
            telegram?.watchJournal(journalLines(terminal, known?.name, ruleset.traded[0] ?? '')) ??
              journalLines(terminal, known?.name, ruleset.traded[0] ?? ''),
            () => follow.start?.(true),
          ),
          signal,
        );
  const recording =
    session?.recording ??
    createRecording(memory.journal!.session(), memory.journal!.sink, ruleset.revision, {
      applyCommand: notYet,
      async applyRevision(revision, run) {
        const { plan } = await inMemory(revision);
        const answer = await swapAtOnce(run, plan!);
        if (answer.kind === 'refused') throw new Error(answer.diagnostics[0]?.message);
      },
      restored: () => follow.start?.(true),
    });
  const logs = await openLogs({ ...choices.log, session: session?.row.name ?? choices.log.session }, terminal, () =>
    output.revision(),
  );
  const output = runOutput(terminal, {
    format,
    loudness: quiet ? 'quiet' : flags.verbose === true ? 'verbose' : 'normal',
    statusMs: choices.statusMs,
    logs,
    metrics: choices.metrics,
    ruleset,
    feed: { source: account.source, synthetic: account.synthetic, barsTotal: source.feed.bars },
    paceMs: paceOf(speed, source.feed.bases),
  });
  // What does not act yet was said at the start.
  const summary = (result: RunResult): string =>
    `\n${resultText(resultWith(result, { notActing: [] }), {
      title: 'Dry run',
      width: terminal.width,
      style: terminal.style,
      ...(complete ? {} : { whole: feed.kind === 'sample' ? 'the sample year' : 'the bars' }),
    })}`;
  const hot = notFollowed();
  const following = (resumed: boolean): Promise<void> =>
    followFiles(hot, {
      where,
      running: kept?.last ?? rules,
      recording,
      fault,
      rulesAt: (revision) =>
        state === undefined ? inMemory(revision) : sessions!.rulesAt(state, session!.row, revision, where),
      arrival: session?.arrival,
      cash,
      assumptions,
      terminal,
      quiet,
      resumed,
      output,
      logs,
      telegram,
    });
  follow.start = (resumed) => {
    void (resumed ? hot.steering!.still(() => following(true)) : following(false));
  };
  const hand =
    state === undefined
      ? undefined
      : await handOn(
          journal.folder,
          {
            mode: 'dry',
            feed: feed.kind === 'sample' ? 'the sample market' : `CSV bars from ${shownPath(feed.path)}`,
            synthetic: feed.kind === 'sample',
          },
          terminal,
          {
            session: session?.row.name ?? null,
            ...askedOfRun(hot, recording, ruleset.revision),
          },
        );
  const listeners = { terminal, format, logs };
  tellStarted(
    listeners,
    {
      mode: 'dry',
      session: session?.row.name ?? choices.log.session,
      feed: account.source,
      synthetic: account.synthetic,
      speed,
    },
    ruleset,
  );
  const running = (): Session | undefined => runningOf(hot);
  telegram?.attach({
    session: running,
    ask: hand === undefined ? undefined : (request) => hand.ask(request),
    logs,
    recorded:
      session === undefined
        ? undefined
        : ['--session', session.row.name, '--workspace', folder, '--state', journal.folder],
  });
  if (fault === undefined) {
    telegram?.news.started({
      title: TITLE,
      feed: feed.kind === 'sample' ? account.source : `CSV bars from ${shownPath(feed.path)}`,
      synthetic: account.synthetic,
      strategies: ruling.strategies.length,
      symbols: ruling.traded.length,
      revision: ruling.revision,
      resumes: known?.name,
      rushes: speed === 'max',
    });
  }
  const snapshot =
    session === undefined
      ? undefined
      : snapshots(
          journal.folder,
          { name: session.row.name, revision: output.revision, synthetic: feed.kind === 'sample' },
          (text) => terminal.err(`${style.yellow('warning')}: ${text}\n`),
          () => performance.now(),
        );
  /** Why the run is over; undefined: it goes on under other rules. */
  let ending: string | undefined;
  try {
    const ended = await dryRun(
      ruleset,
      reading.feed,
      {
        cash,
        from: undefined,
        to: undefined,
        assumptions,
        ...attendance,
        closeAtEnd: false,
        speed,
        once,
        sampleThenLive,
        swappable: true,
        recording,
        stand(now, stopped) {
          output.stand(now);
          snapshot?.stand(now, stopped);
        },
        hand,
        steer: (steering) => {
          hot.steering = steering;
          if (!recording.restoring) follow.start?.(fault !== undefined);
        },
      },
      joined([
        output.observer,
        ...(telegram === undefined ? [] : [telegram.news.observer]),
        {
          complete(result) {
            complete = true;
            if (!json) terminal.out(summary(result));
            const waits = attended !== undefined && attendance.operator !== attendance.liveOperator;
            say(`\n${style.bold('The sample year is over.')} It goes on at a bar a second; Ctrl-C ends it.\n`);
            say(waits ? 'Breakers that wait for a person wait for you from here on.\n\n' : '\n');
          },
        },
      ]),
      signal,
    );
    output.end();
    const result = reading.atItsEnd(ended);
    await tellEnded(listeners, result, summary);
    ending = result.interrupted ? endedBy(signal) : 'its bars are over';
    return exitOfRun(result.interrupted, signal);
  } catch (error) {
    ending = tellFault(listeners, error, fault);
    throw error;
  } finally {
    hot.over = true;
    output.end();
    await hot.rules?.close();
    await hand?.close();
    if (ending !== undefined) await telegram?.close(ending, running());
    logs?.close();
  }
};
