import type { IndicatorEntry } from '../indicators/entry.ts';

export interface Usage {
  /** What a strategy may call the indicator. */
  readonly name: string;
  /** A rule that reads its outputs by that name. */
  readonly rule: string;
}

/** How rules use indicators of several outputs: the strategy names the indicator, rules name the output after a dot. */
const USAGE: Readonly<Record<string, Usage>> = {
  aroon: { name: 'since', rule: 'since.up > since.down' },
  bbands: { name: 'bands', rule: 'close > bands.upper' },
  di: { name: 'force', rule: 'force.plus > force.minus' },
  dm: { name: 'moves', rule: 'moves.plus > moves.minus' },
  donchian: { name: 'channel', rule: 'close >= channel.upper' },
  fisher: { name: 'turn', rule: 'crosses_above(turn.fisher, turn.signal)' },
  heikin_ashi: { name: 'candles', rule: 'candles.close > candles.open' },
  ichimoku: { name: 'cloud', rule: 'close > cloud.span_a and close > cloud.span_b' },
  keltner: { name: 'channel', rule: 'close > channel.upper' },
  macd: { name: 'momentum', rule: 'crosses_above(momentum.macd, momentum.signal)' },
  msw: { name: 'wave', rule: 'crosses_above(wave.sine, wave.lead)' },
  stoch: { name: 'place', rule: 'crosses_above(place.k, place.d)' },
  supertrend: { name: 'following', rule: 'following.direction > 0' },
};

/** How a rule reads the outputs of an indicator that has several; undefined for one that has a single value. */
export const usageOf = (entry: IndicatorEntry): Usage | undefined => {
  const [first, second] = entry.outputs;
  if (first === undefined || second === undefined) return undefined;
  return USAGE[entry.name] ?? { name: 'lines', rule: `lines.${first.name} > lines.${second.name}` };
};
