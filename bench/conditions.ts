import { checkExpression } from '../engine/expressions/check.ts';
import { compileCondition } from '../engine/expressions/compile.ts';
import type { Meaning, Scope } from '../engine/expressions/tree.ts';
import { TRUE } from '../engine/expressions/tree.ts';

const STRATEGIES = 60;
const OPERANDS = 8;

/** Rules as people write them, each in ten variants of its numbers. */
const SHAPES: readonly ((k: number) => string)[] = [
  (k) => `p0 > p1 and x0 < ${30 + k}`,
  (k) => `p0 < p2 or x1 > ${70 - k}`,
  (k) => `x0 < ${20 + k}`,
  (k) => `p3 > ${90 + k}`,
  (k) => `p0 > p1 and p1 > p2 and x0 > ${40 + k}`,
  (k) => `p0 < p3 - ${k} * x2 or x1 > ${60 + k}`,
];

const names = ['p0', 'p1', 'p2', 'p3', 'x0', 'x1', 'x2', 'x3'];

const meaning = (name: string): Meaning => ({
  kind: 'operand',
  operand: { kind: 'measure', name },
  type: 'number',
  unit: name.startsWith('p') ? 'price' : 'none',
  range: [-Infinity, Infinity],
});

const scope: Scope = {
  resolve: (name) => (names.includes(name) ? meaning(name) : undefined),
  names: () => names,
};

/**
 * Nanoseconds for one condition when the conditions of sixty strategies take turns over values that move:
 * each strategy has its own rule and its own slots.
 */
export function conditionNanoseconds(): number {
  const values = new Float64Array(STRATEGIES * OPERANDS);
  const conditions = Array.from({ length: STRATEGIES }, (_, strategy) => {
    const text = SHAPES[strategy % SHAPES.length]!(Math.floor(strategy / SHAPES.length));
    const { tree, findings } = checkExpression(text, scope, 'condition');
    if (tree === undefined) throw new Error(`${text}: ${findings[0]?.message}`);
    const slot = (name: string): number => strategy * OPERANDS + names.indexOf(name);
    return compileCondition(
      tree,
      (leaf) => (leaf.kind === 'operand' && leaf.operand.kind === 'measure' ? slot(leaf.operand.name) : 0),
      values,
    );
  });
  const rounds = 50_000;
  let held = 0;
  let took = 0;
  // The first pass warms up and is not counted.
  for (let pass = 0; pass < 2; pass++) {
    const from = performance.now();
    for (let round = 0; round < rounds; round++) {
      const at = (round * 7919) % values.length;
      values[at] = 60 + ((round * 31) % 80);
      for (let i = 0; i < conditions.length; i++) if (conditions[i]!(0) === TRUE) held++;
    }
    took = performance.now() - from;
  }
  if (held === 0) throw new Error('no condition ever held: nothing was measured');
  return (took * 1e6) / (rounds * conditions.length);
}
