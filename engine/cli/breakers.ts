import { breakersText } from '../report/status-text.ts';
import type { EngineStatus } from '../runtime/control/status.ts';
import { ask, tellJson } from './ask.ts';
import type { CommandContext } from './command.ts';
import { EXIT, failure } from './exit.ts';
import { didYouMean } from './nearest.ts';
import { reset } from './operate.ts';

const list = async (context: CommandContext): Promise<number> => {
  const { at, result } = await ask<EngineStatus>(context, { command: 'status' });
  const { terminal, flags } = context;
  if (flags.format === 'json') await tellJson(context, { at, breakers: result.breakers });
  else await terminal.stream([breakersText(result, { width: terminal.width, style: terminal.style })]);
  return EXIT.fine;
};

export const run = (context: CommandContext): Promise<number> => {
  const [verb = 'list', breaker] = context.positionals;
  if (verb === 'list') {
    const strange = ['reason', 'strategy', 'symbol'].find((name) => context.flags[name] !== undefined);
    if (breaker !== undefined || strange !== undefined) {
      const what = breaker === undefined ? `--${strange}` : `\`${breaker}\``;
      throw failure(`engine breakers list takes no ${what}`, 'engine breakers reset ID --reason TEXT clears one');
    }
    return list(context);
  }
  if (verb !== 'reset') {
    throw failure(
      `engine breakers does not \`${verb}\``,
      didYouMean(verb, ['list', 'reset']) ?? 'engine breakers lists them; engine breakers reset ID --reason TEXT',
    );
  }
  if (breaker === undefined)
    throw failure('engine breakers reset needs the id of a breaker', 'engine breakers lists them');
  return reset(context, breaker);
};
