import { createHash } from 'node:crypto';
import type { Diagnostic } from '../../../engine/documents/diagnostic.ts';
import { finding } from '../../../engine/documents/finding.ts';
import { keptLists } from '../../../engine/documents/list-files.ts';
import type { ReadFile } from '../../../engine/documents/read.ts';
import type { Clock } from '../../../engine/market/clock.ts';
import type { Loss, ReloadEvent } from '../../../engine/runtime/reload/events.ts';
import type { Policy } from '../../../engine/runtime/reload/policy.ts';
import { type ApplyAnswer, createReloader, type Reloader } from '../../../engine/runtime/reload/reloader.ts';
import type { Gathered, Workspace } from '../../../engine/runtime/workspace.ts';

/** Time that stands still until it is moved. */
export interface VirtualClock extends Clock {
  /** Runs what falls due within so many milliseconds, each at its time, with everything that follows from it. */
  advance(milliseconds: number): Promise<void>;
  /** Timers that are set. */
  readonly set: number;
}

/** Lets everything run that waits for nothing but its turn. */
export const idle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function virtualClock(start = Date.UTC(2024, 2, 5, 14, 3, 11)): VirtualClock {
  let now = start;
  let timers: { at: number; run: () => void }[] = [];
  return {
    now: () => now,
    after(milliseconds, run) {
      const timer = { at: now + milliseconds, run };
      timers.push(timer);
      return {
        cancel() {
          timers = timers.filter((other) => other !== timer);
        },
      };
    },
    async advance(milliseconds) {
      const end = now + milliseconds;
      await idle();
      for (;;) {
        const due = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        timers = timers.filter((other) => other !== due);
        now = Math.max(now, due.at);
        due.run();
        await idle();
      }
      now = end;
    },
    get set() {
      return timers.length;
    },
  };
}

/** Files by path. */
export type Disk = Map<string, string>;

/** Puts a file on it, or takes it away. */
export function place(disk: Disk, path: string, text: string | undefined): void {
  if (text === undefined) disk.delete(path);
  else disk.set(path, text);
}

export const gatheredOf = (disk: ReadonlyMap<string, string>): Gathered => {
  const file = (path: string): ReadFile => ({ path, text: disk.get(path)!, bytes: Buffer.from(disk.get(path)!) });
  const paths = [...disk.keys()].sort();
  return {
    strategies: paths.filter((path) => path !== 'risk.yaml').map(file),
    templates: [],
    risk: disk.has('risk.yaml') ? file('risk.yaml') : undefined,
    siblings: new Map(),
    diagnostics: [],
    lists: keptLists([]),
  };
};

export const revisionOf = (disk: ReadonlyMap<string, string>): string =>
  createHash('sha256')
    .update(JSON.stringify([...disk].sort(([a], [b]) => (a < b ? -1 : 1))))
    .digest('hex');

/** A plain stand-in for the checker: a text with `BAD` in it is an error. */
export function plainCheck(gathered: Gathered): Workspace {
  const files = [...gathered.strategies, ...(gathered.risk ? [gathered.risk] : [])];
  const diagnostics: Diagnostic[] = files
    .filter(({ text }) => text.includes('BAD'))
    .map((file) => finding('E201', file, { start: 0, end: 1 }, 'unknown name `BAD`', 'write it well'));
  return {
    revision: revisionOf(new Map(files.map(({ path, text }) => [path, text]))),
    files,
    sought: [],
    documents: () => [],
    texts: [],
    risk: undefined,
    plan: undefined,
    rules: diagnostics.length > 0 ? undefined : ({} as NonNullable<Workspace['rules']>),
    ruleset: undefined,
    diagnostics,
    atRun: () => [],
    counts: { files: files.length, strategies: gathered.strategies.length, breakers: 0 },
  };
}

const guards = ({ files }: Workspace): string[] =>
  files.flatMap(({ text }) => text.match(/(?:guard|maybe) \w+/g) ?? []);

/** A plain stand-in for the meaning of an edit: `guard X` in any file protects; what else a line `maybe X` does nobody can tell. */
export const plainLosses = (running: Workspace, next: Workspace): readonly Loss[] => {
  const left = new Set(guards(next));
  return guards(running)
    .filter((guard) => !left.has(guard))
    .map((text) =>
      text.startsWith('maybe') ? { subject: 'guard', text, certain: false } : { subject: 'guard', text },
    );
};

export interface World {
  readonly clock: VirtualClock;
  readonly disk: Disk;
  readonly reloader: Reloader<string>;
  readonly events: ReloadEvent<string>[];
  /** Revisions that were put to the session, in order. */
  readonly put: string[];
  /** What the session answers next; applied at once when empty. */
  readonly answers: (() => Promise<ApplyAnswer<string>>)[];
  /** Most swaps that were under way at once. */
  readonly together: () => number;
  /** Saves files, and tells of it; `undefined` removes one. */
  save(files: Readonly<Record<string, string | undefined>>): void;
}

export interface Setting {
  readonly files: Readonly<Record<string, string>>;
  readonly policy?: Policy;
  readonly prepare?: (gathered: Gathered) => Workspace | Promise<Workspace>;
}

export function world({ files, policy = 'approve', prepare = plainCheck }: Setting): World {
  const clock = virtualClock();
  const disk: Disk = new Map(Object.entries(files));
  const events: ReloadEvent<string>[] = [];
  const put: string[] = [];
  const answers: World['answers'] = [];
  let under = 0;
  let together = 0;
  const reloader = createReloader<string>({
    options: { dir: '.' },
    running: plainCheck(gatheredOf(disk)),
    prepare,
    losses: plainLosses,
    async apply(next) {
      under++;
      together = Math.max(together, under);
      put.push(next.revision);
      try {
        return await (answers.shift()?.() ?? { kind: 'applied', report: 'swapped' });
      } finally {
        under--;
      }
    },
    tell: (event) => events.push(event),
    policy: () => policy,
    clock,
    read: () => gatheredOf(disk),
  });
  return {
    clock,
    disk,
    reloader,
    events,
    put,
    answers,
    together: () => together,
    save(changes) {
      for (const [path, text] of Object.entries(changes)) place(disk, path, text);
      reloader.touched();
    },
  };
}
