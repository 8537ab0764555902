import type { StrategyModel } from '../../compiler/model.ts';
import type { Ruleset } from '../../compiler/ruleset.ts';
import { positionOf } from '../../documents/position.ts';
import { constantOf } from '../../expressions/constants.ts';
import { counted } from '../../report/amounts.ts';
import { loadWorkspace } from '../../runtime/workspace.ts';
import { judgeOf, type Tell } from './item.ts';

const { ok, warn, fail } = judgeOf('rules');

/** What the rules ask of a broker's assets. */
export interface SymbolNeeds {
  readonly symbol: string;
  /** Some strategy trades it; otherwise it is only read. */
  readonly traded: boolean;
  /** Some strategy sells it short. */
  readonly short: boolean;
  /** Some strategy orders a part of a share. */
  readonly fractional: boolean;
}

const sellsShort = ({ entries }: StrategyModel): boolean => entries.some(({ side }) => side === 'short');

const ordersParts = ({ entries }: StrategyModel): boolean =>
  entries.some(({ size }) => {
    const shares = size.kind === 'shares' ? constantOf(size.amount) : undefined;
    return shares !== undefined && !Number.isInteger(shares);
  });

/** What the enabled strategies ask of each symbol, in the order of the symbols. */
export const needsOf = (ruleset: Ruleset): SymbolNeeds[] => {
  const enabled = ruleset.models.filter((model) => model.enabled && !model.shadow);
  return ruleset.symbols.map((symbol) => {
    const users = enabled.filter(({ symbols }) => symbols.includes(symbol));
    return { symbol, traded: users.length > 0, short: users.some(sellsShort), fractional: users.some(ordersParts) };
  });
};

/** Checks the documents as `engine validate` does; gives the rules when they can run. */
export const checkRules = async (folder: string, tell: Tell): Promise<Ruleset | undefined> => {
  const { ruleset, diagnostics, counts } = await loadWorkspace({ dir: folder });
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const what = `${counted(counts.strategies, 'strategy', 'strategies')}, ${counted(counts.breakers, 'breaker')}`;
  const [first] = [...errors, ...diagnostics];
  const words = (): string => {
    const { file, span, message } = first!;
    const place = file === undefined || span === undefined ? '' : `${file.path}:${positionOf(file, span.start).line}: `;
    return `${place}${message}`;
  };
  if (errors.length > 0)
    tell(
      fail(
        'documents',
        'Documents',
        `${counted(errors.length, 'error')}; ${words()}`,
        'engine validate shows each with its place',
      ),
    );
  else if (first !== undefined)
    tell(
      warn(
        'documents',
        'Documents',
        `${what}; ${counted(diagnostics.length, 'warning')}: ${words()}`,
        'engine validate shows each with its place',
      ),
    );
  else tell(ok('documents', 'Documents', what));
  return ruleset;
};
