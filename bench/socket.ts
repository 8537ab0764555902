import { Worker } from 'node:worker_threads';
import { encode } from '@msgpack/msgpack';
import { createMarketStream } from '../engine/alpaca/market-stream.ts';
import { systemClock } from '../engine/alpaca/system-clock.ts';
import { loadStreaming } from '../engine/alpaca/wire.ts';
import type { Figure } from './figure.ts';
import { ROOT } from './measure.ts';

const START = Date.parse('2026-11-23T14:30:00Z');
const SYMBOLS = Array.from({ length: 500 }, (_, n) => `S${n}`);
/** Bars of one frame, as the tape of a busy minute comes. */
const A_FRAME = 100;
const FRAMES = 6_000;

/** Greets, takes the keys, confirms what is asked for, and sends bars as fast as they are taken: a thread of its own. */
const SERVER = `
const { parentPort, workerData } = require('node:worker_threads');
const { WebSocketServer } = require(workerData.ws);
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
server.on('listening', () => parentPort.postMessage(server.address().port));
server.on('connection', (socket) => {
  let heard = 0;
  socket.send(workerData.greeting);
  socket.on('message', () => {
    if (++heard === 1) { socket.send(workerData.authenticated); return; }
    socket.send(workerData.subscription);
    if (heard > 2) return;
    let sent = 0;
    const more = () => {
      while (sent < workerData.frames) {
        const frame = workerData.bars[sent % workerData.bars.length];
        sent++;
        if (socket.bufferedAmount > 4000000) { socket.send(frame, more); return; }
        socket.send(frame);
      }
    };
    more();
  });
});
`;

const bar = (S: string, n: number) => ({
  T: 'b',
  S,
  o: 100.25,
  h: 101.5,
  l: 99.25,
  c: 101,
  v: 1_200 + n,
  t: new Date(START),
  n: 12,
  vw: 100.5125,
});

/** Bars from the socket to the engine's own: frames read, decoded, checked and handed on, on one core. */
export async function socketFigures(): Promise<Figure[]> {
  const frames = Array.from({ length: SYMBOLS.length / A_FRAME }, (_, part) =>
    encode(SYMBOLS.slice(part * A_FRAME, (part + 1) * A_FRAME).map(bar)),
  );
  const worker = new Worker(SERVER, {
    eval: true,
    workerData: {
      ws: `${ROOT}/node_modules/ws`,
      greeting: encode([{ T: 'success', msg: 'connected' }]),
      authenticated: encode([{ T: 'success', msg: 'authenticated' }]),
      subscription: encode([{ T: 'subscription', bars: SYMBOLS, updatedBars: SYMBOLS, statuses: SYMBOLS }]),
      bars: frames,
      frames: FRAMES,
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  const streaming = await loadStreaming();
  let bars = 0;
  let wrong = 0;
  let from = 0;
  let warm = 0;
  const total = FRAMES * A_FRAME;
  const seconds = await new Promise<number>((resolve) => {
    const stream = createMarketStream({
      streaming,
      credentials: { keyId: 'PKBENCH', secret: 'bench' },
      url: `ws://127.0.0.1:${port}/`,
      kind: 'stock',
      symbols: SYMBOLS,
      quotes: false,
      clock: systemClock,
      dice: () => 0.5,
      take(message) {
        if (message.kind !== 'bar') return;
        bars++;
        if (!(message.bar.close === 101 && message.bar.start === START)) wrong++;
        // The first third compiles.
        if (bars === Math.floor(total / 3)) {
          warm = bars;
          from = performance.now();
        }
        if (bars === total) {
          resolve((performance.now() - from) / 1000);
          void stream.close();
        }
      },
    });
    stream.open();
  });
  await worker.terminate();
  if (wrong > 0) throw new Error(`${wrong} bars came other than they were sent`);
  return [
    {
      section: 'Live bars through the socket',
      name: 'decoded, checked and handed on, one core',
      value: (bars - warm) / seconds / 1e6,
      unit: 'M bars/s',
      floor: 0.15,
      goal: 0.3,
    },
  ];
}
