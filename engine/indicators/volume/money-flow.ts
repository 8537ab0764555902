/**
 * What a bar adds to the accumulation/distribution line, in shares: its volume times where it closed in its range,
 * from -1 (at the low) to 1 (at the high); nothing for a bar without range. Source: Marc Chaikin.
 */
export const accumulated = (high: number, low: number, close: number, volume: number): number => {
  const range = high - low;
  return range === 0 ? 0 : ((close - low - high + close) / range) * volume;
};
