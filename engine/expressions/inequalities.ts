/** `sum of factor × unknown + constant` is at least 0, or above 0 when strict. */
export interface Row {
  readonly factors: ReadonlyMap<string, number>;
  readonly constant: number;
  /** Sum of the sizes that the constant was added up from: its rounding is a part of that. */
  readonly size: number;
  readonly strict: boolean;
  /** Factors are 1 or -1 and the constant is as written. */
  readonly exact: boolean;
}

/** More rows than this are not looked through; nothing is claimed then. */
const MOST_ROWS = 240;
/** What is left of a sum that cancels, relative to its parts. */
const NOISE = 1e-14;

/**
 * Whether some real numbers may meet all rows. False is certain; true means that none of the ways tried shows a contradiction.
 * Source: Fourier-Motzkin elimination; Schrijver, "Theory of Linear and Integer Programming" (1986), section 12.2.
 */
export function feasible(given: readonly Row[]): boolean {
  let rows: readonly Row[] = given;
  for (;;) {
    const counts = new Map<string, { above: number; below: number }>();
    for (const row of rows) {
      if (row.factors.size === 0 && contradicts(row)) return false;
      for (const [key, factor] of row.factors) {
        let count = counts.get(key);
        if (count === undefined) {
          count = { above: 0, below: 0 };
          counts.set(key, count);
        }
        if (factor > 0) count.above++;
        else count.below++;
      }
    }
    let next: string | undefined;
    let cost = Number.POSITIVE_INFINITY;
    for (const [key, { above, below }] of counts) {
      const growth = above * below - above - below;
      if (growth < cost) {
        cost = growth;
        next = key;
      }
    }
    if (next === undefined) return true;
    if (rows.length + cost > MOST_ROWS) return true;
    rows = without(rows, next);
  }
}

function contradicts({ constant, size, strict, exact }: Row): boolean {
  if (exact) return constant < 0 || (constant === 0 && strict);
  return constant < -1e-12 * size || (strict && constant === 0 && size === 0);
}

/** The rows that are left when one unknown is eliminated. */
function without(rows: readonly Row[], key: string): readonly Row[] {
  const out: Row[] = [];
  const above: Row[] = [];
  const below: Row[] = [];
  for (const row of rows) {
    const factor = row.factors.get(key);
    if (factor === undefined) out.push(row);
    else if (factor > 0) above.push(row);
    else below.push(row);
  }
  for (const a of above) for (const b of below) out.push(combined(a, b, key));
  return out;
}

function combined(a: Row, b: Row, key: string): Row {
  const [timesA, timesB] = [-b.factors.get(key)!, a.factors.get(key)!];
  const factors = new Map<string, number>();
  for (const [name, factor] of a.factors) if (name !== key) factors.set(name, factor * timesA);
  for (const [name, factor] of b.factors) {
    if (name === key) continue;
    const [mine, other] = [factor * timesB, factors.get(name) ?? 0];
    const sum = mine + other;
    if (Math.abs(sum) <= NOISE * (Math.abs(mine) + Math.abs(other))) factors.delete(name);
    else factors.set(name, sum);
  }
  return {
    factors,
    constant: a.constant * timesA + b.constant * timesB,
    size: a.size * timesA + b.size * timesB,
    strict: a.strict || b.strict,
    exact: a.exact && b.exact && timesA === 1 && timesB === 1,
  };
}
