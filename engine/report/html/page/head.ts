import { count, counted, fixed } from '../../amounts.ts';
import { h } from './dom.ts';
import type { Report } from './report.ts';
import { dateAt, timeAt, zoneOfAll } from './times.ts';

/** Whether the run came as far as its first bar. */
export const reached = ({ data }: Report): boolean => Date.parse(data.from) > 0 && Date.parse(data.to) > 0;

/** What ran, when, on what, and what must be known before any figure is read. */
export function head(report: Report): HTMLElement {
  const { data, page } = report;
  const symbol = data.symbols[0] ?? '';
  const span = reached(report)
    ? `${dateAt(symbol, data.from)} to ${dateAt(symbol, data.to)}`
    : 'stopped before its first bar';
  const symbols = data.symbols.length <= 12 ? data.symbols.join(', ') : counted(data.symbols.length, 'symbol');
  const zone = zoneOfAll(data.symbols);
  return h(
    'header',
    { class: 'page' },
    h(
      'h1',
      {},
      `${page.title}: ${counted(Object.keys(report.strategies).length, 'strategy', 'strategies')}`,
      h('span', { class: 'span' }, span),
    ),
    h('p', { class: 'facts' }, `${data.source} · ${data.timeframe} bars · ${symbols}`),
    h(
      'p',
      { class: 'facts faint' },
      `engine ${report.engine} · rules ${report.revision.slice(0, 7)} · data ${data.hash.slice(0, 7)} · ${count(data.barsUsed)} bars in ${fixed(report.seconds, report.seconds < 10 ? 2 : 0)} s · `,
      zone === undefined ? 'times: New York, or UTC for crypto' : `times: ${zone}`,
    ),
    data.synthetic &&
      h(
        'p',
        { class: 'banner', role: 'note' },
        h('strong', {}, 'SYNTHETIC MARKET: made-up prices.'),
        ' These figures say nothing about real ones.',
      ),
    report.interrupted &&
      reached(report) &&
      h(
        'p',
        { class: 'banner', role: 'note' },
        h('strong', {}, `Interrupted before the end of ${page.whole}.`),
        ` The figures end at ${timeAt(symbol, data.to)}.`,
      ),
  );
}

/** Links to the parts of the page. */
export const contents = (sections: readonly HTMLElement[]): HTMLElement =>
  h(
    'nav',
    { 'aria-label': 'Parts of the report' },
    ...sections.map((section) => h('a', { href: `#${section.id}` }, section.dataset.short ?? section.id)),
  );
