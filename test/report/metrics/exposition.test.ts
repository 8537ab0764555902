import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exposition, type Family } from '../../../engine/report/metrics/exposition.ts';
import { parseExposition } from './parse-exposition.ts';

const families: fc.Arbitrary<Family[]> = fc.uniqueArray(
  fc.record({
    name: fc.stringMatching(/^[a-z][a-z0-9_]{0,20}x$/),
    type: fc.constantFrom<Family['type']>('gauge', 'counter'),
    help: fc.string(),
    samples: fc.uniqueArray(
      fc.record({
        labels: fc.dictionary(fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}$/), fc.string(), { maxKeys: 3 }),
        value: fc.double({ min: 0, noNaN: true }),
      }),
      {
        maxLength: 5,
        selector: ({ labels }) => JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))),
      },
    ),
  }),
  { selector: ({ name }) => name, maxLength: 6 },
);

describe('the text for Prometheus', () => {
  it('is read back as it was meant, whatever stands in labels', () => {
    fc.assert(
      fc.property(families, (written) => {
        const read = parseExposition(exposition(written));
        expect(read).toEqual(
          written
            .filter(({ samples }) => samples.length > 0)
            .map(({ name, type, help, samples }) => ({
              name,
              type,
              help,
              samples: samples.map(({ labels, value }) => ({ name, labels: { ...labels }, value: value + 0 })),
            })),
        );
      }),
    );
  });

  it('writes what is no number as the format wants it', () => {
    const text = exposition([
      {
        name: 'x',
        type: 'gauge',
        help: 'h',
        samples: [Number.NaN, Infinity, -Infinity].map((value, i) => ({ labels: { i: String(i) }, value })),
      },
    ]);
    expect(text).toBe('# HELP x h\n# TYPE x gauge\nx{i="0"} NaN\nx{i="1"} +Inf\nx{i="2"} -Inf\n');
  });

  it('would be refused where it is wrong', () => {
    for (const wrong of [
      '# HELP a h\n# TYPE a gauge\na 1',
      'a 1\n',
      '# HELP a h\n# TYPE a gauge\na{b="1"x="2"} 1\n',
      '# HELP a h\n# TYPE a gauge\na{b="\\q"} 1\n',
      '# HELP a h\n# TYPE a gauge\na 1\na 2\n',
      '# HELP a h\n# TYPE a gauge\nb 2\n',
      '# HELP a h\n# TYPE a counter\na -1\n',
      '# HELP a h\n# TYPE a summary\na{quantile="0.5"} 1\n',
      '# HELP a h\n# TYPE a gauge\na one\n',
    ]) {
      expect(() => parseExposition(wrong), wrong).toThrow();
    }
  });
});
