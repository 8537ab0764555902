import { implies } from '../../expressions/outcomes.ts';
import type { PositionSide } from '../../ledger/order.ts';
import { treeOf } from '../condition-tree.ts';
import type { ExitModel, ExitRule, Level, SessionWord, StrategyModel } from '../model.ts';
import {
  ofAmounts,
  ofConditions,
  ofDurations,
  ofLadders,
  ofLevels,
  ofNumbers,
  together,
  type Verdict,
} from './verdict.ts';

/** What became of one protection of a strategy. */
export interface Protected {
  /** Key of the field or group that it stands in. */
  readonly key: string;
  readonly verdict: Verdict;
  readonly gone: boolean;
  /** What is lost, without a subject. */
  readonly text: string;
}

interface Words {
  readonly gone: string;
  readonly looser: string;
  readonly unclear: string;
}

const STOP: Words = {
  gone: 'there is no stop any more',
  looser: 'the stop lies farther from the entry',
  unclear: 'the stop may lie farther from the entry',
};
const TARGET: Words = {
  gone: 'there is no target any more',
  looser: 'profit is taken later, or less of it',
  unclear: 'profit may be taken later, or less of it',
};
const TRAIL: Words = {
  gone: 'no stop follows the price any more',
  looser: 'the trailing stop follows at a greater distance, or later',
  unclear: 'the trailing stop may follow at a greater distance, or later',
};
const BREAK_EVEN: Words = {
  gone: 'the stop is no longer moved to the entry price',
  looser: 'the stop is moved to the entry price later',
  unclear: 'the stop may be moved to the entry price later',
};
const TIME: Words = {
  gone: 'a position may be held for ever',
  looser: 'a position may be held longer',
  unclear: 'a position may be held longer',
};
const FLAT: Words = {
  gone: 'positions are kept beyond the session',
  looser: 'positions are kept longer into the session',
  unclear: 'positions may be kept longer into the session',
};
const RULE: Words = {
  gone: 'the exit rule is gone',
  looser: 'it leaves on fewer bars, or less of the position',
  unclear: 'it may not leave on every bar on which it left before',
};
const CLOCK: Words = { gone: '', looser: '', unclear: 'exits are judged on other bars' };

/**
 * What became of every protection that the positions of a strategy had. A strategy that is gone altogether loses none:
 * `on_remove` keeps the exits of what is open, or closes it.
 */
export function protectionsOf(old: StrategyModel, next: StrategyModel): readonly Protected[] {
  const found: Protected[] = [];
  for (const side of ['long', 'short'] as const) {
    if (old.entries.some((entry) => entry.side === side))
      found.push(...ofSide(side, old.exits[side], next.exits[side]));
  }
  found.push(...ofFlat(old.session.flatBy, next.session.flatBy));
  const judged = ['long', 'short'] as const;
  const byBars = judged.some((side) => old.exits[side].rules.length > 0 || old.exits[side].timeStop?.kind === 'bars');
  if (byBars && old.timeframe !== next.timeframe) found.push(said('timeframe', 'unclear', false, CLOCK));
  if (byBars && old.session.hours !== next.session.hours) found.push(said('session.hours', 'unclear', false, CLOCK));
  return found;
}

const said = (key: string, verdict: Verdict, gone: boolean, words: Words): Protected => ({
  key,
  verdict,
  gone,
  text: gone ? words.gone : verdict === 'unclear' ? words.unclear : words.looser,
});

/** A protection that was there: gone, or compared with what stands in its place. */
function kept<T>(
  key: string,
  words: Words,
  old: T | undefined,
  next: T | undefined,
  compare: (old: T, next: T) => Verdict,
): readonly Protected[] {
  if (old === undefined) return next === undefined ? [] : [said(key, 'tighter', false, words)];
  return next === undefined ? [said(key, 'looser', true, words)] : [said(key, compare(old, next), false, words)];
}

function ofSide(side: PositionSide, old: ExitModel, next: ExitModel): readonly Protected[] {
  const key = `exit.${side}`;
  const isLong = side === 'long';
  const ladder = (exit: ExitModel): ExitModel['takeProfit'] | undefined =>
    exit.takeProfit.length === 0 ? undefined : exit.takeProfit;
  return [
    ...old.rules.map((rule) => ofRule(key, rule, next.rules)),
    ...kept(`${key}.stop_loss`, STOP, old.stopLoss, next.stopLoss, (a: Level, b: Level) => ofLevels(a, b, !isLong)),
    ...kept(`${key}.take_profit`, TARGET, ladder(old), ladder(next), (a, b) => ofLadders(a, b, isLong)),
    ...kept(`${key}.trailing_stop`, TRAIL, old.trailing, next.trailing, (a, b) =>
      together(ofLevels(a.level, b.level, !isLong), ofStart(a.activateAtPct, b.activateAtPct)),
    ),
    ...kept(`${key}.break_even`, BREAK_EVEN, old.breakEven, next.breakEven, (a, b) => ofNumbers(a.atPct, b.atPct)),
    ...kept(`${key}.time_stop`, TIME, old.timeStop, next.timeStop, ofDurations),
  ];
}

type Trailing = NonNullable<ExitModel['trailing']>;

/** Without a profit to wait for, a trailing stop follows from the fill. */
function ofStart(old: Trailing['activateAtPct'], next: Trailing['activateAtPct']): Verdict {
  if (old === undefined) return next === undefined ? 'same' : 'looser';
  return next === undefined ? 'tighter' : ofNumbers(old, next);
}

function ofRule(side: string, old: ExitRule, rules: readonly ExitRule[]): Protected {
  const key = `${side}.rules.${old.rule.slice('exit.'.length)}`;
  const tree = treeOf(old.when);
  const next = rules.find(({ rule }) => rule === old.rule);
  const verdict =
    next === undefined
      ? 'looser'
      : together(ofConditions(tree, treeOf(next.when)), ofAmounts(-old.portion, -next.portion));
  if (verdict === 'same' || verdict === 'tighter') return said(key, verdict, false, RULE);
  // Whatever became of the rule, another one may leave on all its bars.
  const covered = rules.some(({ when, portion }) => portion >= old.portion && implies([tree], treeOf(when)));
  return covered ? said(key, 'same', false, RULE) : said(key, verdict, next === undefined, RULE);
}

function ofFlat(old: SessionWord | undefined, next: SessionWord | undefined): readonly Protected[] {
  return kept('session.flat_by', FLAT, old, next, (a, b) =>
    a.anchor === b.anchor ? ofAmounts(a.offset, b.offset) : 'unclear',
  );
}
