import { counted } from '../report/amounts.ts';
import { operatedText } from '../report/operated-text.ts';
import type { OperatorResult } from '../runtime/control/results.ts';
import type { EngineStatus } from '../runtime/control/status.ts';
import { textFlag } from './arguments.ts';
import { ask, tellJson } from './ask.ts';
import type { CommandContext } from './command.ts';
import { canAsk, confirmed } from './confirm.ts';
import { EXIT, failure } from './exit.ts';

type Act = 'pause' | 'resume' | 'flatten' | 'halt' | 'reset';

/** What a command is about, and why, as the socket takes it. */
const givenBy = ({ flags }: CommandContext): Readonly<Record<string, string>> => {
  const given: Record<string, string> = {};
  for (const name of ['strategy', 'symbol', 'reason']) {
    const text = textFlag(flags, name);
    if (text !== undefined) given[name] = text;
  }
  if (given.strategy !== undefined && given.symbol !== undefined) {
    throw failure('--strategy and --symbol exclude each other', 'give one of them; without either it is the account');
  }
  return given;
};

const operated = async (context: CommandContext, act: Act, more: Readonly<Record<string, string>>): Promise<number> => {
  const { at, result } = await ask<OperatorResult>(context, {
    command: act,
    arguments: { ...givenBy(context), ...more },
  });
  if (context.flags.format === 'json') await tellJson(context, { command: act, at, ...result });
  else context.terminal.out(operatedText(act, result, context.terminal.style));
  return EXIT.fine;
};

const does =
  (act: Act) =>
  (context: CommandContext): Promise<number> =>
    operated(context, act, {});

export const pause = does('pause');
export const resume = does('resume');
export const halt = does('halt');

export const flatten = async (context: CommandContext): Promise<number> => {
  const { strategy, symbol } = givenBy(context);
  if (context.flags.yes === undefined) {
    if (!canAsk()) throw failure('engine flatten closes positions: without a terminal it needs --yes', 'add --yes');
    const { result } = await ask<EngineStatus>(context, { command: 'status' });
    const here = result.positions.filter(
      (one) => (strategy ?? one.strategy) === one.strategy && (symbol ?? one.symbol) === one.symbol,
    );
    const of = strategy ?? symbol ?? 'the account';
    const answer = await confirmed(
      `Close ${counted(here.length, 'position')} of ${of} at the next open, and enter no more?`,
    );
    if (answer !== 'yes') {
      context.terminal.err(`${answer === 'interrupted' ? '\n' : ''}Nothing was changed.\n`);
      return answer === 'interrupted' ? EXIT.interrupted : EXIT.fine;
    }
  }
  return operated(context, 'flatten', {});
};

export const reset = (context: CommandContext, breaker: string): Promise<number> => {
  if (textFlag(context.flags, 'reason') === undefined) {
    throw failure(
      `engine breakers reset ${breaker} needs --reason TEXT`,
      'it stands in the record of the trip: say what was looked into',
    );
  }
  return operated(context, 'reset', { breaker });
};
