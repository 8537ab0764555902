import type { Diagnostic } from '../documents/diagnostic.ts';
import type { DocumentPath, StrategyDocument } from '../documents/document.ts';
import type { EntrySide, ExitSide, Strategy } from '../documents/generated/types.ts';
import type { Checked } from '../expressions/tree.ts';
import type { PositionSide } from '../ledger/order.ts';
import { TIMEFRAMES } from '../market/timeframe.ts';
import { checkBrokerRules } from './broker-rules.ts';
import { createDefinitions, reportUnused } from './definitions.ts';
import { checkExits, NO_EXITS } from './exits.ts';
import { checkAmount, checkAt, checkRule } from './expressions.ts';
import { createReporter, type Reporter } from './finding.ts';
import type { EntryModel, SizeKind, StrategyModel } from './model.ts';
import { checkOwnExit } from './rule-outcomes.ts';
import type { StrategyScope } from './scope.ts';
import { checkSession } from './session.ts';
import { checkSessionBars } from './session-bars.ts';
import { parseCapital, parseDuration, wordOf } from './words.ts';

/** What checking one strategy gives. */
export interface CheckedStrategy {
  /** Undefined when there was an error. */
  readonly model: StrategyModel | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** All that the parts of one strategy's check share. */
export interface Checking {
  readonly reporter: Reporter;
  readonly scope: StrategyScope;
  readonly value: Strategy;
}

const SIDES: readonly PositionSide[] = ['long', 'short'];
const SIZES: readonly SizeKind[] = ['shares', 'notional', 'purse_pct', 'risk_pct'];

/**
 * Checks one strategy document: names, types, and whether what it asks for can be done.
 */
export function checkStrategy(document: StrategyDocument): CheckedStrategy {
  const diagnostics: Diagnostic[] = [];
  const reporter = createReporter(document, diagnostics);
  const { value } = document;
  const definitions = createDefinitions(reporter, value);
  const checking: Checking = { reporter, scope: definitions.scope, value };

  const capital = parseCapital(value.capital);
  const symbols = checkSymbols(checking);
  const session = checkSession(checking);
  const entries = SIDES.map((side) => checkEntry(checking, side)).filter((entry) => entry !== undefined);
  const written = SIDES.filter((side) => value.entry[side] !== undefined);
  const exits = { long: NO_EXITS, short: NO_EXITS };
  for (const side of SIDES) exits[side] = checkExits(checking, side, written);
  definitions.checkAll();
  requireStop(checking, exits);
  checkSessionBars(checking, session);
  for (const entry of entries) checkBrokerRules(checking, entry, session);
  for (const entry of entries) checkOwnExit(reporter, entry, exits[entry.side]);
  reportUnused(reporter, value, definitions);

  const failed = diagnostics.some((diagnostic) => diagnostic.severity === 'error');
  if (failed || capital === undefined) return { model: undefined, diagnostics };
  const model: StrategyModel = {
    id: value.id,
    document,
    enabled: value.enabled ?? true,
    priority: value.priority ?? 0,
    symbols,
    timeframe: wordOf(TIMEFRAMES, value.timeframe, '1d'),
    capital,
    session,
    entries,
    exits,
  };
  return { model, diagnostics };
}

function checkSymbols({ reporter, value }: Checking): readonly string[] {
  if (typeof value.symbols === 'string') {
    reporter.at(
      'E309',
      ['symbols'],
      `\`symbols: ${value.symbols}\` names a list file, which is not possible yet`,
      `write the symbols themselves, one a line, each after "- "`,
    );
    return [];
  }
  value.symbols.forEach((symbol, index) => {
    if (symbol.includes('/') && value.entry.short !== undefined) {
      reporter.at(
        'E305',
        ['symbols', index],
        `\`${symbol}\` is a crypto pair, which cannot be sold short`,
        'take entry.short out, or move the pair to a strategy of its own',
      );
    }
  });
  return value.symbols;
}

function checkEntry(checking: Checking, side: PositionSide): EntryModel | undefined {
  const { reporter, scope, value } = checking;
  const entry = value.entry[side];
  if (entry === undefined) return undefined;
  const path: DocumentPath = ['entry', side];
  const when = checkRule(reporter, scope, entry.when, [...path, 'when']);
  const order = checkOrder(checking, entry, path);
  const size = checkSize(checking, entry, path);
  if ((entry.max_entries ?? 1) > 1) {
    reporter.at(
      'E309',
      [...path, 'max_entries'],
      'adding to an open position (`max_entries` above 1) is not possible yet',
      'write 1 or leave it out',
    );
  }
  const cooldown = entry.cooldown === undefined ? undefined : parseDuration(entry.cooldown);
  if (when === undefined || size === undefined || order === undefined) return undefined;
  return {
    side,
    rule: `entry.${side}`,
    when,
    trigger: wordOf(['on_rise', 'while_true'], entry.trigger, 'on_rise'),
    order,
    size,
    cooldown,
    entriesPerSession: entry.entries_per_session,
  };
}

function checkOrder(checking: Checking, entry: EntrySide, path: DocumentPath): EntryModel['order'] | undefined {
  const { reporter, scope } = checking;
  const order = entry.order ?? {};
  const type = wordOf(['market', 'limit', 'stop', 'stop_limit'], order.type, 'market');
  const at: DocumentPath = [...path, 'order'];
  const price = (key: 'limit_price' | 'stop_price'): Checked | undefined =>
    order[key] === undefined ? undefined : checkAt(reporter, scope, [...at, key], 'number');
  const limitPrice = price('limit_price');
  const stopPrice = price('stop_price');
  if (
    (order.limit_price !== undefined && limitPrice === undefined) ||
    (order.stop_price !== undefined && stopPrice === undefined)
  ) {
    return undefined;
  }
  return {
    type,
    limitPrice,
    stopPrice,
    timeInForce: wordOf(
      ['day', 'gtc', 'opg', 'cls', 'ioc', 'fok'],
      order.time_in_force,
      order.expires === undefined ? 'day' : 'gtc',
    ),
    expires: order.expires === undefined ? undefined : parseDuration(order.expires),
  };
}

function checkSize(checking: Checking, entry: EntrySide, path: DocumentPath): EntryModel['size'] | undefined {
  const { reporter, scope } = checking;
  const at: DocumentPath = [...path, 'size'];
  if (entry.size.volatility_target_pct !== undefined) {
    reporter.at(
      'E309',
      [...at, 'volatility_target_pct'],
      'sizing by `volatility_target_pct` is not possible yet',
      'use shares, notional, purse_pct or risk_pct',
      'key',
    );
    return undefined;
  }
  const kind = SIZES.find((one) => entry.size[one] !== undefined);
  if (kind === undefined) return undefined;
  const percent = kind === 'purse_pct' || kind === 'risk_pct';
  const most = percent ? 100 : Number.POSITIVE_INFINITY;
  // Shares are whole; coins are not.
  const least = kind === 'shares' && !hasCoin(checking.value.symbols) ? 1 : 0;
  const bounds = { least, most, unit: percent ? ' %' : '' };
  const amount = checkAmount(reporter, scope, [...at, kind], bounds);
  return amount === undefined ? undefined : { kind, amount };
}

const hasCoin = (symbols: Strategy['symbols']): boolean =>
  typeof symbols === 'string' || symbols.some((symbol) => symbol.includes('/'));

/** `risk_pct` sizes by the distance to the stop: without a stop there is no distance. */
function requireStop(checking: Checking, exits: StrategyModel['exits']): void {
  for (const side of SIDES) {
    const size = checking.value.entry[side]?.size;
    if (size?.risk_pct === undefined || exits[side].stopLoss !== undefined || writtenStop(checking.value, side))
      continue;
    checking.reporter.at(
      'E310',
      ['entry', side, 'size', 'risk_pct'],
      '`risk_pct` sizes by the distance to the stop, and there is no `stop_loss`',
      'add `stop_loss:` under `exit:`, or size by purse_pct',
      'key',
    );
  }
}

function writtenStop(value: Strategy, side: PositionSide): boolean {
  const sided: ExitSide | undefined = value.exit[side];
  return value.exit.stop_loss !== undefined || sided?.stop_loss !== undefined;
}
