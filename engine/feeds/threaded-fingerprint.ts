import { createHash, type Hash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { Fingerprint } from './fingerprint.ts';

/** Buffers under way: reading goes this far ahead while the thread starts. */
const BUFFERS = 24;

/** A part of a buffer that waits for the thread. */
interface Part {
  readonly number: number;
  readonly from: number;
  readonly to: number;
}

/** What lies between the reading and the thread. */
interface Exchange {
  readonly buffers: readonly Uint8Array[];
  readonly free: number[];
  /** Parts that were given away and not yet hashed, oldest first. */
  readonly waiting: Part[];
  hashed: number;
  /** In place of a thread that did not start. */
  instead: Hash | undefined;
  failure: Error | undefined;
  digest: string | undefined;
  /** Wakes who waits for the thread. */
  wake: () => void;
}

const partOf = ({ buffers }: Exchange, { number, from, to }: Part): Uint8Array => buffers[number]!.subarray(from, to);

/** Hashes here what a thread that never did anything was given. */
function takeOver(exchange: Exchange, first: string, error: Error): void {
  if (exchange.hashed > 0) exchange.failure = error;
  else {
    const instead = createHash('sha256').update(first);
    for (const part of exchange.waiting.splice(0)) {
      instead.update(partOf(exchange, part));
      exchange.free.push(part.number);
    }
    exchange.instead = instead;
  }
  exchange.wake();
}

function heed(exchange: Exchange, answer: number | string): void {
  if (typeof answer === 'string') exchange.digest = answer;
  else {
    exchange.hashed++;
    exchange.waiting.shift();
    exchange.free.push(answer);
  }
  exchange.wake();
}

/** Waits for the next word of the thread. */
async function word(exchange: Exchange): Promise<void> {
  if (exchange.failure === undefined) {
    await new Promise<void>((resolve) => {
      exchange.wake = resolve;
    });
  }
  if (exchange.failure !== undefined) throw exchange.failure;
}

/**
 * A fingerprint whose bytes are hashed in a thread while the next ones are read, after those of the text `first`; where the
 * thread does not start they are hashed here. Undefined when no thread can be had.
 */
export function createThreadedFingerprint(
  size: number,
  first: string,
  script = new URL('./hash-worker.js', import.meta.url),
): Fingerprint | undefined {
  const buffers = Array.from({ length: BUFFERS }, () => new Uint8Array(new SharedArrayBuffer(size)));
  let worker: Worker;
  try {
    worker = new Worker(script, { workerData: { buffers, first }, execArgv: [] });
  } catch {
    return undefined;
  }
  const exchange: Exchange = {
    buffers,
    free: buffers.map((_, number) => BUFFERS - 1 - number),
    waiting: [],
    hashed: 0,
    instead: undefined,
    failure: undefined,
    digest: undefined,
    wake: () => {},
  };
  worker.on('message', (answer: number | string) => heed(exchange, answer));
  worker.on('error', (error) => takeOver(exchange, first, error));
  let lent = -1;
  return {
    async lend() {
      // The buffer at hand may have been read into without anything to hash.
      if (lent >= 0) return buffers[lent]!;
      while (exchange.free.length === 0) await word(exchange);
      lent = exchange.free.pop()!;
      return buffers[lent]!;
    },
    add(from, to) {
      const part = { number: lent, from, to };
      if (exchange.instead === undefined) {
        exchange.waiting.push(part);
        worker.postMessage(part);
      } else {
        exchange.instead.update(partOf(exchange, part));
        exchange.free.push(lent);
      }
      lent = -1;
    },
    async digest() {
      if (exchange.instead === undefined) worker.postMessage(undefined);
      while (exchange.digest === undefined && exchange.instead === undefined) await word(exchange);
      return exchange.digest ?? exchange.instead!.digest('hex');
    },
    close() {
      void worker.terminate();
    },
  };
}
