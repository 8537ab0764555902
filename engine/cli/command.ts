import type { Terminal } from './terminal.ts';

/** The part of the work that a command belongs to, in the order help shows them. */
export const GROUPS = ['Write', 'Try', 'Run', 'Watch', 'Stop'] as const;
export type Group = (typeof GROUPS)[number];

export interface FlagSpec {
  /** Without the dashes: `format`. */
  readonly name: string;
  readonly short?: string;
  /** Placeholder of its value (`FILE`); undefined: the flag takes none. */
  readonly value?: string;
  /** The only values it takes. */
  readonly choices?: readonly string[];
  readonly summary: string;
}

export interface Example {
  /** As it is typed: `engine validate --strict`. */
  readonly line: string;
  readonly says: string;
}

export interface CommandContext {
  readonly positionals: readonly string[];
  /** Value of each flag given: its text, or `true` for a flag without a value. */
  readonly flags: Readonly<Record<string, string | true | undefined>>;
  readonly terminal: Terminal;
  /** Aborted by the first Ctrl-C, by SIGTERM and when the reader of stdout goes away; asking for it takes the signals over. Its reason is the signal's name. */
  readonly interruption: () => AbortSignal;
}

/** One command: help, suggestions, documentation and tests all read this. */
export interface CommandSpec {
  readonly name: string;
  readonly group: Group;
  /** One line, no full stop. */
  readonly summary: string;
  /** What stands after the name: `[PATH...]`. */
  readonly arguments: string;
  readonly maxArguments: number;
  readonly examples: readonly Example[];
  readonly flags: readonly FlagSpec[];
  /** It asks a running engine, and can do nothing without one. */
  readonly ofRunning?: true;
  /** It asks Alpaca, and can do nothing without keys. */
  readonly ofAlpaca?: true;
  /** Flags that are planned and not built: typing one says so. */
  readonly later?: readonly string[];
  /** Paragraphs after the flags. */
  readonly notes?: readonly string[];
  /** Runs it and gives the exit code. */
  readonly load: () => Promise<{ readonly run: (context: CommandContext) => Promise<number> }>;
}
