import { OPERATOR_BREAKER } from '../compiler/model.ts';
import { span } from '../report/live/words.ts';
import type { Receipt } from '../runtime/live/receipt.ts';
import type { Observer } from '../runtime/run.ts';
import type { Session } from '../runtime/session.ts';
import { isFromHere } from './commands.ts';
import { dayOf, freshTally, tallyTrade } from './day.ts';
import type { Html } from './html.ts';
import {
  alertMessage,
  clearMessage,
  completeMessage,
  dayMessage,
  fillMessage,
  receiptMessage,
  refusalMessage,
  reloadedNews,
  type Standing,
  type Started,
  staleNews,
  startedMessage,
  stoppedMessage,
  tradeMessage,
  tripMessage,
} from './messages.ts';
import type { Offer } from './queue.ts';

export interface NewsOptions {
  readonly offer: (message: Html, offer: Offer) => void;
  /** The run at work; undefined before its first bar. */
  readonly session: () => Session | undefined;
  readonly synthetic: boolean;
  /** The market goes by as fast as it can: what happens there is told at its end alone. */
  readonly rushes: boolean;
  /** Wall clock, ms since 1970. */
  readonly now: () => number;
}

/** What the run has to tell, as it comes. */
export interface News {
  readonly observer: Observer;
  started(run: Started): void;
  /** @param why in a few words: `by Ctrl-C` */
  stopped(title: string, why: string, standing: Standing | undefined): void;
  reloaded(from: string, to: string, text: string): void;
  /** Rules on disk that do not run: told at once, and again every half hour. */
  stale(kind: 'refused' | 'waiting', running: string, stale: Stale, repeated: boolean): void;
  reverted(): void;
  /** A day of a run that traded, beside its backtest. */
  receipt(receipt: Receipt): void;
  /** The chat's own command is being done: the answer tells what came of it. */
  acting(on: boolean): void;
  /** Something that a person has to know now. */
  alert(title: string, text: string): void;
}

interface Stale {
  /** Wall clock, ms since 1970. */
  readonly since: number;
  readonly place: string | undefined;
  readonly text: string;
}

/** Between two reminders that the files are not what runs. */
const REMIND_MS = 1_800_000;

/** Turns what happens in a run into messages. What cannot wait is urgent; the rest gathers. */
export const createNews = (options: NewsOptions): News => {
  const { offer, session, synthetic, now } = options;
  let rushes = options.rushes;
  let tally = freshTally();
  let acting = false;
  let reminded = Number.NEGATIVE_INFINITY;

  const tell = (message: Html): void => offer(message, {});
  const tellNow = (message: Html): void => offer(message, { urgent: true });

  const observer: Observer = {
    filled(order, fill) {
      // The fill that ends a trade is told by the trade.
      if (!rushes && order.role === 'entry') tell(fillMessage(order, fill));
    },
    traded(trade) {
      tallyTrade(tally, trade);
      if (!rushes) tell(tradeMessage(trade));
    },
    refused(order, reason) {
      if (!rushes) tell(refusalMessage(order, reason));
    },
    tripped(trip) {
      tally.trips++;
      const own = trip.breaker === OPERATOR_BREAKER && isFromHere(trip.reason);
      if (!rushes && !own) tellNow(tripMessage(trip));
    },
    cleared(trip) {
      if (!rushes && !(acting && trip.breaker === OPERATOR_BREAKER)) tellNow(clearMessage(trip));
    },
    sampled(time) {
      const run = session();
      if (!rushes && run !== undefined) tell(dayMessage(dayOf(run, time, synthetic, tally)));
      tally = freshTally();
    },
    complete({ metrics, openPositions, strategies: results }) {
      if (!rushes) return;
      const { startEquity, endEquity: equity, returnPct: pnlPct, trades } = metrics;
      const strategies = results.map(({ id, metrics: own }) => ({ id, pnl: own.endEquity - own.startEquity }));
      const pnl = equity - startEquity;
      const standing = { equity, pnl, pnlPct, trades, positions: openPositions.length, strategies };
      tellNow(completeMessage(synthetic ? 'The sample year' : 'The bars', standing));
    },
    live() {
      rushes = false;
    },
  };

  return {
    observer,
    started: (run) => tellNow(startedMessage(run)),
    stopped: (title, why, standing) => tellNow(stoppedMessage(title, why, standing)),
    reloaded: (from, to, text) => tellNow(reloadedNews(from, to, text)),
    stale(kind, running, stale, repeated) {
      const at = now();
      if (repeated && at - reminded < REMIND_MS) return;
      reminded = at;
      tellNow(staleNews(kind, running, stale, repeated ? span(at - stale.since) : undefined));
    },
    acting(on) {
      acting = on;
    },
    receipt: (receipt) => tell(receiptMessage(receipt)),
    reverted: () => tellNow(alertMessage('Rules', 'The files are again what runs.')),
    alert: (title, text) => tellNow(alertMessage(title, text)),
  };
};
