import { Parser } from 'expr-eval';
import type { Syntax } from './syntax.ts';

/** A step of the second reader's postfix program, as far as it is used here. */
interface Instruction {
  readonly type: string;
  readonly value: unknown;
}

/** A table whose keys are ours alone: nothing is inherited, so `constructor` and `__proto__` are names like any other. */
function table(keys: readonly string[]): Record<string, () => never> {
  const made: Record<string, () => never> = Object.create(null) as Record<string, () => never>;
  for (const key of keys) made[key] = never;
  return made;
}

function never(): never {
  throw new Error('expressions are compiled, never evaluated');
}

function makeParser(): Parser {
  const operators: Record<string, boolean> = Object.create(null) as Record<string, boolean>;
  for (const name of ['assignment', 'concatenate', 'factorial', 'fndef', 'in', 'random', 'length'])
    operators[name] = false;
  const parser = new Parser({ operators });
  Object.assign(parser, {
    unaryOps: table(['-', 'not']),
    binaryOps: table(['+', '-', '*', '/', '%', '^', '==', '!=', '>', '<', '>=', '<=', 'and', 'or', '[']),
    ternaryOps: table(['?']),
    functions: table([]),
    consts: table([]),
  });
  return parser;
}

const PARSER = makeParser();

/**
 * Whether expr-eval reads the same tree from the text; a text that it refuses is a disagreement.
 * @param text must be within the length and depth that the first reader allows: expr-eval recurses without a limit
 */
export function secondReaderAgrees(text: string, tree: Syntax): boolean {
  try {
    const { tokens } = PARSER.parse(text) as unknown as { readonly tokens: readonly Instruction[] };
    return endOf(tree, tokens, 0) === tokens.length;
  } catch {
    return false;
  }
}

/** Follows the tree in postfix order through the program; the place after it, or -1 where they differ. */
function endOf(tree: Syntax, program: readonly Instruction[], at: number): number {
  if (at < 0) return -1;
  switch (tree.kind) {
    case 'number':
    case 'text':
      return endAt(program, at, 'INUMBER', tree.value);
    case 'name':
      return endOfName(tree.name, program, at);
    case 'past':
      return endAt(program, endOf(tree.bars, program, endOf(tree.name, program, at)), 'IOP2', '[');
    case 'call': {
      let end = endOfName(tree.name.name, program, at);
      for (const arg of tree.args) end = endOf(arg, program, end);
      return endAt(program, end, 'IFUNCALL', tree.args.length);
    }
    case 'unary':
      return endAt(program, endOf(tree.operand, program, at), 'IOP1', tree.operator);
    case 'binary': {
      const left = endOf(tree.left, program, at);
      const lazy = tree.operator === 'and' || tree.operator === 'or';
      const right = lazy ? endOfBranch(tree.right, program, left) : endOf(tree.right, program, left);
      return endAt(program, right, 'IOP2', tree.operator);
    }
    case 'choice': {
      const condition = endOf(tree.condition, program, at);
      const branches = endOfBranch(tree.otherwise, program, endOfBranch(tree.then, program, condition));
      return endAt(program, branches, 'IOP3', '?');
    }
  }
}

function endAt(program: readonly Instruction[], at: number, type: string, value: unknown): number {
  const step = at < 0 ? undefined : program[at];
  return step !== undefined && step.type === type && step.value === value ? at + 1 : -1;
}

function endOfName(name: string, program: readonly Instruction[], at: number): number {
  const dot = name.indexOf('.');
  if (dot < 0) return endAt(program, at, 'IVAR', name);
  const parts = name.split('.');
  let end = endAt(program, at, 'IVAR', parts[0]);
  for (let i = 1; i < parts.length; i += 1) end = endAt(program, end, 'IMEMBER', parts[i]);
  return end;
}

function endOfBranch(tree: Syntax, program: readonly Instruction[], at: number): number {
  const step = at < 0 ? undefined : program[at];
  if (step === undefined || step.type !== 'IEXPR' || !Array.isArray(step.value)) return -1;
  const branch = step.value as readonly Instruction[];
  return endOf(tree, branch, 0) === branch.length ? at + 1 : -1;
}
