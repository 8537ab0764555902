import type { Bars } from '../../engine/market/bars.ts';
import { xnys } from '../../engine/market/calendars.ts';
import { MINUTE } from '../../engine/market/time.ts';
import type { PageAssets, PageOptions } from '../../engine/report/html/page.ts';
import { resultHtml } from '../../engine/report/html/page.ts';
import type { RunResult } from '../../engine/runtime/result.ts';
import { minuteBars } from '../market/made-bars.ts';

export const ASSETS: PageAssets = { script: 'document.title += "";', style: 'body { margin: 0 }' };

/** One-minute bars of whole New York sessions, from the first at or after a date. */
export function sessions(symbol: string, from: string, count: number): Bars {
  const calendar = xnys();
  const starts: number[] = [];
  let session = calendar.nextSession(Date.parse(from) as Parameters<typeof calendar.nextSession>[0]);
  for (let n = 0; n < count; n++, session++) {
    for (let at: number = calendar.open(session); at < calendar.close(session); at += MINUTE) starts.push(at);
  }
  return minuteBars(symbol, calendar, starts);
}

export const options: PageOptions = {
  title: 'Backtest',
  whole: 'the bars',
  documents: [{ path: 'strategies.d/a.yaml', text: 'id: a\n' }],
  risk: null,
  operator: 'next_session',
  closeAtEnd: false,
  bars: new Map(),
  traded: [],
};

export const htmlOf = (result: RunResult, more: Partial<PageOptions> = {}, assets = ASSETS): string =>
  [...resultHtml(result, { ...options, ...more }, assets)].join('');

/** The data of a page, found as a browser finds it: from its element to the first thing that closes one. */
export function dataOf(html: string): Record<string, unknown> {
  const opening = '<script type="application/json" id="report">';
  const from = html.indexOf(opening) + opening.length;
  const length = html.slice(from).search(/<\/script/i);
  return JSON.parse(html.slice(from, from + length)) as Record<string, unknown>;
}
