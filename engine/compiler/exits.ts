import type { DocumentPath } from '../documents/document.ts';
import type { AtrDistance, ExitSide, StopLoss } from '../documents/generated/types.ts';
import { checkExpression } from '../expressions/check.ts';
import type { Checked, NodeLeaf } from '../expressions/tree.ts';
import { CATALOGUE } from '../indicators/catalogue.ts';
import type { PositionSide } from '../ledger/order.ts';
import { checkAmount, checkAt, checkRule } from './expressions.ts';
import type { ExitModel, ExitRule, Level } from './model.ts';
import type { Checking } from './strategy.ts';
import { parseDuration, wordOf } from './words.ts';

/** A stop of 100 % or more lies at no price. */
const PERCENT = { least: 0, most: 99.99, unit: ' %' };
const ANY_PERCENT = { least: 0, most: Number.POSITIVE_INFINITY, unit: ' %' };
const PRICE = { least: 0, most: Number.POSITIVE_INFINITY, unit: '' };

/** A side that is never left by a rule. */
export const NO_EXITS: ExitModel = {
  rules: [],
  stopLoss: undefined,
  takeProfit: [],
  trailing: undefined,
  breakEven: undefined,
  timeStop: undefined,
  onChange: 'keep',
  onRemove: 'keep_exits',
};

/** Checks how positions of one side are left: `exit.SIDE`, or `exit` itself when only one side is entered. */
export function checkExits(checking: Checking, side: PositionSide, entered: readonly PositionSide[]): ExitModel {
  const { reporter, value } = checking;
  const sided = value.exit.long !== undefined || value.exit.short !== undefined;
  if (sided) {
    const exit = value.exit[side];
    if (exit !== undefined && !entered.includes(side)) {
      reporter.at(
        'E314',
        ['exit', side],
        `\`exit.${side}\` has nothing to leave: there is no \`entry.${side}\``,
        `add entry.${side}, or take exit.${side} out`,
        'key',
      );
    }
    if (exit === undefined && entered.includes(side)) {
      reporter.at('E315', ['exit'], `positions of entry.${side} have no exit`, `add exit.${side}`, 'key');
    }
    return exit === undefined ? NO_EXITS : checkSide(checking, exit, ['exit', side]);
  }
  if (!entered.includes(side)) return NO_EXITS;
  if (entered.length > 1) {
    if (side === 'long') {
      reporter.at(
        'E316',
        ['exit'],
        'the strategy enters long and short, so each side needs its own exits',
        'move them under exit.long: and exit.short:',
        'key',
      );
    }
    return NO_EXITS;
  }
  return checkSide(checking, value.exit, ['exit']);
}

