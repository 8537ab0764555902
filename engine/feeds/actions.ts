import type { CorporateAction } from '../market/bars.ts';
import { dayOf, daysInMonth } from '../market/civil.ts';

export interface ActionFault {
  readonly line: number;
  readonly message: string;
}

export interface ActionsReading {
  readonly actions: readonly CorporateAction[];
  readonly faults: readonly ActionFault[];
}

const COLUMNS = ['date', 'symbol', 'split', 'dividend'] as const;

function isDate(text: string): boolean {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (parts === null) return false;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  return month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month) && dayOf(year, month, day) > -100_000;
}

/** `7`, `7:1`, `3:2`; empty or 0 is no split. */
function ratioOf(text: string): number {
  if (text === '' || text === '0') return 1;
  const parts = /^(\d+(?:\.\d+)?)(?:[:/](\d+(?:\.\d+)?))?$/.exec(text);
  return parts === null ? Number.NaN : Number(parts[1]) / Number(parts[2] ?? 1);
}

/** Reads `date,symbol,split,dividend`; a row that cannot be meant is a fault, for a lost split is a wrong result. */
export function readActions(text: string): ActionsReading {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const header = (lines[0] ?? '').split(',').map((name) => name.trim().toLowerCase());
  const at = COLUMNS.map((name) => header.indexOf(name));
  const missing = COLUMNS.filter((_, i) => i < 2 && at[i]! < 0);
  if (missing.length > 0 || (at[2]! < 0 && at[3]! < 0)) {
    return { actions: [], faults: [{ line: 1, message: `the first line must be ${COLUMNS.join(',')}` }] };
  }
  const actions: CorporateAction[] = [];
  const faults: ActionFault[] = [];
  lines.forEach((line, index) => {
    if (index === 0 || line.trim() === '') return;
    const cells = line.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
    const [date, symbol, split, dividend] = at.map((column) => (column < 0 ? '' : (cells[column] ?? '')));
    const ratio = ratioOf(split!);
    const cash = dividend === '' ? 0 : Number(dividend);
    const fault = (message: string) => faults.push({ line: index + 1, message });
    if (!isDate(date!)) fault(`${date || '(empty)'} is no date such as 2014-06-09`);
    else if (symbol === '') fault('the symbol is missing');
    else if (!(ratio > 0 && Number.isFinite(ratio))) fault(`split ${split} is no ratio such as 7 or 3:2`);
    else if (!(cash >= 0 && Number.isFinite(cash))) fault(`dividend ${dividend} is no amount of 0 or more`);
    else actions.push({ date: date!, symbol: symbol!.toUpperCase(), split: ratio, dividend: cash });
  });
  actions.sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : a.symbol < b.symbol ? -1 : 1));
  return { actions, faults };
}
