/** What may be asked for in the chat. */
export interface CommandEntry {
  readonly name: string;
  /** What stands behind it. */
  readonly arguments: string;
  /** A few words; Telegram shows them beside the name. */
  readonly summary: string;
}

/** Every command, in the order in which help shows them; frozen names. */
export const CHAT_COMMANDS = [
  { name: 'status', arguments: '', summary: 'P&L, positions, breakers, rules' },
  { name: 'positions', arguments: '', summary: 'what is open, and what protects it' },
  { name: 'profit', arguments: '', summary: 'P&L of today and in all, by strategy' },
  { name: 'breakers', arguments: '', summary: 'which breakers are ready, which tripped' },
  { name: 'why', arguments: 'SYMBOL', summary: 'why it did or did not trade on the last bar' },
  { name: 'pause', arguments: '[STRATEGY|SYMBOL] [reason]', summary: 'no more entries; exits go on' },
  { name: 'resume', arguments: '[STRATEGY|SYMBOL] [reason]', summary: 'take back a pause, a flatten or a halt' },
  { name: 'flatten', arguments: '[STRATEGY|SYMBOL]', summary: 'close positions at the next open; asks once' },
  { name: 'halt', arguments: '[reason]', summary: 'no more entries until /resume with a reason' },
  { name: 'reload', arguments: '', summary: 'read the rules again, now' },
  { name: 'help', arguments: '', summary: 'these commands' },
] as const satisfies readonly CommandEntry[];

export type ChatCommandName = (typeof CHAT_COMMANDS)[number]['name'];

export interface ChatCommand {
  readonly name: ChatCommandName;
  readonly words: readonly string[];
}

/** A message as a command; `unknown`: it begins as one and is none; undefined: it is talk, or meant for another bot. */
export type ReadCommand = ChatCommand | { readonly name: 'unknown'; readonly said: string } | undefined;

/** Letters of a command that are read: a reason is cut later on. */
const LONGEST = 1_000;

/**
 * Reads a message of the chat.
 * @param bot the bot's own name, without the @
 */
export const readCommand = (message: string, bot: string | undefined): ReadCommand => {
  const [first = '', ...words] = message.slice(0, LONGEST).trim().split(/\s+/u);
  const spoken = /^\/([A-Za-z]\w*)(?:@(\w+))?$/.exec(first);
  if (spoken === null) return first.startsWith('/') ? { name: 'unknown', said: first.slice(0, 40) } : undefined;
  const [, name = '', whom] = spoken;
  // In a group each bot hears what is meant for another.
  if (whom !== undefined && bot !== undefined && whom.toLowerCase() !== bot.toLowerCase()) return undefined;
  const word = name.toLowerCase();
  // What Telegram sends when a chat with a bot is opened.
  if (word === 'start') return { name: 'help', words: [] };
  const known = CHAT_COMMANDS.find((command) => command.name === word);
  return known === undefined ? { name: 'unknown', said: `/${name.slice(0, 40)}` } : { name: known.name, words };
};

/** The journal says where a command came from. */
export const fromHere = (reason: string): string => (reason === '' ? 'Telegram' : `${reason} (Telegram)`);

/** Whether a reason says that. */
export const isFromHere = (reason: string | undefined): boolean =>
  reason === 'Telegram' || reason?.endsWith(' (Telegram)') === true;
