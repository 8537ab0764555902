import { relative } from 'node:path';

/** A path as the person would type it from here. */
export const shownPath = (path: string): string => {
  const short = relative(process.cwd(), path);
  return short === '' ? '.' : short.startsWith('..') ? path : short;
};
