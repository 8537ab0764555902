/** A cell that a spreadsheet would take for a formula. */
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * One cell of CSV (RFC 4180). A text that a spreadsheet would run as a formula gets an apostrophe in front, which the
 * spreadsheet shows as text; negative numbers stay numbers.
 */
export const csvCell = (value: string | number | boolean | null): string => {
  if (value === null) return '';
  const text = String(value);
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};
