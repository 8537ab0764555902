import { describe, expect, it } from 'vitest';
import { DEFAULT_ASSUMPTIONS } from '../../engine/brokers/assumptions.ts';
import { textOf } from '../../engine/notify/html.ts';
import { createNews, type News, type NewsOptions } from '../../engine/notify/news.ts';
import { createSession, type Session } from '../../engine/runtime/session.ts';
import { barsOf, type Row, rulesetUnder } from '../core/rules.ts';
import { madeReceipt } from '../runtime/live/made-day.ts';
import { wrongHtml } from './telegram-server.ts';

interface Told {
  readonly text: string;
  readonly urgent: boolean;
}

const newsOf = (more: Partial<NewsOptions> = {}): { readonly news: News; readonly told: Told[] } => {
  const told: Told[] = [];
  const news = createNews({
    offer(message, { urgent = false }) {
      expect(wrongHtml(message)).toBeUndefined();
      told.push({ text: textOf(message), urgent });
    },
    session: () => undefined,
    synthetic: true,
    rushes: false,
    now: () => 0,
    ...more,
  });
  return { news, told };
};

const strategy = (id: string, symbol: string): string => `id: ${id}
symbols: [${symbol}]
timeframe: 1h
capital: 10000
entry:
  long:
    when: crosses_above(close, 100)
    size: {shares: 10}
exit:
  when: crosses_below(close, 100)
  stop_loss: {pct: 20}
`;

const RISK = `limits: {max_position_pct: 100}
circuit_breakers:
  - {id: one_a_day, when: daily_trades >= 1, scope: account, action: pause_entries, until: next_session}
`;

/** Hours of two sessions and an hour: over 100 in the first, below it in the second. */
const rows = (closes: readonly number[]): Row[] =>
  closes.map((close, n) => {
    const open = closes[n - 1] ?? close;
    return [open, Math.max(open, close), Math.min(open, close), close];
  });
const A = [99, 99, 101, 102, 103, 103, 104, 104, 103, 99, 98, 98, 98, 98, 98, 98];
const B = [99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 101, 101, 101, 101, 101, 101];

const run = (rushes = false): { readonly told: Told[]; readonly session: Session } => {
  const made: { session: Session | undefined } = { session: undefined };
  const { news, told } = newsOf({ session: () => made.session, rushes });
  const bars = [barsOf('AAA', '1h', rows(A)), barsOf('BBB', '1h', rows(B))];
  const session = createSession(
    rulesetUnder(RISK, strategy('one', 'AAA'), strategy('two', 'BBB')),
    new Map(bars.map(({ symbol, timeframe }) => [symbol, timeframe])),
    {
      cash: undefined,
      from: undefined,
      to: undefined,
      assumptions: { ...DEFAULT_ASSUMPTIONS, slippage: { kind: 'none' } },
      closeAtEnd: false,
    },
    news.observer,
  );
  made.session = session;
  session.feed(new Map(bars.map((one) => [one.symbol, one])));
  while (session.advance(100));
  return { told, session };
};

