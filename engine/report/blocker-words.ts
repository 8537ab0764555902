import { orderCause } from './words.ts';

const WORDS: Readonly<Record<string, string>> = {
  no_rise: 'was true before (on_rise)',
  before_start: 'before the first day that counts',
  stale_bars: 'the bar came too late to enter on',
  entry_working: 'an entry order is at work already',
  position_open: 'a position is open already',
  cooldown: 'cooldown after an exit',
  session: 'outside the entry window',
  entries_per_session: 'entries_per_session is used up',
  level_unknown: 'its stop or target is unknown',
  price_unknown: 'the price of its order is unknown',
};

/** What blocked an entry whose condition was true, in a few words; the gate's reasons are those of refused orders. */
export const blockerWords = (blocker: string): string => WORDS[blocker] ?? orderCause(blocker);
