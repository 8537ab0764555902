import type { FillAssumptions } from '../brokers/assumptions.ts';
import type { Ruleset } from '../compiler/ruleset.ts';
import { counted } from '../report/amounts.ts';
import { resultJson } from '../report/json.ts';
import { errorLine, eventLine, summaryLine } from '../report/run-events.ts';
import { resultText } from '../report/text.ts';
import { writtenCommand } from '../runtime/control/operator-command.ts';
import type { Steering } from '../runtime/drive.ts';
import { createAlpacaLink, type DifferencePolicy, type LinkNotice } from '../runtime/live/alpaca-link.ts';
import { openLiveFeed } from '../runtime/live/live-feed.ts';
import { liveRun } from '../runtime/live/live-run.ts';
import type { RunResult } from '../runtime/result.ts';
import { withShadowSymbols } from '../runtime/shadowed.ts';
import { ENGINE_VERSION } from '../runtime/version.ts';
import type { WorkspaceOptions } from '../runtime/workspace.ts';
import { textFlag } from './arguments.ts';
import type { CommandContext } from './command.ts';
import type { JournalChoice } from './dry.ts';
import { openSession, openState, rulesOf, workspacePath } from './dry-session.ts';
import { failure } from './exit.ts';
import { handOn } from './hand-on.ts';
import type { HotRules } from './hot-rules.ts';
import { exitOfRun } from './interruption.ts';
import { journalFailure } from './journal-failure.ts';
import { journalLines } from './journal-lines.ts';
import { noticeWords } from './live-notices.ts';
import { keptRows, reachOf } from './live-reach.ts';
import { startLiveSession } from './live-session.ts';
import { type LogChoice, openLogs } from './open-logs.ts';
import { loadRules } from './rules.ts';
import { runOutput } from './run-output.ts';
import type { SessionOptions } from './session-options.ts';
import { snapshots } from './snapshots.ts';
import type { TradingAccess } from './trading-access.ts';

export interface LiveChoices {
  /** `dry`: decides on live bars, fills are simulated and nothing is sent. */
  readonly mode: 'dry' | 'paper' | 'live';
  readonly access: TradingAccess;
  readonly folder: string;
  readonly journal: JournalChoice;
  readonly assumptions: FillAssumptions;
  /** Dollars; undefined: what the account is worth. */
  readonly cash: number | undefined;
  readonly symbols: readonly string[] | undefined;
  readonly log: LogChoice;
  readonly statusMs: number | undefined;
}

const MINUTE_MS = 60_000;

const policyOf = (ruleset: Ruleset): DifferencePolicy => ruleset.risk.document?.value.reconciliation ?? 'halt';

/** Runs the rules on Alpaca's live bars, and ends with the summary. */
export async function live(context: CommandContext, choices: LiveChoices): Promise<number> {
  if (choices.journal.mode === 'off') {
    throw failure(
      'a run on live bars is always kept',
      'leave out --no-journal: without it nothing could go on after a kill',
    );
  }
  const state = await openState(choices.journal.folder, choices.journal.mode === 'fresh').catch((error: unknown) => {
    throw journalFailure(error);
  });
  try {
    return await liveOn(context, choices, state);
  } catch (error) {
    throw journalFailure(error);
  } finally {
    state.close();
    await choices.access.close();
  }
}

