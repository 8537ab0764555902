import type { DocumentPath } from '../documents/document.ts';
import { quoted } from '../documents/finding.ts';
import { leaves } from '../expressions/leaves.ts';
import { keyOf } from '../expressions/linear.ts';
import { canBe, implies } from '../expressions/outcomes.ts';
import { printNamed } from '../expressions/print.ts';
import { childrenOf } from '../expressions/size.ts';
import type { Checked } from '../expressions/tree.ts';
import { treeOf } from './condition-tree.ts';
import { type Culprit, culpritIn, culpritOf, flat, looksAtItself, reasonOf } from './culprit.ts';
import type { Reporter } from './finding.ts';
import type { Condition, EntryModel, ExitModel } from './model.ts';
import { type Place, reportPart } from './part.ts';

const LOOK = 'look at the numbers and at `and` / `or`: `engine indicators NAME` tells the range of each';
const WINDOW = 'a window holds the bar itself: compare with the one before, as in `prev(highest(high, 20), 1)`';

const helpFor = ({ tree, clauses }: Culprit): string =>
  (tree !== undefined && looksAtItself(tree)) || clauses.some(looksAtItself) ? WINDOW : LOOK;

/** Says when a rule or a named condition never changes, when a part of it does not, and when a part adds nothing. */
export function checkOutcome(reporter: Reporter, condition: Condition, path: DocumentPath): void {
  const tree = treeOf(condition);
  const what = path[0] === 'conditions' ? 'condition' : 'rule';
  for (const value of [true, false]) {
    if (canBe(tree, value)) continue;
    const culprit = culpritOf(condition, path, value);
    // The definition of a name says it itself.
    if (culprit.tree?.kind === 'named') return;
    const [code, verdict] = value ? (['W330', 'can never be true'] as const) : (['W331', 'is always true'] as const);
    reportPart(reporter, code, culprit, `this ${what} ${verdict}: ${reasonOf(culprit)}`, helpFor(culprit));
    return;
  }
  const before = reporter.diagnostics.length;
  forExpressions(condition, 'asked', (part, at, sense) => reportDeadParts(reporter, part, at, sense));
  if (reporter.diagnostics.length === before) reportIdleClauses(reporter, condition);
}

/** What a part's truth does to its rule: it is asked for, it is ruled out, or it chooses between two things. */
type Sense = 'asked' | 'ruled_out' | 'choosing';

const contrary: Readonly<Record<Sense, Sense>> = { asked: 'ruled_out', ruled_out: 'asked', choosing: 'choosing' };

function forExpressions(
  condition: Condition,
  sense: Sense,
  visit: (tree: Checked, path: DocumentPath, sense: Sense) => void,
): void {
  if (condition.kind === 'expression') visit(condition.tree, condition.path, sense);
  else
    for (const part of condition.parts)
      forExpressions(part, condition.kind === 'none' ? contrary[sense] : sense, visit);
}

/** What follows for the rule from a part that is always or never true. */
function effectOf(always: boolean, sense: Sense): string {
  if (sense === 'choosing') return 'it always chooses the same';
  return always === (sense === 'asked') ? 'it never holds the rule back' : 'it never lets the rule through';
}

/** Whether bars have a say: a comparison of parameters alone is a switch, and meant. */
function readsBars(tree: Checked): boolean {
  let reads = false;
  leaves(tree, () => {
    reads = true;
  });
  return reads;
}

/** Comparisons that never change inside a rule that does. */
function reportDeadParts(reporter: Reporter, tree: Checked, path: DocumentPath, sense: Sense): void {
  if (tree.kind === 'named' || tree.type !== 'condition') return;
  for (const value of [true, false]) {
    if (canBe(tree, value)) continue;
    if (!readsBars(tree)) return;
    const culprit = culpritIn(tree, path, value);
    if (culprit.tree?.kind === 'named' || (culprit.tree !== undefined && !readsBars(culprit.tree))) return;
    reportPart(reporter, 'W371', culprit, `${reasonOf(culprit)}, so ${effectOf(!value, sense)}`, helpFor(culprit));
    return;
  }
  if (tree.kind === 'choice') {
    reportDeadParts(reporter, tree.condition, path, 'choosing');
    for (const part of [tree.then, tree.otherwise]) reportDeadParts(reporter, part, path, sense);
  } else if (tree.kind === 'unary') reportDeadParts(reporter, tree.operand, path, contrary[sense]);
  else if (tree.kind === 'and' || tree.kind === 'or')
    for (const part of childrenOf(tree)) reportDeadParts(reporter, part, path, sense);
}

interface Clause extends Place {
  readonly tree: Checked;
}

/** What must hold together, as far as it is written in one place or in one `all:`. */
function clausesOf(condition: Condition): readonly Clause[] {
  if (condition.kind === 'all') return condition.parts.flatMap(clausesOf);
  if (condition.kind !== 'expression') return [];
  return flat(condition.tree, 'and').map((tree) => ({ tree, path: condition.path, span: tree.span }));
}

/** Whether one of two numbers is taken in it: the other may be unknown. */
const chooses = (tree: Checked): boolean => tree.kind === 'choice' || childrenOf(tree).some(chooses);

/** Leaves that are known whenever the clause is true. */
function knownBy(tree: Checked, into: Set<string>): void {
  if (tree.kind === 'named') knownBy(tree.target, into);
  else if (tree.kind === 'and') for (const side of [tree.left, tree.right]) knownBy(side, into);
  else if ((tree.kind === 'compare' && !chooses(tree)) || tree.kind === 'node' || tree.kind === 'operand') {
    leaves(tree, (leaf) => into.add(keyOf(leaf)));
  }
}

/** Clauses that the others imply, and that do not wait for anything that the others do not wait for. */
function reportIdleClauses(reporter: Reporter, condition: Condition): void {
  let clauses = clausesOf(condition);
  if (clauses.length < 2) return;
  for (const clause of clauses.toReversed()) {
    const others = clauses.filter((other) => other !== clause);
    if (!readsBars(clause.tree) || !waitsForNothing(clause, others)) continue;
    const trees = others.map(({ tree }) => tree);
    if (!implies(trees, clause.tree)) continue;
    clauses = others;
    const whose = trees.find((tree) => implies([tree], clause.tree));
    const cause = whose === undefined ? 'the other parts' : quoted(printNamed(whose), 60);
    const message = `${quoted(printNamed(clause.tree), 60)} adds nothing: whenever ${cause} ${whose === undefined ? 'are' : 'is'} true, it is too`;
    reportPart(reporter, 'W372', clause, message, 'take it out, or let it ask for more');
  }
}

function waitsForNothing(clause: Clause, others: readonly Clause[]): boolean {
  const known = new Set<string>();
  for (const other of others) knownBy(other.tree, known);
  let all = true;
  leaves(clause.tree, (leaf) => {
    all &&= known.has(keyOf(leaf));
  });
  return all;
}

/** An entry whose rule makes an exit's true is left on the bar after it is entered. */
export function checkOwnExit(reporter: Reporter, entry: EntryModel, exit: ExitModel): void {
  const rule = treeOf(entry.when);
  if (!canBe(rule, true)) return;
  const own = exit.rules.find(({ when }) => {
    const leaving = treeOf(when);
    return canBe(leaving, false) && implies([rule], leaving);
  });
  if (own === undefined) return;
  reporter.at(
    'W333',
    ['entry', entry.side, 'when'],
    `whenever this rule enters, the rule that leaves (${own.rule}) is true on the same bar`,
    'let the exit ask for something else',
  );
}
