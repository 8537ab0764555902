import { count, counted } from '../../amounts.ts';
import { commissionWords, orderCause, slippageWords } from '../../words.ts';
import { h } from './dom.ts';
import { reached } from './head.ts';
import type { Report } from './report.ts';
import { section } from './section.ts';
import { timeAt, zoneOf } from './times.ts';
import { assumptionsOf } from './words.ts';

type Fact = readonly [label: string, value: string | Node];

const facts = (title: string, rows: readonly Fact[]): HTMLElement =>
  h(
    'div',
    { class: 'group' },
    h('h3', {}, title),
    h('dl', { class: 'facts' }, ...rows.flatMap(([label, value]) => [h('dt', {}, label), h('dd', {}, value)])),
  );

const list = (title: string, sentences: readonly string[]): HTMLElement | undefined =>
  sentences.length === 0
    ? undefined
    : h(
        'div',
        { class: 'part' },
        h('h3', {}, title),
        h('ul', {}, ...sentences.map((sentence) => h('li', {}, sentence))),
      );

const INTRABAR = {
  pessimistic: 'pessimistic: the stop first when stop and target lie in one bar',
  optimistic: 'optimistic: the target first when stop and target lie in one bar',
  nearest: 'nearest: price runs from the open to the nearer extreme of the bar, then to the other',
} as const;

function fills(report: Report): readonly Fact[] {
  const assumed = assumptionsOf(report);
  return [
    ['Market orders', assumed.fillAt === 'next_open' ? "at the next bar's open" : 'at the close (optimistic)'],
    ['Slippage', slippageWords(assumed).replace(/^(no )?slippage ?/, (_, no) => (no === undefined ? '' : 'none'))],
    [
      'Commission',
      commissionWords(assumed).replace(/^(no )?commission ?/, (_, no) => (no === undefined ? '' : 'none')),
    ],
    ['Inside the bar', INTRABAR[assumed.intrabar]],
    ['Stop and target in one bar', counted(report.ambiguousBars, 'bar')],
    [
      'Limit orders',
      assumed.limitFill === 'penetration' ? 'when the price goes through them' : 'when touched (optimistic)',
    ],
    [
      'Volume',
      assumed.participationPct === undefined
        ? 'an order may take all of a bar'
        : `an order takes at most ${assumed.participationPct} % of a bar`,
    ],
    ['Quantities', assumed.fractional ? 'fractions of a share' : 'whole shares; coins in fractions'],
    ['Short selling', 'shares are lent for free'],
    ['Open at the end', report.page.closeAtEnd ? 'closed at the last bar' : 'left open, marked at the last close'],
  ];
}

function data(report: Report): readonly Fact[] {
  const { data: from } = report;
  const symbol = from.symbols[0] ?? '';
  const zone = zoneOf(symbol);
  return [
    ['Source', from.source],
    ['Symbols', from.symbols.join(', ')],
    ['Bars', from.timeframe],
    ...(reached(report)
      ? ([
          ['First bar', `${timeAt(symbol, from.from)} ${zone}`],
          ['Last bar ended', `${timeAt(symbol, from.to)} ${zone}`],
        ] as const)
      : []),
    ['Rows', `${count(from.barsUsed)} of ${count(from.rowsRead)} used`],
    ['Outside the session', counted(from.outsideSession, 'row')],
    ['Quarantined', counted(from.quarantined, 'row')],
    [
      'Gaps and doubts',
      from.warnings.length === 0 ? 'none found' : `${counted(from.warnings.length, 'finding')}, below`,
    ],
    ['Fingerprint', h('code', { class: 'hash' }, from.hash)],
  ];
}

function made(report: Report): readonly Fact[] {
  const { page } = report;
  return [
    ['Engine', report.engine],
    ['Revision', h('code', { class: 'hash' }, report.revision)],
    ['Documents', counted(page.documents.length, 'file')],
    ['Limits and breakers', page.risk ?? 'none'],
    ['Breakers that wait for a person', page.operator === 'never' ? 'stay tripped' : 'are cleared at the next session'],
  ];
}

/** What the figures rest on: fills, costs, limits, data, the version that made them. */
export const assumptions = (report: Report): HTMLElement =>
  section(
    'assumptions',
    'Assumptions',
    { synthetic: report.data.synthetic },
    h(
      'div',
      { class: 'groups' },
      facts('Fills', fills(report)),
      facts('Data', data(report)),
      facts('Made by', made(report)),
    ),
    list('About the data', report.data.warnings),
    list(
      'Orders refused or cut',
      report.page.refusals
        .toSorted((a, b) => b.orders - a.orders)
        .map(
          ({ strategy, rule, cut, reason, orders }) =>
            `${count(orders)} × ${strategy} ${rule} ${cut ? 'cut to fit' : 'refused'}: ${orderCause(reason ?? undefined)}`,
        ),
    ),
    list('Checked, but does not act yet', report.notActing),
  );
