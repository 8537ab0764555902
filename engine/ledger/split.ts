/** A split as whole numbers: `numerator` new shares for `denominator` old ones. */
export interface SplitRatio {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

const LARGEST = 10_000;
const NEARNESS = 1e-7;

/**
 * The fraction of whole numbers that a ratio was written for: 1.5 is 3:2, 0.3333333333 is 1:3 (best rational
 * approximation by continued fractions, denominators up to 10,000).
 * @throws RangeError when the ratio is not above 0
 */
export const splitRatio = (ratio: number): SplitRatio => {
  if (!(ratio > 0) || !Number.isFinite(ratio)) {
    throw new RangeError(
      `a split of ${ratio} is not possible; write new shares per old share, 7 for 7:1 or 0.1 for 1:10`,
    );
  }
  let [numerator, denominator, olderNumerator, olderDenominator] = [1, 0, 0, 1];
  let rest = ratio;
  for (;;) {
    const whole = Math.floor(rest);
    [numerator, olderNumerator] = [whole * numerator + olderNumerator, numerator];
    [denominator, olderDenominator] = [whole * denominator + olderDenominator, denominator];
    const near = Math.abs(numerator / denominator - ratio) <= NEARNESS * ratio;
    if (near || denominator > LARGEST || rest === whole) break;
    rest = 1 / (rest - whole);
  }
  return { numerator: BigInt(numerator), denominator: BigInt(denominator) };
};
