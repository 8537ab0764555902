import { statusText } from '../report/status-text.ts';
import type { EngineStatus } from '../runtime/control/status.ts';
import { ask, tellJson } from './ask.ts';
import type { CommandContext } from './command.ts';
import { EXIT } from './exit.ts';

export const run = async (context: CommandContext): Promise<number> => {
  const { at, result } = await ask<EngineStatus>(context, { command: 'status' });
  const { terminal, flags } = context;
  if (flags.format === 'json') await tellJson(context, { at, ...result });
  else await terminal.stream([statusText(result, { width: terminal.width, style: terminal.style })]);
  return EXIT.fine;
};
