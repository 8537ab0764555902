import type { Meaning, NodeLeaf, Scope, ValueType } from '../../engine/expressions/tree.ts';
import type { IndicatorEntry, InputRole, OptionSpec, OutputSpec, Unit } from '../../engine/indicators/entry.ts';

const ANY: readonly [number, number] = [-Infinity, Infinity];

function entry(
  name: string,
  roles: readonly InputRole[],
  options: readonly OptionSpec[],
  outputs: readonly OutputSpec[],
  check?: IndicatorEntry['check'],
): IndicatorEntry {
  return {
    name,
    title: name,
    group: 'memory',
    description: `${name}.`,
    inputs: roles.map((role, i) => ({
      name: role === 'real' && roles.filter((r) => r === 'real').length > 1 ? `x${i + 1}` : role,
      role,
    })),
    options,
    outputs,
    clock: 'source',
    warmup: () => 1,
    settle: () => 1,
    example: `${name}(${[...roles.map((role) => (role === 'real' ? 'close' : role)), ...options.map((o) => o.default ?? 14)].join(', ')})`,
    departs: undefined,
    source: 'test',
    kernel: undefined,
    ...(check ? { check } : {}),
  };
}

const bars = (name = 'period', standard?: number): OptionSpec => ({
  name,
  description: 'Bars to look at.',
  min: 1,
  max: 5000,
  integer: true,
  default: standard,
});
const out = (
  name: string,
  unit: Unit | 'input',
  range: OutputSpec['range'] = ANY,
  type: OutputSpec['type'] = 'number',
): OutputSpec => ({ name, unit, range, type });

const CONDITION_OUT = [out('value', 'none', [0, 1], 'condition')];

/** A small catalogue with one entry of every kind. */
export const FAKE_CATALOGUE: ReadonlyMap<string, IndicatorEntry> = new Map(
  [
    entry('sma', ['real'], [bars()], [out('sma', 'input', 'input')]),
    entry('ema', ['real'], [bars()], [out('ema', 'input', 'input')]),
    entry('rsi', ['real'], [bars()], [out('rsi', 'index', [0, 100])]),
    entry('atr', ['high', 'low', 'close'], [bars()], [out('atr', 'price', [0, Infinity])]),
    entry('obv', ['close', 'volume'], [], [out('obv', 'volume')]),
    entry('vwap', ['high', 'low', 'close', 'volume'], [], [out('vwap', 'price', [0, Infinity])]),
    entry(
      'bbands',
      ['real'],
      [
        bars('period', 20),
        { name: 'stddev', description: 'Width of the bands.', min: 0.1, max: 10, integer: false, default: 2 },
      ],
      [out('lower', 'input'), out('middle', 'input'), out('upper', 'input')],
    ),
    entry(
      'macd',
      ['real'],
      [bars('short', 12), bars('long', 26), bars('signal', 9)],
      [out('macd', 'input'), out('signal', 'input'), out('histogram', 'input')],
      ([short, long]) => (short! < long! ? undefined : 'the short period must be below the long one'),
    ),
    entry('max', ['real'], [bars()], [out('max', 'input', 'input')]),
    entry('highest', ['real'], [bars()], [out('highest', 'input', 'input')]),
    entry('crosses_above', ['real', 'real'], [], CONDITION_OUT),
    entry('crosses_below', ['real', 'real'], [], CONDITION_OUT),
    entry('correlation', ['real', 'real'], [bars()], [out('correlation', 'ratio', [-1, 1])]),
    entry('bars_since', ['condition'], [], [out('bars_since', 'bars', [0, Infinity])]),
    entry('count', ['condition'], [bars()], [out('count', 'count', [0, Infinity])]),
    entry('value_when', ['condition', 'real'], [], [out('value_when', 'input')]),
    entry('prev', ['real'], [{ ...bars('bars', 1), min: 0 }], [out('prev', 'input', 'input')]),
  ].map((each) => [each.name, each]),
);

