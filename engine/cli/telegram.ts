import { type Answer, createBotApi } from '../notify/bot-api.ts';
import { html, plain } from '../notify/html.ts';
import { hostOf } from '../notify/telegram.ts';
import { troubleWords } from '../notify/trouble-words.ts';
import { ENGINE_VERSION } from '../runtime/version.ts';
import { tellJson } from './ask.ts';
import type { CommandContext } from './command.ts';
import { type Environment, findingsOf, readEnvironment } from './environment.ts';
import { EXIT, failure } from './exit.ts';
import { scrubberOfKnown } from './known-secrets.ts';
import { didYouMean } from './nearest.ts';
import { refuseSettings } from './telegram-settings.ts';
import { workspaceFolder } from './workspace-folder.ts';

/** What went wrong, and the way out. */
interface Wrong {
  readonly code: string;
  readonly message: string;
  readonly help: string;
}

const MISSING = {
  TELEGRAM_BOT_TOKEN: 'make a bot with @BotFather in Telegram, and write its token into .env: TELEGRAM_BOT_TOKEN=...',
  TELEGRAM_CHAT_ID: 'ask @userinfobot in Telegram for your number, and write it into .env: TELEGRAM_CHAT_ID=...',
} as const;

const missing = (environment: Environment): Wrong | undefined => {
  for (const name of ['TELEGRAM_BOT_TOKEN', 'TELEGRAM_CHAT_ID'] as const) {
    if (environment[name].value === undefined)
      return { code: 'missing', message: `${name} is not set`, help: MISSING[name] };
  }
  return undefined;
};

/** Sends the message; gives the bot's name, or what went wrong. */
const send = async (environment: Environment): Promise<{ readonly bot: string } | Wrong> => {
  const lacking = missing(environment);
  if (lacking !== undefined) return lacking;
  const root = environment.TELEGRAM_API_ROOT.value!;
  const scrub = scrubberOfKnown();
  const bot = createBotApi({ root, token: environment.TELEGRAM_BOT_TOKEN.value!, now: Date.now });
  const wrong = (answer: Answer<unknown> & { readonly ok: false }): Wrong => {
    const words = troubleWords(answer.trouble, hostOf(root));
    return { ...words, message: scrub(words.message) };
  };
  const me = await bot.call<{ readonly username?: unknown }>('getMe', {});
  if (!me.ok) return wrong(me);
  const sent = await bot.call('sendMessage', {
    chat_id: environment.TELEGRAM_CHAT_ID.value,
    text: html`<b>It works.</b> This is the trading engine ${plain(ENGINE_VERSION)}, told to send a test.`,
    parse_mode: 'HTML',
  });
  if (!sent.ok) return wrong(sent);
  return { bot: typeof me.result.username === 'string' ? `@${me.result.username}` : 'the bot' };
};

const test = async (context: CommandContext): Promise<number> => {
  const { flags, terminal } = context;
  const json = flags.format === 'json';
  const environment = readEnvironment(workspaceFolder(flags));
  // What is missing is told below, whether messages are switched on or not.
  const faulty = findingsOf(environment, 'TELEGRAM_').filter(({ code }) => code !== 'E508');
  if (faulty.length > 0) return refuseSettings(faulty, flags.format, terminal);
  const enabled = environment.TELEGRAM_ENABLED.value === true;
  const chat = environment.TELEGRAM_CHAT_ID.value;
  const result = await send(environment);
  if ('message' in result) {
    if (json) await tellJson(context, { ok: false, enabled, chat: chat ?? null, error: { ...result } });
    else {
      terminal.err(`${terminal.errStyle.red('Telegram does not work')}: ${result.message}\n  = help: ${result.help}\n`);
    }
    return EXIT.findings;
  }
  if (json) await tellJson(context, { ok: true, enabled, chat, bot: result.bot });
  else {
    const off = enabled
      ? ''
      : `\n${terminal.style.yellow('Switched off')}: engine run sends nothing until .env says TELEGRAM_ENABLED=true.`;
    terminal.out(`${terminal.style.green('Sent')} to chat ${chat} by ${result.bot}: look at your phone.${off}\n`);
  }
  return EXIT.fine;
};

export const run = (context: CommandContext): Promise<number> => {
  const [verb] = context.positionals;
  if (verb === 'test') return test(context);
  throw failure(
    verb === undefined ? 'engine telegram needs a word: test' : `engine telegram does not \`${verb}\``,
    (verb === undefined ? undefined : didYouMean(verb, ['test'])) ?? 'engine telegram test sends one message',
  );
};
