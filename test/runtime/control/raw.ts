import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ControlHandlers } from '../../../engine/runtime/control/server.ts';
import type { EngineStatus } from '../../../engine/runtime/control/status.ts';

/** A state folder of its own, and its removal. */
export function stateFolder(name = 'state'): { readonly path: string; remove(): void } {
  const root = mkdtempSync(join(tmpdir(), 'engine-test-'));
  return { path: join(root, name), remove: () => rmSync(root, { recursive: true, force: true }) };
}

/** A client that says what it likes, and keeps what it hears. */
export function rawClient(path: string): {
  readonly socket: Socket;
  /** The next line heard, as JSON; rejects when the connection ends first. */
  next(): Promise<Record<string, unknown>>;
  readonly closed: Promise<void>;
} {
  const socket = connect(path);
  const heard: string[] = [];
  const waiters: { resolve(line: string): void; reject(error: Error): void }[] = [];
  let text = '';
  let ended = false;
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) {
      const waiter = waiters.shift();
      if (waiter === undefined) heard.push(line);
      else waiter.resolve(line);
    }
  });
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => {
      ended = true;
      for (const waiter of waiters.splice(0)) waiter.reject(new Error('closed'));
      resolve();
    });
  });
  return {
    socket,
    closed,
    next: async () => {
      const line =
        heard.shift() ??
        (await new Promise<string>((resolve, reject) => {
          if (ended) reject(new Error('closed'));
          else waiters.push({ resolve, reject });
        }));
      return JSON.parse(line) as Record<string, unknown>;
    },
  };
}

/** A made-up status: hand-written, so that what is shown of it can be said beforehand. */
export const STATUS: EngineStatus = {
  engine: '1.2.3',
  pid: 4711,
  mode: 'dry',
  since: '2026-11-25T17:41:02.123Z',
  session: '2026-11-25-1',
  feed: 'the sample market',
  synthetic: true,
  rules: {
    revision: '8a01b77aaaaaaaaa',
    stale: { since: '2026-11-25T18:03:11.000Z', reason: 'strategies.d/ema.yaml:9:19 E201 unknown name `slwo`' },
    pending: { revision: '3f9c1d2bbbbbbbbb', losses: ['max_daily_loss 5 → 8'], until: null },
    lastReload: { at: '2026-11-25T17:50:00.000Z', from: '1111111cccc', to: '8a01b77aaaaaaaaa' },
  },
  market: { time: '2024-01-03T15:21:00.000Z', instants: 400, bars: 4231, symbols: ['SPY', 'AAPL'] },
  account: {
    equity: '99243.11',
    cash: '90000.00',
    startCash: '100000.00',
    pnl: '-756.89',
    pnlToday: '12.10',
    trades: 329,
  },
  strategies: [
    { id: 'ema', equity: '49000.00', pnl: '-1000.00', pnlToday: '0.00', entries: 'paused', retired: false },
    { id: 'rsi', equity: '50243.11', pnl: '243.11', pnlToday: '12.10', entries: 'active', retired: false },
  ],
  shadows: [
    {
      id: 'ema_fast',
      beside: 'ema',
      equity: '50120.00',
      pnl: '120.00',
      pnlToday: '0.00',
      trades: 7,
      positions: ['SPY', 'AAPL'],
    },
  ],
  positions: [
    {
      strategy: 'rsi',
      symbol: 'SPY',
      side: 'long',
      qty: '19',
      entryTime: '2024-01-02T16:00:00.000Z',
      entryPrice: '471.49',
      lastPrice: '473',
      unrealized: '28.69',
      closing: null,
      protection: [
        { role: 'stop_loss', price: '462.06', qty: '19' },
        { role: 'take_profit', price: '490.35', qty: '19' },
      ],
    },
  ],
  orders: [
    {
      id: 'engine-1',
      strategy: 'rsi',
      symbol: 'AAPL',
      rule: 'entry.long',
      role: 'entry',
      side: 'buy',
      type: 'limit',
      qty: '10',
      filled: '0',
      limitPrice: '180.5',
      stopPrice: null,
      decidedAt: '2024-01-03T15:00:00.000Z',
    },
  ],
  breakers: {
    entries: 'active',
    tripped: [
      {
        id: 'operator',
        scope: 'strategy',
        place: 'ema',
        action: 'pause_entries',
        trippedAt: '2024-01-03T15:20:00.000Z',
        clearedAt: null,
        values: '',
        reason: 'earnings tonight',
        clearedReason: null,
        heldBack: 2,
        until: 'manual',
        untilTime: null,
        untilBars: null,
      },
    ],
    rules: [
      {
        id: 'max_daily_loss',
        enabled: true,
        when: 'daily_loss_pct > 5',
        scope: 'account',
        action: 'halt',
        until: 'manual',
      },
    ],
  },
};

export const STAND = { instants: 400, marketTime: '2024-01-03T15:21:00.000Z', revision: '8a01b77aaaaaaaaa' };

/** Handlers that note what they were asked, in order. */
export function fakeHandlers(more: Partial<ControlHandlers> = {}): ControlHandlers & { readonly asked: unknown[] } {
  const asked: unknown[] = [];
  return {
    asked,
    stand: () => STAND,
    status: () => STATUS,
    command(command) {
      asked.push(command);
      return { kind: 'done', trips: [], standing: undefined, cancelled: 0, closing: 0, holding: [] };
    },
    ...more,
  };
}
