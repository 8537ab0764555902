import { CLOCK, type Layout, SKIP, STAMP, VOLUME, VWAP } from './csv-layout.ts';
import { AT, clockAt, KIND, stampAt } from './csv-time.ts';
import type { Cause } from './row-check.ts';

const NAMES: readonly string[] = ['', 'open', 'high', 'low', 'close', 'volume', 'vwap', 'time', 'date', 'time'];

export interface RowFault {
  readonly cause: Cause;
  readonly detail: string;
}

/** Cuts a line at its delimiters, quotes taken off. */
function fieldsOf(text: string, delimiter: string): string[] {
  if (!text.includes('"')) return text.split(delimiter);
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  for (const char of text) {
    if (char === '"') quoted = !quoted;
    else if (char === delimiter && !quoted) {
      fields.push(field);
      field = '';
    } else field += char;
  }
  fields.push(field);
  return fields;
}

function numberOf(field: string): number {
  let text = field.trim().replace(/^\$/, '');
  if (/^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$/.test(text)) text = text.replaceAll(',', '');
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
}

function timeOf(field: string, role: number, cells: Int32Array): number {
  const text = field.trim();
  const buffer = Buffer.from(`${text}\n`, 'latin1');
  cells[AT] = 0;
  cells[KIND] = 0;
  const time = role === CLOCK ? clockAt(buffer, cells) : stampAt(buffer, cells);
  return cells[AT] === buffer.length - 1 ? time : Number.NaN;
}

const shown = (field: string): string => (field.length > 40 ? `${field.slice(0, 37)}...` : field);

/** Reads a row that is not plain (quotes, thousands, exponents, many digits) into `row`, or says what is wrong with it. */
export function readRowSlowly(
  text: string,
  layout: Layout,
  row: Float64Array,
  cells: Int32Array,
): RowFault | undefined {
  const fields = fieldsOf(text, String.fromCharCode(layout.delimiter));
  const { roles } = layout;
  if (fields.length < roles.length) {
    return {
      cause: 'too_few_columns',
      detail: `${fields.length} columns where the header has at least ${roles.length}`,
    };
  }
  // The kind of time of a date stands, the clock of a second column must not wipe it.
  let kind = 0;
  for (let column = 0; column < roles.length; column++) {
    const role = roles[column]!;
    const field = fields[column]!;
    if (role === SKIP) continue;
    if (role >= STAMP) {
      row[role] = timeOf(field, role, cells);
      if (role !== CLOCK) kind = cells[KIND]!;
      if (Number.isNaN(row[role]))
        return { cause: 'bad_time', detail: `the ${NAMES[role]} cannot be read: ${shown(field)}` };
      continue;
    }
    const value = numberOf(field);
    row[role] = value;
    // A feed may have no vwap for a bar without trades.
    if (!Number.isFinite(value) && role !== VWAP) {
      const comma = /^\s*\d+,\d+\s*$/.test(field) ? ' (write decimals with a point)' : '';
      const what = role === VOLUME ? 'volume' : NAMES[role];
      return { cause: 'not_a_number', detail: `${what} is no number: ${shown(field) || '(empty)'}${comma}` };
    }
  }
  cells[KIND] = kind;
  return undefined;
}
