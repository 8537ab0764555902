import type { RiskModel } from '../compiler/model.ts';
import { type Operator, untilOf } from '../core/breakers.ts';

/** Who clears breakers that wait for a person, in a dry run. */
export interface Attendance {
  /** At first. */
  readonly operator: Operator;
  /** Once the feed's length is over and bars come at a pace. */
  readonly liveOperator: Operator;
}

/** How a run is driven. */
interface Driven {
  /** `--operator`. */
  readonly asked: Operator | undefined;
  /** Bars come at a pace that a person can follow. */
  readonly paced: boolean;
  /** It takes commands: without a journal there is nobody who could clear a breaker. */
  readonly commands: boolean;
}

/** A person is waited for where one can act: at a pace, and with a way to be heard. A year passes in a second otherwise. */
export const attendanceFor = ({ asked, paced, commands }: Driven): Attendance => {
  if (asked !== undefined) return { operator: asked, liveOperator: asked };
  if (!commands) return { operator: 'next_session', liveOperator: 'next_session' };
  return { operator: paced ? 'never' : 'next_session', liveOperator: 'never' };
};

/**
 * What a person should know of the breakers that wait for them; undefined: there are none.
 * @param goesOn after the feed's length bars come at a pace
 */
export const attendanceSentence = (
  { breakers }: Pick<RiskModel, 'breakers'>,
  { operator, liveOperator }: Attendance,
  goesOn: boolean,
): string | undefined => {
  const ids = breakers.filter((model) => model.enabled && untilOf(model).kind === 'manual').map(({ id }) => id);
  if (ids.length === 0) return undefined;
  const who = `Breakers that wait for a person (${ids.join(', ')})`;
  if (operator === 'never') return `${who} hold until you clear them: engine breakers reset ID.`;
  if (goesOn && liveOperator === 'never') {
    return `${who} let go at the next session in the sample year, and wait for you after it (--operator never: from the start).`;
  }
  return `${who} let go at the next session, since nobody is asked here; --operator never holds them.`;
};
