import type { RunLogs } from '../logging/run-logs.ts';
import { rollbackNotice } from '../report/reload-notices.ts';
import type { HandOptions } from '../runtime/control/hand.ts';
import { writtenCommand } from '../runtime/control/operator-command.ts';
import type { Steering } from '../runtime/drive.ts';
import type { Recording } from '../runtime/recording.ts';
import { RulesFault } from '../runtime/rules-fault.ts';
import type { Session } from '../runtime/session.ts';
import type { Workspace } from '../runtime/workspace.ts';
import { failure } from './exit.ts';
import type { HotRules, HotRulesOptions } from './hot-rules.ts';
import type { RunOutput } from './run-output.ts';
import type { RunTelegram } from './run-telegram.ts';

/** The rules of a run that goes on, as far as it has come: it begins before they can be followed. */
export interface FollowedRules {
  steering: Steering | undefined;
  rules: HotRules | undefined;
  /** The run has ended. */
  over: boolean;
}

export const notFollowed = (): FollowedRules => ({ steering: undefined, rules: undefined, over: false });

/** The session that runs now; undefined before the run has begun. */
export const runningOf = ({ steering }: FollowedRules): Session | undefined => steering?.run.session;

/** @throws Failure always */
export const notYet = (): never => {
  throw failure('the run has only just begun', 'ask again');
};

/** Runs; when an edit's rules throw in their first bars, again from its journal, with the rules before them. */
export const throughFaults = async (run: (fault: RulesFault | undefined) => Promise<number>): Promise<number> => {
  for (let fault: RulesFault | undefined; ; ) {
    try {
      return await run(fault);
    } catch (error) {
      if (!isTakenBack(error, fault)) throw error;
      fault = error;
    }
  }
};

/** An edit brought it about, and the rules before it run on; if those had thrown before, it is no edit's fault. */
export const isTakenBack = (error: unknown, fault: RulesFault | undefined): error is RulesFault =>
  error instanceof RulesFault && fault?.former !== error.revision;

export interface FollowOptions extends Omit<HotRulesOptions, 'steering' | 'recording' | 'barred' | 'notify'> {
  readonly recording: Recording;
  /** Rules that threw in the run before this one. */
  readonly fault: RulesFault | undefined;
  /** The rules of a revision that ran in this session. */
  readonly rulesAt: (revision: string) => Promise<Workspace>;
  readonly output: Pick<RunOutput, 'revision' | 'rules'>;
  readonly logs: RunLogs | undefined;
  readonly telegram: RunTelegram | undefined;
}

/** Follows the files from where the run decides by itself; rules that threw make way for those before them first. */
export const followFiles = async (hot: FollowedRules, options: FollowOptions): Promise<void> => {
  const { fault, rulesAt: _, output, logs: __, telegram, ...rest } = options;
  const { followRules } = await import('./hot-rules.ts');
  if (hot.over || hot.steering === undefined) return;
  hot.rules = followRules({
    ...rest,
    running: fault === undefined ? options.running : await rollBack(fault, hot.steering, options),
    steering: hot.steering,
    ...(fault === undefined ? {} : { barred: { revision: fault.revision, message: `it threw: ${fault.message}` } }),
    notify(notice) {
      const before = output.revision();
      output.rules(notice);
      telegram?.rules(notice, before);
    },
  });
  await hot.rules.ready;
};

/** Puts the rules before those that threw in charge again, from here on. */
const rollBack = async (
  fault: RulesFault,
  steering: Steering,
  { rulesAt, recording, terminal, logs, telegram }: FollowOptions,
): Promise<Workspace> => {
  const { former, revision, message } = fault;
  const before = await rulesAt(former);
  const answer = await steering.swap({
    plan: before.plan!,
    ahead: async ({ instants }) => {
      const at = new Date().toISOString();
      await recording.input({ kind: 'revision', instants, at, revision: former, documents: before.documents() });
    },
  });
  if (answer.kind === 'refused') throw new Error(answer.diagnostics[0]?.message);
  const look = { width: Math.min(terminal.errWidth, 160), style: terminal.errStyle };
  terminal.err(`${rollbackNotice(fault, look).join('\n')}\n`);
  logs?.event('error', 'rules_rolled_back', { from: revision, to: former, message });
  telegram?.news.alert(
    'Rules ROLLED BACK',
    `${revision.slice(0, 7)} threw: ${message}. ${former.slice(0, 7)} runs again.`,
  );
  return before;
};

/**
 * What other commands ask of a run: they wait for its rules to be followed.
 * @param revision of the rules that rule until then
 */
export const askedOfRun = (
  hot: FollowedRules,
  recording: Recording,
  revision: string,
): Pick<HandOptions, 'rules' | 'reload' | 'approve' | 'record'> => ({
  rules: () => hot.rules?.facts() ?? { revision, stale: null, pending: null, lastReload: null },
  reload: () => (hot.rules ?? notYet()).reload(),
  approve: (asked, reason) => (hot.rules ?? notYet()).approve(asked, reason),
  record: (command, at) =>
    recording.input({
      kind: 'command',
      instants: hot.steering!.run.session.instants,
      at: new Date(at).toISOString(),
      command: writtenCommand(command),
    }),
});
