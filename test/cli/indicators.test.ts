import { describe, expect, it } from 'vitest';
import { call, shownOptions } from '../../engine/cli/indicator-facts.ts';
import { indicatorJson, indicatorPage } from '../../engine/cli/indicator-page.ts';
import { usageOf } from '../../engine/cli/indicator-usage.ts';
import { CATALOGUE } from '../../engine/indicators/catalogue.ts';
import { styleOf } from '../../engine/report/style.ts';
import { checkWorkspace } from '../../engine/runtime/workspace.ts';
import { engine, ROOT } from './engine.ts';

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

  it('show how several outputs are used, in rules that the checker takes', async () => {
    const several = entries.filter(({ outputs }) => outputs.length > 1);
    expect(several.length).toBeGreaterThan(10);
    for (const entry of several) {
      const usage = usageOf(entry)!;
      expect(indicatorPage(entry, 80, styleOf(false))).toContain(`  ${usage.name}: ${entry.example}`);
      const text = `id: x\nsymbols: [SPY]\ntimeframe: 1h\ncapital: 1000\nindicators:\n  ${usage.name}: ${entry.example}\nentry:\n  long:\n    when: ${usage.rule}\n    size:\n      shares: 1\nexit:\n  time_stop: 5 bars\n`;
      const { diagnostics } = checkWorkspace({ dir: ROOT, stdin: { filename: 'x.yaml', text } });
      expect(diagnostics.map(({ message }) => message)).toEqual([]);
    }
  });

  it('answer to the names that tulind gives them', async () => {
    const page = await engine(['indicators', 'max']);
    expect(page.code).toBe(0);
    expect(page.stdout).toContain('is `highest` here');
    expect(page.stdout).toContain('\nOutputs\n');
  });
});
