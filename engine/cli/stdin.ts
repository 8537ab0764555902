import { failure } from './exit.ts';

/** No document is larger than this; the checker refuses it with its own words well before. */
const MOST = 16 * 1024 * 1024;

/** All of stdin as text; bytes that are no UTF-8 are refused. */
export const readStdin = async (): Promise<string> => {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of process.stdin as AsyncIterable<Buffer>) {
    pieces.push(piece);
    length += piece.length;
    if (length > MOST) throw failure('stdin holds more than 16 MB', 'give one document');
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(pieces));
  } catch {
    throw failure('stdin is no UTF-8 text', 'save the file as UTF-8');
  }
};
