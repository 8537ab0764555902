import { readInputs } from '../journal/inputs.ts';
import type { Decided } from '../runtime/live/day-decisions.ts';
import { type MarketDay, marketDayOf } from '../runtime/live/market-day.ts';
import { modelledDay } from '../runtime/live/modelled-day.ts';
import { type Receipt, receiptOf } from '../runtime/live/receipt.ts';
import type { Session } from '../runtime/session.ts';
import { actingAgain, optionsOfThen, recordedBars } from './recorded-live.ts';
import type { RecordedLive } from './recorded-source.ts';

/** What a session decided so far, as it stands now. */
export const decidedBy = ({ core }: Session): Decided => ({ orders: core.orders(), trips: [...core.trips] });

/**
 * The receipt of a day; undefined when the journal has no minute of it. Nothing is kept of it: it is worked out from the
 * journal, which has all that it rests on, so it cannot disagree with it and a better one can be had of old days.
 * @throws Refusal when the journal cannot be used
 */
export async function dayReceipt(
  live: RecordedLive,
  day: MarketDay,
  decided: Decided,
  signal: AbortSignal,
): Promise<Receipt | undefined> {
  const { database, row, ruleset } = live;
  const modelled = await modelledDay(day, {
    ruleset,
    feed: await recordedBars(live),
    options: optionsOfThen(row),
    session: { name: row.name, engine: row.engine, seal: row.seal, inputs: readInputs(database, row.id) },
    hooks: actingAgain(live, () => undefined),
    signal,
  });
  return modelled.minutes === 0 || signal.aborted ? undefined : receiptOf(day, decided, modelled);
}

/** The days of a session that has been worked off, the earliest first. */
export function daysOf({ firstStart, now, symbols }: Session): MarketDay[] {
  const days: MarketDay[] = [];
  if (Number.isNaN(firstStart) || Number.isNaN(now)) return days;
  for (let day = marketDayOf(firstStart + 1, symbols); day.after < now; day = marketDayOf(day.close + 1, symbols)) {
    days.push(day);
  }
  return days;
}

/**
 * The receipts of the last days of a session.
 * @param most days at most
 * @returns them, the earliest first, and how many days before them were left out
 */
export async function lastReceipts(
  live: RecordedLive,
  session: Session,
  most: number,
  signal: AbortSignal,
): Promise<{ readonly receipts: readonly Receipt[]; readonly left: number }> {
  const days = daysOf(session);
  const decided = decidedBy(session);
  const receipts: Receipt[] = [];
  const shown = days.slice(-most);
  for (const day of shown) {
    const receipt = await dayReceipt(live, day, decided, signal);
    if (receipt !== undefined) receipts.push(receipt);
  }
  return { receipts, left: days.length - shown.length };
}
