import type { Session } from '../session.ts';
import { ENGINE_VERSION } from '../version.ts';
import type { ControlHandlers, ControlServer, LocalAnswer, LocalRequest } from './server.ts';
import { serveControl } from './server.ts';
import { createSleeper } from './sleeper.ts';
import { type RulesFacts, type RunFacts, statusOf } from './status.ts';

/** A person's hand on a run. The run gives it its session, and lets it act between two bars. */
export interface Hand {
  /** The run, whose session may be another from one command to the next. */
  begin(run: { readonly session: Session }): void;
  /** Does what waits; the run awaits it. */
  carryOut(): Promise<void> | undefined;
  /** Sleeps until the next bar, or until a command comes. */
  readonly rest: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;
  /** Ends such a sleep. */
  readonly wake: () => void;
  /** Asks the run from inside its own process, in the queue of those who ask by the socket. */
  ask(request: LocalRequest): Promise<LocalAnswer>;
  close(): Promise<void>;
}

export interface HandOptions {
  readonly folder: string;
  /** Wall clock, ms. */
  readonly now: () => number;
  /** All that a status says of the run besides its rules. */
  readonly facts: Omit<RunFacts, 'engine' | 'pid' | 'since' | 'rules'>;
  /** How the rules stand to the files; those of the session, in step, unless given. */
  readonly rules?: () => RulesFacts;
  readonly reload?: NonNullable<ControlHandlers['reload']>;
  readonly approve?: NonNullable<ControlHandlers['approve']>;
  /** Keeps a command in the journal before it takes effect. */
  readonly record?: (command: Parameters<ControlHandlers['command']>[0], at: number) => Promise<void> | undefined;
}

/**
 * Serves the control socket of a run.
 * @throws what `serveControl` throws
 */
export async function openHand(options: HandOptions): Promise<Hand> {
  const { folder, now, facts, record } = options;
  const since = new Date(now()).toISOString();
  const sleeper = createSleeper();
  let run: { readonly session: Session } | undefined;

  const running = (): Session => {
    if (run === undefined) throw new Error('the run has not begun');
    return run.session;
  };
  const revision = (): string => running().core.memory.ruleset.revision;
  const inStep = (): RulesFacts => ({ revision: revision(), stale: null, pending: null, lastReload: null });

  const handlers: ControlHandlers = {
    stand: () => ({
      instants: running().instants,
      marketTime: Number.isNaN(running().now) ? null : new Date(running().now).toISOString(),
      revision: revision(),
    }),
    status: () =>
      statusOf(running(), {
        engine: ENGINE_VERSION,
        pid: process.pid,
        since,
        ...facts,
        rules: (options.rules ?? inStep)(),
      }),
    command(command) {
      const at = now();
      const kept = record?.(command, at);
      return kept === undefined ? running().command(command, at) : kept.then(() => running().command(command, at));
    },
    ...(options.reload === undefined ? {} : { reload: options.reload }),
    ...(options.approve === undefined ? {} : { approve: options.approve }),
  };
  const server: ControlServer = await serveControl({ folder, handlers, since, wake: sleeper.wake });
  return {
    begin(next) {
      run = next;
    },
    carryOut: () => server.carryOut(),
    rest: sleeper.rest,
    wake: sleeper.wake,
    ask: (request) => server.ask(request),
    close: () => server.close(),
  };
}
