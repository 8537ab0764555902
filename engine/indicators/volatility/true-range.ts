/**
 * True range of a bar in price units: the greatest of its own range and its distance from the last close to either end.
 * Source: J. Welles Wilder, New Concepts in Technical Trading Systems (1978).
 */
export const trueRange = (high: number, low: number, lastClose: number): number => {
  const above = Math.abs(high - lastClose);
  const below = Math.abs(low - lastClose);
  let range = high - low;
  if (above > range) range = above;
  if (below > range) range = below;
  return range;
};
