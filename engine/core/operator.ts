import { type BreakerModel, OPERATOR_BREAKER } from '../compiler/model.ts';
import type { Compare, NumberLiteral } from '../expressions/tree.ts';
import type { Trip } from './breakers.ts';

export type OperatorAct = 'pause' | 'flatten' | 'halt';

/** What a command is about: all, one strategy, or one symbol. */
export interface Place {
  readonly scope: BreakerModel['scope'];
  /** Id of the strategy, the symbol, or `account`. */
  readonly name: string;
}

export const ACCOUNT: Place = { scope: 'account', name: 'account' };

interface Given {
  readonly reason: string | undefined;
}

/** What a person wants of a run. */
export type OperatorCommand =
  /** `resume` clears what the others tripped at the same place. */
  | (Given & { readonly kind: 'operate'; readonly act: OperatorAct | 'resume'; readonly place: Place })
  /** Clears a tripped breaker, whatever its `until` says; without a place, everywhere. */
  | (Given & { readonly kind: 'reset'; readonly breaker: string; readonly place: Place | undefined });

/** A command that takes effect between two instants; `time`: market time, ms. Where a bar has been, the end of the last one. */
export type OperatorEvent = OperatorCommand & { readonly time: number };

/** What came of it. */
export type OperatorAnswer =
  | {
      readonly kind: 'done';
      /** Trips that it made or cleared; none when everything was so already. */
      readonly trips: readonly Trip[];
      /** The trip that stood there already. */
      readonly standing: Trip | undefined;
      /** Entry orders that it cancelled. */
      readonly cancelled: number;
      /** Positions that are closed at the next open. */
      readonly closing: number;
      /** What still holds entries there, where the command was to let them go. */
      readonly holding: readonly Trip[];
    }
  /** Nothing was changed: one sentence, and a way out. */
  | { readonly kind: 'refused'; readonly message: string; readonly help: string };

const NOWHERE = { span: { start: 0, end: 0 }, unit: 'none', range: [0, 0] } as const;
const ZERO: NumberLiteral = { ...NOWHERE, kind: 'number', type: 'number', value: 0, name: undefined };
/** Never true. */
const NEVER: Compare = {
  ...NOWHERE,
  kind: 'compare',
  type: 'condition',
  operator: '>',
  left: ZERO,
  right: ZERO,
  ties: false,
};

const ACTIONS = { pause: 'pause_entries', flatten: 'flatten', halt: 'halt' } as const;

const modelOf = (scope: BreakerModel['scope'], act: OperatorAct): BreakerModel => ({
  id: OPERATOR_BREAKER,
  renamedFrom: undefined,
  enabled: true,
  when: NEVER,
  scope,
  action: ACTIONS[act],
  until: { kind: 'manual' },
});

const modelsOf = (scope: BreakerModel['scope']): Readonly<Record<OperatorAct, BreakerModel>> => ({
  pause: modelOf(scope, 'pause'),
  flatten: modelOf(scope, 'flatten'),
  halt: modelOf(scope, 'halt'),
});

/** One model for each act and scope: they are known by being these. */
export const OPERATOR_MODELS = {
  account: modelsOf('account'),
  strategy: modelsOf('strategy'),
  symbol: modelsOf('symbol'),
} as const;

const ALL: ReadonlySet<BreakerModel> = new Set(Object.values(OPERATOR_MODELS).flatMap((one) => Object.values(one)));

/** A person's breaker, not one of the rules. */
export const isOperators = (model: BreakerModel): boolean => ALL.has(model);
