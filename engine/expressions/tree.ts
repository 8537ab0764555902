import type { Span } from '../documents/diagnostic.ts';
import type { IndicatorEntry, Unit } from '../indicators/entry.ts';

/** A condition's value: Kleene's three. */
export const FALSE = 0;
export const TRUE = 1;
export const UNKNOWN = 2;
export type Tri = typeof FALSE | typeof TRUE | typeof UNKNOWN;

export type ValueType = 'number' | 'condition' | 'text';

/** What every node of a checked tree says of itself. */
interface Typed {
  readonly span: Span;
  readonly type: ValueType;
  readonly unit: Unit;
  /** Closed interval of the values a number can take; [-Infinity, Infinity] when nothing is known. */
  readonly range: readonly [number, number];
}

export interface NumberLiteral extends Typed {
  readonly kind: 'number';
  readonly value: number;
  /** The parameter it came from, if any. */
  readonly name: string | undefined;
}

/** Text stands only where a function or a comparison wants it: `time >= "10:30"`, `position.side == "long"`. */
export interface TextLiteral extends Typed {
  readonly kind: 'text';
  readonly value: string;
}

/** A value that somebody else writes into a slot before the rules are read: a bar's field, a position's, a measure. */
export interface OperandLeaf extends Typed {
  readonly kind: 'operand';
  readonly operand: Operand;
}

export type UnaryOperator = '-' | 'not';
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '^';
export type Comparison = '>' | '<' | '>=' | '<=' | '==' | '!=';

export interface Unary extends Typed {
  readonly kind: 'unary';
  readonly operator: UnaryOperator;
  readonly operand: Checked;
}

export interface Arithmetic extends Typed {
  readonly kind: 'arithmetic';
  readonly operator: ArithmeticOperator;
  readonly left: Checked;
  readonly right: Checked;
}

export interface Compare extends Typed {
  readonly kind: 'compare';
  readonly operator: Comparison;
  readonly left: Checked;
  readonly right: Checked;
  /** Both sides are prices: values within 1e-9 of each other (relative) count as equal. */
  readonly ties: boolean;
}

export interface Logic extends Typed {
  readonly kind: 'and' | 'or';
  readonly left: Checked;
  readonly right: Checked;
}

export interface Choice extends Typed {
  readonly kind: 'choice';
  readonly condition: Checked;
  readonly then: Checked;
  readonly otherwise: Checked;
}

/** A function of its arguments alone, without memory: `max(a, b)`, `abs(x)`, `between(x, lo, hi)`. */
export interface PureCall extends Typed {
  readonly kind: 'pure';
  readonly name: string;
  readonly args: readonly Checked[];
}

/** A node of the indicator graph, fed on every bar: an indicator or a function with memory. */
export interface NodeLeaf extends Typed {
  readonly kind: 'node';
  readonly entry: IndicatorEntry;
  readonly inputs: readonly Checked[];
  readonly options: readonly number[];
  /** Which of the entry's outputs this leaf reads. */
  readonly output: number;
}

/** A named indicator or condition that this place refers to: kept, so that explanations can show the name. */
export interface Named extends Typed {
  readonly kind: 'named';
  readonly name: string;
  readonly target: Checked;
}

export type Checked =
  | NumberLiteral
  | TextLiteral
  | OperandLeaf
  | Unary
  | Arithmetic
  | Compare
  | Logic
  | Choice
  | PureCall
  | NodeLeaf
  | Named;

/** Fields of a bar that expressions can read. */
export type BarField = 'open' | 'high' | 'low' | 'close' | 'volume' | 'bar_vwap';

/**
 * A slot's meaning.
 * - `bar`: a field of the last complete bar of a series; `symbol` undefined = the strategy's own symbol, `timeframe` undefined = its own
 * - `measure`: anything that the core writes: `position.entry_price`, `equity`, `minutes_since_open`, `session.high`, `prev_day.close`,
 *   `opening_high:30`, ... by its canonical name
 */
export type Operand =
  | {
      readonly kind: 'bar';
      readonly field: BarField;
      readonly symbol: string | undefined;
      readonly timeframe: string | undefined;
    }
  | { readonly kind: 'measure'; readonly name: string };

/** What a name means at one place of a document. */
export type Meaning =
  | {
      readonly kind: 'operand';
      readonly operand: Operand;
      readonly type: ValueType;
      readonly unit: Unit;
      readonly range: readonly [number, number];
    }
  /** A parameter: a number known at load. */
  | { readonly kind: 'constant'; readonly value: number; readonly unit: Unit }
  /** A named indicator or condition, already checked. */
  | { readonly kind: 'tree'; readonly tree: Checked }
  /** A name that stands for a node with several outputs: needs `.output`; the tree reads output 0. */
  | { readonly kind: 'outputs'; readonly tree: NodeLeaf }
  /** A series (`day`, `SPY`, `SPY.day`): only as an indicator's source, or with a field. */
  | { readonly kind: 'source'; readonly symbol: string | undefined; readonly timeframe: string | undefined }
  /** A name that exists but failed its own check: say nothing more here. */
  | { readonly kind: 'broken' };

/** What a place of a document can see. */
export interface Scope {
  /** The meaning of a dotted name (`close`, `bands.upper`, `SPY.day.close`), or undefined. */
  resolve(name: string): Meaning | undefined;
  /** All names, for did-you-mean and "in scope". */
  names(): readonly string[];
}

/** A finding inside an expression; the caller knows the file and adds the rest. */
export interface ExpressionFinding {
  readonly code: import('../documents/codes.ts').DiagnosticCode;
  readonly span: Span;
  readonly message: string;
  readonly help: string | undefined;
}

export interface CheckResult {
  /** The checked tree; undefined when there was an error. */
  readonly tree: Checked | undefined;
  readonly findings: readonly ExpressionFinding[];
}
