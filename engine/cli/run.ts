import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { textFlag } from './arguments.ts';
import { refuseMissing } from './bars-missing.ts';
import type { CommandContext } from './command.ts';
import type { DryChoices, JournalChoice } from './dry.ts';
import { type Environment, readEnvironment } from './environment.ts';
import { type Failure, failure } from './exit.ts';
import { logFolder, logLevel } from './log-folder.ts';
import { readAssumptions, readCash, readSymbols, readZone } from './simulation-flags.ts';
import { stateFolder } from './state-folder.ts';
import { refuseSettings, settingsText, telegramChoice } from './telegram-settings.ts';
import { workspaceFolder } from './workspace-folder.ts';

/** Where the bars come from: the sample market, or a folder of CSV files. */
type FeedChoice = { readonly kind: 'sample' } | { readonly kind: 'csv'; readonly path: string };

const KEYS = ['ALPACA_API_KEY', 'ALPACA_SECRET_KEY'] as const;

/** A name for the lines of one run in the logs: `2025-11-25-140311`. */
const sessionName = (at: Date): string =>
  at
    .toISOString()
    .replace(/\.\d+Z/, '')
    .replace('T', '-')
    .replaceAll(':', '');

const missingKeys = (environment: Environment): string[] => KEYS.filter((key) => environment[key].value === undefined);

const needsDry = (environment: Environment): Failure => {
  const missing = missingKeys(environment);
  const keys = missing.length === 0 ? 'the keys are set, but' : `it needs ${missing.join(' and ')} in .env, and`;
  return failure(
    `engine run trades on an Alpaca paper account: ${keys} that comes with a later version`,
    'engine run --dry decides on a sample market and sends nothing',
  );
};

const readFeed = (text: string | undefined): FeedChoice => {
  if (text === undefined || text === 'sample') return { kind: 'sample' };
  if (text.startsWith('csv:') && text.length > 4) return { kind: 'csv', path: text.slice(4) };
  if (text === 'alpaca')
    throw failure('--feed alpaca (live bars) comes with a later version', '--feed sample, or --feed csv:DIR');
  throw failure(`--feed cannot be \`${text}\``, 'write --feed sample or --feed csv:DIR');
};

const readSpeed = (text: string | undefined): 'max' | 'realtime' | number => {
  if (text === undefined || text === 'max') return 'max';
  if (text === 'realtime' || text === '1x') return 'realtime';
  const times = /^(\d+(?:\.\d+)?)x$/.exec(text);
  if (times === null || Number(times[1]) <= 0) {
    throw failure(`--speed cannot be \`${text}\``, 'write realtime, max, or a number of times: 60x');
  }
  return Number(times[1]);
};

const readJournal = (flags: CommandContext['flags'], folder: string): JournalChoice => {
  const asked = (['restore', 'fresh', 'no-journal'] as const).filter((name) => flags[name] === true);
  if (asked.length > 1) throw failure(`--${asked[0]} and --${asked[1]} exclude each other`, 'give one of them');
  if (asked[0] === 'no-journal' && flags.state !== undefined) {
    throw failure('--no-journal and --state exclude each other', 'without a journal there is no state to keep');
  }
  return {
    folder: stateFolder(flags, folder),
    mode: asked[0] === 'no-journal' ? 'off' : (asked[0] ?? 'restore'),
    asked: asked.length > 0 || flags.state !== undefined,
  };
};

const countStrategies = (folder: string): number => {
  try {
    return readdirSync(join(folder, 'strategies.d')).filter((name) => /^[^._].*\.ya?ml$/.test(name)).length;
  } catch {
    return 0;
  }
};

/** @returns milliseconds; undefined for `off` */
const readStatus = (text: string | undefined): number | undefined => {
  if (text === 'off') return undefined;
  const match = /^(\d+)(s|m|)$/.exec(text ?? '60s');
  const every = match === null ? 0 : Number(match[1]) * (match[2] === 'm' ? 60_000 : 1_000);
  if (every < 1_000 || every > 86_400_000) {
    throw failure(`--status-every cannot be \`${text}\``, 'write 30s, 5m (at most a day), or off');
  }
  return every;
};

/** The first line must stand before anything heavy is loaded. */
const announce = (
  { flags, positionals, terminal }: CommandContext,
  feed: FeedChoice,
  folder: string,
  environment: Environment,
): void => {
  if (flags.quiet === true) return;
  const { errStyle: style } = terminal;
  const files = positionals.length > 0 ? positionals.length : countStrategies(folder);
  const where = relative(process.cwd(), join(folder, 'strategies.d')) || '.';
  const market =
    feed.kind === 'sample'
      ? `the sample market, ${style.yellow('SYNTHETIC')}: made-up prices`
      : `CSV bars from ${feed.path}`;
  terminal.err(
    `${style.bold('Dry run')} of ${files} ${files === 1 ? 'strategy' : 'strategies'} on ${market}. Nothing is sent anywhere.\n` +
      `${style.dim(`Rules: ${where}/*.yaml. Edit one while it runs. Ctrl-C ends with the summary.`)}\n`,
  );
  if (feed.kind === 'sample' && flags.feed === undefined && missingKeys(environment).length === 0) {
    terminal.err(`${style.dim('Keys are set, but live bars come with a later version: this is the sample market.')}\n`);
  }
};

export const run = async (context: CommandContext): Promise<number> => {
  const { flags } = context;
  const feed = readFeed(textFlag(flags, 'feed'));
  const speed = readSpeed(textFlag(flags, 'speed'));
  const folder = workspaceFolder(flags);
  const environment = readEnvironment(folder);
  if (flags.dry === undefined) throw needsDry(environment);
  if (flags.quiet === true && flags.verbose === true)
    throw failure('--quiet and --verbose go against each other', 'give one of them');
  const telegram = telegramChoice(environment);
  if (telegram.kind === 'faulty') return refuseSettings(telegram.findings, flags.format, context.terminal);
  const idle = environment.findings.filter(({ severity }) => severity === 'warning');
  if (idle.length > 0 && flags.quiet !== true) context.terminal.err(`${settingsText(idle, context.terminal)}\n`);
  const choices: DryChoices = {
    feed,
    speed,
    folder,
    assumptions: readAssumptions(flags),
    cash: readCash(textFlag(flags, 'cash')),
    symbols: readSymbols(textFlag(flags, 'symbols')),
    journal: readJournal(flags, folder),
    log: { folder: logFolder(flags, folder), level: logLevel(flags), session: sessionName(new Date()) },
    statusMs: readStatus(textFlag(flags, 'status-every')),
    telegram: telegram.kind === 'on' ? telegram.settings : undefined,
  };
  readZone(textFlag(flags, 'tz'));
  if (feed.kind === 'csv') refuseMissing(feed.path);
  announce(context, feed, folder, environment);
  const { dry } = await import('./dry.ts');
  return dry(context, choices);
};

export type { FeedChoice };
