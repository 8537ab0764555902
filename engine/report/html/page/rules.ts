import { counted } from '../../amounts.ts';
import { h } from './dom.ts';
import type { Report } from './report.ts';
import { empty, note, section } from './section.ts';

/** Every document of the revision as it was read, to the letter. */
export function rules({ page, revision }: Report): HTMLElement {
  const documents = page.documents.map(({ path, text }) =>
    h(
      'details',
      {},
      h(
        'summary',
        {},
        h('code', {}, path),
        h('span', { class: 'aside' }, counted(text.split('\n').length - 1, 'line')),
      ),
      h('pre', { tabindex: 0, 'aria-label': path }, text),
    ),
  );
  return section(
    'rules',
    'Rules',
    { aside: `revision ${revision.slice(0, 7)}` },
    note('The documents of this revision, as they were read.'),
    ...(documents.length === 0 ? [empty('None.')] : documents),
  );
}
