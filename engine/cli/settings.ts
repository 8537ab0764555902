/** What a setting of the environment takes. */
export type SettingKind = 'clock' | 'secret' | 'address' | 'stream' | 'switch' | 'feed' | 'chat' | 'path';

export interface SettingSpec {
  readonly kind: SettingKind;
  /** What it is when nobody says; undefined: unset. */
  readonly otherwise?: string | boolean;
  /** A few words, for lists of the settings. */
  readonly summary: string;
}

/** Every setting that comes from the environment or from `.env`; frozen names. */
export const SETTINGS = {
  ALPACA_API_KEY: { kind: 'secret', summary: 'key of the Alpaca account' },
  ALPACA_SECRET_KEY: { kind: 'secret', summary: 'secret key of the Alpaca account' },
  ALPACA_BASE_URL: {
    kind: 'address',
    otherwise: 'https://paper-api.alpaca.markets',
    summary: 'where orders go',
  },
  ALPACA_DATA_URL: {
    kind: 'address',
    otherwise: 'https://data.alpaca.markets',
    summary: 'where bars gone by come from',
  },
  ALPACA_STREAM_URL: { kind: 'stream', summary: 'where live bars come from; follows the feed unless set' },
  ALPACA_TRADING_STREAM_URL: { kind: 'stream', summary: 'where fills come from; follows ALPACA_BASE_URL unless set' },
  ALPACA_FEED: { kind: 'feed', otherwise: 'iex', summary: 'iex (free) or sip (the whole market)' },
  TELEGRAM_ENABLED: { kind: 'switch', otherwise: false, summary: 'whether messages go to Telegram' },
  TELEGRAM_BOT_TOKEN: { kind: 'secret', summary: 'token of the bot, from @BotFather' },
  TELEGRAM_CHAT_ID: { kind: 'chat', summary: 'the chat that messages go to and commands come from' },
  TELEGRAM_API_ROOT: { kind: 'address', otherwise: 'https://api.telegram.org', summary: 'where the Bot API is' },
  ENGINE_CLOCK: { kind: 'clock', summary: 'the time of a simulator on this machine, as it prints it' },
  ENGINE_STATE: { kind: 'path', summary: 'folder of the journal and the snapshots' },
  ENGINE_LOG: { kind: 'path', summary: 'folder of the logs, or off' },
} as const satisfies Readonly<Record<string, SettingSpec>>;

export type SettingName = keyof typeof SETTINGS;
export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[];

/** The words of `ALPACA_FEED`. */
export const ALPACA_FEEDS = ['iex', 'sip'] as const;
export type AlpacaFeed = (typeof ALPACA_FEEDS)[number];
