import type { TradeUpdate } from '../../alpaca/broker-order.ts';
import type { TradingMessage, TradingStream } from '../../alpaca/trading-stream.ts';
import type { OrderDesk } from '../../brokers/alpaca/desk.ts';
import type { Remark } from '../../brokers/alpaca/desk-state.ts';
import type { BrokerDoor } from '../../brokers/alpaca/door.ts';
import { type Difference, differences } from '../../brokers/alpaca/reconcile.ts';
import { reportOf } from '../../brokers/alpaca/report-of.ts';
import { createSender } from '../../brokers/alpaca/sender.ts';
import type { FeedState, LiveFeedSink, LiveFeed as MarketFeed } from '../../feeds/alpaca/live-feed.ts';
import type { Clock } from '../../market/clock.ts';
import { type Instant, instant, MINUTE, SECOND } from '../../market/time.ts';
import type { LiveLink, LivePort } from './live-run.ts';

/** What a person is told of a connected run, beside what the rules do. */
export type LinkNotice =
  | { readonly kind: 'bars'; readonly state: FeedState; readonly words: string }
  | { readonly kind: 'warning'; readonly words: string }
  /** How the line to the trading account stands. */
  | { readonly kind: 'account'; readonly state: 'ready' | 'lost' | 'refused'; readonly words: string }
  /** Account and ledger were compared: they differ, or agree again. */
  | { readonly kind: 'differs'; readonly differences: readonly Difference[]; readonly entries: 'held' | 'go_on' }
  | { readonly kind: 'agrees' }
  | { readonly kind: 'quarantined'; readonly symbol: string; readonly cause: string }
  | Remark;

/** What is done about an account that is not as the ledger has it. */
export type DifferencePolicy = 'halt' | 'ignore';

export interface AlpacaLinkOptions {
  readonly clock: Clock;
  /** The broker's side of a run that trades; undefined: it only decides. */
  readonly account:
    | {
        readonly door: BrokerDoor;
        readonly stream: (take: (message: TradingMessage) => void) => TradingStream;
        /** As the rules of the moment say. */
        readonly policy: () => DifferencePolicy;
      }
    | undefined;
  /** @param after end of the last minute that is known, ms */
  readonly feed: (after: number, sink: LiveFeedSink) => Promise<MarketFeed>;
  /** Symbols that the run reads now; asked again whenever its rules change. */
  readonly tell: (notice: LinkNotice) => void;
}

export interface AlpacaLink extends LiveLink {
  /** Other symbols are wanted. */
  setSymbols(symbols: ReadonlySet<string>): void;
  /** Account and ledger have been compared and nothing stands against entries. */
  readonly trusted: boolean;
}

/** A minute this old when it comes is not entered on, ms past its end. */
const LATE = 2 * MINUTE;
/** Between two comparisons of account and ledger. */
const EVERY = MINUTE;
/** A difference that is younger may only be news on its way. */
const SETTLING = 5 * SECOND;

