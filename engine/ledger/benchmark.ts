/** What holding one symbol from the first open to the last close needs. */
export interface HeldSymbol {
  readonly firstOpen: number;
  readonly lastClose: number;
  /** New shares for each share held from the start (product of the splits); 1 without. */
  readonly split?: number;
  /** Cash received for each share held from the start; 0 without. */
  readonly dividends?: number;
}

/** Percent gained by equal dollars in every symbol, bought at the first open; `null` without a symbol. */
export const buyHoldPct = (symbols: readonly HeldSymbol[]): number | null => {
  const gains = symbols
    .filter(({ firstOpen }) => firstOpen > 0)
    .map(({ firstOpen, lastClose, split = 1, dividends = 0 }) => (lastClose * split + dividends) / firstOpen - 1);
  return gains.length === 0 ? null : (gains.reduce((sum, gain) => sum + gain, 0) / gains.length) * 100;
};
