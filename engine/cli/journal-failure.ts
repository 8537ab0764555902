import { isRefusal } from '../journal/refusal.ts';
import { failure, isFailure } from './exit.ts';

/** A journal that cannot be used, as the command's failure (exit 2); other errors come back as they are. */
export const journalFailure = (error: unknown): unknown =>
  isRefusal(error) && !isFailure(error) ? failure(error.message, error.help) : error;
