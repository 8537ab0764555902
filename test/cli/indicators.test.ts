import { describe, expect, it } from 'vitest';
import { call, shownOptions } from '../../engine/cli/indicator-facts.ts';
import { indicatorJson, indicatorPage } from '../../engine/cli/indicator-page.ts';
import { CATALOGUE } from '../../engine/indicators/catalogue.ts';
import { styleOf } from '../../engine/report/style.ts';

const entries = [...CATALOGUE.values()];

describe('pages of indicators', () => {
  it('are there for all of them, within 80 columns, without a hole', () => {
    expect(entries.length).toBeGreaterThanOrEqual(104);
    for (const entry of entries) {
      const page = indicatorPage(entry, 80, styleOf(false));
      expect(page).not.toMatch(/\bundefined\b|\bInfinity\b|\[object/);
      for (const line of page.split('\n')) {
        if (!line.includes(entry.example)) expect(line.length, `${entry.name}: ${line}`).toBeLessThanOrEqual(80);
      }
      for (const heading of ['Example', 'Outputs', 'Source']) expect(page).toContain(`\n${heading}\n`);
    }
  });

  it('show option values inside their bounds', () => {
    for (const entry of entries) {
      shownOptions(entry).forEach((value, index) => {
        const option = entry.options[index]!;
        expect(value, `${entry.name} ${option.name}`).toBeGreaterThanOrEqual(option.min);
        expect(value, `${entry.name} ${option.name}`).toBeLessThanOrEqual(option.max);
        if (option.integer) expect(Number.isInteger(value)).toBe(true);
      });
    }
  });

  it('write calls as they are typed', () => {
    expect(call(CATALOGUE.get('macd')!)).toBe('macd(close, 12, 26, 9)');
    expect(call(CATALOGUE.get('atr')!)).toBe('atr(14)');
    expect(call(CATALOGUE.get('sma')!)).toBe('sma(close, length)');
  });

  it('are data too, every bound a number or null', () => {
    for (const entry of entries) {
      const text = JSON.stringify(indicatorJson(entry));
      expect(JSON.parse(text)).toMatchObject({ name: entry.name, group: entry.group, example: entry.example });
    }
  });
});
