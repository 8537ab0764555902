import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvCell } from '../../engine/report/csv.ts';

describe('a cell of CSV', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['+cmd', "'+cmd"],
    ['-cmd|calc', "'-cmd|calc"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\tx', "'\tx"],
    ['\rx', '"\'\rx"'],
    ['=HYPERLINK("http://x","y")', '"\'=HYPERLINK(""http://x"",""y"")"'],
    ['-12.5', '-12.5'],
    ['+3', '+3'],
    ['-1e-7', '-1e-7'],
    ['-1-1', "'-1-1"],
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ['two\nlines', '"two\nlines"'],
  ])('%j is written %j', (text, cell) => {
    expect(csvCell(text)).toBe(cell);
  });

  it('of nothing is empty; numbers and truth are words', () => {
    expect([csvCell(null), csvCell(-1.5), csvCell(true)]).toEqual(['', '-1.5', 'true']);
  });

  it('is never a formula, and reads back as its text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('=', '+', '-', '@', '\t', '\r', '"', ',', '\n', '1', '.', 'e', 'a') }),
        (text) => {
          const cell = csvCell(text);
          const read = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
          if (/^[=@\t\r]/.test(read)) throw new Error(`a formula: ${cell}`);
          if (/^[+-]/.test(read) && Number.isNaN(Number(read))) throw new Error(`a formula: ${cell}`);
          expect(read === text || read === `'${text}`).toBe(true);
        },
      ),
    );
  });
});
