import type { Diagnostic } from '../documents/diagnostic.ts';
import { finding } from '../documents/finding.ts';
import type { Bars } from '../market/bars.ts';
import { checkAccountStops } from './breaker-outcomes.ts';
import { contextOf, createReporter } from './finding.ts';
import type { RiskModel, StrategyModel } from './model.ts';
import { dollars, dollarsAsked, sizePath } from './purse-sizes.ts';
import type { Ruleset } from './ruleset.ts';
import { shortHistories } from './warm-up.ts';

/** What is known only when a run begins. */
export interface RunFacts {
  /** Starting cash in dollars; undefined: the sum of the purses in dollars. */
  readonly cash: number | undefined;
  readonly fractional: boolean;
  /** All bars that the run will see, by symbol; empty where they are not known beforehand. */
  readonly bars: ReadonlyMap<string, Bars>;
}

/** Warnings about rules, an account and bars that do not go together. */
export function checkRun(
  models: readonly StrategyModel[],
  risk: RiskModel,
  ruleset: Ruleset,
  facts: RunFacts,
): readonly Diagnostic[] {
  const enabled = models.filter((model) => model.enabled);
  const cash = facts.cash ?? sumOfDollars(enabled);
  return [
    ...checkPurses(enabled, cash),
    ...enabled.flatMap((model) => checkEntries(model, risk, facts, cash)),
    ...checkAccountStops(risk, enabled, (model) => purseIn(model, cash), cash),
    ...shortHistories(enabled, ruleset, facts.bars),
  ];
}

const sumOfDollars = (models: readonly StrategyModel[]): number =>
  models.reduce((sum, { capital }) => sum + (capital.kind === 'dollars' ? capital.amount : 0), 0);

const purseIn = ({ capital }: StrategyModel, cash: number): number =>
  capital.kind === 'dollars' ? capital.amount : (cash * capital.amount) / 100;

/** Told at the last strategy: with it the promises pass what there is. */
export function checkPurses(models: readonly StrategyModel[], cash: number): readonly Diagnostic[] {
  const sum = models.reduce((total, model) => total + purseIn(model, cash), 0);
  const last = models.at(-1);
  // A cent is what percents may lose in rounding.
  if (last === undefined || sum <= cash + 0.01) return [];
  const { document } = last;
  const path = ['capital'];
  const whose = models.length === 1 ? 'the purse is' : `the ${models.length} purses add up to`;
  return [
    finding(
      'W386',
      document.source(path),
      document.valueSpan(path),
      `${whose} ${dollars(sum)}, and the account has ${dollars(cash)}`,
      'lower `capital` in some strategies, or give the account more with --cash',
      contextOf(document, path),
    ),
  ];
}

/** Percents of one account that are more than all of it, whatever it holds. */
export function checkShares(models: readonly StrategyModel[]): readonly Diagnostic[] {
  const parts = models.filter(({ enabled, capital }) => enabled && capital.kind === 'account_pct');
  return checkPurses(parts, 100).map((found) => ({
    ...found,
    message: `the purses that are parts of the account add up to ${parts.reduce((sum, { capital }) => sum + capital.amount, 0)} %`,
    help: 'lower `capital` in some strategies, until they add up to 100 %',
  }));
}

function checkEntries(model: StrategyModel, risk: RiskModel, facts: RunFacts, cash: number): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const reporter = createReporter(model.document, diagnostics);
  const shares = model.symbols.filter((symbol) => !symbol.includes('/'));
  const mostPct = risk.document?.value.limits?.max_position_pct;
  for (const entry of model.entries) {
    const { type, timeInForce } = entry.order;
    if (facts.fractional && shares.length > 0 && entry.size.kind !== 'shares') {
      const what =
        entry.side === 'short'
          ? 'short'
          : type !== 'market'
            ? `in ${type} orders`
            : timeInForce === 'day'
              ? undefined
              : `in ${timeInForce} orders`;
      if (what !== undefined) {
        const message = `\`${model.id}\` trades fractions of a share ${what}, which Alpaca refuses`;
        reporter.at(
          'W385',
          ['entry', entry.side],
          message,
          'run without --fractional, or use market orders for the day',
          'key',
        );
      }
    }
    const asked = dollarsAsked(model, entry, purseIn(model, cash));
    if (asked === undefined) continue;
    if (!facts.fractional) {
      const low = cheapest(shares, facts.bars);
      if (low !== undefined && shares.length === model.symbols.length && asked.most < low.price) {
        const message = `\`${model.id}\` buys for ${dollars(asked.amount)}, and the cheapest share it trades never cost less than ${dollars(low.price)} (${low.symbol}): that is no whole share`;
        reporter.at('W387', sizePath(entry), message, 'raise the size or the purse, or run with --fractional');
        continue;
      }
    }
    const most = mostPct === undefined ? undefined : (cash * mostPct) / 100;
    // Twice as much: rounding down to whole shares takes less than half away.
    if (most !== undefined && asked.least >= 2 * most) {
      const message = `\`${model.id}\` asks for ${dollars(asked.amount)} an entry, and max_position_pct cuts each to ${dollars(most)}`;
      reporter.at('W388', sizePath(entry), message, 'ask for less, or raise the limit in risk.yaml');
    }
  }
  return diagnostics;
}

/** The lowest price that any of the symbols ever had; undefined when one of them has no bars here. */
function cheapest(
  symbols: readonly string[],
  bars: ReadonlyMap<string, Bars>,
): { readonly symbol: string; readonly price: number } | undefined {
  let found: { symbol: string; price: number } | undefined;
  for (const symbol of symbols) {
    const column = bars.get(symbol);
    if (column === undefined || column.length === 0) return undefined;
    let price = Number.POSITIVE_INFINITY;
    for (let row = 0; row < column.length; row++) price = Math.min(price, column.low[row]!);
    if (found === undefined || price < found.price) found = { symbol, price };
  }
  return found;
}
