import { type Asked, askEngine, type Question } from '../runtime/control/client.ts';
import type { Stand } from '../runtime/control/protocol.ts';
import type { CommandContext } from './command.ts';
import { type Failure, failure } from './exit.ts';
import { shownPath, stateFolder } from './state-folder.ts';
import { workspaceFolder } from './workspace-folder.ts';

/** What a running engine answered, and where its run stood then. */
export interface Answered<Result> {
  readonly at: Stand;
  readonly result: Result;
}

/** What became of a question that was not answered, as the command's failure. */
export const trouble = (asked: Exclude<Asked, { kind: 'done' }>, folder: string): Failure => {
  switch (asked.kind) {
    case 'refused':
      return failure(asked.error.message, asked.error.help ?? undefined);
    case 'absent':
      return failure(
        `no engine runs here (state folder ${shownPath(folder)})`,
        'engine run --dry starts one; --state DIR names the folder of another',
      );
    case 'silent':
      return failure(
        `the engine (process ${asked.pid}) did not answer within ${asked.milliseconds / 1000} s`,
        asked.begun
          ? 'it has begun and goes on: engine status shows what came of it'
          : `the command is withdrawn; engine status shows how it stands once it answers, kill ${asked.pid} stops it`,
      );
    case 'broken':
      return failure(
        `the engine (process ${asked.pid}) went away before it answered`,
        'engine status tells whether one runs',
      );
    case 'forbidden':
      return failure(
        `the engine on ${shownPath(folder)} belongs to another user`,
        'ask it as the user that started it',
      );
  }
};

/**
 * Asks the running engine of this workspace; the answer comes when what was asked has taken effect.
 * @throws Failure (exit 2) when none runs, it does not answer, or it refuses
 */
export const ask = async <Result>(context: CommandContext, question: Question): Promise<Answered<Result>> => {
  const folder = stateFolder(context.flags, workspaceFolder(context.flags));
  const asked = await askEngine(folder, question);
  if (asked.kind !== 'done') throw trouble(asked, folder);
  return { at: asked.at, result: asked.result as Result };
};

/** An answer as JSON on stdout. */
export const tellJson = (context: CommandContext, answer: Readonly<Record<string, unknown>>): Promise<void> =>
  context.terminal.stream([`${JSON.stringify({ schemaVersion: 1, ...answer }, undefined, 1)}\n`]);
