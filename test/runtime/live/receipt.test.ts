import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Fact, Request } from '../../../engine/brokers/alpaca/facts.ts';
import { lastReceipts } from '../../../engine/cli/receipts.ts';
import { replaySession, tradedLive, withJournal } from '../../../engine/cli/recorded.ts';
import { formatMoney, formatPrice, type Price } from '../../../engine/ledger/money.ts';
import { receiptLine } from '../../../engine/report/receipt-words.ts';
import type { Receipt } from '../../../engine/runtime/live/receipt.ts';
import type { RunResult } from '../../../engine/runtime/result.ts';
import { createExchange } from '../../brokers/alpaca/exchange.ts';
import { barsOf } from '../../core/rules.ts';
import { type LiveTry, minuteBars, ROOMY, runLive, walk, writeRules } from './ground.ts';

const RULES = `id: one
symbols: [SPY]
timeframe: 1m
capital: 20000
entry:
  long:
    when: close > sma(close, 3)
    size:
      shares: 20
exit:
  when: close < sma(close, 4)
  stop_loss: { pct: 1 }
  take_profit: { pct: 1.5 }
`;

const HISTORY = 20;
const SESSION = 390;

/** Minutes of a first day without its first twenty, and of a part of the next. */
const market = (seed: number, count = SESSION + 90) => {
  const bars = minuteBars(barsOf('SPY', '1m', walk(count, seed, 0.5)));
  return { exchange: createExchange(() => 1), history: bars.slice(0, HISTORY), minutes: bars.slice(HISTORY) };
};

const folders: string[] = [];
const folder = (rules = RULES): string => {
  const dir = mkdtempSync(join(tmpdir(), 'engine-receipt-'));
  folders.push(dir);
  writeRules(dir, ROOMY, { one: rules });
  return dir;
};
afterEach(() => {
  for (const dir of folders.splice(0)) rmSync(dir, { recursive: true, force: true });
});

interface Looked {
  readonly result: RunResult;
  readonly receipts: readonly Receipt[];
  readonly left: number;
}

/** Works a session off again and makes its receipts, of the journal alone. */
const lookAt = (dir: string, most = 10): Promise<Looked> => {
  const flags = { workspace: dir, state: join(dir, 'state') };
  return withJournal(flags, async (journal) => {
    const row = journal.sessions.at(-1)!;
    const { signal } = new AbortController();
    const replayed = await replaySession(journal, row, flags, {}, signal);
    const live = tradedLive(journal, row, replayed, flags)!;
    return { result: replayed.result, ...(await lastReceipts(live, replayed.session, most, signal)) };
  });
};

const play = async (given: Omit<LiveTry, 'dir'>, rules?: string): Promise<Looked & { readonly live: RunResult }> => {
  const dir = folder(rules);
  const { result } = await runLive({ dir, ...given });
  return { ...(await lookAt(dir)), live: result };
};

/** An exchange that does something else with some requests. */
const meddling = (ground: ReturnType<typeof market>, instead: (request: Request, n: number) => Fact | undefined) => {
  let entries = 0;
  const { exchange } = ground;
  return {
    ...ground,
    exchange: {
      ...exchange,
      get cash() {
        return exchange.cash;
      },
      ask(request: Request): Fact {
        if (request.kind === 'submit' && request.urgency === 'entry') {
          const answer = instead(request, ++entries);
          if (answer !== undefined) return answer;
        }
        return exchange.ask(request);
      },
    },
  };
};

const codes = ({ differences }: Receipt): string[] => differences.map(({ cause }) => cause.code);

describe('a recorded live session', () => {
  it('is worked off again from its journal to the trades that it made', async () => {
    const { live, result } = await play({ market: market(7) });
    expect(live.trades.length).toBeGreaterThan(20);
    expect(result.trades.map(({ pnl }) => formatMoney(pnl))).toEqual(live.trades.map(({ pnl }) => formatMoney(pnl)));
  });

  it('is refused when it does not repeat itself', async () => {
    const dir = folder();
    await runLive({ dir, market: market(7) });
    const flags = { workspace: dir, state: join(dir, 'state') };
    const again = withJournal(flags, async (journal) => {
      const row = journal.sessions.at(-1)!;
      // Not the session's money: the equity of its first stretch is another.
      const options = { ...(row.options as object), cash: 50_000 };
      return replaySession(journal, { ...row, options }, flags, {}, new AbortController().signal);
    });
    await expect(again).rejects.toThrow(/does not repeat itself/);
  });
});

