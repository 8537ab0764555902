import type { Html } from './html.ts';

/** UTF-16 units of one message (core.telegram.org/bots/api#sendmessage). Tags count too: that is on the safe side. */
export const LONGEST_MESSAGE = 4096;

/** A tag, an entity, or one character: nothing of these may be cut. */
const TOKEN = /<\/?[a-z]+>|&[a-z]+;|[\s\S]/gu;

const closing = (open: readonly string[]): string =>
  open
    .toReversed()
    .map((tag) => `</${tag}>`)
    .join('');
const opening = (open: readonly string[]): string => open.map((tag) => `<${tag}>`).join('');

/**
 * Cuts a message into ones that may be sent, at ends of lines where there are any. Tags that are open at a cut are closed there
 * and opened again after it.
 * @param longest UTF-16 units of a piece, 64 or more
 */
export const split = (message: Html, longest = LONGEST_MESSAGE): readonly Html[] => {
  if (message.length <= longest) return [message];
  const tokens = message.match(TOKEN) ?? [];
  const pieces: string[] = [];
  let piece = '';
  let open: readonly string[] = [];
  /** Where the piece may end instead: after so many letters, before that token. */
  let cut: { readonly length: number; readonly next: number; readonly open: readonly string[] } | undefined;

  for (let n = 0; n < tokens.length; n++) {
    const token = tokens[n]!;
    const tag = /^<(\/?)([a-z]+)>$/.exec(token);
    const after = tag === null ? open : tag[1] === '/' ? open.slice(0, -1) : [...open, tag[2]!];
    if (piece.length + token.length + closing(after).length > longest) {
      const end = cut ?? { length: piece.length, next: n, open };
      pieces.push(piece.slice(0, end.length) + closing(end.open));
      open = end.open;
      piece = opening(open);
      n = end.next - 1;
      cut = undefined;
      continue;
    }
    if (token === '\n') cut = { length: piece.length, next: n + 1, open };
    piece += token;
    open = after;
  }
  pieces.push(piece);
  // A piece of blanks alone is refused by the server.
  return pieces.filter((one) => one.replace(/<\/?[a-z]+>|\s/g, '') !== '') as Html[];
};
