/** Findings about the settings that come from the environment or from `.env`. */
export const ENVIRONMENT_CODES = {
  E501: {
    severity: 'error',
    title: 'setting is no address',
    explanation:
      'The setting takes the address of a server, with its scheme: https:// for requests, wss:// for streams. Without encryption (http://, ws://) only this very machine may be named, as 127.0.0.1 or localhost, since keys travel with every request. A name and password inside the address are refused: they would be shown wherever the address is.',
    wrong: 'ALPACA_BASE_URL=paper-api.alpaca.markets',
    right: 'ALPACA_BASE_URL=https://paper-api.alpaca.markets',
  },
  E502: {
    severity: 'error',
    title: 'setting is neither true nor false',
    explanation:
      'The setting switches something on or off: true or false (1, 0, yes, no, on and off are understood too). Anything else could be meant either way, so nothing is guessed.',
    wrong: 'TELEGRAM_ENABLED=maybe',
    right: 'TELEGRAM_ENABLED=true',
  },
  E503: {
    severity: 'error',
    title: 'setting has an unknown word',
    explanation: 'The setting takes one of a few words, which the message lists. Case does not matter.',
    wrong: 'ALPACA_FEED=nasdaq',
    right: 'ALPACA_FEED=iex',
  },
  E504: {
    severity: 'error',
    title: 'setting of the wrong form',
    explanation:
      'The value cannot be what the setting asks for. A bot token of Telegram is a number, a colon and some 35 letters, as @BotFather gives it; a chat is a number (a group begins with a minus) or the @name of a channel; keys hold neither blanks nor quotes. It was most likely cut off, or copied with something around it. The value itself is never printed when it is a secret.',
    wrong: 'TELEGRAM_CHAT_ID=my phone',
    right: 'TELEGRAM_CHAT_ID=123456789',
  },
  E505: {
    severity: 'error',
    title: '.env cannot be read',
    explanation:
      'The file .env of the workspace is there, but the system does not let it be read, or it is a folder. What it would set is unknown, and running without it could mean running without what protects you.',
    wrong: '-rw------- root .env',
    right: '-rw------- you  .env',
  },
  E506: {
    severity: 'warning',
    title: 'line that sets nothing',
    explanation:
      'Each line of .env is NAME=value, a comment that begins with #, or empty. Other lines are passed over, so what was meant there has no effect. The line itself is not printed, since it may hold a secret.',
    wrong: 'ALPACA_API_KEY: abc',
    right: 'ALPACA_API_KEY=abc',
  },
  E507: {
    severity: 'warning',
    title: 'unknown setting',
    explanation:
      'A name in .env begins as the settings of the engine do (ALPACA_, TELEGRAM_, ENGINE_) and is none of them, so it has no effect. Most often it is a slip of the keyboard; the help line names what is nearest.',
    wrong: 'TELEGRAM_BOT_TOKE=',
    right: 'TELEGRAM_BOT_TOKEN=',
  },
  E508: {
    severity: 'error',
    title: 'setting that others need is missing',
    explanation:
      'Something was switched on that cannot work without another setting: messages by Telegram need the token of a bot and the chat that they go to. Fill it in, or switch the whole off.',
    wrong: 'TELEGRAM_ENABLED=true\nTELEGRAM_BOT_TOKEN=',
    right: 'TELEGRAM_ENABLED=false',
  },
} as const;
