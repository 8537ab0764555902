import type { Span } from '../documents/diagnostic.ts';
import { didYouMean } from '../documents/suggest.ts';
import { type Catalogue, type Context, report } from './context.ts';
import { TIMED_MEASURES } from './texts.ts';

/** What people call a thing elsewhere, and its name here. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['price', 'close'],
  ['last', 'close'],
  ['last_price', 'close'],
  ['c', 'close'],
  ['o', 'open'],
  ['h', 'high'],
  ['l', 'low'],
  ['v', 'volume'],
  ['vol', 'volume'],
  ['entry_price', 'position.entry_price'],
  ['profit', 'position.profit_pct'],
  ['profit_pct', 'position.profit_pct'],
  ['pnl', 'position.profit_pct'],
  ['bars_held', 'position.bars'],
  ['day_of_week', 'weekday'],
  ['drawdown', 'drawdown_pct'],
]);

/** Measures that circuit breakers can read and strategies cannot. */
export const RISK_MEASURES: ReadonlySet<string> = new Set([
  'bars_late',
  'spread_pct',
  'equity_volatility_pct',
  'rejections',
  'stop_outs',
  'closed_trades',
  'closed_profit_pct',
  'losing_days',
]);

/** The name in scope that has the same letters in another case, for a name that is not in scope itself. */
export function otherCase(name: string, names: readonly string[]): string | undefined {
  if (names.includes(name)) return undefined;
  const small = name.toLowerCase();
  return names.find((other) => other.toLowerCase() === small);
}

/** What an unknown name most likely means, as it would be written, or undefined. */
export function nearest(catalogue: Catalogue, name: string, names: readonly string[]): string | undefined {
  const near = otherCase(name, names) ?? didYouMean(name, names);
  if (near !== undefined) return near;
  const here = ELSEWHERE.get(name.toLowerCase());
  return here !== undefined && names.includes(here) ? here : lengthInName(catalogue, name);
}

/** `sma20` and `sma_20` as people name lines on a chart. */
function lengthInName(catalogue: Catalogue, name: string): string | undefined {
  const parts = /^([a-z]+)_?(\d+)$/i.exec(name);
  const entry = parts ? catalogue.get(parts[1]!.toLowerCase()) : undefined;
  if (!parts || entry?.options.length !== 1) return undefined;
  return entry.inputs.length === 1 ? `${entry.name}(close, ${parts[2]})` : `${entry.name}(${parts[2]})`;
}

const MOST_LISTED = 24;

/**
 * The names worth listing beside an unknown one: those of its own group (`position.`), otherwise the plain ones. What the file
 * itself defines comes first, as it is written there; the rest follows by the alphabet.
 */
export function inScope(names: readonly string[], name: string): string {
  const group = name.slice(0, name.lastIndexOf('.') + 1);
  const members = group === '' ? [] : names.filter((other) => other.startsWith(group));
  const listed = [...new Set(members.length > 0 ? members : names.filter((other) => !other.includes('.')))];
  // A scope names the file's own first, then the fields of the bar, of which `open` leads.
  const own = listed.slice(0, Math.max(0, listed.indexOf('open')));
  const rest = listed.slice(own.length).sort();
  const all = [...own, ...rest];
  const shown = all.slice(0, MOST_LISTED).join(', ');
  return all.length > MOST_LISTED ? `${shown}, ... (${all.length} in all)` : shown;
}

/** Says that a measure belongs to the circuit breakers. */
export function refuseRiskMeasure(context: Context, code: 'E201' | 'E202', name: string, span: Span): undefined {
  const example = `when: ${TIMED_MEASURES.get(name)?.example ?? name} > 2`;
  const help = `take it out of the strategy, and write it there as a circuit breaker, as in \`${example}\``;
  return report(context, code, span, `\`${name}\` can be read in risk.yaml only`, help);
}
