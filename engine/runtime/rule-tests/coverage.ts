import type { Condition, StrategyModel } from '../../compiler/model.ts';
import type { Watched } from '../../compiler/rule-tests.ts';
import type { Ruleset } from '../../compiler/ruleset.ts';
import type { Diagnostic, Span } from '../../documents/diagnostic.ts';
import type { DocumentPath, StrategyDocument } from '../../documents/document.ts';
import type { Checked } from '../../expressions/tree.ts';
import { triOf } from './record.ts';
import type { Look } from './run.ts';

/** A part of a rule that can be true or false by itself. */
export interface Clause {
  /** As it is written, or the name of the condition. */
  readonly text: string;
  readonly path: DocumentPath;
  readonly file: Diagnostic['file'];
  readonly span: Span;
  wasTrue: boolean;
  wasFalse: boolean;
}

export interface Coverage {
  readonly clauses: readonly Clause[];
  /** Counts the clauses of a bar. */
  readonly see: (look: Look) => void;
}

interface Watch {
  readonly clause: Clause;
  readonly tree: Checked;
  /** Judged only while a position of this side is open. */
  readonly side: 'long' | 'short' | undefined;
}

type Rules = Pick<StrategyModel, 'entries' | 'exits'>;

/** The clauses of a strategy's rules, and the named conditions: which were ever true, which ever false. */
export function createCoverage(document: StrategyDocument, ruleset: Ruleset, watched: Watched): Coverage {
  const watches: Watch[] = [];
  const [strategy] = ruleset.strategies;
  for (const [name, tree] of watched.conditions) {
    const path = ['conditions', name];
    watches.push({ clause: clauseOf(document, name, path, document.keySpan(path)), tree, side: undefined });
  }
  if (strategy !== undefined) for (const rule of rulesOf(strategy)) addRule(document, rule, watches);
  return {
    clauses: watches.map(({ clause }) => clause),
    see({ read, instance }) {
      for (const { clause, tree, side } of watches) {
        if (side !== undefined && sideOf(instance.state.side) !== side) continue;
        if (clause.wasTrue && clause.wasFalse) continue;
        const value = triOf(read(tree));
        if (value === 1) clause.wasTrue = true;
        if (value === 0) clause.wasFalse = true;
      }
    },
  };
}

const sideOf = (side: number): 'long' | 'short' | undefined => (side > 0 ? 'long' : side < 0 ? 'short' : undefined);

interface Rule {
  readonly when: Condition;
  readonly side: Watch['side'];
}

const rulesOf = ({ entries, exits }: Rules): readonly Rule[] => [
  ...entries.map(({ when }) => ({ when, side: undefined })),
  ...(['long', 'short'] as const)
    .filter((side) => entries.some((entry) => entry.side === side))
    .flatMap((side) => exits[side].rules.map(({ when }) => ({ when, side }))),
];

function addRule(document: StrategyDocument, { when, side }: Rule, watches: Watch[]): void {
  if (when.kind !== 'expression') {
    for (const part of when.parts) addRule(document, { when: part, side }, watches);
    return;
  }
  const written = document.expression(when.path);
  if (written === undefined) return;
  for (const tree of clausesIn(when.tree)) {
    const text = written.text.slice(tree.span.start, tree.span.end);
    watches.push({ clause: clauseOf(document, text, when.path, written.toFile(tree.span)), tree, side });
  }
}

const clauseOf = (document: StrategyDocument, text: string, path: DocumentPath, span: Span): Clause => ({
  text,
  path,
  file: document.source(path),
  span,
  wasTrue: false,
  wasFalse: false,
});

/** The parts that `and`, `or` and `not` join. A named condition is counted where it is defined. */
function clausesIn(tree: Checked): readonly Checked[] {
  if (tree.kind === 'and' || tree.kind === 'or') return [...clausesIn(tree.left), ...clausesIn(tree.right)];
  if (tree.kind === 'unary' && tree.operator === 'not') return clausesIn(tree.operand);
  return tree.kind === 'named' ? [] : [tree];
}
