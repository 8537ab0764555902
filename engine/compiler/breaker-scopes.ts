import type { DocumentPath } from '../documents/document.ts';
import { leaves, measureName } from '../expressions/leaves.ts';
import { printNamed } from '../expressions/print.ts';
import type { Reporter } from './finding.ts';
import { measureOf } from './measures.ts';
import type { BreakerModel } from './model.ts';

const WORDS = { account: 'the account', strategy: 'each strategy', symbol: 'each symbol' } as const;

/** Measures that are kept where some breaker may want them, for the way out. */
const INSTEAD = {
  strategy: '`drawdown_pct`, `daily_loss_pct`, `consecutive_losses` or `closed_profit_pct("1d")`',
  symbol: '`closed_profit_pct("1d")`, `stop_outs("1d")`, `consecutive_losses` or `gross_exposure_pct`',
} as const;

/** A measure that is not kept at the breaker's scope is the whole account's there: `drawdown_pct` of each symbol. */
export function checkScope(reporter: Reporter, breaker: BreakerModel, path: DocumentPath): void {
  const { scope, when } = breaker;
  const told = new Set<string>();
  leaves(when, (leaf) => {
    const name = measureName(leaf);
    const scopes = name === undefined ? undefined : measureOf(name)?.scopes;
    if (name === undefined || scopes === undefined || scopes.includes(scope) || told.size > 0) return;
    told.add(name);
    const written = printNamed(leaf);
    const really = name === 'purse' || name === 'equity' ? "the whole account's equity" : "the whole account's";
    const where = `${scopes.map((one) => WORDS[one]).join(' and ')}`;
    const message =
      scope === 'account'
        ? `\`${written}\` is kept for ${where}: at the scope of the account it is ${really}`
        : `\`${written}\` is kept for ${where}, not for ${WORDS[scope]}: here it is ${really}, the same at every place`;
    const help =
      scope === 'account'
        ? 'write `equity`, or `scope: strategy`'
        : `write \`scope: ${scopes[0]}\`, or read what ${WORDS[scope]} has of its own: ${INSTEAD[scope]}`;
    reporter.at('W393', [...path, 'scope'], message, help);
  });
}
