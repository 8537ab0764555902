import { createBotApi } from '../../notify/bot-api.ts';
import { hostOf } from '../../notify/telegram.ts';
import { troubleWords } from '../../notify/trouble-words.ts';
import type { Environment } from '../environment.ts';
import { judgeOf, type Tell } from './item.ts';

const { ok, fail, skipped } = judgeOf('telegram');

const TIMEOUT = 8_000;

/** Asks the Bot API who the bot is and whether it sees the chat; nothing is sent there. */
export const checkTelegram = async (environment: Environment, offline: boolean, tell: Tell): Promise<void> => {
  const { value: token } = environment.TELEGRAM_BOT_TOKEN;
  const { value: chat } = environment.TELEGRAM_CHAT_ID;
  if (environment.TELEGRAM_ENABLED.value !== true) {
    tell(skipped('telegram', 'Messages', 'switched off; TELEGRAM_ENABLED=true in .env switches them on'));
    return;
  }
  if (token === undefined || chat === undefined) {
    const missing = token === undefined ? 'TELEGRAM_BOT_TOKEN' : 'TELEGRAM_CHAT_ID';
    tell(
      fail(
        'telegram',
        'Messages',
        `switched on, but ${missing} is not set`,
        'fill it in, or write TELEGRAM_ENABLED=false',
      ),
    );
    return;
  }
  if (offline) {
    tell(skipped('telegram', 'Messages', 'not asked (--offline)'));
    return;
  }
  const root = environment.TELEGRAM_API_ROOT.value!;
  const bot = createBotApi({ root, token, now: Date.now });
  const me = await bot.call<{ readonly username?: unknown }>('getMe', {}, { timeoutMs: TIMEOUT });
  const seen = me.ok ? await bot.call('getChat', { chat_id: chat }, { timeoutMs: TIMEOUT }) : undefined;
  const failed = me.ok ? seen : me;
  if (failed !== undefined && !failed.ok) {
    const { message, help } = troubleWords(failed.trouble, hostOf(root));
    tell(fail('telegram', 'Messages', message, help));
    return;
  }
  const name = me.ok && typeof me.result.username === 'string' ? `@${me.result.username}` : 'the bot';
  tell(ok('telegram', 'Messages', `${name} sees chat ${chat}; engine telegram test sends a message`));
};
