import type { Diagnostic } from '../documents/diagnostic.ts';
import type { DocumentPath, StrategyDocument } from '../documents/document.ts';
import type { EntrySide, ExitSide, Strategy } from '../documents/generated/types.ts';
import { checkExpression } from '../expressions/check.ts';
import type { Checked } from '../expressions/tree.ts';
import { CATALOGUE } from '../indicators/catalogue.ts';
import type { PositionSide } from '../ledger/order.ts';
import { MINUTE } from '../market/time.ts';
import { TIMEFRAME_MS, TIMEFRAMES } from '../market/timeframe.ts';
import { checkBrokerRules } from './broker-rules.ts';
import { createDefinitions, reportUnused } from './definitions.ts';
import { checkExits, NO_EXITS } from './exits.ts';
import { checkAmount, checkAt, checkRule } from './expressions.ts';
import { createReporter, type Reporter } from './finding.ts';
import { checkFirstEntry } from './first-entry.ts';
import type { EntryModel, SizeKind, StrategyModel } from './model.ts';
import { checkOwnExit } from './rule-outcomes.ts';
import { checkTests, NOTHING_WATCHED, type Watched } from './rule-tests.ts';
import type { StrategyScope } from './scope.ts';
import { checkSession } from './session.ts';
import { checkSessionBars } from './session-bars.ts';
import { parseCapital, parseDuration, wordOf } from './words.ts';

/** What checking one strategy gives. */
export interface CheckedStrategy {
  /** Undefined when there was an error. */
  readonly model: StrategyModel | undefined;
  /** What its tests can look at; `model` carries it only when it is to be tested. */
  readonly watched: Watched;
  readonly diagnostics: readonly Diagnostic[];
}

/** All that the parts of one strategy's check share. */
export interface Checking {
  readonly reporter: Reporter;
  readonly scope: StrategyScope;
  readonly value: StrategyDocument['value'];
}

const SIDES: readonly PositionSide[] = ['long', 'short'];
const SIZES: readonly SizeKind[] = ['shares', 'notional', 'purse_pct', 'risk_pct', 'volatility_target_pct'];

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
  if (entries.length === written.length) checkFirstEntry(reporter, entries);
  const watched = value.tests === undefined ? NOTHING_WATCHED : checkTests(checking, definitions);
  reportUnused(reporter, value, definitions);

  const failed = diagnostics.some((diagnostic) => diagnostic.severity === 'error');
  if (failed || capital === undefined) return { model: undefined, watched, diagnostics };
  const model: StrategyModel = {
    id: value.id,
    renamedFrom: value.renamed_from,
    document,
    enabled: value.enabled ?? true,
    shadow: value.shadow ?? false,
    shadowOf: value.shadow_of,
    priority: value.priority ?? 0,
    symbols,
    timeframe: wordOf(TIMEFRAMES, value.timeframe, '1d'),
    capital,
    session,
    entries,
    exits,
  };
  return { model, watched, diagnostics };
}

function checkSymbols({ reporter, value }: Checking): readonly string[] {
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
    maxEntries: entry.max_entries ?? 1,
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
  const kind = SIZES.find((one) => entry.size[one] !== undefined);
  if (kind === undefined) return undefined;
  const percent = kind !== 'shares' && kind !== 'notional';
  const most = percent ? 100 : Number.POSITIVE_INFINITY;
  // Shares are whole; coins are not.
  const least = kind === 'shares' && !hasCoin(checking.value.symbols) ? 1 : 0;
  const bounds = { least, most, unit: percent ? ' %' : '' };
  const amount = checkAmount(reporter, scope, [...at, kind], bounds);
  if (amount === undefined) return undefined;
  return { kind, amount, volatility: kind === 'volatility_target_pct' ? volatilityOf(checking) : undefined };
}

/** The usual movement of a bar over the last 20, as an expression of the language, and how many bars make a year. */
function volatilityOf({ scope, value }: Checking): EntryModel['size']['volatility'] {
  const { tree } = checkExpression('stddev(change_pct(close, 1), 20)', scope, 'number', CATALOGUE);
  if (tree === undefined) throw new Error('the volatility of a bar is no expression of the language any more');
  const timeframe = wordOf(TIMEFRAMES, value.timeframe, '1d');
  const coin = hasCoin(value.symbols);
  const minutes = TIMEFRAME_MS[timeframe] / MINUTE;
  if (timeframe === '1w') return { ofBar: tree, barsPerYear: 52 };
  const sessions = coin ? 365 : 252;
  // A regular session of New York has 390 minutes, a day of coins 1,440.
  return {
    ofBar: tree,
    barsPerYear: timeframe === '1d' ? sessions : sessions * Math.ceil((coin ? 1440 : 390) / minutes),
  };
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
