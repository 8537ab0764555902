import type { FillAssumptions } from '../brokers/assumptions.ts';
import type { Ruleset } from '../compiler/ruleset.ts';
import { amendXnys } from '../market/calendars.ts';
import { receiptMember } from '../report/receipt-json.ts';
import { receiptLine } from '../report/receipt-words.ts';
import { eventLine } from '../report/run-events.ts';
import { resultText } from '../report/text.ts';
import { createAlpacaLink, type DifferencePolicy, type LinkNotice } from '../runtime/live/alpaca-link.ts';
import { openLiveFeed } from '../runtime/live/live-feed.ts';
import { liveRun } from '../runtime/live/live-run.ts';
import type { Receipt } from '../runtime/live/receipt.ts';
import { joined } from '../runtime/observers.ts';
import type { RunResult } from '../runtime/result.ts';
import type { RulesFault } from '../runtime/rules-fault.ts';
import type { Session } from '../runtime/session.ts';
import { withShadowSymbols } from '../runtime/shadowed.ts';
import type { CommandContext } from './command.ts';
import type { JournalChoice } from './dry.ts';
import { type OpenState, openSession, openState, rulesAt, rulesOf, workspacePath } from './dry-session.ts';
import { failure } from './exit.ts';
import { askedOfRun, followFiles, notFollowed, runningOf, throughFaults } from './followed-rules.ts';
import { handOn } from './hand-on.ts';
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
import { rulesSentence, runSettings } from './run-settings.ts';
import { tellEnded, tellFault, tellStarted } from './run-story.ts';
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
    return await throughFaults((fault) => liveOn(context, choices, state, telegram, fault));
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

async function liveOn(
  context: CommandContext,
  choices: LiveChoices,
  state: OpenState,
  telegram: RunTelegram | undefined,
  fault: RulesFault | undefined,
): Promise<number> {
  const { access, mode, journal, folder, assumptions } = choices;
  const { flags, positionals, terminal, interruption } = context;
  const { format, json, quiet, risk, where, answers, say } = runSettings(context, choices);
  const signal = interruption();
  const style = terminal.errStyle;
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
  say(`${style.dim(rulesSentence(ruling))}\n`);
  // An account is worth another amount every day: a session goes on with the one it began with.
  const cash = begun?.cash ?? choices.cash ?? access.account.equity;
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
  say(`${style.dim(known === undefined ? 'Asking for history ...' : 'Going on ...')}\n`);
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

  const hot = notFollowed();
  const follow = (): Promise<void> =>
    followFiles(hot, {
      where,
      running: kept?.last ?? rules,
      recording,
      fault,
      rulesAt: (revision) => rulesAt(state, session.row, revision, where),
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
      output,
      logs,
      telegram,
    });
  const hand = await handOn(journal.folder, { mode, feed: `Alpaca ${access.feedName}`, synthetic: false }, terminal, {
    session: session.row.name,
    ...askedOfRun(hot, recording, ruling.revision),
  });
  const listeners = { terminal, format, logs };
  tellStarted(
    listeners,
    { mode, session: session.row.name, feed: `Alpaca ${access.feedName}`, synthetic: false },
    ruling,
  );
  const running = (): Session | undefined => runningOf(hot);
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
    else say(`${text}\n`);
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
        { live: () => void hot.steering!.still(follow) },
      ]),
      signal,
    );
    output.end();
    await tellEnded(listeners, result, summary);
    await telegram?.close(endedBy(signal), running());
    return exitOfRun(true, signal);
  } catch (error) {
    const why = tellFault(listeners, error, fault);
    if (why !== undefined) await telegram?.close(why, running());
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
