import type { DecisionRecord, RuleRecord } from '../core/decision.ts';
import { positionOf } from '../documents/position.ts';
import { clientOrderId } from '../ledger/order-id.ts';
import type { MarketData } from '../market/bars.ts';
import type { ExplainedDecision } from '../runtime/explain.ts';
import { counted } from './amounts.ts';
import { marketTime, zoneOf } from './clock.ts';
import { entrySentence, exitSentence, heldSentence, orderWords } from './decision-sentence.ts';
import { pathOf, type RuleSource, ruleSource } from './rule-source.ts';
import { type AskedSession, sessionLine } from './session-line.ts';
import type { Style } from './style.ts';
import { drawRule } from './value-drawing.ts';
import { numberWords } from './value-words.ts';
import type { Answer } from './why-json.ts';
import { clip, wrap } from './wrap.ts';

export interface WhyOptions {
  readonly width: number;
  readonly style: Style;
  /** The recorded run that was asked about; undefined: a backtest. */
  readonly session?: AskedSession | undefined;
}

/** Everything that was asked for, as a person reads it; ends with a line break. */
export const whyText = (
  data: Pick<MarketData, 'synthetic'>,
  answers: readonly Answer[],
  options: WhyOptions,
): string => {
  const { width, style } = options;
  const { session } = options;
  const symbol = answers.find(({ explained }) => explained !== undefined)?.explained?.decision.symbol ?? 'SPY';
  const lines = session === undefined ? [] : wrap(sessionLine(session, symbol), width).map(style.bold);
  if (data.synthetic) lines.push(style.yellow('SYNTHETIC MARKET: made-up prices.'));
  for (const { sentence, explained, only } of answers) {
    if (lines.length > 0) lines.push('');
    if (sentence !== undefined) lines.push(...wrap(sentence, width));
    if (explained === undefined) continue;
    lines.push(...decisionText(explained, only, options));
  }
  return `${lines.join('\n')}\n`;
};

const stateOf = ({ position }: DecisionRecord): string =>
  position === undefined
    ? 'flat'
    : `${position.side} for ${counted(Math.max(0, position.bars), 'bar')}, entered at ${numberWords(position.entryPrice, 'price')}`;

/** One decision as a person reads it: each rule as written with its values, and a sentence on what came of it. */
const decisionText = (
  { decision, strategy, orders }: ExplainedDecision,
  only: string | undefined,
  { width, style }: WhyOptions,
): string[] => {
  const lines = [
    style.bold(
      `${decision.strategy} on ${decision.symbol}, decided ${marketTime(decision.symbol, decision.at)} ${zoneOf(decision.symbol)}`,
    ),
    `  close ${numberWords(decision.close, 'price')}, ${stateOf(decision)}; rules ${decision.revision.slice(0, 7)}`,
    ...(decision.retired ? wrap('It has left the rules: it enters no more, its exits go on.', width, '  ') : []),
    ...heldSentence(decision).flatMap((sentence) => wrap(sentence, width, '  ').map(style.yellow)),
  ];
  const draw = (record: RuleRecord & { readonly order: number }, source: RuleSource, sentence: string): void => {
    lines.push('', ...placeLine(record, source, width, style));
    lines.push(...drawRule(source, record, width, style));
    lines.push(...wrap(sentence, width, '  '));
    const made = orders.get(record.order);
    if (made !== undefined) lines.push(style.dim(clip(`  id ${clientOrderId(made)}`, width)));
  };
  const isAsked = ({ rule }: { readonly rule: string }): boolean => only === undefined || only === rule;
  for (const exit of decision.exits.filter(isAsked)) {
    const source = ruleSource(strategy.document, exit.when);
    draw(exit, source, exitSentence(exit, source, orders));
  }
  for (const { rule, order } of decision.timed.filter(isAsked)) {
    const made = orders.get(order);
    if (made !== undefined) {
      lines.push('', ...wrap(`${rule} made order ${order}: ${orderWords(made)}.`, width, '  '));
    }
  }
  for (const entry of decision.entries.filter(isAsked)) {
    const source = ruleSource(strategy.document, entry.when);
    draw(entry, source, entrySentence(decision, entry, source, orders));
  }
  return lines;
};

function placeLine(record: RuleRecord, { document, when }: RuleSource, width: number, style: Style): string[] {
  const path = pathOf(when);
  const file = document.source(path);
  const { line, column } = positionOf(file, document.valueSpan(path).start);
  const where = `${file.path}:${line}:${column}`;
  const context = `strategy ${document.value.id} › ${record.rule}`;
  const gap = width - 6 - where.length - context.length;
  return gap < 2
    ? [`  ${style.cyan('-->')} ${where}`, `      ${style.dim(context)}`]
    : [
        `  ${style.cyan('-->')} ${where}${' '.repeat(Math.min(gap, Math.max(2, 52 - where.length)))}${style.dim(context)}`,
      ];
}
