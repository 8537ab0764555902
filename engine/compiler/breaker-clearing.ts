import type { DocumentPath } from '../documents/document.ts';
import { leaves, measureName } from '../expressions/leaves.ts';
import { canBe, type RangeOf } from '../expressions/outcomes.ts';
import { printNamed } from '../expressions/print.ts';
import type { Checked } from '../expressions/tree.ts';
import type { Reporter } from './finding.ts';
import type { BreakerModel, StrategyModel } from './model.ts';

/**
 * `until: clear` waits for the condition to be false, while the breaker keeps entries away. Once no position is open and
 * enough time has passed, a measure is in one of three states:
 * - it stays at what it was: `consecutive_losses` moves only when a trade closes. Equity and what is made of it move with
 *   open positions, so they stay only where the breaker itself has closed all that they measure (`flatten`);
 * - it rests at 0: counts over a length of time, a day's loss, exposure;
 * - it moves by itself: late bars, spreads, and the account's equity while others trade on.
 * Cash is none of these: closing a position moves it as far as the position was worth.
 */
const RESTS_AT_ZERO: ReadonlySet<string> = new Set([
  'daily_loss_pct',
  'daily_trades',
  'losing_days',
  'open_positions',
  'gross_exposure_pct',
  'exit_unknown_bars',
  'equity_volatility_pct',
  'stop_outs',
  'closed_trades',
  'closed_profit_pct',
  'rejections',
]);
const OF_EQUITY: ReadonlySet<string> = new Set(['drawdown_pct', 'equity', 'purse']);

const baseOf = (name: string): string => name.split(':', 1)[0]!;

function stays({ action, scope }: BreakerModel, name: string): boolean {
  if (name === 'consecutive_losses') return true;
  // What a symbol's breaker reads of equity is the account's, which other symbols go on moving.
  return action === 'flatten' && scope !== 'symbol' && OF_EQUITY.has(name);
}

/** A measure at rest beside one that goes on: what a symbol's breaker reads of the account never rests. */
const rests = ({ scope }: BreakerModel, name: string): boolean =>
  RESTS_AT_ZERO.has(name) &&
  !(scope === 'symbol' && ['daily_loss_pct', 'losing_days', 'equity_volatility_pct'].includes(name));

const parts = (tree: Checked, kind: 'and' | 'or'): readonly Checked[] =>
  tree.kind === kind ? [...parts(tree.left, kind), ...parts(tree.right, kind)] : [tree];

function measuresOf(tree: Checked): readonly string[] {
  const names: string[] = [];
  leaves(tree, (leaf) => {
    const name = measureName(leaf);
    if (name !== undefined) names.push(baseOf(name));
  });
  return names;
}

/** Told when a part of the condition, once true, cannot become false while the breaker holds. */
export function checkClearing(
  reporter: Reporter,
  breaker: BreakerModel,
  models: readonly StrategyModel[],
  path: DocumentPath,
): void {
  // A halt waits for a person, whatever its `until` says.
  if (breaker.until.kind !== 'clear' || breaker.action === 'halt') return;
  const atRest: RangeOf = (atom) =>
    atom.kind === 'operand' && atom.operand.kind === 'measure' && rests(breaker, baseOf(atom.operand.name))
      ? [0, 0]
      : atom.range;
  for (const choice of parts(breaker.when, 'or')) {
    const conjuncts = parts(choice, 'and');
    const staying = conjuncts.filter((part) => {
      const names = measuresOf(part);
      return names.length > 0 && names.every((name) => stays(breaker, name));
    });
    if (!conjuncts.every((part) => staying.includes(part) || !canBe(part, false, atRest))) continue;
    const message = wordsOf(breaker, staying[0], choice, models);
    const help =
      'write `until: next_session`, a time such as `until: 1d`, or `until: manual`: each starts the measure anew';
    reporter.at('W394', [...path, 'until'], message, help);
    return;
  }
}

function wordsOf(
  breaker: BreakerModel,
  staying: Checked | undefined,
  choice: Checked,
  models: readonly StrategyModel[],
): string {
  const { id, action } = breaker;
  if (staying === undefined) {
    return `breaker \`${id}\` may hold for ever: once no position is open, nothing makes \`${printNamed(choice)}\` false while entries rest`;
  }
  const name = measuresOf(staying)[0]!;
  if (name !== 'consecutive_losses') {
    return `breaker \`${id}\` may hold for ever: once it has closed the positions, nothing moves \`${name}\``;
  }
  const why = `\`${name}\` moves only when a trade closes, and while it holds none is opened`;
  if (alone(breaker, models)) return `breaker \`${id}\` can never let go: ${why}`;
  const chance =
    action === 'flatten'
      ? 'unless a position that it closes ends with a gain'
      : 'unless a position that is still open ends with a gain';
  return `breaker \`${id}\` holds for ever, ${chance}: ${why}`;
}

/** Nowhere can a second position be open when a trade closes. */
function alone({ scope }: BreakerModel, models: readonly StrategyModel[]): boolean {
  const enabled = models.filter((model) => model.enabled);
  if (enabled.length === 0) return false;
  const symbols = enabled.flatMap((model) => model.symbols);
  if (scope === 'account') return symbols.length === 1;
  if (scope === 'strategy') return enabled.every((model) => model.symbols.length === 1);
  return new Set(symbols).size === symbols.length;
}
