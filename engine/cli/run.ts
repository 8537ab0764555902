import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Operator } from '../core/breakers.ts';
import type { Style } from '../report/style.ts';
import { missingKeys } from './alpaca-access.ts';
import { textFlag } from './arguments.ts';
import { refuseMissing } from './bars-missing.ts';
import type { CommandContext } from './command.ts';
import type { DryChoices, JournalChoice } from './dry.ts';
import { type Environment, readEnvironment } from './environment.ts';
import { failure } from './exit.ts';
import type { LiveChoices } from './live.ts';
import { logFolder, logLevel } from './log-folder.ts';
import { readAssumptions, readCash, readSymbols, readZone } from './simulation-flags.ts';
import { stateFolder } from './state-folder.ts';
import { refuseSettings, settingsText, telegramChoice } from './telegram-settings.ts';
import { workspaceFolder } from './workspace-folder.ts';

/** Where the bars come from: the sample market, or a folder of CSV files. */
type FeedChoice = { readonly kind: 'sample' } | { readonly kind: 'csv'; readonly path: string };

/** A name for the lines of one run in the logs: `2025-11-25-140311`. */
const sessionName = (at: Date): string =>
  at
    .toISOString()
    .replace(/\.\d+Z/, '')
    .replace('T', '-')
    .replaceAll(':', '');

const readFeed = (text: string | undefined, environment: Environment, isDry: boolean): FeedChoice | 'alpaca' => {
  if (text === 'alpaca') return 'alpaca';
  if (text === undefined) return !isDry || missingKeys(environment).length === 0 ? 'alpaca' : { kind: 'sample' };
  if (!isDry) throw failure(`--feed ${text} is for a dry run`, 'add --dry, or leave out --feed');
  if (text === 'sample') return { kind: 'sample' };
  if (text.startsWith('csv:') && text.length > 4) return { kind: 'csv', path: text.slice(4) };
  throw failure(`--feed cannot be \`${text}\``, 'write --feed alpaca, --feed sample or --feed csv:DIR');
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
const announce = ({ flags, positionals, terminal }: CommandContext, feed: FeedChoice, folder: string): void => {
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
};

/** Flags that only a run on bars of the past, or made up, can have. */
const refuseOffLine = (flags: CommandContext['flags']): void => {
  for (const name of ['speed', 'once', 'tz'] as const) {
    if (flags[name] !== undefined) {
      throw failure(`--${name} is not for live bars`, 'leave it out, or give --dry --feed sample or --feed csv:DIR');
    }
  }
};

const HINT = 'Edit a rule while it runs. Ctrl-C ends it; what protects positions stays at the broker.';

const LIVE_HEADS: Readonly<Record<LiveChoices['mode'], (style: Style) => string>> = {
  dry: (style) => `${style.bold('Dry run')} on live bars of Alpaca. Nothing is sent anywhere.`,
  paper: (style) => `${style.bold('Paper trading')} on Alpaca: orders go to the paper account.\n${style.dim(HINT)}`,
  live: (style) => `${style.red('REAL MONEY')}: orders go to the live account.\n${style.dim(HINT)}`,
};

/** Runs on Alpaca's live bars: on the paper account, with real money, or deciding alone. */
const runLive = async (
  context: CommandContext,
  environment: Environment,
  common: Omit<LiveChoices, 'mode' | 'access'>,
): Promise<number> => {
  const { flags, terminal } = context;
  refuseOffLine(flags);
  const mode = flags.dry === true ? 'dry' : flags.live === true ? 'live' : 'paper';
  const { openTrading } = await import('./trading-access.ts');
  const access = await openTrading(environment, { live: mode === 'live', yesLive: textFlag(flags, 'yes-live') });
  if (flags.quiet !== true) terminal.err(`${LIVE_HEADS[mode](terminal.errStyle)}\n`);
  const { live } = await import('./live.ts');
  return live(context, { ...common, mode, access });
};

export const run = async (context: CommandContext): Promise<number> => {
  const { flags } = context;
  const speed = readSpeed(textFlag(flags, 'speed'));
  const folder = workspaceFolder(flags);
  const environment = readEnvironment(folder);
  const isDry = flags.dry === true;
  if (isDry && flags.live === true) throw failure('--dry and --live exclude each other', 'give one of them');
  const feed = readFeed(textFlag(flags, 'feed'), environment, isDry);
  if (flags.quiet === true && flags.verbose === true)
    throw failure('--quiet and --verbose go against each other', 'give one of them');
  const telegram = telegramChoice(environment);
  if (telegram.kind === 'faulty') return refuseSettings(telegram.findings, flags.format, context.terminal);
  const idle = environment.findings.filter(({ severity }) => severity === 'warning');
  if (idle.length > 0 && flags.quiet !== true) context.terminal.err(`${settingsText(idle, context.terminal)}\n`);
  const common = {
    folder,
    assumptions: readAssumptions(flags),
    cash: readCash(textFlag(flags, 'cash')),
    symbols: readSymbols(textFlag(flags, 'symbols')),
    operator: textFlag(flags, 'operator') as Operator | undefined,
    journal: readJournal(flags, folder),
    log: { folder: logFolder(flags, folder), level: logLevel(flags), session: sessionName(new Date()) },
    statusMs: readStatus(textFlag(flags, 'status-every')),
    telegram: telegram.kind === 'on' ? telegram.settings : undefined,
  };
  if (feed === 'alpaca') return runLive(context, environment, common);
  const choices: DryChoices = { ...common, feed, speed };
  readZone(textFlag(flags, 'tz'));
  if (feed.kind === 'csv') refuseMissing(feed.path);
  announce(context, feed, folder);
  const { dry } = await import('./dry.ts');
  return dry(context, choices);
};

export type { FeedChoice };
