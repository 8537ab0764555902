import type { MarketDay } from '../runtime/live/market-day.ts';
import { marketDayOf } from '../runtime/live/market-day.ts';
import type { Receipt } from '../runtime/live/receipt.ts';
import type { Observer } from '../runtime/run.ts';
import type { Session } from '../runtime/session.ts';
import { dayReceipt, decidedBy } from './receipts.ts';
import type { RecordedLive } from './recorded-source.ts';

export interface ReceiptTellerOptions {
  /** The session as its journal has it; asked for when a day is over. */
  readonly recorded: () => RecordedLive;
  readonly session: () => Session | undefined;
  /** The run is being worked off again: its days were told. */
  readonly restoring: () => boolean;
  readonly tell: (receipt: Receipt) => void;
  /** A receipt could not be worked out; the run goes on. */
  readonly failed: (day: MarketDay, words: string) => void;
}

export interface ReceiptTeller {
  readonly observer: Pick<Required<Observer>, 'sampled'>;
  /** Nothing is told any more. */
  close(): Promise<void>;
}

/** Works out a running session's receipt at each of its closes, beside the run and in small parts, and tells it. */
export function createReceiptTeller(options: ReceiptTellerOptions): ReceiptTeller {
  const ended = new AbortController();
  let last: Promise<void> = Promise.resolve();

  async function receipt(close: number): Promise<void> {
    // What the close brought is stored in the same turn as it came.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    const session = options.session();
    if (session === undefined || ended.signal.aborted) return;
    const day = marketDayOf(close, session.symbols);
    try {
      const made = await dayReceipt(options.recorded(), day, decidedBy(session), ended.signal);
      if (made !== undefined && !ended.signal.aborted) options.tell(made);
    } catch (error) {
      if (!ended.signal.aborted) options.failed(day, error instanceof Error ? error.message : String(error));
    }
  }

  return {
    observer: {
      sampled(close) {
        if (options.restoring()) return;
        last = last.then(() => receipt(close));
      },
    },
    async close() {
      ended.abort();
      await last;
    },
  };
}
