import type { Source } from '../journal/session.ts';
import { shownPath } from './state-folder.ts';

/** Where the bars of a recorded session came from, in a few words. */
export const sourceWords = (source: Source): string => {
  if (source.kind === 'csv') return shownPath(source.path);
  return source.kind === 'sample' ? 'sample market' : `Alpaca ${source.feed}`;
};
