import { assumptions } from './assumptions.ts';
import { blockers } from './blockers.ts';
import { breakdowns } from './breakdowns.ts';
import { breakers } from './breakers.ts';
import { candleCharts } from './candle-chart.ts';
import { h } from './dom.ts';
import { equityCharts } from './equity-chart.ts';
import { figures } from './figures.ts';
import { contents, head } from './head.ts';
import { positions } from './positions.ts';
import type { Report } from './report.ts';
import { rules } from './rules.ts';
import { shadows } from './shadows.ts';
import { trades } from './trades.ts';

const report = JSON.parse(document.getElementById('report')!.textContent!) as Report;
const candles = candleCharts(report);
const sections = [
  breakers(report),
  figures(report),
  equityCharts(report),
  candles.element,
  breakdowns(report),
  shadows(report),
  trades(report, candles.showTrade),
  positions(report),
  blockers(report),
  assumptions(report),
  rules(report),
].filter((part) => part !== undefined);

document
  .getElementById('page')!
  .append(
    head(report),
    contents(sections),
    ...sections,
    h(
      'footer',
      {},
      'Past bars are not future ones. Charts: ',
      h('a', { href: 'https://www.tradingview.com/', rel: 'noreferrer' }, 'TradingView Lightweight Charts™'),
      ', © TradingView, Inc., Apache-2.0; uPlot, © Leon Sorokin, MIT.',
    ),
  );
