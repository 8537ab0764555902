import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { textFlag } from './arguments.ts';
import { refuseMissing } from './bars-missing.ts';
import type { CommandContext } from './command.ts';
import type { DryChoices } from './dry.ts';
import { type Failure, failure } from './exit.ts';
import { readAssumptions, readCash, readSymbols, readZone } from './simulation-flags.ts';
import { stateFolder } from './state-folder.ts';
import { workspaceFolder } from './workspace-folder.ts';

/** Where the bars come from: the sample market, or a folder of CSV files. */
type FeedChoice = { readonly kind: 'sample' } | { readonly kind: 'csv'; readonly path: string };

const KEYS = ['ALPACA_API_KEY', 'ALPACA_SECRET_KEY'] as const;

const loadKeys = (folder: string): void => {
  try {
    process.loadEnvFile(join(folder, '.env'));
  } catch {
    // No .env is no fault: the environment itself may hold the keys.
  }
};

const needsDry = (): Failure => {
  const missing = KEYS.filter((key) => (process.env[key] ?? '') === '');
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

const countStrategies = (folder: string): number => {
  try {
    return readdirSync(join(folder, 'strategies.d')).filter((name) => /^[^._].*\.ya?ml$/.test(name)).length;
  } catch {
    return 0;
  }
};

/** The first line must stand before anything heavy is loaded. */
const announce = ({ flags, positionals, terminal }: CommandContext, feed: FeedChoice, folder: string): void => {
  const { errStyle: style } = terminal;
  const files = positionals.length > 0 ? positionals.length : countStrategies(folder);
  const where = relative(process.cwd(), join(folder, 'strategies.d')) || '.';
  const market =
    feed.kind === 'sample'
      ? `the sample market, ${style.yellow('SYNTHETIC')}: made-up prices`
      : `CSV bars from ${feed.path}`;
  terminal.err(
    `${style.bold('Dry run')} of ${files} ${files === 1 ? 'strategy' : 'strategies'} on ${market}. Nothing is sent anywhere.\n` +
      `${style.dim(`Rules: ${where}/*.yaml. Edit one, run again. Ctrl-C ends with the summary.`)}\n`,
  );
  if (feed.kind === 'sample' && flags.feed === undefined && KEYS.every((key) => (process.env[key] ?? '') !== '')) {
    terminal.err(`${style.dim('Keys are set, but live bars come with a later version: this is the sample market.')}\n`);
  }
};

export const run = async (context: CommandContext): Promise<number> => {
  const { flags } = context;
  const feed = readFeed(textFlag(flags, 'feed'));
  const speed = readSpeed(textFlag(flags, 'speed'));
  const folder = workspaceFolder(flags);
  loadKeys(folder);
  if (flags.dry === undefined) throw needsDry();
  const choices: DryChoices = {
    feed,
    speed,
    folder,
    assumptions: readAssumptions(flags),
    cash: readCash(textFlag(flags, 'cash')),
    symbols: readSymbols(textFlag(flags, 'symbols')),
    state: stateFolder(flags, folder),
  };
  readZone(textFlag(flags, 'tz'));
  if (feed.kind === 'csv') refuseMissing(feed.path);
  announce(context, feed, folder);
  const { dry } = await import('./dry.ts');
  return dry(context, choices);
};

export type { FeedChoice };
