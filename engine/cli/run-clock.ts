import { isLoopback } from '../alpaca/endpoints.ts';
import { systemClock } from '../alpaca/system-clock.ts';
import type { Clock } from '../market/clock.ts';
import type { Environment } from './environment.ts';
import { failure } from './exit.ts';

/**
 * The time that a run goes by: the machine's, or that of a simulator on this machine.
 * @throws Failure when another time is asked for and the address is not of this machine
 */
export const runClock = (environment: Environment, { trading }: { readonly trading: string }): Clock => {
  const { value, place } = environment.ENGINE_CLOCK;
  if (value === undefined) return systemClock;
  if (isLoopback(trading)) return value;
  throw failure(`ENGINE_CLOCK (${place ?? 'environment'}) is for a simulator on this machine`, 'take it out');
};
