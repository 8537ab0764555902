import type { CommandContext } from './command.ts';
import { failure } from './exit.ts';
import { didYouMean } from './nearest.ts';

/** What `engine data` does; one so far. */
const VERBS = ['fetch'] as const;

export const run = async (context: CommandContext): Promise<number> => {
  const [verb, ...symbols] = context.positionals;
  if (verb === undefined || !(VERBS as readonly string[]).includes(verb)) {
    throw failure(
      verb === undefined ? 'engine data needs a word on what to do' : `engine data does not \`${verb}\``,
      (verb === undefined ? undefined : didYouMean(verb, VERBS)) ??
        'engine data fetch SPY --from 2024-01-01 gets bars from Alpaca',
    );
  }
  const { fetchData } = await import('./data-fetch.ts');
  return fetchData(context, symbols);
};
