import { DEFAULT_ASSUMPTIONS, type FillAssumptions } from '../../engine/brokers/assumptions.ts';
import { compile } from '../../engine/compiler/compile.ts';
import type { Ruleset } from '../../engine/compiler/ruleset.ts';
import type { Standing } from '../../engine/compiler/standing.ts';
import type { Diagnostic } from '../../engine/documents/diagnostic.ts';
import type { StrategyDocument } from '../../engine/documents/document.ts';
import { parseRisk, parseStrategy } from '../../engine/documents/load.ts';
import { formatPrice, formatQty } from '../../engine/ledger/money.ts';
import type { Trade } from '../../engine/ledger/trade.ts';
import type { Bars, CorporateAction, MarketData } from '../../engine/market/bars.ts';
import { calendarOf } from '../../engine/market/calendars.ts';
import { instant } from '../../engine/market/time.ts';
import { TIMEFRAME_MS, type Timeframe } from '../../engine/market/timeframe.ts';
import { runBacktest } from '../../engine/runtime/backtest.ts';
import type { RunResult } from '../../engine/runtime/result.ts';

/** Findings of strategy texts, YAML to meaning. */
export function findingsOf(...texts: string[]): Diagnostic[] {
  return checked(texts).diagnostics;
}

/** The same with a `risk.yaml`. */
export const findingsUnder = (risk: string, ...texts: string[]): Diagnostic[] => checked(texts, risk).diagnostics;

function checked(texts: readonly string[], risk?: string) {
  const diagnostics: Diagnostic[] = [];
  const strategies: StrategyDocument[] = [];
  texts.forEach((text, index) => {
    const parsed = parseStrategy({ path: `strategies.d/${index}.yaml`, text });
    diagnostics.push(...parsed.diagnostics);
    if (parsed.document !== undefined) strategies.push(parsed.document);
  });
  const parsedRisk = risk === undefined ? undefined : parseRisk({ path: 'risk.yaml', text: risk });
  if (parsedRisk !== undefined) diagnostics.push(...parsedRisk.diagnostics);
  const compiled = compile({ strategies, risk: parsedRisk?.document, revision: 'test' });
  diagnostics.push(...compiled.diagnostics);
  return { diagnostics, ruleset: compiled.ruleset };
}

/** The ruleset of strategy texts; throws with the findings when one of them is an error. */
export const rulesetOf = (...texts: string[]): Ruleset => whole(checked(texts));

/** The same with a `risk.yaml`. */
export const rulesetUnder = (risk: string, ...texts: string[]): Ruleset => whole(checked(texts, risk));

/** The same for a run that goes on: what runs keeps its numbers. */
export const nextRuleset = (standing: Standing, risk: string | undefined, ...texts: string[]): Ruleset =>
  whole(checked(texts, risk), standing);

function whole({ diagnostics, ruleset }: ReturnType<typeof checked>, standing?: Standing): Ruleset {
  const errors = diagnostics.filter((finding) => finding.severity === 'error');
  if (errors.length > 0 || ruleset === undefined) {
    throw new Error(errors.map((finding) => `${finding.code} ${finding.message} (${finding.context})`).join('\n'));
  }
  return ruleset(standing);
}

export type Row = readonly [open: number, high: number, low: number, close: number, volume?: number];

/** Bars of consecutive regular sessions from Monday 2024-01-08 on, without gaps. */
export function barsOf(symbol: string, timeframe: Timeframe, rows: readonly Row[], firstSession = '2024-01-08'): Bars {
  const calendar = calendarOf(symbol);
  const column = (k: number): Float64Array => Float64Array.from(rows, (row) => row[k] ?? 1000);
  const start = new Float64Array(rows.length);
  const end = new Float64Array(rows.length);
  const session = new Int32Array(rows.length);
  const length = TIMEFRAME_MS[timeframe];
  let number = calendar.nextSession(instant(Date.parse(`${firstSession}T12:00:00Z`)));
  let time: number = calendar.open(number);
  for (let i = 0; i < rows.length; i++) {
    if (time >= calendar.close(number)) {
      number++;
      time = calendar.open(number);
    }
    const midnight = calendar.midnight(instant(time));
    const grid =
      timeframe === '1d' ? calendar.close(number) : midnight + (Math.floor((time - midnight) / length) + 1) * length;
    start[i] = time;
    end[i] = Math.min(grid, calendar.close(number));
    session[i] = number;
    time = end[i]!;
  }
  return {
    symbol,
    timeframe,
    length: rows.length,
    start,
    end,
    open: column(0),
    high: column(1),
    low: column(2),
    close: column(3),
    volume: column(4),
    vwap: undefined,
    session,
    hours: new Uint8Array(rows.length),
  };
}

/** The same price `count` times. */
export const steady = (count: number, price: number): number[] => Array.from({ length: count }, () => price);

/** Bars whose four prices are the same. */
export const flatBars = (symbol: string, timeframe: Timeframe, prices: readonly number[]): Bars =>
  barsOf(
    symbol,
    timeframe,
    prices.map((price) => [price, price, price, price]),
  );

export function marketOf(bars: readonly Bars[], actions: readonly CorporateAction[] = []): MarketData {
  const rows = bars.reduce((sum, one) => sum + one.length, 0);
  return {
    source: 'test',
    synthetic: true,
    bars: new Map(bars.map((one) => [one.symbol, one])),
    actions,
    rowsRead: rows,
    barsUsed: rows,
    outsideSession: 0,
    quarantined: [],
    quarantinedCount: 0,
    hash: '',
    warnings: [],
  };
}

export interface RunChoices {
  readonly cash?: number;
  readonly from?: number;
  readonly assumptions?: Partial<FillAssumptions>;
  readonly closeAtEnd?: boolean;
  readonly operator?: 'next_session' | 'never';
  readonly actions?: readonly CorporateAction[];
}

/** A backtest without slippage unless asked for. */
export function runRules(ruleset: Ruleset, bars: readonly Bars[], choices: RunChoices = {}): Promise<RunResult> {
  return runBacktest(ruleset, marketOf(bars, choices.actions), {
    cash: choices.cash,
    from: choices.from === undefined ? undefined : instant(choices.from),
    to: undefined,
    assumptions: { ...DEFAULT_ASSUMPTIONS, slippage: { kind: 'none' }, ...choices.assumptions },
    closeAtEnd: choices.closeAtEnd ?? false,
    operator: choices.operator,
  });
}

/** A trade in a line: `long 10 @100 -> 95 stop_loss bars 3`. */
export const lineOf = (trade: Trade): string =>
  `${trade.side} ${formatQty(trade.qty)} @${formatPrice(trade.entryPrice)} -> ${formatPrice(trade.exitPrice)} ${trade.exitReason} bars ${trade.bars}`;

/** An hourly strategy on TEST with these entry and exit blocks (YAML, indented by two spaces). */
export const strategy = (entry: string, exit: string, head = ''): string => `id: test
symbols: [TEST]
timeframe: 1h
capital: 10000
${head}entry:
${entry}
exit:
${exit}
`;
