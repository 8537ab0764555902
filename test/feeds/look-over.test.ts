import { describe, expect, it } from 'vitest';
import { readCsv } from '../../engine/feeds/csv.ts';
import { folderWith } from './written.ts';

const HEAD = 'date,open,high,low,close,volume\n';
const DAYS: readonly (readonly [string, number])[] = [
  ['2024-01-03', 100],
  ['2024-01-04', 100],
  ['2024-01-05', 100],
  ['2024-01-08', 50],
  ['2024-01-09', 50],
];

async function warnings(
  actions: readonly string[],
  days: readonly (readonly [string, number])[] = DAYS,
): Promise<readonly string[]> {
  const bars = days.map(([date, price]) => `${date},${price},${price},${price},${price},1\n`).join('');
  const files = { 'KO.csv': HEAD + bars, 'actions.csv': ['date,symbol,split,dividend', ...actions].join('\n') };
  const { data, diagnostics } = await readCsv({ path: folderWith(files), hours: 'regular' });
  expect(diagnostics).toEqual([]);
  return data.warnings;
}

describe('a jump like a split', () => {
  it('is told without a split in the file of actions', async () => {
    expect(await warnings([])).toEqual([expect.stringContaining('add "2024-01-08,KO,2:1,0" to actions.csv')]);
    expect(await warnings(['2024-01-09,KO,2,0'])).toHaveLength(2);
    expect(await warnings(['2024-01-08,KO,,0.5'])).toHaveLength(1);
    expect(await warnings(['2024-01-08,AAPL,2,0'])).toHaveLength(1);
  });

  it.each(['2024-01-06', '2024-01-07', '2024-01-08'])('is explained by a split dated %s', async (date) => {
    expect(await warnings([`${date},KO,2,0`])).toEqual([]);
  });

  it('is explained by a split and a dividend of one date', async () => {
    expect(await warnings(['2024-01-08,KO,2,0', '2024-01-08,KO,1,0.5'])).toEqual([]);
  });

  it('over sessions without a bar is explained by a split in the gap', async () => {
    const days = DAYS.filter(([date]) => date !== '2024-01-05' && date !== '2024-01-08');
    const gap = expect.stringContaining('2 sessions without a bar (2024-01-05 to 2024-01-08)');
    expect(await warnings(['2024-01-05,KO,2,0'], days)).toEqual([gap]);
    expect(await warnings(['2024-01-06,KO,2,0'], days)).toEqual([gap]);
    expect(await warnings([], days)).toEqual([expect.stringContaining('add "2024-01-09,KO,2:1,0"'), gap]);
  });

  it('that a split foretells and that does not come means adjusted bars', async () => {
    const flat = DAYS.map(([date]) => [date, 100] as const);
    const want = 'actions.csv has a split of 2 on 2024-01-06, but the price goes from 100 to 100';
    expect(await warnings(['2024-01-06,KO,2,0'], flat)).toEqual([expect.stringContaining(want)]);
    // Before the first bar and after the last there is nothing to compare.
    expect(await warnings(['2023-12-30,KO,2,0', '2024-01-03,KO,2,0', '2024-02-03,KO,2,0'], flat)).toEqual([]);
  });
});
