import type { SessionModel, SessionWord } from '../compiler/model.ts';
import { instant } from '../market/time.ts';
import { type CoreContext, nowOf } from './context.ts';
import type { Instance } from './instance.ts';

/** The part of the context that tells the time. */
export type Timing = Pick<CoreContext, 'calendars' | 'clock' | 'baseLength'>;

/** When an order decided now would fill: at once while the session runs, else at the next one's open. Gives its session too. */
function nextFill(context: Timing, instance: Instance): { time: number; session: number } {
  const calendar = context.calendars[instance.plan.symbolIndex]!;
  const now = nowOf(context);
  const running = calendar.sessionAt(now);
  if (running >= 0) return { time: now, session: running };
  const session = calendar.nextSession(now);
  if (instance.series.hours !== 'regular') {
    const today = calendar.sessionOn(now);
    if (today >= 0 && now >= calendar.extendedOpen(today) && now < calendar.extendedClose(today))
      return { time: now, session: today };
    return { time: Math.max(now, calendar.extendedOpen(session)), session };
  }
  return { time: calendar.open(session), session };
}

function moment(context: Timing, instance: Instance, session: number, word: SessionWord): number {
  const calendar = context.calendars[instance.plan.symbolIndex]!;
  return (word.anchor === 'open' ? calendar.open(session) : calendar.close(session)) + word.offset;
}

/** Whether anything about a strategy's entries hangs on the session of their fill. */
export function hasWindow({ entriesFrom, entriesUntil, flatBy, days }: SessionModel): boolean {
  return entriesFrom !== undefined || entriesUntil !== undefined || flatBy !== undefined || days !== undefined;
}

/** Session of the next fill when entries may fill then, -1 when the session block shuts them out. */
export function entrySession(context: Timing, instance: Instance): number {
  const { entriesFrom, entriesUntil, flatBy, days } = instance.strategy.session;
  const { time, session } = nextFill(context, instance);
  if (entriesFrom !== undefined && time < moment(context, instance, session, entriesFrom)) return -1;
  if (entriesUntil !== undefined && time >= moment(context, instance, session, entriesUntil)) return -1;
  // What must be flat at once is not opened.
  if (
    flatBy !== undefined &&
    time + context.baseLength[instance.plan.symbolIndex]! > moment(context, instance, session, flatBy)
  )
    return -1;
  if (days !== undefined && !days.includes(context.calendars[instance.plan.symbolIndex]!.weekday(instant(time))))
    return -1;
  return session;
}

/** Time by which a position must be closed, ms. */
export function flatDeadline(context: Timing, instance: Instance, word: SessionWord): number {
  const calendar = context.calendars[instance.plan.symbolIndex]!;
  const now = nowOf(context);
  const running = calendar.sessionAt(now);
  return moment(context, instance, running >= 0 ? running : calendar.nextSession(now), word);
}
