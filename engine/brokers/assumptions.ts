/** How the simulated broker fills; every report states it. */
export interface FillAssumptions {
  readonly fillAt: 'next_open' | 'close';
  readonly intrabar: 'pessimistic' | 'optimistic' | 'nearest';
  readonly limitFill: 'penetration' | 'touch';
  readonly slippage: Slippage;
  readonly commission: Commission;
  /** Largest part of a bar's volume that one order may take, in percent; undefined: no cap. */
  readonly participationPct: number | undefined;
  /** Fractions of a share are allowed (to a billionth); otherwise whole shares. */
  readonly fractional: boolean;
}

export type Slippage =
  | { readonly kind: 'none' }
  | { readonly kind: 'bps'; readonly bps: number }
  | { readonly kind: 'ticks'; readonly ticks: number }
  /** `spread` is the whole quoted spread in dollars; half of it is paid. */
  | { readonly kind: 'half_spread'; readonly spread: number }
  | { readonly kind: 'volume_share' };

export type Commission =
  | { readonly kind: 'none' }
  | { readonly kind: 'per_share'; readonly dollars: number }
  | { readonly kind: 'per_order'; readonly dollars: number }
  | { readonly kind: 'bps'; readonly bps: number };

/** 1 bp slippage, no commission, next open, pessimistic, whole shares. */
export const DEFAULT_ASSUMPTIONS: FillAssumptions = {
  fillAt: 'next_open',
  intrabar: 'pessimistic',
  limitFill: 'penetration',
  slippage: { kind: 'bps', bps: 1 },
  commission: { kind: 'none' },
  participationPct: undefined,
  fractional: false,
};
