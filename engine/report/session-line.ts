import type { SessionState } from '../journal/session.ts';
import type { Instant } from '../market/time.ts';
import { marketTime, zoneOf } from './clock.ts';

/** The recorded run that an answer is about. */
export interface AskedSession {
  readonly name: string;
  /** Wall clock, ISO 8601. */
  readonly started: string;
  readonly state: SessionState;
  /** An engine is at it now. */
  readonly running: boolean;
  /** Market time of its last stored bar. */
  readonly reached: Instant;
}

const STATES: Readonly<Record<SessionState, string>> = {
  open: 'interrupted',
  complete: 'complete',
  abandoned: 'ended by --fresh',
};

/**
 * `Of session 2026-11-25-1, running, as far as 2024-03-25 16:00 New York.`
 * @param symbol the one whose exchange's clock is read
 */
export const sessionLine = ({ name, state, running, reached }: AskedSession, symbol: string): string =>
  `Of session ${name}, ${running ? 'running' : STATES[state]}, as far as ${marketTime(symbol, reached)} ${zoneOf(symbol)}.`;

/** The same as a member of a JSON answer; null for a backtest. */
export const sessionJson = (session: AskedSession | undefined): Readonly<Record<string, unknown>> | null =>
  session === undefined
    ? null
    : {
        name: session.name,
        started: session.started,
        state: session.state,
        running: session.running,
        reached: new Date(session.reached).toISOString(),
      };