describe('the news of a run', () => {
  it('are its entries, trades, trips and days, with what cannot wait marked', () => {
    const { told } = run();
    expect(told.map(({ text, urgent }) => `${urgent ? '! ' : ''}${text}`)).toMatchInlineSnapshot(`
      [
        "AAA bought 10 at 101.00 (one, entry.long)",
        "! Breaker one_a_day tripped: the account, entries paused
      daily_trades 1, at 2024-01-08 13:00",
        "Day 2024-01-08 New York, SYNTHETIC
      Equity $20,030.00, today +$30.00 (+0.15 %), in all +$30.00
      one: today +$30.00, in all +$30.00
      two: today $0.00, in all $0.00
      No trade was closed
      Open: AAA long 10 (one) +$30.00
      Breakers holding: one_a_day (the account)",
        "! Breaker one_a_day let go: the account",
        "AAA long closed: -$20.00 (-1.98 %), exit rule (one); 10 from 101.00 to 99.00",
        "BBB bought 10 at 101.00 (two, entry.long)",
        "! Breaker one_a_day tripped: the account, entries paused
      daily_trades 1, at 2024-01-09 14:00",
        "Day 2024-01-09 New York, SYNTHETIC
      Equity $19,980.00, today -$50.00 (-0.25 %), in all -$20.00
      one: today -$50.00, in all -$20.00
      two: today $0.00, in all $0.00
      1 trade closed, 0 won: -$20.00
      Open: BBB long 10 (two) $0.00
      Breakers holding: one_a_day (the account)",
        "! Breaker one_a_day let go: the account",
      ]
    `);
  });

  it('give each day what the account made in it', () => {
    const { told, session } = run();
    const days = told.filter(({ text }) => text.startsWith('Day '));
    const dollars = (text: string, what: RegExp): number =>
      Number((what.exec(text)?.[1] ?? 'none').replace(/[$,+]/g, ''));
    const closes = [20_000, ...session.book.state.curve.samples[0]!];
    expect(days).toHaveLength(closes.length - 1);
    days.forEach(({ text }, n) => {
      expect(dollars(text, /Equity (\S+),/)).toBeCloseTo(closes[n + 1]!, 2);
      expect(dollars(text, /today (\S+) \(/)).toBeCloseTo(closes[n + 1]! - closes[n]!, 2);
      const parts = [...text.matchAll(/^(?:one|two): today (\S+),/gm)].map((found) =>
        Number(found[1]!.replace(/[$,+]/g, '')),
      );
      expect(parts).toHaveLength(2);
      expect(parts[0]! + parts[1]!).toBeCloseTo(closes[n + 1]! - closes[n]!, 2);
    });
  });

  it('are none while the market goes by at full speed', () => {
    expect(run(true).told).toEqual([]);
  });

  it('begin once it goes bar by bar, after a word on what went by', () => {
    const { news, told } = newsOf({ rushes: true });
    const result = {
      metrics: { startEquity: 100_000, endEquity: 99_243.11, returnPct: -0.75689, trades: 329 },
      openPositions: [1, 2, 3],
      strategies: [{ id: 'rsi', metrics: { startEquity: 20_000, endEquity: 21_116.61 } }],
    };
    news.observer.complete?.(result as unknown as Parameters<NonNullable<News['observer']['complete']>>[0]);
    news.observer.live?.();
    expect(told).toEqual([
      {
        text: 'The sample year is over; it goes on at a bar a second\nEquity $99,243.11, in all -$756.89 (-0.76 %)\n329 trades, 3 positions open\nrsi: +$1,116.61',
        urgent: true,
      },
    ]);
  });
});

describe('the news of the rules', () => {
  it('say what was reloaded, refused and waits, and where', () => {
    const { news, told } = newsOf();
    news.reloaded('1111111aaaa', '2222222bbbb', 'rsi entry.long.when');
    const stale = { since: 0, place: 'strategies.d/ema.yaml:9:19', text: 'E201 unknown name <slwo>' };
    news.stale('refused', '2222222bbbb', stale, false);
    news.stale(
      'waiting',
      '2222222bbbb',
      { since: 0, place: undefined, text: '1 protection lost or loosened: waits' },
      false,
    );
    news.reverted();
    expect(told.map(({ text }) => text)).toEqual([
      'Rules reloaded 1111111 → 2222222: rsi entry.long.when',
      'Rules REFUSED\nstrategies.d/ema.yaml:9:19 E201 unknown name <slwo>\n2222222 runs on, whole.',
      'Rules wait for approval\n1 protection lost or loosened: waits\n2222222 runs on, whole. engine status shows what waits; engine approve takes it.',
      'Rules\nThe files are again what runs.',
    ]);
    expect(told.every(({ urgent }) => urgent)).toBe(true);
  });

  it('say again every half hour that the files are stale, not every minute', () => {
    let now = 0;
    const { news, told } = newsOf({ now: () => now });
    const stale = { since: 0, place: undefined, text: 'refused' };
    for (let minute = 0; minute <= 90; minute++) {
      now = minute * 60_000;
      news.stale('refused', 'abcdef0', stale, minute > 0);
    }
    expect(told.map(({ text }) => text.split('\n')[0])).toEqual([
      'Rules REFUSED',
      'Rules REFUSED, STALE for 30 min',
      'Rules REFUSED, STALE for 60 min',
      'Rules REFUSED, STALE for 1.5 h',
    ]);
  });
});

describe('the news of a receipt', () => {
  it('says how the day compares with its backtest, and names its first differences', () => {
    const { news, told } = newsOf();
    news.receipt(
      madeReceipt({ orders: [{ at: 0, fills: [[0, '100.10']] }] }, { orders: [{ at: 0, fills: [[0, '100']] }] }),
    );
    const entries = [0, 2, 4, 6].map((minute) => ({ at: minute }));
    news.receipt(madeReceipt({ orders: [] }, { orders: entries }));
    expect(told.map(({ text }) => text.split('\n'))).toEqual([
      [
        'Receipt 2024-01-08: 1 of 1 decision equal',
        '1 fill against modelled ones: mean +10.00 bps, median +10.00, worst +10.00 (one SPY 10:00); $2.00 worse in all',
      ],
      [
        'Receipt 2024-01-08: 0 of 4 decisions equal, 4 differences, 1 unexplained',
        'no fills to compare',
        '2024-01-08 10:00 one SPY entry.long buy 20: only in the backtest; no cause was found',
        '2024-01-08 10:02 one SPY entry.long buy 20: only in the backtest; it follows from 10:00',
        '2024-01-08 10:04 one SPY entry.long buy 20: only in the backtest; it follows from 10:02',
        'and 1 difference more: engine report',
      ],
    ]);
    expect(told.some(({ urgent }) => urgent)).toBe(false);
  });
});
