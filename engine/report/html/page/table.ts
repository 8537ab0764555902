import { count } from '../../amounts.ts';
import { h, tone } from './dom.ts';

type Key = string | number | bigint;

export interface Column<Row> {
  readonly title: string;
  readonly numeric?: boolean;
  readonly cell: (row: Row) => string | Node;
  /** What the column is sorted by; undefined: it is not. `null` comes last both ways. */
  readonly key?: (row: Row) => Key | null;
  /** An amount whose sign colours the cell. */
  readonly amount?: (row: Row) => number | bigint | null;
  /** May break into lines. */
  readonly prose?: boolean;
}

export interface TableOptions<Row> {
  /** What the table holds, for those who hear it. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly sort?: { readonly column: number; readonly descending: boolean };
  /** Rows of a page; undefined: all on one. */
  readonly pageSize?: number;
  readonly empty?: string;
}

export interface TableView<Row> {
  readonly element: HTMLElement;
  readonly show: (rows: readonly Row[]) => void;
}

const compare = (a: Key, b: Key): number => (a < b ? -1 : a > b ? 1 : 0);

function sorted<Row>(rows: readonly Row[], key: (row: Row) => Key | null, descending: boolean): readonly Row[] {
  const keyed = rows.map((row) => ({ row, key: key(row) }));
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null) return a.key === b.key ? 0 : a.key === null ? 1 : -1;
    return descending ? compare(b.key, a.key) : compare(a.key, b.key);
  });
  return keyed.map(({ row }) => row);
}

/** A table that sorts by its headings and shows one page of its rows at a time. */
export function table<Row>(options: TableOptions<Row>): TableView<Row> {
  const { columns, pageSize = Number.POSITIVE_INFINITY } = options;
  let rows = options.rows;
  let order = options.sort;
  let page = 0;

  const headings = columns.map((column, index) => {
    if (column.key === undefined) return h('th', { scope: 'col', class: column.numeric && 'number' }, column.title);
    const turn = (): void => {
      // Numbers are looked at from the largest, words from A.
      const descending = order?.column === index ? !order.descending : column.numeric === true;
      order = { column: index, descending };
      page = 0;
      draw();
    };
    return h(
      'th',
      { scope: 'col', class: column.numeric && 'number' },
      h('button', { type: 'button', click: turn }, column.title, h('span', { class: 'arrow', 'aria-hidden': 'true' })),
    );
  });
  const body = h('tbody');
  const status = h('span', { 'aria-live': 'polite' });
  const step = (by: number) => (): void => {
    page += by;
    draw();
  };
  const previous = h('button', { type: 'button', class: 'quiet', click: step(-1) }, '‹ Previous');
  const next = h('button', { type: 'button', class: 'quiet', click: step(1) }, 'Next ›');
  const pager = h('div', { class: 'pager' }, previous, status, next);
  const frame = h(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': options.label },
    h('table', {}, h('thead', {}, h('tr', {}, ...headings)), body),
  );

  function cellOf(column: Column<Row>, row: Row): HTMLTableCellElement {
    const amount = column.amount?.(row);
    const colour = amount === undefined || amount === null ? undefined : tone(amount);
    const names = [column.numeric && 'number', column.prose && 'prose', colour].filter(Boolean).join(' ');
    return h('td', { class: names === '' ? undefined : names }, column.cell(row));
  }

  function draw(): void {
    const key = order === undefined ? undefined : columns[order.column]?.key;
    const ordered = key === undefined ? rows : sorted(rows, key, order!.descending);
    const pages = Math.max(1, Math.ceil(ordered.length / pageSize));
    page = Math.min(Math.max(0, page), pages - 1);
    const from = pages === 1 ? 0 : page * pageSize;
    const shown = pages === 1 ? ordered : ordered.slice(from, from + pageSize);
    headings.forEach((heading, index) => {
      if (order?.column === index) heading.setAttribute('aria-sort', order.descending ? 'descending' : 'ascending');
      else heading.removeAttribute('aria-sort');
    });
    body.replaceChildren(...shown.map((row) => h('tr', {}, ...columns.map((column) => cellOf(column, row)))));
    if (shown.length === 0) {
      body.append(h('tr', {}, h('td', { class: 'empty', colspan: columns.length }, options.empty ?? 'Nothing.')));
    }
    pager.hidden = pages === 1;
    previous.disabled = page === 0;
    next.disabled = page === pages - 1;
    status.textContent = `${count(from + 1)} to ${count(from + shown.length)} of ${count(ordered.length)}`;
  }

  draw();
  return {
    element: h('div', { class: 'table' }, frame, pager),
    show(changed) {
      rows = changed;
      page = 0;
      draw();
    },
  };
}
