import { MINUTE, SECOND } from '../../../engine/market/time.ts';
import type { Book } from './book.ts';
import { barJson } from './data-rest.ts';
import type { History } from './history.ts';
import { idOf, quoteFields, tradeFields } from './latest-rest.ts';
import type { Feed, MarketStream } from './market-stream.ts';
import { match } from './matching.ts';
import type { MinuteBar, TapeReader } from './tape.ts';
import { instantOf, type When } from './virtual-clock.ts';

/** A message of the market-data sockets out of the script: `T` and `S` say what and of whom; `t` is its instant. */
export type FeedMessage = { readonly T: 's' | 'l' | 't' | 'q' | 'c' | 'x' | 'i' | 'd'; readonly S: string } & Readonly<
  Record<string, unknown>
>;

/** What the market-data sockets are told, out of the tape and out of the script. */
export interface MarketFeed {
  readonly reader: TapeReader;
  broadcast(at: When, message: FeedMessage): void;
  revise(bar: MinuteBar, at?: When): void;
  /** Bars of a symbol that does not exist, a minute each, as long as somebody is on the test feed. */
  startTest(): void;
}

interface FeedParts {
  readonly book: Book;
  readonly market: MarketStream;
  readonly history: History;
  readonly iexShare: number;
  /** Ms from the end of a minute to its bar. */
  readonly barDelay: number;
}

const feedsOf = (symbol: string): readonly Feed[] => (symbol.includes('/') ? ['crypto'] : ['iex', 'sip']);

export function createFeed({ book, market, history, iexShare, barDelay }: FeedParts): MarketFeed {
  const { clock } = book;
  let testing = false;

  const barMessage = (type: 'b' | 'u' | 'd', bar: Omit<MinuteBar, 'symbol'>, symbol: string, feed: Feed) => {
    const { t: _t, ...fields } = barJson(bar, feed === 'crypto' ? 0 : feed === 'iex' ? iexShare : 1);
    return { T: type, S: symbol, ...fields, t: new Date(bar.start) };
  };
  const publishBars = (type: 'b' | 'u', bars: readonly MinuteBar[]): void => {
    for (const feed of ['iex', 'sip', 'crypto'] as const) {
      if (!market.wants(type, feed)) continue;
      const wanted = bars.filter(({ symbol }) => feedsOf(symbol).includes(feed));
      market.publish(
        feed,
        wanted.map((bar) => barMessage(type, bar, bar.symbol, feed)),
      );
    }
  };
  const publishDays = (bars: readonly MinuteBar[], now: number): void => {
    for (const { symbol } of bars) {
      const day = history.bars(symbol, { count: 1, unit: 'Day' }, now - 24 * 60 * MINUTE, now, now, 'raw').at(-1);
      if (day === undefined) continue;
      for (const feed of feedsOf(symbol)) market.publish(feed, [barMessage('d', day, symbol, feed)]);
    }
  };

  const testMinute = (start: number): void => {
    clock.plan(start + MINUTE, () => {
      testing = market.has('test');
      if (!testing) return;
      const price = 100 + (Math.floor(start / MINUTE) % 10);
      const bar = {
        start,
        open: price,
        high: price + 1,
        low: price - 1,
        close: price,
        volume: 100,
        vwap: price,
        trades: 1,
      };
      market.publish('test', [barMessage('b', bar, 'FAKEPACA', 'test')]);
      testMinute(start + MINUTE);
    });
  };

  return {
    reader: {
      move({ symbol }, move) {
        match(book, symbol, move);
        if (!market.wants('t') && !market.wants('q')) return;
        const t = new Date(clock.now());
        const coin = symbol.includes('/');
        for (const feed of feedsOf(symbol)) {
          if (market.wants('t', feed)) {
            const fields = tradeFields(move.to, idOf(`${symbol} ${clock.now()}`), coin);
            market.publish(feed, [{ T: 't', S: symbol, ...fields, t }]);
          }
          if (market.wants('q', feed))
            market.publish(feed, [{ T: 'q', S: symbol, ...quoteFields(move.to, book.rules.halfSpread, coin), t }]);
        }
      },
      complete(_start, bars) {
        const send = (): void => {
          publishBars('b', bars);
          if (market.wants('d')) publishDays(bars, clock.now());
        };
        if (barDelay > 0) clock.plan(clock.now() + barDelay, send);
        else send();
      },
    },
    broadcast(at, message) {
      clock.plan(instantOf(at), () => {
        if (message.T === 's' && message.sc === 'H') book.halted.add(message.S);
        if (message.T === 's' && message.sc === 'T') book.halted.delete(message.S);
        for (const feed of feedsOf(message.S)) market.publish(feed, [{ t: new Date(clock.now()), ...message }]);
      });
    },
    revise(bar, at) {
      const when = at === undefined ? bar.start + MINUTE + 30 * SECOND : instantOf(at);
      history.revise(bar, when);
      clock.plan(when, () => publishBars('u', [bar]));
    },
    startTest() {
      if (testing) return;
      testing = true;
      testMinute(Math.floor(clock.now() / MINUTE) * MINUTE);
    },
  };
}
