/** What stands where a secret stood. */
const MASK = '***';

/** Values shorter than this are no secrets that a text can be searched for: `true` would go from every line. */
const LEAST = 6;

const hex = (value: number): string => value.toString(16).padStart(2, '0');

const escaped = (char: string): string => char.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

/** Entities of HTML. */
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&(?:quot|#34|#x22);',
  "'": '&(?:apos|#39|#x27);',
};

/** One character as it may stand in a text: itself, percent-encoded once or twice, escaped as JSON, scripts and HTML escape. */
const charPattern = (char: string): string => {
  const bytes = [...new TextEncoder().encode(char)].map((byte) => hex(byte));
  const forms = [
    escaped(char),
    bytes.map((byte) => `%(?:25)?${byte}`).join(''),
    ...(char.length === 1 ? [`\\\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`] : []),
    ...(['"', '\\', '/', "'"].includes(char) ? [`\\\\+${escaped(char)}`] : []),
    ...(char === ' ' ? ['\\+'] : []),
    ...(ENTITIES[char] === undefined ? [] : [ENTITIES[char]]),
  ];
  return `(?:${forms.join('|')})`;
};

/**
 * What the secret's bytes come to inside base64 text that begins 0, 1 or 2 bytes before them, without the letters that the
 * bytes around it decide too. Both alphabets.
 */
const base64Patterns = (secret: string): string[] => {
  const bytes = Buffer.from(secret, 'utf8');
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const first = Math.ceil((before * 8) / 6);
    const last = Math.floor(((before + bytes.length) * 8) / 6);
    return text
      .slice(first, last)
      .replace(/[+/]/g, (letter) => (letter === '+' ? '(?:[+-]|%2b)' : '(?:[/_]|%2f|\\\\/)'));
  });
};

const hexPattern = (secret: string): string => [...Buffer.from(secret, 'utf8')].map((byte) => hex(byte)).join('');

/**
 * Gives a function that puts `***` in place of each of the secrets, wherever it stands in a text: as it is, percent-encoded
 * (in part, or twice), escaped as in JSON, in base64 at any place, in hexadecimal. Values of fewer than 6 characters are left.
 */
export const createScrubber = (secrets: readonly string[]): ((text: string) => string) => {
  const known = [...new Set(secrets.map((secret) => secret.trim()))].filter((secret) => secret.length >= LEAST);
  if (known.length === 0) return (text) => text;
  // In either case: hosts, headers and hexadecimal digits come in both. The longest first: one secret may begin with another.
  const patterns = known
    .toSorted((a, b) => b.length - a.length)
    .flatMap((secret) => [Array.from(secret, charPattern).join(''), ...base64Patterns(secret), hexPattern(secret)]);
  const all = new RegExp(patterns.join('|'), 'gi');
  return (text) => text.replace(all, MASK);
};

/** Names of the environment's values that must be seen by nobody. */
const SECRET_NAMES = [
  'ALPACA_API_KEY',
  'ALPACA_SECRET_KEY',
  'APCA_API_KEY_ID',
  'APCA_API_SECRET_KEY',
  'TELEGRAM_BOT_TOKEN',
] as const;

/** What is secret about a value: itself, and of a bot token `NUMBER:TEXT` also the text that makes it one. */
export const secretForms = (value: string): string[] => {
  const text = /^\d+:(.+)$/.exec(value)?.[1];
  return text === undefined ? [value] : [value, text];
};

/** The secrets that an environment holds. */
export const secretsOf = (environment: Readonly<Record<string, string | undefined>>): string[] =>
  SECRET_NAMES.flatMap((name) => secretForms(environment[name] ?? '')).filter((value) => value !== '');
