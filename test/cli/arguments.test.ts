import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readArguments } from '../../engine/cli/arguments.ts';
import { COMMANDS, LATER } from '../../engine/cli/commands.ts';
import { isFailure } from '../../engine/cli/exit.ts';
import { wordsOf } from './engine.ts';

const command = (name: string) => COMMANDS.find((candidate) => candidate.name === name)!;

const refusal = (
  name: string,
  words: readonly string[],
): { message: string; help: string | undefined; exit: number } => {
  try {
    readArguments(command(name), words);
  } catch (error) {
    if (isFailure(error)) return { message: error.message, help: error.help, exit: error.exit };
    throw error;
  }
  throw new Error(`engine ${name} ${words.join(' ')} was taken`);
};

describe('the words after a command', () => {
  it('are positionals and flags in any order', () => {
    const read = readArguments(command('validate'), [
      'a.yaml',
      '--strict',
      '--format=json',
      'b.yaml',
      '--risk',
      'none',
      '-',
    ]);
    expect(read.positionals).toEqual(['a.yaml', 'b.yaml', '-']);
    expect({ ...read.flags }).toEqual({ strict: true, format: 'json', risk: 'none' });
  });

  it('may be paths that look like flags after --', () => {
    expect(readArguments(command('validate'), ['--', '--odd.yaml']).positionals).toEqual(['--odd.yaml']);
  });

  it('are refused with the nearest flag', () => {
    expect(refusal('validate', ['--stric'])).toEqual({
      message: 'engine validate has no flag `--stric`',
      help: 'did you mean `--strict`?',
      exit: 2,
    });
    expect(refusal('backtest', ['--dta', 'x']).help).toBe('did you mean `--data`?');
    expect(refusal('validate', ['-x']).message).toContain('`-x`');
  });

  it('need their values, once and of the right kind', () => {
    expect(refusal('backtest', ['--data']).message).toBe('--data needs a value: --data DIR|FILE');
    expect(refusal('backtest', ['--data', '--strict']).message).toBe('--data needs a value: --data DIR|FILE');
    expect(refusal('backtest', ['--data=']).message).toContain('needs a value');
    expect(refusal('validate', ['--strict=yes']).message).toBe('--strict takes no value, got `yes`');
    expect(refusal('validate', ['--format', 'jsn'])).toMatchObject({
      message: '--format takes pretty, compact, json, github; got `jsn`',
      help: 'did you mean `json`?',
    });
  });

  it('are given once', () => {
    expect(refusal('backtest', ['--cash', '5', '--cash=6']).message).toBe('--cash is given twice');
    expect(refusal('validate', ['--strict', '--strict']).message).toBe('--strict is given twice');
  });

  it('are not more than the command takes', () => {
    expect(refusal('schema', ['strategy', 'risk']).message).toBe('engine schema takes at most 1 argument, got 2');
  });

  it('may name what comes later, and are told so', () => {
    expect(refusal('run', ['--dashboard'])).toMatchObject({
      message: '--dashboard comes with a later version',
      exit: 2,
    });
  });

  it('never make anything but arguments or a refusal', () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom('--format', '--', '-', '--data=', '--__proto__', '--constructor', '-h', '--toString=1'),
    );
    fc.assert(
      fc.property(fc.constantFrom(...COMMANDS), fc.array(word, { maxLength: 6 }), (spec, words) => {
        try {
          const { flags } = readArguments(spec, words);
          for (const name of Object.keys(flags)) expect(name).toMatch(/^[a-z-]+$/);
        } catch (error) {
          expect(isFailure(error)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('the table of commands', () => {
  it('lists no command twice, and none that comes later', () => {
    const names = COMMANDS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => Object.hasOwn(LATER, name))).toEqual([]);
  });

  it.each(COMMANDS.map((spec) => [spec.name, spec] as const))(
    '%s has examples that its own flags allow',
    (name, spec) => {
      expect(spec.examples.length).toBeGreaterThan(0);
      expect(spec.summary).toMatch(/[^.]$/);
      for (const { line, says } of spec.examples) {
        expect(says.length).toBeGreaterThan(3);
        const [program, word, ...words] = wordsOf(line.replace(/ <.*$/, ''));
        expect([program, word]).toEqual(['engine', name]);
        expect(() => readArguments(spec, words)).not.toThrow();
      }
    },
  );
});
