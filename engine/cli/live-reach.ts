import type { Ruleset } from '../compiler/ruleset.ts';
import { isCrypto } from '../market/calendars.ts';
import { warmupOf } from './sample-source.ts';

const MINUTES_OF_A_SESSION = 390;
const MINUTES_OF_A_DAY = 1440;

/** Minutes that the indicators of rules reach back over. */
export const reachOf = (ruleset: Ruleset): number =>
  warmupOf(ruleset) * (ruleset.symbols.every(isCrypto) ? MINUTES_OF_A_DAY : MINUTES_OF_A_SESSION);

/** Minutes of each symbol that a live run keeps, for rules that come while it runs. */
export const keptRows = (ruleset: Ruleset): number => Math.max(reachOf(ruleset), 10_000);
