import { count, counted, fixed } from '../../amounts.ts';
import { blockerWords } from '../../blocker-words.ts';
import { h } from './dom.ts';
import type { BlockerRow, Report } from './report.ts';
import { section } from './section.ts';

type Kind = 'gain' | 'loss' | 'warn' | 'accent';

function bar(label: string, bars: number, of: number, kind: Kind, code = false): HTMLElement {
  const share = of === 0 ? 0 : bars / of;
  const fill = h('span', { class: `fill ${kind}` });
  fill.style.width = `${100 * share}%`;
  return h(
    'div',
    { class: 'bar' },
    h('span', { class: 'label' }, code ? h('code', {}, label) : label),
    h('span', { class: 'track', 'aria-hidden': 'true' }, fill),
    h('span', { class: 'amount' }, `${count(bars)}`),
    h('span', { class: 'amount' }, `${fixed(100 * share, 1)} %`),
  );
}

function entry(row: BlockerRow): HTMLElement {
  const alone = row.clauses.filter((clause) => clause.alone > 0).sort((a, b) => b.alone - a.alone);
  const together = alone.reduce((sum, clause) => sum + clause.alone, 0);
  const never = row.bars === 0 ? [] : row.clauses.filter((clause) => clause.true === 0);
  const blocked = Object.entries(row.blocked).sort(([, a], [, b]) => b - a);
  return h(
    'article',
    { class: 'entry' },
    h('h3', {}, row.strategy, ' ', h('code', {}, row.rule), h('span', { class: 'aside' }, counted(row.bars, 'bar'))),
    bar('condition true', row.true, row.bars, 'gain'),
    bar('condition false', row.false, row.bars, 'loss'),
    bar('condition unknown', row.unknown, row.bars, 'warn'),
    row.clauses.length > 1 && h('h4', {}, `One clause alone held it back on ${counted(together, 'bar')}`),
    ...(row.clauses.length > 1 ? alone.map((clause) => bar(clause.text, clause.alone, together, 'accent', true)) : []),
    ...(row.clauses.length > 1
      ? never.map((clause) => h('p', { class: 'note' }, h('code', {}, clause.text), ' was never true.'))
      : []),
    row.true > 0 && h('h4', {}, `Of the ${counted(row.true, 'bar')} on which it was true`),
    row.true > 0 && bar('order made', row.orders, row.true, 'gain'),
    ...(row.true > 0 ? blocked.map(([word, bars]) => bar(blockerWords(word), bars, row.true, 'loss')) : []),
  );
}

/** What held entries back, when the run was asked to count it. */
export const blockers = (report: Report): HTMLElement | undefined =>
  report.blockers === undefined
    ? undefined
    : section(
        'blockers',
        'What held entries back',
        { synthetic: report.data.synthetic, short: 'Held back' },
        h('div', { class: 'entries' }, ...report.blockers.map(entry)),
      );
