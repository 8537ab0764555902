import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isLoopback } from '../alpaca/endpoints.ts';
import { otherClock } from '../alpaca/other-clock.ts';
import type { Diagnostic, SourceFile, Span } from '../documents/diagnostic.ts';
import { finding, quoted } from '../documents/finding.ts';
import { positionOf } from '../documents/position.ts';
import type { Clock } from '../market/clock.ts';
import { type Secret, secret } from '../secrets/secret.ts';
import { type EnvFile, readEnvFile } from './env-file.ts';
import { fileTrouble } from './exit.ts';
import { noteSecret } from './known-secrets.ts';
import { didYouMean } from './nearest.ts';
import {
  ALPACA_FEEDS,
  type AlpacaFeed,
  SETTING_NAMES,
  SETTINGS,
  type SettingKind,
  type SettingName,
} from './settings.ts';
import { shownPath } from './shown-path.ts';

/** Where a value comes from: the environment of the process, the workspace's `.env`, or nobody said. */
export type Origin = 'env' | '.env' | 'default';

/** What a setting of each kind is once read. */
interface Values {
  readonly secret: Secret;
  readonly address: string;
  readonly stream: string;
  readonly switch: boolean;
  readonly feed: AlpacaFeed;
  readonly chat: string;
  readonly path: string;
  readonly clock: Clock;
}

export interface Setting<T> {
  readonly name: SettingName;
  /** Undefined: nobody set it and there is no default, or what was given cannot be meant (a finding says so). */
  readonly value: T | undefined;
  readonly origin: Origin;
  /** `.env:3`, or `the environment`; undefined for a default. */
  readonly place: string | undefined;
}

/** The settings of a workspace, each with its origin, and what is wrong with them. */
export type Environment = {
  readonly [Name in SettingName]: Setting<Values[(typeof SETTINGS)[Name]['kind']]>;
} & {
  /** Of all settings; whoever needs a part asks `findingsOf`. */
  readonly findings: readonly Diagnostic[];
};

type Variables = Readonly<Record<string, string | undefined>>;

const PLAIN: ReadonlySet<string> = new Set(SETTING_NAMES.filter((name) => SETTINGS[name].kind !== 'secret'));

/** Beginnings of our own names: others may stand in the same file and are not ours to judge. */
const OURS = /^(?:ALPACA|TELEGRAM|ENGINE)_/;

const TRUE: ReadonlySet<string> = new Set(['true', '1', 'yes', 'on']);
const FALSE: ReadonlySet<string> = new Set(['false', '0', 'no', 'off']);

const TOKEN = /^\d{3,20}:[\w-]{6,200}$/;
const KEY = /^[\x21\x23-\x26\x28-\x7e]+$/;
const CHAT = /^(?:-?\d{1,20}|@[A-Za-z]\w{3,63})$/;

/** A value, or why it is none. */
type Reading<T> =
  | { readonly value: T }
  | { readonly code: Diagnostic['code']; readonly says: string; readonly help: string };

const readAddress = (name: string, text: string, schemes: readonly [string, string]): Reading<string> => {
  const [safe, bare] = schemes;
  const wrong = (says: string, help = `write ${safe}//… in full`): Reading<string> => ({ code: 'E501', says, help });
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return wrong(`${name} is no address`);
  }
  // The address may hold a password, so it is not repeated.
  if (url.username !== '' || url.password !== '')
    return wrong(`${name} holds a name or password`, 'take what stands before the @ out of the address');
  if (url.protocol !== safe && url.protocol !== bare) {
    return wrong(`${name} begins with ${quoted(url.protocol)}, not with ${safe}//`);
  }
  if (url.protocol === bare && !isLoopback(url.href)) {
    return wrong(`${name} is an address without encryption`, `write ${safe}//${url.host}`);
  }
  if (url.search !== '' || url.hash !== '')
    return wrong(`${name} holds more than a path`, 'leave out what begins with ? or #');
  return { value: text.replace(/\/+$/, '') };
};

const readSecret = (name: string, text: string): Reading<Secret> => {
  if (name === 'TELEGRAM_BOT_TOKEN' && !TOKEN.test(text)) {
    return {
      code: 'E504',
      says: `${name} is no token of a bot`,
      help: 'copy the whole line that @BotFather gives: a number, a colon, some 35 letters',
    };
  }
  if (!KEY.test(text)) {
    return {
      code: 'E504',
      says: `${name} holds a blank or a quote`,
      help: 'copy the key again, without anything around it',
    };
  }
  return { value: secret(text) };
};

const READERS: { readonly [Kind in SettingKind]: (name: string, text: string) => Reading<Values[Kind]> } = {
  secret: readSecret,
  address: (name, text) => readAddress(name, text, ['https:', 'http:']),
  stream: (name, text) => readAddress(name, text, ['wss:', 'ws:']),
  switch(name, text) {
    const word = text.toLowerCase();
    if (TRUE.has(word)) return { value: true };
    if (FALSE.has(word)) return { value: false };
    return {
      code: 'E502',
      says: `${name} is ${quoted(text)}, neither true nor false`,
      help: `write ${name}=true or ${name}=false`,
    };
  },
  feed(name, text) {
    const word = ALPACA_FEEDS.find((one) => one === text.toLowerCase());
    if (word !== undefined) return { value: word };
    return {
      code: 'E503',
      says: `${name} is ${quoted(text)}, none of ${ALPACA_FEEDS.join(', ')}`,
      help: `write ${name}=iex`,
    };
  },
  chat: (name, text) =>
    CHAT.test(text)
      ? { value: text }
      : {
          code: 'E504',
          says: `${name} is ${quoted(text)}, no chat`,
          help: 'write the number that @userinfobot tells you (a group begins with a minus), or the @name of a channel',
        },
  path: (_, text) => ({ value: text }),
  clock(name, text) {
    const clock = otherClock(text);
    return clock === undefined
      ? { code: 'E504', says: `${name} is no clock of a simulator`, help: 'copy the line that the simulator prints' }
      : { value: clock };
  },
};

