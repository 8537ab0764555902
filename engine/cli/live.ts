import type { FillAssumptions } from '../brokers/assumptions.ts';
import type { Ruleset } from '../compiler/ruleset.ts';
import { amendXnys } from '../market/calendars.ts';
import { counted } from '../report/amounts.ts';
import { resultJson } from '../report/json.ts';
import { receiptMember } from '../report/receipt-json.ts';
import { receiptLine } from '../report/receipt-words.ts';
import { rollbackNotice } from '../report/reload-notices.ts';
import { errorLine, eventLine, summaryLine } from '../report/run-events.ts';
import { resultText } from '../report/text.ts';
import { writtenCommand } from '../runtime/control/operator-command.ts';
import type { Steering } from '../runtime/drive.ts';
import { createAlpacaLink, type DifferencePolicy, type LinkNotice } from '../runtime/live/alpaca-link.ts';
import { openLiveFeed } from '../runtime/live/live-feed.ts';
import { liveRun } from '../runtime/live/live-run.ts';
import type { Receipt } from '../runtime/live/receipt.ts';
import { joined } from '../runtime/observers.ts';
import type { RunResult } from '../runtime/result.ts';
import { RulesFault } from '../runtime/rules-fault.ts';
import type { Session } from '../runtime/session.ts';
import { withShadowSymbols } from '../runtime/shadowed.ts';
import { ENGINE_VERSION } from '../runtime/version.ts';
import type { Workspace, WorkspaceOptions } from '../runtime/workspace.ts';
import { textFlag } from './arguments.ts';
import type { CommandContext } from './command.ts';
import type { JournalChoice } from './dry.ts';
import { type OpenState, openSession, openState, rulesAt, rulesOf, workspacePath } from './dry-session.ts';
import { failure } from './exit.ts';
import { handOn } from './hand-on.ts';
import type { HotRules } from './hot-rules.ts';
import { endedBy, exitOfRun } from './interruption.ts';
import { journalFailure } from './journal-failure.ts';
import { journalLines } from './journal-lines.ts';
import { noticeWords } from './live-notices.ts';
import { keptRows, reachOf } from './live-reach.ts';
import { startLiveSession } from './live-session.ts';
import type { RunMetrics } from './metrics.ts';
import { type LogChoice, openLogs } from './open-logs.ts';
import type { RecordedLive } from './recorded-source.ts';
import { loadRules } from './rules.ts';
import { runOutput } from './run-output.ts';
import type { RunTelegram } from './run-telegram.ts';
import type { SessionOptions } from './session-options.ts';
import { snapshots } from './snapshots.ts';
import type { TelegramSettings } from './telegram-settings.ts';
import { createReceiptTeller } from './tell-receipts.ts';
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
  /** Undefined: nobody scrapes it. */
  readonly metrics: RunMetrics | undefined;
  /** Messages, when the settings ask for them. */
  readonly telegram: TelegramSettings | undefined;
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
    const telegram = await takeTelegram(context, choices);
    return await liveThrough(context, choices, state, telegram);
  } catch (error) {
    throw journalFailure(error);
  } finally {
    state.close();
    await choices.access.close();
  }
}

async function takeTelegram(
  { terminal }: CommandContext,
  { telegram: settings, mode }: LiveChoices,
): Promise<RunTelegram | undefined> {
  if (settings === undefined) return undefined;
  const { openRunTelegram } = await import('./run-telegram.ts');
  return openRunTelegram({ settings, terminal, title: TITLES[mode], synthetic: false, speed: 'realtime' });
}

/** Runs; when an edit's rules throw in their first bars, again from its journal, with the rules before them. */
async function liveThrough(
  context: CommandContext,
  choices: LiveChoices,
  state: OpenState,
  telegram: RunTelegram | undefined,
): Promise<number> {
  for (let fault: RulesFault | undefined; ; ) {
    try {
      return await liveOn(context, choices, state, telegram, fault);
    } catch (error) {
      // Neither of the two runs: that is no edit's fault.
      if (!(error instanceof RulesFault) || fault?.former === error.revision) throw error;
      fault = error;
    }
  }
}

