import { streaming } from '@alpacahq/alpaca-trade-api';
import { afterEach, describe, expect, it } from 'vitest';
import { createTradingStream, type TradingMessage, type TradingStream } from '../../engine/alpaca/trading-stream.ts';
import { clockOf } from '../feeds/alpaca/simulated-feed.ts';
import { post } from './client.ts';
import { scriptOf, writtenBars } from './simulator/script.ts';
import { type AlpacaSimulator, startAlpaca } from './simulator/simulator.ts';

const OPEN = Date.parse('2026-11-23T14:30:00Z');
const BARS = writtenBars(
  'SPY',
  OPEN,
  Array.from({ length: 20 }, () => [100, 101, 99, 100, 1_000] as const),
);

let simulator: AlpacaSimulator | undefined;
let stream: TradingStream | undefined;

/** Both live on this loop: what one sends the other reads within a few turns of it. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await new Promise((resolve) => setImmediate(resolve));
}

afterEach(async () => {
  const closed = stream?.close();
  await settle();
  await simulator?.clock.advanceBy(1_000, settle);
  await closed;
  await simulator?.close();
});

async function follow() {
  simulator = await startAlpaca({ script: scriptOf([BARS]) });
  const messages: TradingMessage[] = [];
  stream = createTradingStream({
    streaming,
    credentials: { keyId: 'PK-TEST', secret: 'secret-test' },
    url: simulator.urls.tradingStream,
    clock: clockOf(simulator),
    dice: () => 0.5,
    take: (message) => messages.push(message),
  });
  stream.open();
  await settle();
  return { messages, simulator, to: (at: number) => simulator!.clock.advanceTo(at, settle) };
}

const updates = (messages: readonly TradingMessage[]) =>
  messages.flatMap((message) => (message.kind === 'update' ? [message.update] : []));
const ready = (messages: readonly TradingMessage[]) => messages.filter(({ kind }) => kind === 'ready');

describe('the trading socket of a simulated Alpaca', () => {
  it('tells an entry from its first word to its fill', async () => {
    const { messages, to } = await follow();
    expect(ready(messages)).toEqual([{ kind: 'ready', again: false }]);
    await to(OPEN + 60_500);
    await post(simulator!, {
      qty: '10',
      client_order_id: 'mine',
      order_class: 'bracket',
      take_profit: { limit_price: '120' },
      stop_loss: { stop_price: '90' },
    });
    await to(OPEN + 125_000);
    const mine = updates(messages).filter(({ order }) => order.clientOrderId === 'mine');
    expect(mine.map(({ event }) => event)).toEqual(['pending_new', 'new', 'fill']);
    const fill = mine.at(-1)!;
    expect(fill).toMatchObject({
      price: '100',
      qty: '10',
      positionQty: '10',
      order: { status: 'filled', filledQty: '10' },
    });
    expect(fill.executionId).toBeTypeOf('string');
    expect(fill.at).toBeGreaterThan(OPEN + 60_000);
  });

  it('is silent for an hour and still there; mute, it is found out within 70 seconds', async () => {
    const { messages, to } = await follow();
    await to(OPEN + 3_600_000);
    expect(stream!.reconnects).toBe(0);
    expect(ready(messages)).toHaveLength(1);
    simulator!.faults.add({ on: 'instant', do: { kind: 'mute', socket: 'trading' } });
    await to(OPEN + 3_600_000 + 75_000);
    expect(ready(messages)).toEqual([
      { kind: 'ready', again: false },
      { kind: 'ready', again: true },
    ]);
  });

  it('comes back after a drop and says that what happened between must be asked for', async () => {
    const { messages, to } = await follow();
    await to(OPEN + 60_500);
    simulator!.faults.add({ on: 'instant', do: { kind: 'drop', socket: 'trading' } });
    await settle();
    await post(simulator!, { client_order_id: 'unheard' });
    await to(OPEN + 63_000);
    expect(ready(messages).at(-1)).toEqual({ kind: 'ready', again: true });
    await post(simulator!, { client_order_id: 'heard' });
    await to(OPEN + 125_000);
    const ids = new Set(updates(messages).map(({ order }) => order.clientOrderId));
    expect(ids.has('heard')).toBe(true);
  });
});
