import type { Ruleset } from '../compiler/ruleset.ts';
import type { Order } from '../ledger/order.ts';
import { logObserver } from '../logging/log-observer.ts';
import type { RunLogs } from '../logging/run-logs.ts';
import { liveBlock } from '../report/live/block.ts';
import { statusBlock } from '../report/live/status.ts';
import { orderReason } from '../report/rule-text.ts';
import {
  eventLine,
  type Fields,
  fillFields,
  orderFields,
  refusalFields,
  tradeFields,
  tripFields,
  viewFields,
} from '../report/run-events.ts';
import type { Style } from '../report/style.ts';
import { joined } from '../runtime/observers.ts';
import type { Observer } from '../runtime/run.ts';
import type { Session } from '../runtime/session.ts';
import { type FeedView, type RulesView, type RunView, type StaleView, viewOf } from '../runtime/view.ts';
import { createBarRate } from './bar-rate.ts';
import { liveScreen } from './live-screen.ts';
import type { RunMetrics } from './metrics.ts';
import { progressScreen } from './progress.ts';
import { orderLines, runLines, tripLines } from './run-lines.ts';
import { tellRegularly } from './status-lines.ts';
import type { Terminal } from './terminal.ts';

export interface OutputOptions {
  readonly format: 'text' | 'json' | 'jsonl';
  /** `quiet`: breakers, refused reloads and errors alone; `verbose`: every order and its reason too. */
  readonly loudness: 'quiet' | 'normal' | 'verbose';
  /** Milliseconds between two status blocks where there is no live one; undefined: none. */
  readonly statusMs: number | undefined;
  readonly logs: RunLogs | undefined;
  /** Whoever scrapes the run is answered from here. */
  readonly metrics?: RunMetrics | undefined;
  /** The rules that the run begins with. */
  readonly ruleset: Ruleset;
  readonly feed: Pick<FeedView, 'source' | 'synthetic' | 'barsTotal'>;
  /** Milliseconds between two bars; undefined: as fast as it goes. */
  readonly paceMs: number | undefined;
}

/** What happened to the rules of a running engine. */
export type RulesNotice =
  /** @property lines what to print of it, without colours; `text` the same in a few words for the block */
  | {
      readonly kind: 'applied';
      readonly ruleset: Ruleset;
      readonly from: string;
      readonly text: string;
      readonly lines: readonly string[];
      readonly fields?: Fields;
    }
  /** Rules on disk were refused (`refused`), or wait for a person or for time (`waiting`); `repeated`: said before. */
  | {
      readonly kind: 'refused' | 'waiting';
      readonly stale: StaleView;
      readonly repeated: boolean;
      readonly lines: readonly string[];
      readonly fields?: Fields;
    }
  /** The files are again what runs. */
  | { readonly kind: 'reverted'; readonly lines: readonly string[] }
  /** The system does not tell of changes: the files are looked at instead. */
  | { readonly kind: 'polling'; readonly fields: Fields; readonly lines: readonly string[] };

export interface RunOutput {
  /** Tells the person, the JSON stream and the logs. */
  readonly observer: Observer;
  /** To be called with the run as it stands, between two instants, some times a second. */
  readonly stand: (session: Session) => void;
  readonly rules: (notice: RulesNotice) => void;
  /** Of the rules that run now. */
  readonly revision: () => string;
  /** The run as it stands; undefined before its first bars. */
  readonly view: () => RunView | undefined;
  /** Takes the block away. */
  readonly end: () => void;
}

/** A run at full speed says nothing of its standing before this. */
const QUIET_START_MS = 10_000;

/** Columns below which lines of trades are not drawn narrower. */
const LEAST_LINE = 40;