export const operand = (
  meaning: { name?: string; field?: 'open' | 'high' | 'low' | 'close' | 'volume'; symbol?: string; timeframe?: string },
  unit: Unit,
  range = ANY,
  type: ValueType = 'number',
): Meaning => ({
  kind: 'operand',
  operand:
    meaning.field === undefined
      ? { kind: 'measure', name: meaning.name ?? '' }
      : { kind: 'bar', field: meaning.field, symbol: meaning.symbol, timeframe: meaning.timeframe },
  type,
  unit,
  range,
});

const measure = (name: string, unit: Unit, range = ANY, type: ValueType = 'number'): readonly [string, Meaning] => [
  name,
  operand({ name }, unit, range, type),
];

function series(
  prefix: string,
  symbol: string | undefined,
  timeframe: string | undefined,
): (readonly [string, Meaning])[] {
  const fields = (['open', 'high', 'low', 'close', 'volume'] as const).map((field) => {
    const where = { field, ...(symbol ? { symbol } : {}), ...(timeframe ? { timeframe } : {}) };
    return [prefix + field, operand(where, field === 'volume' ? 'volume' : 'price', [0, Infinity])] as const;
  });
  return prefix === '' ? fields : [...fields, [prefix.slice(0, -1), { kind: 'source', symbol, timeframe }]];
}

/** Everything a strategy's rules may see, and a few names of its own. */
export const NAMES: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ...series('', undefined, undefined),
  ...series('day.', undefined, '1d'),
  ...series('SPY.', 'SPY', undefined),
  ...series('SPY.day.', 'SPY', '1d'),
  measure('session_number', 'count', [0, Infinity]),
  measure('position.bars', 'bars', [0, Infinity]),
  measure('position.profit_pct', 'percent', [-Infinity, Infinity]),
  measure('position.side', 'none', [-1, 1]),
  measure('bars_since_exit', 'bars', [0, Infinity]),
  measure('time', 'clock', [0, 1440]),
  measure('weekday', 'date', [1, 7]),
  measure('opening_high', 'price', [0, Infinity]),
  measure('opening_low', 'price', [0, Infinity]),
  measure('rejections', 'count', [0, Infinity]),
  measure('daily_loss_pct', 'percent', [0, Infinity]),
  measure('is_first_session_of_month', 'none', [0, 1], 'condition'),
  ['length', { kind: 'constant', value: 20, unit: 'none' }],
  ['fast', { kind: 'constant', value: 5, unit: 'none' }],
  ['loss', { kind: 'constant', value: -2.5, unit: 'percent' }],
  ['broken', { kind: 'broken' }],
]);

export function scopeOf(names: ReadonlyMap<string, Meaning>): Scope {
  return { resolve: (name) => names.get(name), names: () => [...names.keys()] };
}

const span = { start: 0, end: 0 };
const close: NodeLeaf['inputs'][number] = {
  kind: 'operand',
  span,
  type: 'number',
  unit: 'price',
  range: [0, Infinity],
  operand: { kind: 'bar', field: 'close', symbol: undefined, timeframe: undefined },
};

function node(name: string, options: readonly number[]): NodeLeaf {
  const found = FAKE_CATALOGUE.get(name)!;
  const range = found.outputs[0]!.range;
  return {
    kind: 'node',
    span,
    type: 'number',
    unit: name === 'rsi' ? 'index' : 'price',
    range: range === 'input' ? [0, Infinity] : range,
    entry: found,
    inputs: [close],
    options,
    output: 0,
  };
}

export const SCOPE: Scope = scopeOf(
  new Map<string, Meaning>([
    ...NAMES,
    ['ma', { kind: 'tree', tree: node('sma', [20]) }],
    ['strength', { kind: 'tree', tree: node('rsi', [14]) }],
    ['bands', { kind: 'outputs', tree: node('bbands', [20, 2]) }],
    [
      'uptrend',
      {
        kind: 'tree',
        tree: {
          kind: 'compare',
          span,
          type: 'condition',
          unit: 'none',
          range: [0, 1],
          operator: '>',
          left: close,
          right: node('sma', [20]),
          ties: true,
        },
      },
    ],
  ]),
);
