import type { Ruleset } from '../compiler/ruleset.ts';
import type { Values } from '../expressions/reference.ts';
import { childrenOf } from '../expressions/size.ts';
import type { Checked, NodeLeaf } from '../expressions/tree.ts';
import type { Snapshot } from './recorder.ts';

/** Why a value was unknown on a bar. */
export type UnknownCause =
  /** An indicator has not had its bars yet; `left` bars of the strategy's own series are lacking, where that can be told. */
  | { readonly kind: 'warming'; readonly tree: Checked; readonly needs: number; readonly left: number | undefined }
  /** A measure of a position, and there is none. */
  | { readonly kind: 'flat'; readonly tree: Checked }
  /** No value came: no bar of another series, or one that is not finite. */
  | { readonly kind: 'missing'; readonly tree: Checked };

/** The leaves of a condition that were unknown, each with its cause, once. */
export function unknownCauses(ruleset: Ruleset, snapshot: Snapshot, tree: Checked, values: Values): UnknownCause[] {
  const found: UnknownCause[] = [];
  visit(tree, undefined);
  return found;

  function visit(part: Checked, named: Checked | undefined): void {
    const known = !Number.isNaN(values.get(part) ?? Number.NaN);
    // Below a condition that is decided already some part may still be unknown.
    if (known && (part.type !== 'condition' || part.kind === 'node' || part.kind === 'operand')) return;
    if (part.kind === 'named') {
      visit(part.target, part.type === 'condition' ? undefined : part);
    } else if (part.kind === 'operand') {
      const position = part.operand.kind === 'measure' && part.operand.name.startsWith('position.');
      add({ kind: position && snapshot.state.side === 0 ? 'flat' : 'missing', tree: named ?? part });
    } else if (part.kind === 'node') {
      // A cross or a delay waits for what it reads: that is what to name.
      const waiting = part.entry.group === 'memory' && part.inputs.some((input) => isWaiting(input));
      if (waiting) for (const input of part.inputs) visit(input, undefined);
      else add(ofNode(part, named ?? part));
    } else {
      for (const child of childrenOf(part)) visit(child, named);
    }
  }

  function isWaiting(input: Checked): boolean {
    return input.kind !== 'operand' && Number.isNaN(values.get(input) ?? 0);
  }

  function ofNode(node: NodeLeaf, shown: Checked): UnknownCause {
    const needs = warmupOf(node);
    if (!isOwn(node)) {
      const fed = snapshot.instance.plan;
      const slot = fed.slots.get(node);
      const fedByBars = slot !== undefined && ruleset.nodes.some(({ outputs }) => outputs.includes(slot));
      return fedByBars ? { kind: 'warming', tree: shown, needs, left: undefined } : { kind: 'missing', tree: shown };
    }
    const left = needs - snapshot.seen;
    // How many bars it was filled from is not known.
    if (Number.isNaN(left)) return { kind: 'warming', tree: shown, needs, left: undefined };
    return left > 0 ? { kind: 'warming', tree: shown, needs, left } : { kind: 'missing', tree: shown };
  }

  function add(cause: UnknownCause): void {
    if (!found.some(({ tree: known }) => known === cause.tree || nameOf(known) === nameOf(cause.tree)))
      found.push(cause);
  }
}

const nameOf = (tree: Checked): unknown => (tree.kind === 'named' ? tree.name : tree);

/** Bars up to and including the first with a value, what it reads included. */
function warmupOf(tree: Checked): number {
  if (tree.kind === 'named') return warmupOf(tree.target);
  const parts = childrenOf(tree);
  const inputs = Math.max(1, ...parts.map(warmupOf));
  return tree.kind === 'node' ? inputs + tree.entry.warmup(tree.options) - 1 : inputs;
}

/** Reads bars of the strategy's own series only. */
function isOwn(tree: Checked): boolean {
  if (tree.kind === 'operand') {
    const { operand } = tree;
    return operand.kind !== 'bar' || (operand.symbol === undefined && operand.timeframe === undefined);
  }
  return tree.kind === 'named' ? isOwn(tree.target) : childrenOf(tree).every(isOwn);
}
