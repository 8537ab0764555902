import { bold, type Html, textOf } from './html.ts';
import { createPace, type PaceLimits } from './pace.ts';
import { LONGEST_MESSAGE, split } from './split.ts';

/** Buttons below a message: what each says, and what comes back when it is pressed. */
export type Buttons = readonly { readonly text: string; readonly data: string }[];

export interface Offer {
  /** Goes as soon as the pace allows, and what waits before it too; the rest waits a while for company. */
  readonly urgent?: boolean;
  readonly buttons?: Buttons;
}

export interface QueueLimits {
  /** Pieces that wait at most. */
  readonly most: number;
  /** Milliseconds that a message which is not urgent waits for others. */
  readonly gatherMs: number;
  readonly pace: PaceLimits;
}

/** What is to be done now. */
export type Step =
  | { readonly kind: 'idle' }
  /** Nothing before `ms` milliseconds from now, unless something is offered. */
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'send'; readonly text: Html; readonly buttons: Buttons | undefined };

export interface Queue {
  offer(message: Html, offer: Offer, now: number): void;
  /** What is to be done; after `send` comes `settled` before the next call. */
  next(now: number): Step;
  /** The message of the last `send` went (or cannot ever), or stays where it is and is tried again. */
  settled(outcome: 'gone' | 'kept', now: number): void;
  /** Nothing is sent for so long: the server asked for it (`asked`), or cannot be reached. */
  hold(ms: number, now: number, asked: boolean): void;
  /** From here on nothing waits for company, nor for a server that could not be reached. */
  hurry(): void;
  readonly waiting: number;
  /** Messages that were dropped, in all. */
  readonly dropped: number;
}

interface Entry {
  readonly text: Html;
  readonly urgent: boolean;
  readonly buttons: Buttons | undefined;
  readonly at: number;
}

/**
 * Messages on their way to a chat, in the order in which they were offered. Small ones that wait together go as one. When too
 * many wait, the oldest that is not urgent is dropped, and the next message says how many were. Plain data and arithmetic: the
 * clock is handed in (ms, never going back).
 */
export const createQueue = ({ most, gatherMs, pace: limits }: QueueLimits): Queue => {
  const pace = createPace(limits);
  const entries: Entry[] = [];
  /** Entries that are under way, at the front; and drops that the message under way tells of. */
  const underway = { entries: 0, dropped: 0 };
  const drops = { all: 0, untold: 0 };
  let heldUntil = Number.NEGATIVE_INFINITY;
  let askedUntil = Number.NEGATIVE_INFINITY;
  let hurried = false;

  /** Makes room: the oldest that is not urgent goes, then the newcomer, unless it is urgent; what is under way stays. */
  function drop(urgent: boolean): 'room' | 'newcomer' {
    drops.all++;
    drops.untold++;
    const idle = entries.findIndex((entry, n) => n >= underway.entries && !entry.urgent);
    const index = idle < 0 && urgent ? underway.entries : idle;
    if (index < 0 || index >= entries.length) return 'newcomer';
    entries.splice(index, 1);
    return 'room';
  }

  /** When what waits may go for its own sake. */
  function ready(): number {
    const first = entries[0]!;
    if (hurried || entries.length >= most || entries.some(({ urgent }) => urgent)) return first.at;
    return first.at + gatherMs;
  }

  const note = (): Html | undefined =>
    drops.untold === 0
      ? undefined
      : bold(`${drops.untold} ${drops.untold === 1 ? 'message was' : 'messages were'} dropped: too many waited.`);

  function gather(): Step {
    const told = note();
    let text = told ?? ('' as Html);
    let count = 0;
    let before = text;
    for (const entry of entries) {
      // Buttons belong to one question.
      if (entry.buttons !== undefined && count > 0) break;
      const gap = text === '' ? '' : before.includes('\n') || entry.text.includes('\n') ? '\n\n' : '\n';
      const longer = `${text}${gap}${entry.text}` as Html;
      if (longer.length > LONGEST_MESSAGE && text !== '') break;
      text = longer;
      before = entry.text;
      count++;
      if (entry.buttons !== undefined) break;
    }
    underway.entries = count;
    underway.dropped = told === undefined ? 0 : drops.untold;
    return { kind: 'send', text, buttons: count === 0 ? undefined : entries[count - 1]!.buttons };
  }

  return {
    offer(message, { urgent = false, buttons }, now) {
      const pieces = split(message).filter((piece) => textOf(piece).trim() !== '');
      pieces.forEach((text, n) => {
        if (entries.length >= most && drop(urgent) === 'newcomer') return;
        entries.push({ text, urgent, buttons: n === pieces.length - 1 ? buttons : undefined, at: now });
      });
    },
    next(now) {
      if (entries.length === 0) return { kind: 'idle' };
      const ms = Math.max(ready() - now, heldUntil - now, askedUntil - now, pace.wait(now));
      return ms > 0 ? { kind: 'wait', ms } : gather();
    },
    settled(outcome, now) {
      if (outcome === 'gone') {
        entries.splice(0, underway.entries);
        drops.untold -= underway.dropped;
      }
      // A message that failed may have arrived all the same.
      pace.note(now);
      underway.entries = 0;
      underway.dropped = 0;
    },
    hold(ms, now, asked) {
      if (asked) askedUntil = Math.max(askedUntil, now + ms);
      else heldUntil = Math.max(heldUntil, now + ms);
    },
    hurry() {
      hurried = true;
      heldUntil = Number.NEGATIVE_INFINITY;
    },
    get waiting() {
      return entries.length;
    },
    get dropped() {
      return drops.all;
    },
  };
};
