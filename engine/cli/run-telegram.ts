import type { RunLogs } from '../logging/run-logs.ts';
import type { News } from '../notify/news.ts';
import type { Attached, Telegram } from '../notify/telegram.ts';
import type { PatientHooks } from '../runtime/patient-sink.ts';
import type { Session } from '../runtime/session.ts';
import { scrubberOfKnown } from './known-secrets.ts';
import type { RulesNotice } from './run-output.ts';
import type { TelegramSettings } from './telegram-settings.ts';
import type { Terminal } from './terminal.ts';
import { whyInChild } from './why-child.ts';

export interface RunTelegramOptions {
  readonly settings: TelegramSettings;
  readonly terminal: Terminal;
  /** `Dry run`. */
  readonly title: string;
  readonly synthetic: boolean;
  /** `max`: as fast as it goes. */
  readonly speed: 'max' | 'realtime' | number;
}

/** What a run hands over when it begins, and again when it begins anew with other rules. */
export interface AttachedRun extends Attached {
  readonly logs: RunLogs | undefined;
  /** Flags that name this run to `engine why`; undefined: it is not recorded. */
  readonly recorded: readonly string[] | undefined;
}

/** Telegram beside a run: what it hears, and what it brings. */
export interface RunTelegram {
  readonly news: News;
  attach(run: AttachedRun): void;
  rules(notice: RulesNotice, running: string): void;
  /** The same hooks, and what they say in the chat too. */
  watchJournal<Hooks extends PatientHooks>(hooks: Hooks): Hooks;
  /** The run is over; the last messages go. Later calls do nothing. */
  close(why: string, session: Session | undefined): Promise<void>;
}

/** Milliseconds that what is not urgent waits for company: where a bar takes its real time, and where days go by in minutes. */
const GATHER = { live: 3_000, simulated: 60_000 } as const;

/** Milliseconds that the last messages have when the engine stops. */
const LAST_MESSAGES = 5_000;

/** After so long the person is told what the stop waits for. */
const PATIENT = 700;

const standingOf = ({ book, startCash, strategies }: Session): Parameters<News['stopped']>[2] => {
  const equity = book.equity();
  return {
    equity,
    pnl: equity - startCash,
    pnlPct: startCash === 0 ? 0 : (100 * (equity - startCash)) / startCash,
    trades: book.state.trades.length,
    positions: book.openPositions().length,
    strategies: strategies.map(({ id, capital }, n) => ({ id, pnl: book.strategyEquity(n) - capital })),
  };
};

/** The strategies of a run that trade a symbol. */
const tradersOf = (session: Session | undefined, symbol: string): string[] => [
  ...new Set((session?.core.instances ?? []).filter((one) => one.symbol === symbol).map((one) => one.strategy.id)),
];

/** Opens Telegram for a run; nothing is sent before the first message. */
export const openRunTelegram = async (options: RunTelegramOptions): Promise<RunTelegram> => {
  const { settings, terminal, title, synthetic, speed } = options;
  const { openTelegram } = await import('../notify/telegram.ts');
  const style = terminal.errStyle;
  let run: AttachedRun | undefined;
  let closed: Promise<void> | undefined;

  const telegram: Telegram = openTelegram({
    ...settings,
    synthetic,
    rushes: speed === 'max',
    gatherMs: speed === 'realtime' ? GATHER.live : GATHER.simulated,
    scrub: scrubberOfKnown(),
    log: (level, event, fields) => run?.logs?.event(level, event, fields),
    warn: ({ message, help }) =>
      terminal.err(`${style.yellow('Telegram')}: ${message}. The run goes on.\n${style.dim(`  = help: ${help}`)}\n`),
    going: () => terminal.err(`${style.green('Telegram')}: messages go again.\n`),
    async why(strategy, symbol) {
      const where = run?.recorded;
      if (where === undefined) throw new Error('this run is not recorded, so its decisions cannot be worked out again');
      const traders = strategy === undefined ? tradersOf(run?.session(), symbol) : [strategy];
      const answers = [];
      // One after the other: each is a process of its own.
      for (const one of traders) answers.push(...(await whyInChild(where, one, symbol)));
      return answers;
    },
  });
  const { news } = telegram;

  return {
    news,
    attach(next) {
      run = next;
      telegram.attach(next);
    },
    rules(notice, running) {
      if (notice.kind === 'applied') news.reloaded(notice.from, notice.ruleset.revision, notice.text);
      else if (notice.kind === 'reverted') news.reverted();
      else if (notice.kind !== 'polling') news.stale(notice.kind, running, notice.stale, notice.repeated);
    },
    watchJournal: (hooks) => ({
      ...hooks,
      stuck(reason, attempts) {
        hooks.stuck(reason, attempts);
        if (attempts === 1)
          news.alert('The journal cannot be written', `${reason}. The run stands still until it can.`);
      },
      resumed() {
        hooks.resumed();
        news.alert('The journal can be written again', 'The run goes on.');
      },
    }),
    close(why, session) {
      closed ??= (async () => {
        news.stopped(title, why, session === undefined ? undefined : standingOf(session));
        const note = setTimeout(() => {
          terminal.err(`${style.dim('Sending the last messages to Telegram; Ctrl-C ends at once.')}\n`);
        }, PATIENT);
        await telegram.close(LAST_MESSAGES);
        clearTimeout(note);
      })();
      return closed;
    },
  };
};
