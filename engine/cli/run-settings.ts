import type { Ruleset } from '../compiler/ruleset.ts';
import { counted } from '../report/amounts.ts';
import { errorLine } from '../report/run-events.ts';
import type { WorkspaceOptions } from '../runtime/workspace.ts';
import { textFlag } from './arguments.ts';
import type { CommandContext } from './command.ts';
import type { Terminal } from './terminal.ts';

/** What a command line says of a run, wherever its bars come from. */
export interface RunSettings {
  readonly format: 'text' | 'json' | 'jsonl';
  readonly json: boolean;
  readonly quiet: boolean;
  /** The document named instead of `risk.yaml`. */
  readonly risk: string | undefined;
  readonly where: WorkspaceOptions;
  /** Where findings go: on one line each when the events of the run do. */
  readonly answers: Terminal;
  /** Says a sentence beside the run, unless it is to be quiet; it brings its own line ends. */
  readonly say: (text: string) => void;
}

/** A terminal whose JSON answers take one line each, as the events of a run do. */
const onOneLine = (terminal: Terminal): Terminal => ({
  ...terminal,
  stream: (pieces) => terminal.stream([errorLine([...pieces].join(''))]),
});

export const runSettings = (
  { flags, positionals, terminal }: Pick<CommandContext, 'flags' | 'positionals' | 'terminal'>,
  { folder, symbols }: { readonly folder: string; readonly symbols: readonly string[] | undefined },
): RunSettings => {
  const format = flags.format === 'json' || flags.format === 'jsonl' ? flags.format : 'text';
  const quiet = flags.quiet === true;
  const risk = textFlag(flags, 'risk');
  return {
    format,
    json: format !== 'text',
    quiet,
    risk,
    where: {
      dir: folder,
      ...(positionals.length > 0 ? { paths: positionals } : {}),
      ...(risk === undefined ? {} : { risk }),
      ...(symbols === undefined ? {} : { symbols }),
    },
    answers: format === 'jsonl' ? onOneLine(terminal) : terminal,
    say(text) {
      if (!quiet) terminal.err(text);
    },
  };
};

/** What is about to run: `2 strategies, 1 symbol (SPY), rules 1a2b3c4.` */
export const rulesSentence = ({ strategies, traded, revision }: Ruleset): string =>
  `${counted(strategies.length, 'strategy', 'strategies')}, ${counted(traded.length, 'symbol')} (${traded.join(' ')}), rules ${revision.slice(0, 7)}.`;
