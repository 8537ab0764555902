import { constantOf } from '../../expressions/constants.ts';
import { canBe, implies } from '../../expressions/outcomes.ts';
import { printTree } from '../../expressions/print.ts';
import type { Checked, Comparison } from '../../expressions/tree.ts';
import type { Duration, Level } from '../model.ts';

/** How a protection compares with what it was; `unclear`: bars decide. */
export type Verdict = 'same' | 'looser' | 'tighter' | 'unclear';

export const opposite = (verdict: Verdict): Verdict =>
  verdict === 'looser' ? 'tighter' : verdict === 'tighter' ? 'looser' : verdict;

/** Of two that act together. */
export function together(a: Verdict, b: Verdict): Verdict {
  if (a === b || b === 'same') return a;
  return a === 'same' ? b : 'unclear';
}

/** Of plain numbers, where more protects less. */
export const ofAmounts = (old: number, next: number): Verdict =>
  next === old ? 'same' : next > old ? 'looser' : 'tighter';

/** Of two expressions, where a larger value protects less: by value when both are known, else by what can be. */
export function ofNumbers(old: Checked, next: Checked): Verdict {
  const [a, b] = [constantOf(old), constantOf(next)];
  if (a !== undefined && b !== undefined) return ofAmounts(a, b);
  if (printTree(old) === printTree(next)) return 'same';
  const above = canBe(compared('>', next, old), true);
  const under = canBe(compared('<', next, old), true);
  if (above && under) return 'unclear';
  return above ? 'looser' : under ? 'tighter' : 'same';
}

const compared = (operator: Comparison, left: Checked, right: Checked): Checked => ({
  kind: 'compare',
  operator,
  left,
  right,
  ties: false,
  span: left.span,
  type: 'condition',
  unit: 'none',
  range: [0, 1],
});

/** Of two conditions that protect by being true. */
export function ofConditions(old: Checked, next: Checked): Verdict {
  if (printTree(old) === printTree(next)) return 'same';
  const more = implies([old], next);
  const less = implies([next], old);
  if (more && less) return 'same';
  return more ? 'tighter' : less ? 'looser' : 'unclear';
}

/**
 * Of two levels, where farther from the entry protects less.
 * @param above it lies above the entry: a target of a long position, a stop of a short one
 */
export function ofLevels(old: Level, next: Level, above: boolean): Verdict {
  if (old.kind === 'pct' && next.kind === 'pct') return ofNumbers(old.pct, next.pct);
  if (old.kind === 'price' && next.kind === 'price') {
    const verdict = ofNumbers(old.price, next.price);
    return above ? verdict : opposite(verdict);
  }
  if (old.kind === 'atr' && next.kind === 'atr' && printTree(old.atr) === printTree(next.atr))
    return ofNumbers(old.multiple, next.multiple);
  return 'unclear';
}

/** Of two lengths of time, where longer protects less. */
export function ofDurations(old: Duration, next: Duration): Verdict {
  if (old.kind === 'bars' && next.kind === 'bars') return ofAmounts(old.bars, next.bars);
  if (old.kind === 'time' && next.kind === 'time') return ofAmounts(old.milliseconds, next.milliseconds);
  return 'unclear';
}

interface Rung {
  readonly level: Level;
  readonly portion: number;
}

/** Of two ladders of targets: looser where less of the position is closed at some distance. */
export function ofLadders(old: readonly Rung[], next: readonly Rung[], above: boolean): Verdict {
  const sameShape = old.length === next.length && old.every(({ portion }, k) => portion === next[k]!.portion);
  if (sameShape) return old.map(({ level }, k) => ofLevels(level, next[k]!.level, above)).reduce(together, 'same');
  const [a, b] = [distances(old), distances(next)];
  if (a === undefined || b === undefined) return 'unclear';
  const closed = (rungs: readonly (readonly [number, number])[], at: number): number =>
    rungs.reduce((sum, [distance, portion]) => (distance <= at ? sum + portion : sum), 0);
  const verdicts = [...a, ...b].map(([at]) => ofAmounts(-closed(a, at), -closed(b, at)));
  return verdicts.reduce(together, 'same');
}

/** Distance in percent and portion of each rung, when they are known. */
function distances(rungs: readonly Rung[]): readonly (readonly [number, number])[] | undefined {
  const known = rungs.map(({ level, portion }): readonly [number, number] | undefined => {
    const pct = level.kind === 'pct' ? constantOf(level.pct) : undefined;
    return pct === undefined ? undefined : [pct, portion];
  });
  return known.includes(undefined) ? undefined : (known as [number, number][]);
}
