import type { Condition } from '../compiler/model.ts';
import type { StrategyPlan } from '../compiler/ruleset.ts';
import type { Trip } from '../core/breakers.ts';
import type { DecisionRecord, EntryRecord, ExitRecord, RuleRecord } from '../core/decision.ts';
import { positionOf } from '../documents/position.ts';
import type { Values } from '../expressions/reference.ts';
import { childrenOf } from '../expressions/size.ts';
import { type Checked, FALSE, TRUE, type Tri } from '../expressions/tree.ts';
import type { MarketData } from '../market/bars.ts';
import type { ExplainedDecision } from '../runtime/explain.ts';
import { entrySentence, exitSentence, type Orders } from './decision-sentence.ts';
import { distances } from './distance.ts';
import { isoWriter } from './iso-time.ts';
import { orderObject, SCHEMA_VERSION } from './json.ts';
import { pathOf, type RuleSource, ruleSource } from './rule-source.ts';
import { type AskedSession, sessionJson } from './session-line.ts';

/** One thing that was asked for: what is said of it, and the decision behind it. */
export interface Answer {
  readonly sentence: string | undefined;
  readonly explained: ExplainedDecision | undefined;
  /** The one rule that was asked for; undefined: all of them. */
  readonly only: string | undefined;
}

/** What the answers are about. */
export interface WhyAbout {
  /** Of the rules that the run came to; the answer names those that ruled its first decision. */
  readonly revision: string;
  /** The recorded run; undefined: a backtest. */
  readonly session?: AskedSession | undefined;
}

type Json = Readonly<Record<string, unknown>>;

const time = isoWriter();
const tri = (value: Tri): boolean | null => (value === TRUE ? true : value === FALSE ? false : null);

/** NaN is null, "never" the word. */
const amount = (value: number | undefined): number | string | null =>
  value === undefined || Number.isNaN(value) ? null : Number.isFinite(value) ? value : 'never';

/** The decisions asked for as JSON: true, false, or null for unknown; a tree names each node as it was written. */
export const whyJson = (
  { revision, session }: WhyAbout,
  data: Pick<MarketData, 'source' | 'synthetic' | 'hash'>,
  answers: readonly Answer[],
): string =>
  `${JSON.stringify(
    {
      schemaVersion: SCHEMA_VERSION,
      session: sessionJson(session),
      revision: answers.find(({ explained }) => explained !== undefined)?.explained?.decision.revision ?? revision,
      data: { source: data.source, synthetic: data.synthetic, hash: data.hash },
      answers: answers.map(({ sentence, explained, only }) => ({
        sentence: sentence ?? null,
        decision: explained === undefined ? null : decisionJson(explained, only),
      })),
    },
    undefined,
    1,
  )}\n`;

function decisionJson({ decision, strategy, orders, after }: ExplainedDecision, only: string | undefined): Json {
  const asked = ({ rule }: { readonly rule: string }): boolean => only === undefined || only === rule;
  const { position } = decision;
  return {
    strategy: decision.strategy,
    symbol: decision.symbol,
    at: time(decision.at),
    revision: decision.revision,
    nextBarAt: after === undefined ? null : time(after),
    close: amount(decision.close),
    barsSeen: decision.seen,
    position:
      position === undefined
        ? null
        : { side: position.side, bars: position.bars, entryPrice: amount(position.entryPrice) },
    retired: decision.retired,
    heldBy: decision.heldBy.map(heldJson),
    entries: decision.entries.filter(asked).map((entry) => entryJson(strategy, decision, entry, orders)),
    exits: decision.exits.filter(asked).map((exit) => exitJson(strategy, exit, orders)),
    timed: decision.timed.filter(asked).map(({ rule, order }) => ({ rule, order: orderJson(orders, order) })),
  };
}

const heldJson = ({ breaker, scope, place, action, trippedAt, values, reason }: Trip): Json => ({
  breaker,
  scope,
  place,
  action,
  trippedAt: time(trippedAt),
  values,
  reason: reason ?? null,
});

const orderJson = (orders: Orders, seq: number): Json | null => {
  const order = orders.get(seq);
  return order === undefined ? null : { number: seq, ...orderObject(order) };
};

function entryJson(strategy: StrategyPlan, decision: DecisionRecord, entry: EntryRecord, orders: Orders): Json {
  const source = ruleSource(strategy.document, entry.when);
  const { cooldown } = entry;
  return {
    ...ruleJson(entry, source),
    trigger: entry.model.trigger,
    before: tri(entry.before),
    blocker: entry.blocker ?? null,
    cooldown:
      cooldown === undefined ? null : cooldown.kind === 'until' ? { until: time(cooldown.time) } : { ...cooldown },
    order: orderJson(orders, entry.order),
    sentence: entrySentence(decision, entry, source, orders),
  };
}

function exitJson(strategy: StrategyPlan, exit: ExitRecord, orders: Orders): Json {
  const source = ruleSource(strategy.document, exit.when);
  return {
    ...ruleJson(exit, source),
    blocker: exit.blocker ?? null,
    order: orderJson(orders, exit.order),
    sentence: exitSentence(exit, source, orders),
  };
}

function ruleJson(record: RuleRecord, source: RuleSource): Json {
  const path = pathOf(record.when);
  const file = source.document.source(path);
  const { line, column } = positionOf(file, source.document.valueSpan(path).start);
  return {
    rule: record.rule,
    file: file.path,
    line,
    column,
    value: tri(record.value),
    unknown: record.unknown.map((cause) => ({
      kind: cause.kind,
      text: source.textOf(cause.tree),
      ...(cause.kind === 'warming' ? { needs: cause.needs, left: cause.left ?? null } : {}),
    })),
    lacking: distances(record.tree, record.values, source.textOf).map((distance) => ({
      operand: distance.operand,
      value: distance.value,
      needs: distance.needs,
      gap: distance.gapValue ?? null,
    })),
    condition: conditionJson(record.when, record.values, source),
  };
}

function conditionJson(condition: Condition, values: Values, source: RuleSource): Json {
  if (condition.kind === 'expression') return treeJson(condition.tree, values, source);
  return { kind: condition.kind, parts: condition.parts.map((part) => conditionJson(part, values, source)) };
}

function treeJson(tree: Checked, values: Values, source: RuleSource): Json {
  const parts = childrenOf(tree);
  const value = values.get(tree);
  return {
    kind: tree.kind,
    text: source.textOf(tree),
    value:
      tree.type === 'condition' ? (value === undefined || Number.isNaN(value) ? null : value !== 0) : amount(value),
    ...(parts.length === 0 ? {} : { parts: parts.map((part) => treeJson(part, values, source)) }),
  };
}
