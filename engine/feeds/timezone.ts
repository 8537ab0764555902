import { newYorkOffset } from '../market/new-york.ts';
import { DAY, HOUR, MINUTE } from '../market/time.ts';

/** A clock on the wall: turns its readings into instants. */
export interface Zone {
  /**
   * Instant of a local reading (ms, as if it were UTC). Of an hour that the clock shows twice the first is meant, unless that
   * does not lie after `previous`; an hour that it skips is taken as if it had not been skipped.
   */
  toUtc(local: number, previous: number): number;
}

function fromOffset(offset: (at: number) => number): Zone {
  return {
    toUtc(local, previous) {
      const before = offset(local - DAY);
      const after = offset(local + DAY);
      if (before === after) return local - before;
      const early = local - before;
      const late = local - after;
      const earlyFits = offset(early) === before;
      const lateFits = offset(late) === after;
      if (earlyFits && lateFits)
        return Math.min(early, late) > previous ? Math.min(early, late) : Math.max(early, late);
      return lateFits ? late : early;
    },
  };
}

function byIntl(name: string): Zone {
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  const known = new Map<number, number>();
  return fromOffset((at) => {
    const quarter = Math.floor(at / (15 * MINUTE));
    const cached = known.get(quarter);
    if (cached !== undefined) return cached;
    const time = quarter * 15 * MINUTE;
    const part = new Map(clock.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
    const reading = (type: Intl.DateTimeFormatPartTypes) => part.get(type) ?? 0;
    const local = Date.UTC(reading('year'), reading('month') - 1, reading('day'), reading('hour'), reading('minute'));
    known.set(quarter, local - time);
    return local - time;
  });
}

/** The zone of an IANA name, `UTC` or an offset such as `+05:30`; undefined when there is no such zone. */
export function zoneOf(name: string): Zone | undefined {
  if (/^(utc|gmt|z)$/i.test(name)) return { toUtc: (local) => local };
  if (/^(america\/new_york|us\/eastern)$/i.test(name)) return fromOffset(newYorkOffset);
  const fixed = /^([+-])(\d{2}):?(\d{2})?$/.exec(name);
  if (fixed !== null) {
    const offset = (Number(fixed[2]) * HOUR + Number(fixed[3] ?? 0) * MINUTE) * (fixed[1] === '-' ? -1 : 1);
    return { toUtc: (local) => local - offset };
  }
  try {
    return byIntl(name);
  } catch {
    return undefined;
  }
}
