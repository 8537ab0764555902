import { parseArgs } from 'node:util';
import type { CommandSpec, FlagSpec } from './command.ts';
import { type Failure, failure } from './exit.ts';
import { didYouMean } from './nearest.ts';

/** Flags that every command takes. */
export const GLOBAL_FLAGS: readonly FlagSpec[] = [
  {
    name: 'workspace',
    value: 'DIR',
    summary: 'folder that holds strategies.d/ and risk.yaml (default: found from here upward)',
  },
  { name: 'verbose', summary: 'say more; faults print their stack' },
  { name: 'help', short: 'h', summary: 'show this' },
];

export interface Arguments {
  readonly positionals: readonly string[];
  readonly flags: Readonly<Record<string, string | true | undefined>>;
}

const unknownFlag = (command: CommandSpec, raw: string, known: readonly FlagSpec[]): Failure =>
  command.later?.includes(raw.replace(/^--/, ''))
    ? failure(`${raw} comes with a later version`, `engine ${command.name} --help lists what works today`)
    : failure(
        `engine ${command.name} has no flag \`${raw}\``,
        didYouMean(
          raw,
          known.map((flag) => `--${flag.name}`),
        ) ?? `engine ${command.name} --help lists its flags`,
      );

/**
 * Reads the words after a command's name by its table.
 * @throws Failure (exit 2) for an unknown flag, a missing or extra value, or too many arguments
 */
export const readArguments = (command: CommandSpec, words: readonly string[]): Arguments => {
  const known = [...command.flags, ...GLOBAL_FLAGS];
  const { tokens } = parseArgs({
    args: [...words],
    options: Object.fromEntries(
      known.map((flag) => [
        flag.name,
        {
          type: flag.value === undefined ? ('boolean' as const) : ('string' as const),
          ...(flag.short ? { short: flag.short } : {}),
        },
      ]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const positionals: string[] = [];
  const flags: Record<string, string | true | undefined> = Object.create(null) as Record<string, string | true>;
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const flag = known.find((candidate) => candidate.name === token.name);
    if (flag === undefined) throw unknownFlag(command, token.rawName, known);
    if (flags[flag.name] !== undefined && flag.name !== 'help') {
      throw failure(
        `--${flag.name} is given twice`,
        flag.value === undefined ? 'give it once' : 'give it once: which of the two is meant?',
      );
    }
    if (flag.value === undefined) {
      if (token.value !== undefined)
        throw failure(`--${flag.name} takes no value, got \`${token.value}\``, `write --${flag.name} alone`);
      flags[flag.name] = true;
      continue;
    }
    const swallowed = token.value !== undefined && !token.inlineValue && /^--[a-z]/.test(token.value);
    if (token.value === undefined || token.value === '' || swallowed) {
      throw failure(`--${flag.name} needs a value: --${flag.name} ${flag.value}`, flag.summary);
    }
    if (flag.choices !== undefined && !flag.choices.includes(token.value)) {
      const near = didYouMean(token.value, flag.choices);
      throw failure(
        `--${flag.name} takes ${flag.choices.join(', ')}; got \`${token.value}\``,
        near ?? `write --${flag.name} ${flag.choices[0]}`,
      );
    }
    flags[flag.name] = token.value;
  }
  if (positionals.length > command.maxArguments && flags.help === undefined) {
    throw failure(
      command.maxArguments === 0
        ? `engine ${command.name} takes no arguments, got \`${positionals[0]}\``
        : `engine ${command.name} takes at most ${command.maxArguments} argument${command.maxArguments === 1 ? '' : 's'}, got ${positionals.length}`,
      `engine ${command.name} --help shows how it is typed`,
    );
  }
  return { positionals, flags };
};

/** The text of a flag, or undefined when it was not given. */
export const textFlag = (flags: Arguments['flags'], name: string): string | undefined => {
  const value = flags[name];
  return typeof value === 'string' ? value : undefined;
};
