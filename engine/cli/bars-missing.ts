import { existsSync } from 'node:fs';
import { failure } from './exit.ts';

/** @throws Failure when there is nothing to read bars from */
export const refuseMissing = (path: string): void => {
  if (existsSync(path)) return;
  throw failure(`${path} does not exist`, 'name a folder with one CSV a symbol (bars/SPY.csv), or one CSV file');
};
