import { readAddress } from '../runtime/control/address.ts';
import { answers } from '../runtime/control/client.ts';
import { type Arguments, GLOBAL_FLAGS, textFlag } from './arguments.ts';
import { failure } from './exit.ts';
import { stateFolder } from './state-folder.ts';
import { workspaceFolder } from './workspace-folder.ts';

/** The recorded run that a question is about. */
export interface SessionAsked {
  /** `last`, or a name. */
  readonly name: string;
  /** Nobody named it: it is asked about because an engine is at it now. */
  readonly unasked: boolean;
  /** An engine runs on the state folder. */
  readonly running: boolean;
}

/** Flags that go with a recorded run; any other says how a backtest is to be made. */
const OF_A_SESSION: ReadonlySet<string> = new Set([
  'session',
  'state',
  'at',
  'trade',
  'format',
  ...GLOBAL_FLAGS.map(({ name }) => name),
]);

/**
 * Which recorded run is asked about: the one that `--session` names, else the one that an engine is at now, as long as nothing
 * says how a backtest is to be made. Undefined: a backtest.
 * @param paths files of rules in place of the workspace's
 * @throws Failure (exit 2) for flags that a recorded run cannot take
 */
export const sessionAsked = async (
  flags: Arguments['flags'],
  paths: readonly string[],
): Promise<SessionAsked | undefined> => {
  const name = textFlag(flags, 'session');
  if (name === 'none') return undefined;
  const others = Object.keys(flags).filter((flag) => flags[flag] !== undefined && !OF_A_SESSION.has(flag));
  if (name === undefined) {
    if (others.length > 0 || paths.length > 0 || !(await isRunning(flags))) return undefined;
    return { name: 'last', unasked: true, running: true };
  }
  const wrong = others.find((flag) => flag !== 'data');
  if (wrong !== undefined) {
    throw failure(
      `--${wrong} goes with a backtest, not with --session`,
      'a recorded run is run again as it was: leave one of the two out',
    );
  }
  if (paths.length > 0)
    throw failure(
      `${paths[0]} goes with a backtest, not with --session`,
      'a recorded run has the rules that it ran by',
    );
  return { name, unasked: false, running: await isRunning(flags) };
};

/** Whether an engine that keeps a journal is at work on the state folder. */
const isRunning = async (flags: Arguments['flags']): Promise<boolean> => {
  try {
    const address = readAddress(stateFolder(flags, workspaceFolder(flags)));
    return address !== undefined && (await answers(address));
  } catch {
    // A folder that this user may not look into: whatever runs there is not theirs to ask about.
    return false;
  }
};
