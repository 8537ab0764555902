import { ENGINE_VERSION } from '../runtime/version.ts';
import { GLOBAL_FLAGS, readArguments } from './arguments.ts';
import type { CommandContext } from './command.ts';
import { COMMANDS, LATER } from './commands.ts';
import { EXIT, failure, fileFailure, isFailure } from './exit.ts';
import { interruptions } from './interruption.ts';
import { scrubberOfKnown } from './known-secrets.ts';
import { didYouMean } from './nearest.ts';
import { openTerminal, type Terminal } from './terminal.ts';

const formatOf = (words: readonly string[]): string | undefined => {
  const at = words.findIndex((word) => word === '--format' || word.startsWith('--format='));
  return at < 0 ? undefined : words[at] === '--format' ? words[at + 1] : words[at]!.slice('--format='.length);
};

const wantsJson = (words: readonly string[]): boolean =>
  words.some(
    (word, index) => /^--format=jsonl?$/.test(word) || (word === '--format' && /^jsonl?$/.test(words[index + 1] ?? '')),
  );

const unknownCommand = (word: string): Error => {
  if (Object.hasOwn(LATER, word)) {
    return failure(`engine ${word} (${LATER[word]}) comes with a later version`, 'engine help lists what works today');
  }
  return failure(
    word.startsWith('-') ? `engine has no flag \`${word}\` before a command` : `engine has no command \`${word}\``,
    didYouMean(
      word,
      word.startsWith('-')
        ? ['--help', '--version']
        : [...COMMANDS.map((command) => command.name), ...Object.keys(LATER), 'help'],
    ) ?? 'engine help lists the commands',
  );
};

const showHelp = async (terminal: Terminal, name: string | undefined): Promise<number> => {
  const [{ commandHelp, overview }, { programName }] = await Promise.all([
    import('./help.ts'),
    import('./program-name.ts'),
  ]);
  if (name === undefined || name === 'help') {
    terminal.out(overview(COMMANDS, terminal.width, terminal.style, programName()));
    return EXIT.fine;
  }
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command === undefined) throw unknownCommand(name);
  terminal.out(commandHelp(command, terminal.width, terminal.style, programName()));
  return EXIT.fine;
};

/** Paths are read from the current folder: without one nothing can be. */
const refuseNowhere = (): void => {
  try {
    process.cwd();
  } catch {
    throw failure('the current folder has been deleted', 'cd to a folder that is there');
  }
};

/** Global flags may stand before the command too: `engine --workspace DIR validate`. */
const hoist = (words: readonly string[]): readonly string[] => {
  const leading: string[] = [];
  let at = 0;
  while (at < words.length) {
    const flag = GLOBAL_FLAGS.find(
      (candidate) => words[at] === `--${candidate.name}` || words[at]!.startsWith(`--${candidate.name}=`),
    );
    if (flag === undefined || flag.name === 'help') break;
    const length = flag.value !== undefined && !words[at]!.includes('=') ? 2 : 1;
    leading.push(...words.slice(at, at + length));
    at += length;
  }
  if (at === 0) return words;
  return at >= words.length ? [] : [words[at]!, ...leading, ...words.slice(at + 1)];
};

const dispatch = async (
  argv: readonly string[],
  terminal: Terminal,
  signals: ReturnType<typeof interruptions>,
): Promise<number> => {
  refuseNowhere();
  const [name, ...words] = hoist(argv);
  if (name === undefined || name === '--help' || name === '-h') return showHelp(terminal, undefined);
  if (name === 'help')
    return showHelp(
      terminal,
      words.find((word) => !word.startsWith('-')),
    );
  if (name === '--version' || name === '-V' || name === '-v' || name === 'version') {
    terminal.out(`${ENGINE_VERSION}\n`);
    return EXIT.fine;
  }
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command === undefined) throw unknownCommand(name);
  const { positionals, flags } = readArguments(command, words);
  if (flags.help !== undefined) return showHelp(terminal, name);
  const context: CommandContext = { positionals, flags, terminal, interruption: signals.take };
  const { run } = await command.load();
  return run(context);
};

const complain = (error: unknown, argv: readonly string[], terminal: Terminal): number => {
  const expected = isFailure(error) ? error : fileFailure(error);
  const exit = expected?.exit ?? EXIT.fault;
  const scrub = scrubberOfKnown();
  const message = scrub(error instanceof Error ? (expected ?? error).message : String(error));
  const help =
    expected === undefined ? 'this is a fault of the engine; --verbose prints where, please report it' : expected.help;
  if (wantsJson(argv)) {
    const event = formatOf(argv) === 'jsonl' ? { event: 'error' } : {};
    terminal.out(
      `${JSON.stringify({ schemaVersion: 1, ...event, error: { message, help: help ?? null, exitCode: exit } })}\n`,
    );
  }
  const style = terminal.errStyle;
  const oneLine = message.replace(/\s*\n\s*/g, ' ');
  if (expected === undefined) {
    terminal.err(`${style.red('fault')}: ${oneLine} (${help})\n`);
    if (argv.includes('--verbose') && error instanceof Error) terminal.err(scrub(`${error.stack ?? ''}\n`));
  } else {
    terminal.err(`${style.red('error')}: ${message}\n`);
    if (help !== undefined) terminal.err(`  = help: ${help}\n`);
  }
  return exit;
};

const main = async (argv: readonly string[]): Promise<void> => {
  const terminal = openTerminal(process.env);
  const signals = interruptions(terminal);
  const fault = (error: unknown): void => {
    process.exitCode = complain(error, argv, terminal);
    signals.abort();
  };
  process.on('uncaughtException', fault);
  process.on('unhandledRejection', fault);
  let code: number;
  try {
    code = await dispatch(argv, terminal, signals);
  } catch (error) {
    code = complain(error, argv, terminal);
  }
  if (process.exitCode === undefined) process.exitCode = code;
  signals.release();
};

void main(process.argv.slice(2));
