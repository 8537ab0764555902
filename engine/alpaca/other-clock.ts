import type { Clock } from '../market/clock.ts';

const FORM = /^(\d{4}-\d\d-\d\dT[\d:.]+Z)@(\d{4}-\d\d-\d\dT[\d:.]+Z)\*(\d+(?:\.\d+)?)$/;

/**
 * A clock that stands for another time, for runs against a simulator: `MARKET@MACHINE*SPEED` reads, it was MARKET when this
 * machine's clock showed MACHINE, and it goes SPEED times as fast. Undefined when the text says nothing of that kind.
 */
export function otherClock(text: string, machine: () => number = Date.now): Clock | undefined {
  const match = FORM.exec(text);
  if (match === null) return undefined;
  const [market, began] = [Date.parse(match[1]!), Date.parse(match[2]!)];
  const speed = Number(match[3]);
  if (!Number.isFinite(market) || !Number.isFinite(began) || !(speed > 0)) return undefined;
  return {
    now: () => market + (machine() - began) * speed,
    after(milliseconds, run) {
      const timer = setTimeout(run, milliseconds / speed);
      return { cancel: () => clearTimeout(timer) };
    },
  };
}
