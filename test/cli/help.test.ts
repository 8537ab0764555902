import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../engine/cli/commands.ts';
import { commandHelp, overview } from '../../engine/cli/help.ts';
import { didYouMean, nearest } from '../../engine/cli/nearest.ts';

describe('help', () => {
  it.each([80, 120])('of the program names every command by group within %i columns', (width) => {
    const text = overview(COMMANDS, width);
    for (const { name } of COMMANDS) expect(text).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
    expect(text.indexOf('\nWrite\n')).toBeLessThan(text.indexOf('\nTry\n'));
    expect(text.indexOf('\nTry\n')).toBeLessThan(text.indexOf('\nRun\n'));
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(width);
  });

  it.each(COMMANDS.map((spec) => [spec.name, spec] as const))('of %s shows examples before flags', (_, spec) => {
    const text = commandHelp(spec, 80);
    expect(text.indexOf('\nExamples\n')).toBeGreaterThan(0);
    expect(text.indexOf('\nExamples\n')).toBeLessThan(text.indexOf('\nFlags\n'));
    for (const flag of spec.flags) expect(text).toContain(`--${flag.name}`);
    for (const example of spec.examples) expect(text).toContain(example.line);
    for (const line of text.split('\n')) {
      // An example is never broken: it is there to be copied.
      if (!line.startsWith('  engine ')) expect(line.length).toBeLessThanOrEqual(80);
    }
  });
});

describe('did you mean', () => {
  it('finds swaps, missing and extra letters, and beginnings', () => {
    const names = COMMANDS.map(({ name }) => name);
    expect(didYouMean('valdiate', names)).toBe('did you mean `validate`?');
    expect(nearest('backtst', names)).toEqual(['backtest']);
    expect(nearest('indicator', names)).toEqual(['indicators']);
    expect(nearest('RUN', names)).toEqual(['run']);
  });

  it('is silent when nothing is near', () => {
    expect(didYouMean('zzzzzz', ['run', 'fmt'])).toBeUndefined();
    expect(didYouMean('', ['run'])).toBeUndefined();
    expect(didYouMean('x'.repeat(10_000), ['run'])).toBeUndefined();
  });
});