async function liveOn(
  { flags, positionals, terminal, interruption }: CommandContext,
  choices: LiveChoices,
  state: Awaited<ReturnType<typeof openState>>,
): Promise<number> {
  const { access, mode, journal, folder, assumptions } = choices;
  const format = flags.format === 'json' || flags.format === 'jsonl' ? flags.format : 'text';
  const json = format !== 'text';
  const quiet = flags.quiet === true;
  const risk = textFlag(flags, 'risk');
  const signal = interruption();
  const style = terminal.errStyle;
  const say = (text: string): void => {
    if (!quiet) terminal.err(`${text}\n`);
  };
  const where: WorkspaceOptions = {
    dir: folder,
    ...(positionals.length > 0 ? { paths: positionals } : {}),
    ...(risk === undefined ? {} : { risk }),
    ...(choices.symbols === undefined ? {} : { symbols: choices.symbols }),
  };
  const answers =
    format === 'jsonl'
      ? { ...terminal, stream: (pieces: Iterable<string>) => terminal.stream([errorLine([...pieces].join(''))]) }
      : terminal;
  const rules = await loadRules(where, json, answers);
  if (typeof rules === 'number') return rules;

  const known = openSession(state, journal.mode === 'fresh');
  const kept = known === undefined ? undefined : await rulesOf(state, known, rules, where);
  const ruleset = kept?.first ?? rules.ruleset;
  const ruling = kept?.last.ruleset ?? ruleset;
  say(
    style.dim(
      `${counted(ruling.strategies.length, 'strategy', 'strategies')}, ${counted(ruling.traded.length, 'symbol')} (${ruling.traded.join(' ')}), rules ${ruling.revision.slice(0, 7)}.`,
    ),
  );
  // An account is worth another amount every day: a session goes on with the one it began with.
  const cash = (known?.options as SessionOptions | undefined)?.cash ?? choices.cash ?? access.account.equity;
  const following = { start: undefined as (() => void) | undefined };
  const session = startLiveSession({
    state,
    known,
    revision: ruleset.revision,
    disk: rules,
    source: {
      kind: 'alpaca',
      hash: `${mode} ${access.account.hash} ${access.feedName}`,
      feed: access.feedName,
      account: mode,
    },
    options: {
      cash,
      symbols: choices.symbols ?? null,
      risk: risk ?? null,
      paths: positionals.map((path) => workspacePath(folder, path)),
      tz: null,
      assumptions,
    },
    where,
    hooks: journalLines(terminal, known?.name, ruleset.traded[0] ?? '', true),
    trades: mode !== 'dry',
  });
  const { recording } = session;
  say(style.dim(known === undefined ? 'Asking for history ...' : 'Going on ...'));
  const feed = await openLiveFeed(
    {
      source: `Alpaca ${access.feedName}`,
      symbols: withShadowSymbols(ruleset).symbols,
      reach: reachOf,
      keep: keptRows(ruleset),
      store: session.store,
      history: (symbols, minutes) => access.history(symbols, minutes),
    },
    ruleset,
    session.pieces,
  );

  const logs = await openLogs({ ...choices.log, session: session.row.name }, terminal, () => output.revision());
  const output = runOutput(terminal, {
    format,
    loudness: quiet ? 'quiet' : flags.verbose === true ? 'verbose' : 'normal',
    statusMs: choices.statusMs,
    logs,
    ruleset,
    feed: { source: `Alpaca ${access.feedName}`, synthetic: false, barsTotal: undefined },
    paceMs: MINUTE_MS,
  });
  const tell = (notice: LinkNotice): void => {
    const { level, event, text } = noticeWords(notice);
    logs?.event(level, event, { words: text });
    if (format === 'jsonl') terminal.out(eventLine('notice', { level, event, text }));
    if (level === 'info' && quiet) return;
    const head = level === 'error' ? style.red(text) : level === 'warn' ? style.yellow(text) : style.dim(text);
    terminal.err(`${head}\n`);
  };
  const now = { rules: ruling };
  const link = createAlpacaLink({
    clock: access.clock,
    account:
      mode === 'dry'
        ? undefined
        : { door: access.door, stream: (take) => access.trading(take), policy: () => policyOf(now.rules) },
    feed: (after, sink) => access.feed(new Set(withShadowSymbols(ruling).symbols), after, sink),
    tell,
  });

  const hot = { steering: undefined as Steering | undefined, rules: undefined as HotRules | undefined, over: false };
  const notYet = (): never => {
    throw failure('the run has only just begun', 'ask again');
  };
  following.start = () => {
    void hot.steering!.still(async () => {
      const { followRules } = await import('./hot-rules.ts');
      if (hot.over) return;
      hot.rules = followRules({
        where,
        running: kept?.last ?? rules,
        steering: hot.steering!,
        recording,
        arrival: session.arrival,
        cash,
        assumptions,
        terminal,
        quiet,
        resumed: known !== undefined,
        mode: mode === 'dry' ? 'dry' : 'live',
        ruling(next) {
          now.rules = next;
          link.setSymbols(new Set(withShadowSymbols(next).symbols));
        },
        notify: output.rules,
      });
      await hot.rules.ready;
    });
  };
  const hand = await handOn(journal.folder, { mode, feed: `Alpaca ${access.feedName}`, synthetic: false }, terminal, {
    session: session.row.name,
    rules: () => hot.rules?.facts() ?? { revision: ruling.revision, stale: null, pending: null, lastReload: null },
    reload: () => (hot.rules ?? notYet()).reload(),
    approve: (revision, reason) => (hot.rules ?? notYet()).approve(revision, reason),
    record: (command, at) =>
      recording.input({
        kind: 'command',
        instants: hot.steering!.run.session.instants,
        at: new Date(at).toISOString(),
        command: writtenCommand(command),
      }),
  });
  const started = {
    engine: ENGINE_VERSION,
    mode,
    revision: ruling.revision,
    session: session.row.name,
    feed: `Alpaca ${access.feedName}`,
    synthetic: false,
    strategies: ruling.strategies.map(({ id }) => id),
    symbols: ruling.traded,
  };
  if (format === 'jsonl') terminal.out(eventLine('started', started));
  const { session: _, ...logged } = started;
  logs?.event('info', 'run_started', logged);
  const snapshot = snapshots(
    journal.folder,
    { name: session.row.name, revision: output.revision, synthetic: false },
    (text) => terminal.err(`${style.yellow('warning')}: ${text}\n`),
    () => performance.now(),
  );
  const summary = (result: RunResult): string =>
    `\n${resultText(
      { ...result, notActing: [] },
      { title: TITLES[mode], width: terminal.width, style: terminal.style, whole: 'the session' },
    )}`;
  try {
    const result = await liveRun(
      ruleset,
      feed,
      {
        cash,
        from: undefined,
        to: undefined,
        assumptions,
        operator: 'never',
        closeAtEnd: false,
        swappable: true,
        recording,
        venue: session.venue,
        flush: session.flush,
        link,
        desk: session.desk,
        made: session.made,
        now: access.clock.now,
        hand,
        stand(now, stopped) {
          output.stand(now);
          snapshot.stand(now, stopped);
        },
        steer(steering) {
          hot.steering = steering;
        },
      },
      {
        ...output.observer,
        live() {
          output.observer.live?.();
          following.start?.();
        },
      },
      signal,
    );
    output.end();
    const { endEquity, returnPct, trades } = result.metrics;
    logs?.event('info', 'run_ended', { interrupted: true, endEquity, returnPct, trades });
    await terminal.stream(
      format === 'json' ? resultJson(result) : format === 'jsonl' ? summaryLine(result) : [summary(result)],
    );
    return exitOfRun(true, signal);
  } catch (error) {
    logs?.event('error', 'fault', {}, error);
    throw error;
  } finally {
    hot.over = true;
    output.end();
    await hot.rules?.close();
    await hand?.close();
    logs?.close();
  }
}

const TITLES = { dry: 'Dry run on live bars', paper: 'Paper trading', live: 'Live trading' } as const;