function checkSide(checking: Checking, exit: ExitSide, path: DocumentPath): ExitModel {
  const { reporter, scope, value } = checking;
  const rules = checkRules(checking, exit, path);
  const stopLoss = checkLevel(checking, exit.stop_loss, [...path, 'stop_loss']);
  const listed =
    exit.take_profit === undefined ? [] : Array.isArray(exit.take_profit) ? exit.take_profit : [exit.take_profit];
  const isList = Array.isArray(exit.take_profit);
  const takeProfit: { level: Level; portion: number }[] = [];
  let portions = 0;
  listed.forEach((target, index) => {
    const at = isList ? [...path, 'take_profit', index] : [...path, 'take_profit'];
    const level = checkLevel(checking, target, at);
    const portion = target.portion ?? 100 - portions;
    portions += portion;
    if (portions > 100) {
      reporter.at(
        'E317',
        [...at, 'portion'],
        `the portions add up to ${portions} %, more than the position`,
        'lower one of them',
      );
    }
    if (level !== undefined) takeProfit.push({ level, portion });
  });
  const trailing =
    exit.trailing_stop === undefined
      ? undefined
      : checkAmount(reporter, scope, [...path, 'trailing_stop', 'pct'], PERCENT);
  const activate =
    exit.trailing_stop?.activate_at_pct === undefined
      ? undefined
      : checkAmount(reporter, scope, [...path, 'trailing_stop', 'activate_at_pct'], ANY_PERCENT);
  const breakEven =
    exit.break_even === undefined
      ? undefined
      : checkAmount(reporter, scope, [...path, 'break_even', 'at_pct'], ANY_PERCENT);
  const timeStop = exit.time_stop === undefined ? undefined : parseDuration(exit.time_stop);
  const empty =
    rules.length === 0 &&
    listed.length === 0 &&
    exit.stop_loss === undefined &&
    exit.trailing_stop === undefined &&
    exit.break_even === undefined &&
    timeStop === undefined &&
    checking.value.session?.flat_by === undefined;
  if (empty && exit.rules === undefined && exit.when === undefined) {
    reporter.at(
      'W318',
      path,
      'a position opened here is never left: no rule, stop, target or time stop',
      'add `when:`, `stop_loss:`, `take_profit:` or `time_stop:`',
      'key',
    );
  }
  return {
    rules,
    stopLoss,
    takeProfit,
    trailing: trailing === undefined ? undefined : { level: { kind: 'pct', pct: trailing }, activateAtPct: activate },
    breakEven: breakEven === undefined ? undefined : { atPct: breakEven },
    timeStop,
    onChange: wordOf(['keep', 'adopt'], value.exit.on_change, 'keep'),
    onRemove: wordOf(['keep_exits', 'flatten'], value.exit.on_remove, 'keep_exits'),
  };
}

function checkRules(checking: Checking, exit: ExitSide, path: DocumentPath): readonly ExitRule[] {
  const { reporter, scope } = checking;
  const rules: ExitRule[] = [];
  if (exit.when !== undefined) {
    const when = checkRule(reporter, scope, exit.when, [...path, 'when']);
    if (when !== undefined) rules.push({ rule: 'exit.when', when, portion: 100 });
  }
  exit.rules?.forEach((rule, index) => {
    const at = [...path, 'rules', index];
    if (exit.rules?.findIndex((other) => other.id === rule.id) !== index) {
      reporter.at('E319', [...at, 'id'], `two exit rules are called \`${rule.id}\``, 'give each its own id');
    }
    const when = checkRule(reporter, scope, rule.when, [...at, 'when']);
    if (when !== undefined) rules.push({ rule: `exit.${rule.id}`, when, portion: rule.portion ?? 100 });
  });
  return rules;
}

function checkLevel(checking: Checking, level: StopLoss | undefined, path: DocumentPath): Level | undefined {
  if (level === undefined) return undefined;
  const { reporter, scope } = checking;
  if (level.atr !== undefined) return checkAtr(checking, level.atr, [...path, 'atr']);
  const kind = level.pct === undefined ? 'price' : 'pct';
  const bounds = kind === 'price' ? PRICE : path.includes('stop_loss') ? PERCENT : ANY_PERCENT;
  const tree = checkAmount(reporter, scope, [...path, kind], bounds);
  if (tree === undefined) return undefined;
  return kind === 'pct' ? { kind, pct: tree } : { kind, price: tree };
}

function checkAtr(checking: Checking, atr: AtrDistance, path: DocumentPath): Level | undefined {
  const { reporter, scope } = checking;
  const length = checkAt(reporter, scope, [...path, 'length'], 'number');
  const multiple = checkAmount(reporter, scope, [...path, 'multiple'], PRICE);
  if (length === undefined || multiple === undefined) return undefined;
  const node = atrNode(length, scope);
  if (node === undefined) {
    reporter.at(
      'E321',
      [...path, 'length'],
      `\`${String(atr.length)}\` is no length of an average true range`,
      'write a whole number of bars from 1 up, or the name of a parameter',
    );
    return undefined;
  }
  return { kind: 'atr', atr: node, multiple };
}

function atrNode(length: Checked, scope: Checking['scope']): NodeLeaf | undefined {
  if (length.kind !== 'number') return undefined;
  const { tree } = checkExpression(`atr(${length.value})`, scope, 'number', CATALOGUE);
  return tree?.kind === 'node' ? tree : undefined;
}
