import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { DATA_CODES } from '../../engine/documents/codes/data.ts';
import { readCsv } from '../../engine/feeds/csv.ts';
import { readText } from './written.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

describe('codes of market data', () => {
  it('are all raised somewhere and all explained', () => {
    const source = [
      ...readdirSync(`${root}engine/feeds`)
        .filter((file) => file.endsWith('.ts'))
        .map((file) => `engine/feeds/${file}`),
      'engine/runtime/fit.ts',
      'engine/runtime/live/live-feed.ts',
    ]
      .map((file) => readFileSync(`${root}${file}`, 'utf8'))
      .join('\n');
    const codes = Object.entries(DATA_CODES);
    expect(codes.length).toBeGreaterThan(8);
    for (const [code, entry] of codes) {
      expect(source).toContain(`'${code}'`);
      expect(entry.explanation.length).toBeGreaterThan(80);
      expect(entry.wrong).not.toBe(entry.right);
    }
  });
});

describe('files from elsewhere', () => {
  it('the sample of Apple shares reads without a fault', async () => {
    const path = `${root}node_modules/@observablehq/sample-datasets/aapl.csv`;
    const { data, diagnostics } = await readCsv({ path, hours: 'regular' });
    const bars = data.bars.get('AAPL')!;
    expect(diagnostics).toEqual([]);
    expect([bars.length, bars.timeframe, bars.close[0], bars.volume[1]]).toEqual([1260, '1d', 64.96286, 111779500]);
  });

  it('rows before the calendar begins are counted outside, with a word', async () => {
    const days = ['1989-12-27', '1989-12-28', '1989-12-29', '1990-01-02', '1990-01-03', '1990-01-04', '2037-01-05'];
    const text = `date,open,high,low,close,volume\n${days.map((day) => `${day},1,1,1,1,1\n`).join('')}`;
    const { data } = await readText(text, {}, 'AAPL.csv');
    expect([data.rowsRead, data.barsUsed, data.outsideSession]).toEqual([7, 3, 4]);
    expect(data.warnings.join()).toContain('beyond the calendar, which runs from 1990 to 2035');
  });
});