/** Connects a live run with Alpaca: bars and updates in, requests out, and account and ledger compared. */
export function createAlpacaLink(options: AlpacaLinkOptions): AlpacaLink {
  const { clock, account, tell } = options;
  let port: LivePort | undefined;
  let desk: OrderDesk | undefined;
  let feed: MarketFeed | undefined;
  let wanted: ReadonlySet<string> | undefined;
  let stream: TradingStream | undefined;
  let timer: { cancel(): void } | undefined;
  let closed = false;
  /** Without an account there is nothing to compare. */
  let trusted = account === undefined;
  let comparing: Promise<void> | undefined;
  let again = false;
  let said = '';

  /** Bars are of the server's time: by a machine's clock that is minutes wrong all would be late, or none. */
  const serverTime = (): number => feed?.now() ?? clock.now();

  const wait = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => {
      clock.after(milliseconds, resolve);
    });

  const sender =
    account === undefined
      ? undefined
      : createSender({
          door: account.door,
          wanted: (clientId) => desk?.wants(clientId, serverTime()) ?? true,
          wait,
          tell: (fact) => port?.fact(fact, clock.now()),
        });

  function updated(update: TradeUpdate): void {
    const { executionId, price, qty, order } = update;
    const execution =
      executionId === undefined || price === undefined || qty === undefined
        ? undefined
        : { id: executionId, price, qty, at: instant(update.at) as Instant };
    port?.fact(
      { kind: 'report', order: reportOf(order), ...(execution === undefined ? {} : { execution }) },
      clock.now(),
    );
  }

  function heard(message: TradingMessage): void {
    switch (message.kind) {
      case 'update':
        updated(message.update);
        return;
      case 'ready':
        tell({ kind: 'account', state: 'ready', words: 'updates on orders come' });
        // What happened while nobody listened is told by nobody.
        compare();
        return;
      case 'unreadable':
        tell({ kind: 'warning', words: message.words });
        compare();
        return;
      case 'state':
        if (message.state === 'live' || message.state === 'closed') return;
        tell({ kind: 'account', state: message.state === 'refused' ? 'refused' : 'lost', words: message.words });
    }
  }

  /** Compares account and ledger; one comparison at a time, the last one asked for counts. */
  function compare(): void {
    if (account === undefined || closed) return;
    if (comparing !== undefined) {
      again = true;
      return;
    }
    comparing = comparison(account)
      .catch((error: unknown) => {
        trusted = false;
        tell({ kind: 'warning', words: `account and ledger could not be compared: ${String(error)}` });
      })
      .finally(() => {
        comparing = undefined;
        if (!again) return;
        again = false;
        compare();
      });
  }

  async function comparison({ door, policy }: NonNullable<AlpacaLinkOptions['account']>): Promise<void> {
    for (let round = 0; ; round++) {
      const orders = await door.openOrders();
      const positions = await door.positions();
      if (orders.kind !== 'done' || positions.kind !== 'done') {
        const fault = orders.kind === 'done' ? positions : orders;
        trusted = false;
        tell({
          kind: 'warning',
          words: `the account does not answer (${'message' in fault ? fault.message : ''}): nothing is entered until it does`,
        });
        return;
      }
      // Orders that ended unheard are not among the open ones: each is asked for.
      const listed = new Set(orders.value.flatMap((order) => [order.id, ...order.legs.map(({ id }) => id)]));
      const unheard = (await port!.ask(({ desk }) => desk?.atBroker() ?? [])).filter((id) => !listed.has(id));
      for (const order of orders.value) port!.fact({ kind: 'report', order }, clock.now());
      for (const target of unheard) {
        const found = await door.find({ target });
        if (found.kind === 'done' && found.value !== undefined) {
          port!.fact({ kind: 'report', order: found.value }, clock.now());
        }
      }
      const found = await port!.ask(({ desk }) =>
        desk === undefined ? [] : differences(desk.positions(), positions.value, orders.value, (id) => desk.knows(id)),
      );
      if (found.length > 0 && round === 0) {
        await wait(SETTLING);
        continue;
      }
      judge(found, policy());
      return;
    }
  }

  function judge(found: readonly Difference[], policy: DifferencePolicy): void {
    // Somebody else's orders move nothing of ours until they fill.
    const grave = found.some(({ kind }) => kind !== 'foreign_order');
    trusted = !grave || policy === 'ignore';
    const text = JSON.stringify(found);
    if (text === said) return;
    const before = said;
    said = text;
    if (found.length > 0) tell({ kind: 'differs', differences: found, entries: trusted ? 'go_on' : 'held' });
    else if (before !== '') tell({ kind: 'agrees' });
  }

  function regularly(): void {
    timer = clock.after(EVERY, () => {
      compare();
      regularly();
    });
  }

  /** Bars come once it is known whether the account is as the ledger has it. */
  async function openFeed(after: number): Promise<void> {
    if (closed) return;
    const opened = await options.feed(after, {
      minute(end, bars) {
        const why = serverTime() - end > LATE ? 'late' : trusted ? undefined : 'account';
        port?.minute({ end, stale: why !== undefined, why, bars });
      },
      split: ({ symbol, split }) => port?.split(symbol, split),
      revised: () => undefined,
      quarantined: ({ symbol }, cause) => tell({ kind: 'quarantined', symbol, cause }),
      halted: (symbol, halted) =>
        tell({ kind: 'warning', words: `${symbol} ${halted ? 'is halted' : 'trades again'}` }),
      quote: () => undefined,
      health: (state, words) => tell({ kind: 'bars', state, words }),
      warning: (words) => tell({ kind: 'warning', words }),
    });
    if (wanted !== undefined) opened.setSymbols(wanted);
    feed = opened;
    opened.open();
  }

  return {
    async connect(given, { until, desk: traded }, unsettled) {
      port = given;
      desk = traded;
      const after = Number.isNaN(until) ? Number.NEGATIVE_INFINITY : until;
      if (account === undefined) {
        await openFeed(after);
        return;
      }
      for (const { n } of unsettled) port.fact({ kind: 'unknown', request: n }, clock.now());
      stream = account.stream(heard);
      stream.open();
      compare();
      regularly();
      // The run itself answers what the comparison asks of it: this call must not wait for that.
      void comparing
        ?.then(() => openFeed(after))
        .catch((error: unknown) => tell({ kind: 'warning', words: `bars cannot be asked for: ${String(error)}` }));
    },
    send(requests) {
      for (const request of requests) sender?.send(request);
    },
    remark: tell,
    setSymbols(symbols) {
      wanted = symbols;
      feed?.setSymbols(symbols);
    },
    get trusted() {
      return trusted;
    },
    async close() {
      closed = true;
      timer?.cancel();
      sender?.close();
      await Promise.all([feed?.close(), stream?.close()]);
    },
  };
}