/** Everything that a run shows and writes while it goes on: lines, the live block or status blocks, the JSON stream, logs. */
export const runOutput = (terminal: Terminal, options: OutputOptions): RunOutput => {
  const { format, loudness, logs } = options;
  const quiet = loudness === 'quiet';
  const rate = createBarRate();
  const state = {
    ruleset: options.ruleset,
    session: undefined as Session | undefined,
    live: options.paceMs !== undefined,
    paceMs: options.paceMs,
    bars: 0,
    lastBarAt: undefined as number | undefined,
    reload: { reloaded: undefined, stale: undefined } as Pick<RulesView, 'reloaded' | 'stale'>,
  };

  const view = (): RunView | undefined => {
    const { session } = state;
    if (session === undefined) return undefined;
    const rushing = session.barsDone === 0 ? 'warming' : 'rushing';
    return viewOf(session, {
      feed: {
        ...options.feed,
        barsTotal: state.live ? undefined : options.feed.barsTotal,
        pace: state.live ? 'paced' : rushing,
        barsPerSecond: rate.perSecond(),
        paceMs: state.paceMs,
        lastBarAt: state.lastBarAt,
      },
      reload: state.reload,
    });
  };

  options.metrics?.attach({ view, session: () => state.session });

  const screen =
    terminal.errRedraws && !quiet
      ? liveScreen(terminal, (size) => {
          const seen = view();
          return seen === undefined ? [] : liveBlock(seen, size);
        })
      : undefined;
  const above = screen?.above ?? ((line: string) => terminal.out(`${line}\n`));
  const put = (event: string, fields: Fields): void => above(eventLine(event, fields).trimEnd());
  const reason = (order: Order): string | undefined => orderReason(state.ruleset.strategies, order);

  const lineOptions = {
    get width(): number {
      if (!terminal.outTty || !terminal.errTty) return terminal.width;
      return Math.min(160, Math.max(LEAST_LINE, terminal.errSize().columns));
    },
    style: terminal.style,
  };
  const jsonObserver: Observer = {
    filled: (order, fill) => put('fill', fillFields(order, fill)),
    traded: (trade) => put('trade', tradeFields(trade)),
    refused: (order, why) => put('refusal', refusalFields(order, why)),
    tripped: (trip) => put('trip', tripFields(trip)),
    cleared: (trip) => put('clear', tripFields(trip)),
    ...(loudness === 'verbose' ? { placed: (order) => put('order', orderFields(order, reason(order))) } : {}),
  };
  const told: Observer[] = [];
  if (format === 'jsonl') told.push(jsonObserver);
  if (format === 'text' && loudness === 'verbose') told.push(orderLines({ above }, lineOptions, reason));
  if (format === 'text') told.push((quiet ? tripLines : runLines)({ above }, lineOptions));
  if (logs !== undefined) told.push(logObserver(logs, () => state.ruleset.strategies));

  // Where nothing is drawn in place, long work says every ten seconds how far it is.
  const progress =
    screen === undefined && !quiet
      ? progressScreen(terminal, options.ruleset.traded[0] ?? '', () => performance.now())
      : undefined;
  told.push({
    progress(reached) {
      if (!state.live) progress?.update(reached);
    },
    live() {
      state.live = true;
      state.paceMs ??= 1_000;
      rate.restart();
    },
  });

  const status = (): void => {
    const seen = view();
    if (seen === undefined) return;
    if (format === 'jsonl') put('status', viewFields(seen));
    if (screen !== undefined || quiet || (format === 'jsonl' && !terminal.errTty)) return;
    const width = terminal.errTty ? terminal.errSize().columns - 1 : 100;
    terminal.err(`${statusBlock(seen, { width, style: terminal.errStyle, now: Date.now() }).join('\n')}\n`);
  };
  const endStatus = tellRegularly(
    { everyMs: options.statusMs, notBeforeMs: options.paceMs === undefined ? QUIET_START_MS : 0 },
    status,
  );

  const say = (lines: readonly string[], tint: (style: Style) => (text: string) => string): void => {
    if (lines.length > 0) terminal.err(`${lines.map(tint(terminal.errStyle)).join('\n')}\n`);
  };
  const plain = (): ((text: string) => string) => (text) => text;

  return {
    observer: joined(told),
    revision: () => state.ruleset.revision,
    view,
    stand(session) {
      state.session = session;
      if (session.barsDone !== state.bars) {
        state.bars = session.barsDone;
        state.lastBarAt = Date.now();
        rate.note(session.barsDone, performance.now());
      }
      screen?.changed();
    },
    rules(notice) {
      const at = Date.now();
      const fields = 'fields' in notice ? notice.fields : {};
      switch (notice.kind) {
        case 'applied': {
          state.ruleset = notice.ruleset;
          state.reload = { reloaded: { at, text: notice.text }, stale: undefined };
          if (!quiet) say(notice.lines, plain);
          const both = { from: notice.from, to: notice.ruleset.revision, text: notice.text, ...fields };
          if (format === 'jsonl') put('reload', both);
          logs?.event('info', 'rules_reloaded', both);
          break;
        }
        case 'refused':
        case 'waiting': {
          const { since, place, text } = notice.stale;
          state.reload = { ...state.reload, stale: notice.stale };
          say(notice.lines, ({ red }) => red);
          const both = {
            running: state.ruleset.revision,
            since: new Date(since).toISOString(),
            place: place ?? null,
            text,
            repeated: notice.repeated,
            ...fields,
          };
          if (format === 'jsonl') put(notice.kind === 'refused' && !notice.repeated ? 'reload_refused' : 'stale', both);
          logs?.event('warn', notice.kind === 'refused' ? 'reload_refused' : 'rules_waiting', both);
          break;
        }
        case 'reverted':
          state.reload = { ...state.reload, stale: undefined };
          if (!quiet) say(notice.lines, plain);
          if (format === 'jsonl') put('reverted', {});
          logs?.event('info', 'rules_reverted', {});
          break;
        case 'polling':
          say(notice.lines, ({ yellow }) => yellow);
          if (format === 'jsonl') put('polling', notice.fields);
          logs?.event('warn', 'rules_polled', notice.fields);
          break;
      }
      screen?.changed();
    },
    end() {
      endStatus();
      screen?.end();
    },
  };
};
