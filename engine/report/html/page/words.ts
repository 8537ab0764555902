import type { FillAssumptions } from '../../../brokers/assumptions.ts';
import { exitCause } from '../../words.ts';
import type { LegRow, Report, TradeRow } from './report.ts';

/** What ended a trade or a part of it. */
export const ended = ({ exitReason, exitRule }: Pick<TradeRow | LegRow, 'exitReason' | 'exitRule'>): string =>
  exitCause(exitReason, exitRule ?? '').replace(/^rule /, '');

/** The fill assumptions as the run had them: the JSON report writes "none" as an empty object. */
export function assumptionsOf({ assumptions }: Report): FillAssumptions {
  const { slippage, commission, participationPct, ...rest } = assumptions;
  const none = { kind: 'none' } as const;
  return {
    ...rest,
    slippage: 'kind' in slippage ? (slippage as FillAssumptions['slippage']) : none,
    commission: 'kind' in commission ? (commission as FillAssumptions['commission']) : none,
    participationPct: participationPct ?? undefined,
  };
}