const severalLines = (name: string): Reading<never> => ({
  code: 'E504',
  says: `${name} goes over several lines`,
  help: 'close its quotes on the same line, or leave them out',
});

interface Given {
  readonly text: string;
  readonly origin: 'env' | '.env';
  readonly place: string;
  readonly at: { readonly file: SourceFile; readonly span: Span } | undefined;
}

/** The process's own environment wins, even with an empty value: that unsets what the file sets. */
const givenFor = (name: string, variables: Variables, file: EnvFile | undefined): Given | undefined => {
  const own = variables[name];
  if (own !== undefined) {
    const text = own.trim();
    return text === '' ? undefined : { text, origin: 'env', place: 'the environment', at: undefined };
  }
  const set = file?.values.get(name);
  const text = set?.text.trim() ?? '';
  if (file === undefined || set === undefined || text === '') return undefined;
  const place = `${file.file.path}:${positionOf(file.file, set.span.start).line}`;
  return { text, origin: '.env', place, at: { file: file.file, span: set.span } };
};

const readFile = (folder: string): EnvFile | Diagnostic | undefined => {
  const path = join(folder, '.env');
  try {
    return readEnvFile(shownPath(path), readFileSync(path, 'utf8'), PLAIN);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    const why = fileTrouble(code) ?? `cannot be read (${code})`;
    return finding('E505', undefined, undefined, `${shownPath(path)} ${why}`, 'make it a file that you may read');
  }
};

/** What stands in the file and has no effect. */
const idleFindings = ({ file, values, idle }: EnvFile): Diagnostic[] => [
  ...idle.map((span) => finding('E506', file, span, 'this line sets nothing', 'write NAME=value, or begin it with #')),
  ...[...values]
    .filter(([name]) => OURS.test(name) && !Object.hasOwn(SETTINGS, name))
    .map(([name, { span }]) =>
      finding(
        'E507',
        file,
        span,
        `there is no setting ${quoted(name)}`,
        didYouMean(name, SETTING_NAMES) ?? 'take it out',
      ),
    ),
];

/** What messages need, and where it comes from. */
const NEEDED = [
  ['TELEGRAM_BOT_TOKEN', 'make a bot with @BotFather and fill in its token'],
  ['TELEGRAM_CHAT_ID', 'ask @userinfobot for your number and fill it in'],
] as const;

const read = (folder: string, variables: Variables): Environment => {
  const found = readFile(folder);
  const file = found !== undefined && 'values' in found ? found : undefined;
  const findings: Diagnostic[] =
    file !== undefined ? idleFindings(file) : found === undefined ? [] : [found as Diagnostic];
  const setting = (name: SettingName): Setting<unknown> => {
    const spec: { readonly kind: SettingKind; readonly otherwise?: string | boolean } = SETTINGS[name];
    if (spec.kind === 'secret') {
      // Also what does not rule, or cannot be meant: it is somebody's secret all the same.
      for (const text of [variables[name], file?.values.get(name)?.text])
        if (text !== undefined) noteSecret(text.trim());
    }
    const given = givenFor(name, variables, file);
    if (given === undefined) return { name, value: spec.otherwise, origin: 'default', place: undefined };
    const { text, origin, place, at } = given;
    const reading: Reading<unknown> = text.includes('\n') ? severalLines(name) : READERS[spec.kind](name, text);
    if ('value' in reading) {
      // A path in the file is meant from where the file stands, as everything beside it.
      const value = spec.kind === 'path' && origin === '.env' && text !== 'off' ? resolve(folder, text) : reading.value;
      return { name, value, origin, place };
    }
    const says = at === undefined ? `${reading.says} (in the environment)` : reading.says;
    findings.push(finding(reading.code, at?.file, at?.span, says, reading.help, name));
    return { name, value: undefined, origin, place };
  };
  const settings = Object.fromEntries(SETTING_NAMES.map((name) => [name, setting(name)]));
  if (settings.TELEGRAM_ENABLED?.value === true) {
    const at = givenFor('TELEGRAM_ENABLED', variables, file)?.at;
    for (const [name, help] of NEEDED) {
      if (settings[name]?.origin !== 'default') continue;
      findings.push(
        finding('E508', at?.file, at?.span, `TELEGRAM_ENABLED is true, but ${name} is not set`, help, name),
      );
    }
  }
  return { ...settings, findings } as unknown as Environment;
};

const known = new Map<string, Environment>();

/**
 * The settings of a workspace: from the process's environment, which wins, and from the folder's `.env`, read once. Secrets are
 * known to `scrubberOfKnown` from then on. Never throws: what is wrong is a finding (E501 to E508).
 * @param variables another environment than the process's own: nothing is remembered then
 */
export const readEnvironment = (folder: string, variables?: Variables): Environment => {
  if (variables !== undefined) return read(folder, variables);
  const before = known.get(folder);
  if (before !== undefined) return before;
  const environment = read(folder, process.env);
  known.set(folder, environment);
  return environment;
};

/** The errors of those settings whose name begins so, and of the file as a whole. */
export const findingsOf = (environment: Environment, ...beginnings: readonly string[]): Diagnostic[] =>
  environment.findings.filter(
    ({ code, context, severity }) =>
      severity === 'error' && (code === 'E505' || beginnings.some((beginning) => context?.startsWith(beginning))),
  );
