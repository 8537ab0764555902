import type { Report } from './report.ts';
import { read } from './times.ts';
import { ended } from './words.ts';

/** An entry or an exit as the chart marks it; amounts are the report's exact strings. */
export interface MarketEvent {
  /** Milliseconds since the epoch: the start of the bar that filled it. */
  readonly time: number;
  readonly kind: 'entry' | 'exit';
  readonly side: 'long' | 'short';
  readonly strategy: string;
  /** The rule of an entry, what caused an exit. */
  readonly why: string;
  readonly price: string;
  readonly qty: string;
  /** Of an exit, dollars. */
  readonly pnl?: string;
  /** Place of its trade in the report; undefined: a position that is still open. */
  readonly trade?: number;
}

/** All entries and exits in a symbol, oldest first. */
export function eventsOf({ trades, openPositions, page }: Report, symbol: string): readonly MarketEvent[] {
  const events: MarketEvent[] = [];
  trades.forEach((trade, index) => {
    if (trade.symbol !== symbol) return;
    const { strategy, side } = trade;
    events.push({
      time: read(trade.entryTime),
      kind: 'entry',
      side,
      strategy,
      why: trade.entryRule,
      price: trade.entryPrice,
      qty: trade.qty,
      trade: index,
    });
    for (const leg of trade.legs) {
      const { price, qty, pnl } = leg;
      events.push({
        time: read(leg.time),
        kind: 'exit',
        side,
        strategy,
        why: ended(leg),
        price,
        qty,
        pnl,
        trade: index,
      });
    }
  });
  openPositions.forEach((position, index) => {
    if (position.symbol !== symbol) return;
    const { strategy, side, qty } = position;
    const why = `${page.openedBy[index] ?? 'entry'}, still open`;
    events.push({
      time: read(position.entryTime),
      kind: 'entry',
      side,
      strategy,
      why,
      price: position.entryPrice,
      qty,
    });
  });
  return events.sort((a, b) => a.time - b.time);
}

/** Number of the candle that a time lies in: the last that starts at or before it; -1 before the first. */
export function candleAt(starts: readonly number[], time: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