describe('the receipt of a day', () => {
  it('finds all decisions of an undisturbed day equal, and its fills a basis point better than modelled', async () => {
    const ground = market(7);
    const { receipts, live } = await play({ market: ground });
    expect(receipts.map(({ day }) => day.date)).toEqual(['2024-01-08', '2024-01-09']);
    expect(receipts.map(({ whole }) => whole)).toEqual([true, false]);
    for (const receipt of receipts) {
      expect(receipt.unexplained).toBe(0);
      expect(receipt.decisions.equal).toBe(receipt.decisions.all);
      expect(receipt.late).toBe(0);
    }
    expect(receipts[0]!.minutes).toBe(SESSION - HISTORY);
    const compared = receipts.flatMap(({ fills }) => fills.pairs);
    expect(compared.length).toBeGreaterThan(live.trades.length);
    const cents = (price: Price): number => Math.round(Number(formatPrice(price)) * 100);
    const opens = new Map(ground.minutes.map(({ start, open }) => [start, open]));
    let atMarket = 0;
    for (const { side, time, live: real, modelled, rule, bps, cost } of compared) {
      if (rule !== 'entry.long' && rule !== 'exit.when') continue;
      atMarket++;
      // The exchange fills at the last price, which is the next open, and dates it so; the backtest a basis point beside it, rounded to the cent against the trader.
      const open = opens.get(Math.floor(time / 60_000) * 60_000 + 60_000)!;
      const slip = side === 'buy' ? Math.ceil(open * 100.01 - 1e-7) : Math.floor(open * 99.99 + 1e-7);
      expect(cents(real)).toBe(Math.round(open * 100));
      expect(cents(modelled)).toBe(slip);
      const worse = side === 'buy' ? cents(real) - slip : slip - cents(real);
      expect(bps).toBeCloseTo((worse / slip) * 10_000, 6);
      expect(Number(formatMoney(cost))).toBeCloseTo((worse * 20) / 100, 6);
    }
    expect(atMarket).toBeGreaterThan(20);
  });

  it('names the minutes that came too late to enter on', async () => {
    const { receipts } = await play({
      market: market(7),
      late: (k) => (k > 40 && k <= 60 ? 'late' : k > 100 && k <= 120 ? 'account' : undefined),
    });
    const [first] = receipts;
    expect(first!.late).toBe(40);
    expect(codes(first!)).toContain('late');
    expect(codes(first!)).toContain('account');
    expect(first!.unexplained).toBe(0);
    for (const { kind, decision, cause } of first!.differences) {
      if (cause.code === 'late') expect([kind, decision.what]).toEqual(['only_backtest', 'entry']);
    }
    // A day begins as the run stood, so the next one is undisturbed.
    expect(receipts[1]!.decisions.equal).toBe(receipts[1]!.decisions.all);
  });

  it('explains what follows on an order that the broker refused', async () => {
    const ground = meddling(market(7), ({ n }, entry) =>
      entry === 5 ? { kind: 'refused', request: n, code: 'insufficient_buying_power', message: 'no' } : undefined,
    );
    const { receipts } = await play({ market: ground });
    expect(receipts[0]!.differences.length).toBeGreaterThan(0);
    expect(receipts[0]!.unexplained).toBe(0);
    expect(codes(receipts[0]!)).toContain('refused');
    expect(receiptLine(receipts[0]!)).toMatch(
      /^receipt of 2024-01-08: \d+ of \d+ decisions equal, \d+ differences? explained; /,
    );
  });

  it('explains levels that lay elsewhere and sizes that were others', async () => {
    const rules = RULES.replace('shares: 20', 'purse_pct: 90').replace('pct: 1 }', 'pct: 0.3 }').replace('1.5', '0.4');
    const { receipts } = await play({ market: market(11) }, rules);
    const all = receipts.flatMap(({ differences }) => differences);
    expect(receipts.reduce((sum, { unexplained }) => sum + unexplained, 0)).toBe(0);
    expect(all.some(({ kind }) => kind === 'quantity')).toBe(true);
  });

  it('leaves earlier days out when fewer are asked for', async () => {
    const dir = folder();
    await runLive({ dir, market: market(7) });
    const { receipts, left } = await lookAt(dir, 1);
    expect(receipts.map(({ day }) => day.date)).toEqual(['2024-01-09']);
    expect(left).toBe(1);
  });
});
