import { withBarsAhead } from './bars-ahead.ts';
import type { CommandContext } from './command.ts';

export const run = (context: CommandContext): Promise<number> =>
  withBarsAhead(context.flags, async (ahead) => {
    const { simulate } = await import('./simulate.ts');
    return simulate(context, ahead);
  });