async function liveOn(
  { flags, positionals, terminal, interruption }: CommandContext,
  choices: LiveChoices,
  state: OpenState,
  telegram: RunTelegram | undefined,
  fault: RulesFault | undefined,
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
  const known = openSession(state, journal.mode === 'fresh' && fault === undefined);
  const begun = known?.options as SessionOptions | undefined;
  // A session keeps the days that it began with: its sessions are numbered by them.
  const amendments = begun === undefined ? access.hours.amendments : (begun.amendments ?? []);
  if (amendments.length > 0) amendXnys(amendments);
  const rules = await loadRules(where, json, answers);
  if (typeof rules === 'number') return rules;

  const kept = known === undefined ? undefined : await rulesOf(state, known, rules, where);
  const ruleset = kept?.first ?? rules.ruleset;
  const ruling = kept?.last.ruleset ?? ruleset;
  say(
    style.dim(
      `${counted(ruling.strategies.length, 'strategy', 'strategies')}, ${counted(ruling.traded.length, 'symbol')} (${ruling.traded.join(' ')}), rules ${ruling.revision.slice(0, 7)}.`,
    ),
  );
  // An account is worth another amount every day: a session goes on with the one it began with.
  const cash = begun?.cash ?? choices.cash ?? access.account.equity;
  const following = { start: undefined as (() => void) | undefined };
  const lines = journalLines(terminal, known?.name, ruleset.traded[0] ?? '', true);
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
      ...(amendments.length === 0 ? {} : { amendments }),
    },
    where,
    hooks: telegram?.watchJournal(lines) ?? lines,
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
    metrics: choices.metrics,
    ruleset,
    feed: { source: `Alpaca ${access.feedName}`, synthetic: false, barsTotal: undefined },
    paceMs: MINUTE_MS,
  });
  const tell = (notice: LinkNotice): void => {
    const { level, event, text } = noticeWords(notice);
    logs?.event(level, event, { words: text });
    if (format === 'jsonl') terminal.out(eventLine('notice', { level, event, text }));
    if (level === 'error') telegram?.news.alert('Attention', text);
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
    async feed(after, sink) {
      const bars = await access.feed(new Set(withShadowSymbols(now.rules).symbols), after, {
        ...sink,
        revised(bar, why) {
          if (why === 'late') choices.metrics?.late();
          sink.revised(bar, why);
        },
      });
      for (const [symbol, { close, length }] of feed.kept()) if (length > 0) bars.reference(symbol, close[length - 1]!);
      return bars;
    },
    tell,
  });

  for (const words of access.hours.warnings) tell({ kind: 'warning', words });

  const hot = { steering: undefined as Steering | undefined, rules: undefined as HotRules | undefined, over: false };
  const notYet = (): never => {
    throw failure('the run has only just begun', 'ask again');
  };
  /** Puts the rules before those that threw in charge again, from here on. */
  const rollBack = async ({ former }: RulesFault, steering: Steering): Promise<Workspace> => {
    const before = await rulesAt(state, session.row, former, where);
    const answer = await steering.swap({
      plan: before.plan!,
      ahead: async ({ instants }) => {
        const at = new Date().toISOString();
        await recording.input({ kind: 'revision', instants, at, revision: former, documents: before.documents() });
      },
    });
    if (answer.kind === 'refused') throw new Error(answer.diagnostics[0]?.message);
    terminal.err(`${rollbackNotice(fault!, { width: Math.min(terminal.errWidth, 160), style }).join('\n')}\n`);
    logs?.event('error', 'rules_rolled_back', { from: fault!.revision, to: former, message: fault!.message });
    telegram?.news.alert(
      'Rules ROLLED BACK',
      `${fault!.revision.slice(0, 7)} threw: ${fault!.message}. ${former.slice(0, 7)} runs again.`,
    );
    return before;
  };
  const followFiles = async (): Promise<void> => {
    const { followRules } = await import('./hot-rules.ts');
    if (hot.over) return;
    const steering = hot.steering!;
    hot.rules = followRules({
      where,
      running: fault === undefined ? (kept?.last ?? rules) : await rollBack(fault, steering),
      steering,
      recording,
      ...(fault === undefined ? {} : { barred: { revision: fault.revision, message: `it threw: ${fault.message}` } }),
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
      notify(notice) {
        const before = output.revision();
        output.rules(notice);
        telegram?.rules(notice, before);
      },
    });
    await hot.rules.ready;
  };
  following.start = () => {
    void hot.steering!.still(followFiles);
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
  const running = (): Session | undefined => hot.steering?.run.session;
  telegram?.attach({
    session: running,
    ask: hand === undefined ? undefined : (request) => hand.ask(request),
    logs,
    recorded: ['--session', session.row.name, '--workspace', folder, '--state', journal.folder],
  });
  if (fault === undefined) {
    telegram?.news.started({
      title: TITLES[mode],
      feed: `Alpaca ${access.feedName}`,
      synthetic: false,
      strategies: ruling.strategies.length,
      symbols: ruling.traded.length,
      revision: ruling.revision,
      resumes: known?.name,
      rushes: false,
    });
  }
  const tellReceipt = (receipt: Receipt): void => {
    const text = receiptLine(receipt);
    const { fills, differences: _, ...facts } = receiptMember(receipt);
    const { count, meanBps, medianBps, cost } = fills;
    const level = receipt.unexplained > 0 ? 'warn' : 'info';
    logs?.event(level, 'receipt', { ...facts, fills: count, meanBps, medianBps, cost, words: text });
    if (format === 'jsonl') terminal.out(eventLine('receipt', receiptMember(receipt)));
    telegram?.news.receipt(receipt);
    if (level === 'warn') terminal.err(`${style.yellow(text)}\n`);
    else say(text);
  };
  const receipts =
    mode === 'dry'
      ? undefined
      : createReceiptTeller({
          recorded: () => ({
            database: state.held.database,
            row: session.row,
            source: session.row.source as RecordedLive['source'],
            ruleset,
            where,
          }),
          session: running,
          restoring: () => recording.restoring,
          tell: tellReceipt,
          failed: ({ date }, words) =>
            tell({ kind: 'warning', words: `no receipt of ${date}: ${words}; engine report shows it` }),
        });
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
        barByBar: true,
        swappable: true,
        recording,
        venue: session.venue,
        flush: session.flush,
        link,
        desk: session.desk,
        made: session.made,
        now: () => access.clock.now(),
        hand,
        stand(now, stopped) {
          output.stand(now);
          snapshot.stand(now, stopped);
        },
        steer(steering) {
          hot.steering = steering;
        },
      },
      joined([
        output.observer,
        ...(telegram === undefined ? [] : [telegram.news.observer]),
        ...(receipts === undefined ? [] : [receipts.observer]),
        { live: () => following.start?.() },
      ]),
      signal,
    );
    output.end();
    const { endEquity, returnPct, trades } = result.metrics;
    logs?.event('info', 'run_ended', { interrupted: true, endEquity, returnPct, trades });
    await terminal.stream(
      format === 'json' ? resultJson(result) : format === 'jsonl' ? summaryLine(result) : [summary(result)],
    );
    await telegram?.close(endedBy(signal), running());
    return exitOfRun(true, signal);
  } catch (error) {
    logs?.event('error', 'fault', {}, error);
    // What an edit brought about is taken back, and the run goes on.
    if (!(error instanceof RulesFault) || fault?.former === error.revision) {
      await telegram?.close(`a fault: ${error instanceof Error ? error.message : String(error)}`, running());
    }
    throw error;
  } finally {
    hot.over = true;
    output.end();
    await receipts?.close();
    await hot.rules?.close();
    await hand?.close();
    logs?.close();
  }
}

const TITLES = { dry: 'Dry run on live bars', paper: 'Paper trading', live: 'Live trading' } as const;
