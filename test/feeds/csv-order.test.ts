import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bars } from '../../engine/market/bars.ts';
import { MINUTE } from '../../engine/market/time.ts';
import { readText } from './written.ts';

const HEAD = 'timestamp,open,high,low,close,volume\n';
const BASE = Date.parse('2024-01-02T00:00:00Z');
const stamp = (minute: number) => new Date(BASE + minute * MINUTE).toISOString().replace('.000Z', 'Z');
/** Its number as volume tells each row apart. */
const row = (minute: number, volume = minute) => `${stamp(minute)},100,101,99,100.5,${volume}`;
const first = (bars: ReadonlyMap<string, Bars>): Bars => [...bars.values()][0]!;

describe('rows out of order', () => {
  it('whose times are unique are sorted, whatever their order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(
          Array.from({ length: 80 }, (_, i) => i),
          { minLength: 80 },
        ),
        async (minutes) => {
          const { data, diagnostics } = await readText(HEAD + minutes.map((minute) => row(minute)).join('\n'));
          expect(diagnostics).toEqual([]);
          const bars = first(data.bars);
          expect([...bars.volume]).toEqual(Array.from({ length: 80 }, (_, i) => i));
          expect([...bars.start]).toEqual(Array.from({ length: 80 }, (_, i) => BASE + i * MINUTE));
          expect(data.warnings.join()).toMatch(
            /rows? stood out of order and (was|were) sorted by time \(see line \d+\)/,
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  it.each([
    ['one too late in the file', [0, 2, 3, 4, 1, 5], '1 row stood out of order and was sorted by time (see line 6)'],
    ['one too early in the file', [0, 4, 1, 2, 3, 5], '1 row stood out of order and was sorted by time (see line 4)'],
    [
      'two halves changed about',
      [4, 5, 6, 7, 0, 1, 2, 3],
      '4 rows stood out of order and were sorted by time (see line 6)',
    ],
    ['newest first, but for one', [5, 3, 2, 4, 1, 0], '1 row stood out of order and was sorted by time (see line 5)'],
  ])('are counted by the fewest moves: %s', async (_, minutes, want) => {
    const { data } = await readText(HEAD + minutes.map((minute) => row(minute)).join('\n'));
    expect(data.warnings).toEqual([expect.stringContaining(want)]);
    expect([data.barsUsed, data.quarantinedCount]).toEqual([minutes.length, 0]);
  });

  it('in order leave no word', async () => {
    const { data } = await readText(HEAD + [0, 1, 2, 3].map((minute) => row(minute)).join('\n'));
    expect(data.warnings).toEqual([]);
  });

  it('are still named by their own line when they are faulty', async () => {
    const lines = [0, 2, 3, 1, 4, 5, 6].map((minute) => row(minute));
    lines[3] = `${stamp(1)},100,5000,99,100,1`;
    const { data } = await readText(HEAD + lines.join('\n'));
    expect(data.quarantined.map(({ line, cause }) => [line, cause])).toEqual([[5, 'price_spike']]);
  });

  it.each([29, 59])('are set aside where two rows have one time: minute %i', async (stray) => {
    const lines = [30, stray, 31, 32, 32, 33, 34].map((minute) => row(minute));
    const { data, diagnostics } = await readText(HEAD + lines.join('\n'));
    expect(data.quarantined.map(({ line, cause }) => [line, cause])).toEqual([
      [3, 'time_backwards'],
      [6, 'duplicate_time'],
    ]);
    expect(diagnostics.map(({ code }) => code)).toEqual(['E410']);
    expect(data.barsUsed).toBe(5);
  });
});

describe('a file of which rows are set aside', () => {
  const good = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => row(from + i));
  const swapped = (minute: number) => `${stamp(minute)},100,99,101,100,5`;

  it('says the commonest cause and its first line in the warnings of the data', async () => {
    const lines = [...good(0, 20), `${stamp(20)},x,101,99,100,5`, swapped(21), swapped(22), ...good(23, 30)];
    const { data, diagnostics } = await readText(HEAD + lines.join('\n'));
    const want =
      '3 of 30 rows were not used: 2 of them with high below low, the first on line 23: high 99 is below low 101';
    expect(data.warnings).toEqual([expect.stringContaining(want)]);
    expect(diagnostics.map(({ code, message }) => [code, message.includes(want)])).toEqual([['E410', true]]);
  });

  it('is refused when they are more than half, with the commonest cause and its first line', async () => {
    const bad = Array.from({ length: 11 }, (_, i) => swapped(i + 10));
    const { data, diagnostics } = await readText(HEAD + [...good(0, 10), ...bad].join('\n'));
    expect(diagnostics).toMatchObject([{ code: 'E413', severity: 'error' }]);
    expect(diagnostics[0]!.message).toContain(
      '11 of 21 rows were not used: the first on line 12: high 99 is below low 101',
    );
    expect([data.bars.size, data.barsUsed, data.quarantinedCount]).toEqual([0, 0, 11]);
    const half = await readText(HEAD + [...good(0, 11), ...bad].join('\n'));
    expect(half.diagnostics.map(({ code }) => code)).toEqual(['E410']);
  });

  it('counts each file for itself', async () => {
    const { data, diagnostics } = await readText(HEAD + good(0, 5).join('\n'));
    expect([data.quarantinedCount, diagnostics]).toEqual([0, []]);
  });

  it('is refused when it is out of order and has a time twice', async () => {
    const minutes = Array.from({ length: 60 }, (_, i) => (i * 37) % 60);
    const doubled = await readText(HEAD + [...minutes, 7].map((minute) => row(minute)).join('\n'));
    expect(doubled.diagnostics).toMatchObject([{ code: 'E413', help: expect.stringContaining('sort the rows') }]);
    // 37 x 31 = 1147 = 19 x 60 + 7: the row of minute 7 is the 32nd.
    expect(doubled.diagnostics[0]!.message).toContain('lines 33 and 62 have one time');
    // The size of the bars shows, and most rows run backwards.
    const pairs = [40, 41, 30, 31, 20, 21, 10, 11, 0, 1, 1].map((minute) => row(minute));
    const cut = await readText(HEAD + pairs.join('\n'));
    expect(cut.diagnostics).toMatchObject([{ code: 'E413', help: expect.stringContaining('sort the rows') }]);
    expect(cut.diagnostics[0]!.message).toContain('9 of 11 rows were not used: the first on line 4: ');
  });
});
