import { createHash } from 'node:crypto';
import type { Bars } from '../../market/bars.ts';
import { type RunResult, resultWith } from '../../runtime/result.ts';
import { counted } from '../amounts.ts';
import { marketDate } from '../clock.ts';
import { resultJson } from '../json.ts';
import { resultText } from '../text.ts';
import { candlesOf } from './candles.ts';
import { equityShown } from './equity.ts';
import { jsonInScript, textInHtml } from './escape.ts';
import type { PageMember } from './page-member.ts';

/** Program and style sheet of the page, built from `page/`. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

/** What a page shows beside the result itself. */
export interface PageOptions
  extends Pick<PageMember, 'title' | 'whole' | 'documents' | 'risk' | 'operator' | 'closeAtEnd'> {
  readonly bars: ReadonlyMap<string, Bars>;
  readonly traded: readonly string[];
  /** What held entries back, when it was counted. */
  readonly blockers?: readonly Record<string, unknown>[] | undefined;
}

/** What keeps a page of some megabytes, however long the run was. */
export const MOST = {
  trades: 20_000,
  equityPoints: 5_000,
  symbols: 100,
  candles: 100_000,
  candlesOfSymbol: 20_000,
  /** Each symbol gets this many even where that is more than its part of the whole. */
  candlesAtLeast: 2_000,
} as const;

/** The symbols that traded most, in the order of the ruleset. */
function symbolsShown(result: RunResult, traded: readonly string[], most: number): readonly string[] {
  if (traded.length <= most) return traded;
  const trades = new Map(result.breakdown.bySymbol.map((tally) => [tally.key, tally.trades]));
  const chosen = new Set(traded.toSorted((a, b) => (trades.get(b) ?? 0) - (trades.get(a) ?? 0)).slice(0, most));
  return traded.filter((symbol) => chosen.has(symbol));
}

/** The rule of the order that opened each position; not looked for among very many orders. */
function openedBy(result: RunResult, trades: number): PageMember['openedBy'] {
  if (trades > MOST.trades || result.openPositions.length === 0) return result.openPositions.map(() => null);
  return result.openPositions.map(({ strategy, symbol, entryTime }) => {
    const order = result.orders.findLast(
      (one) =>
        one.role === 'entry' &&
        one.strategy === strategy &&
        one.symbol === symbol &&
        one.fills.some(({ time }) => time === entryTime),
    );
    return order?.rule ?? null;
  });
}

/** The result as the page carries it: no orders, the latest trades, equity thinned. */
function shownOf(result: RunResult, options: PageOptions): { readonly result: RunResult; readonly page: PageMember } {
  const trades = result.breakdown.byExitReason.reduce((sum, tally) => sum + tally.trades, 0);
  const latest = trades === 0 ? [] : result.trades.slice(-MOST.trades);
  const equity = equityShown(result.equity, result.metrics.startEquity, MOST.equityPoints);
  const withBars = options.traded.filter((symbol) => (options.bars.get(symbol)?.length ?? 0) > 0);
  const symbols = result.data.to > 0 ? symbolsShown(result, withBars, MOST.symbols) : [];
  const each = Math.max(MOST.candlesAtLeast, Math.floor(MOST.candles / Math.max(1, symbols.length)));
  const page: PageMember = {
    title: options.title,
    whole: options.whole,
    candles: symbols.map((symbol) =>
      candlesOf(options.bars.get(symbol)!, result.data, Math.min(MOST.candlesOfSymbol, each)),
    ),
    drawdownPct: equity.drawdownPct.map((value) => (value === null ? null : Number(value.toFixed(4)))),
    trades: { shown: latest.length, of: trades },
    equity: { shown: equity.points.length, of: result.equity.length },
    symbols: { shown: symbols.length, of: withBars.length },
    openedBy: openedBy(result, trades),
    refusals: result.refusals.map(({ reason, ...refusal }) => ({ ...refusal, reason: reason ?? null })),
    documents: options.documents,
    risk: options.risk,
    operator: options.operator,
    closeAtEnd: options.closeAtEnd,
  };
  const shown = resultWith(result, {
    orders: [],
    trades: latest,
    equity: equity.points,
    // Their figures are shown, not what they are made of.
    shadows: result.shadows.map((one) => ({ ...one, trades: [], openPositions: [] })),
  });
  return { result: shown, page };
}

const titleOf = ({ data, strategies }: RunResult, title: string): string => {
  const symbol = data.symbols[0] ?? '';
  const span =
    data.from > 0 && data.to > 0
      ? `${marketDate(symbol, data.from)} to ${marketDate(symbol, data.to)}`
      : 'stopped before its first bar';
  return `${data.synthetic ? 'SYNTHETIC · ' : ''}${title}: ${counted(strategies.length, 'strategy', 'strategies')}, ${span}`;
};

const scriptHash = (script: string): string =>
  `'sha256-${createHash('sha256').update(script, 'utf8').digest('base64')}'`;

/** An element whose end stands in its own text would end there. */
const refuseEnd = (text: string, element: string): string => {
  if (text.toLowerCase().includes(`</${element}`) || text.includes('<!--')) {
    throw new Error(`the page's ${element} holds the end of its own element`);
  }
  return text;
};

/**
 * The report of a run as one HTML page in pieces. The page asks for nothing: program, style and data lie in it, and its
 * policy lets no other program run and no address be reached.
 */
export function* resultHtml(result: RunResult, options: PageOptions, assets: PageAssets): Generator<string> {
  const shown = shownOf(result, options);
  const script = refuseEnd(assets.script, 'script');
  const policy = `default-src 'none'; script-src ${scriptHash(script)}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'`;
  const title = textInHtml(titleOf(result, options.title));
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${refuseEnd(assets.style, 'style')}</style>
</head>
<body>
<main id="page"></main>
<noscript><pre class="plain">${textInHtml(resultText(result, { title: options.title, width: 100, whole: options.whole }))}</pre></noscript>
<script type="application/json" id="report">`;
  const more = {
    ...(options.blockers === undefined ? {} : { blockers: options.blockers }),
    page: shown.page,
  };
  for (const piece of resultJson(shown.result, more)) yield jsonInScript(piece);
  yield `</script>
<script>${script}</script>
</body>
</html>
`;
}
