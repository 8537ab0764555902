import { leaves, measureName } from '../expressions/leaves.ts';
import { canBe, type RangeOf } from '../expressions/outcomes.ts';
import type { Checked } from '../expressions/tree.ts';
import { treeOf } from './condition-tree.ts';
import type { Reporter } from './finding.ts';
import type { EntryModel } from './model.ts';

/** What a measure of the position is before anything was ever bought. */
const AT_FIRST: Readonly<Record<string, { readonly words: string; readonly range: readonly [number, number] }>> = {
  // A range without a number in it: no comparison with what is unknown comes out.
  'position.entry_price': { words: 'is unknown', range: [1, -1] },
  'position.bars': { words: 'is unknown', range: [1, -1] },
  'position.profit_pct': { words: 'is unknown', range: [1, -1] },
  'position.peak_profit_pct': { words: 'is unknown', range: [1, -1] },
  'position.side': { words: 'is flat', range: [0, 0] },
  'position.qty': { words: 'is 0', range: [0, 0] },
  // More bars than any history has.
  bars_since_exit: { words: 'is infinite', range: [1e12, 1e12] },
};

const atFirst: RangeOf = (atom) =>
  (atom.kind === 'operand' && atom.operand.kind === 'measure' && AT_FIRST[atom.operand.name]?.range) || atom.range;

/** A strategy none of whose rules can be true while nothing is held and nothing ever was: it never begins. */
export function checkFirstEntry(reporter: Reporter, entries: readonly EntryModel[]): void {
  const trees = entries.map(({ when }) => treeOf(when));
  // What is never true at all has its own finding.
  if (trees.length === 0 || trees.some((tree) => !canBe(tree, true) || canBe(tree, true, atFirst))) return;
  entries.forEach(({ side }, n) => {
    const name = firstOf(trees[n]!);
    if (name === undefined) return;
    reporter.at(
      'W395',
      ['entry', side, 'when'],
      `this rule never makes a first entry: before there was a position \`${name}\` ${AT_FIRST[name]!.words}`,
      'let it be true while nothing is held; what asks for a position belongs under `exit:`',
    );
  });
}

function firstOf(tree: Checked): string | undefined {
  let found: string | undefined;
  leaves(tree, (leaf) => {
    const name = measureName(leaf);
    if (name !== undefined && AT_FIRST[name] !== undefined) found ??= name;
  });
  return found;
}
