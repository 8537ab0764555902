import type { Trouble } from './bot-api.ts';

/** A trouble in plain words, with its way out. */
export interface TroubleWords {
  /** Frozen: `token`, `chat`, ... */
  readonly code: Trouble['kind'];
  readonly message: string;
  readonly help: string;
}

const NETWORK: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name cannot be looked up now',
  ENETUNREACH: 'there is no way to it',
  EHOSTUNREACH: 'there is no way to it',
  ETIMEDOUT: 'it does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
  UND_ERR_SOCKET: 'the connection was cut',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is its own',
  SELF_SIGNED_CERT_IN_CHAIN: 'somebody reads along: a certificate of its own is in the chain',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate cannot be verified',
  UNKNOWN: 'fetch gives no reason',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is of another name',
};

/** Text of the server made safe for one line. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();

/**
 * Says what went wrong and what to do.
 * @param host of the API root, without anything secret
 */
export const troubleWords = (trouble: Trouble, host: string): TroubleWords => {
  const code = trouble.kind;
  switch (trouble.kind) {
    case 'token':
      return {
        code,
        message: 'Telegram does not know this bot: TELEGRAM_BOT_TOKEN is wrong, or was revoked',
        help: 'ask @BotFather for the token again (/mybots, API Token) and copy the whole of it',
      };
    case 'chat':
      if (trouble.movedTo !== undefined) {
        return {
          code,
          message: 'the group has become a supergroup, with another id',
          help: `set TELEGRAM_CHAT_ID=${trouble.movedTo}`,
        };
      }
      return {
        code,
        message: `the bot cannot write to that chat: ${oneLine(trouble.says) || 'not allowed'}`,
        help: 'open a chat with the bot and press Start (or add it to the group), and look at TELEGRAM_CHAT_ID: @userinfobot tells yours',
      };
    case 'busy':
      return {
        code,
        message: `Telegram asks to wait ${trouble.seconds} s: too many messages`,
        help: 'it is waited for; nothing needs doing',
      };
    case 'conflict':
      return trouble.webhook
        ? {
            code,
            message: "the bot's messages go to a webhook, so commands do not come here",
            help: 'take the webhook away (deleteWebhook of the Bot API), or make a bot for this engine alone',
          }
        : {
            code,
            message: "another program takes this bot's messages, so commands may not come here",
            help: 'stop the other one, or make a bot for each with @BotFather',
          };
    case 'message':
      return {
        code,
        message: `Telegram refused the message: ${oneLine(trouble.says) || 'no reason given'}`,
        help: 'please report it, with this line',
      };
    case 'server':
      return { code, message: `Telegram has a fault of its own (${trouble.status})`, help: 'try again in a moment' };
    case 'network':
      return {
        code,
        message: `${host} cannot be reached: ${NETWORK[trouble.code] ?? trouble.code}`,
        help: 'look at the network, at a proxy or firewall, and at TELEGRAM_API_ROOT if it is set',
      };
    case 'timeout':
      return {
        code,
        message: `${host} did not answer within ${trouble.milliseconds / 1000} s`,
        help: 'look at the network, or try again in a moment',
      };
    case 'stranger':
      return {
        code,
        message: `${host} answers, but is no Bot API (${trouble.status})`,
        help: 'look at TELEGRAM_API_ROOT; unset, it is https://api.telegram.org',
      };
    case 'aborted':
      return { code, message: 'it was broken off', help: 'try again' };
  }
};
