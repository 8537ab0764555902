import { existsSync } from 'node:fs';
import { meaningOf } from '../compiler/meaning/meaning.ts';
import type { Ruleset } from '../compiler/ruleset.ts';
import { reigns } from '../journal/history.ts';
import { readInputs } from '../journal/inputs.ts';
import { refuse } from '../journal/refusal.ts';
import type { SessionRow } from '../journal/session.ts';
import { counted } from '../report/amounts.ts';
import { impactText } from '../report/impact-text.ts';
import { SCHEMA_VERSION } from '../report/json.ts';
import { impactMember } from '../report/reload-json.ts';
import { wrap } from '../report/wrap.ts';
import { commandFrom } from '../runtime/control/operator-command.ts';
import { type Deed, runInstead } from '../runtime/counterfactual.ts';
import { impactBetween, sideOf } from '../runtime/impact.ts';
import type { Session } from '../runtime/session.ts';
import { loadWorkspace } from '../runtime/workspace.ts';
import { textFlag } from './arguments.ts';
import { dryFeed } from './bars-source.ts';
import type { CommandContext } from './command.ts';
import { renamedIn } from './diff.ts';
import { rulesAt } from './diff-sides.ts';
import { EXIT, failure } from './exit.ts';
import { hasErrors, refuseFaulty, showFindings } from './findings.ts';
import { exitOfRun } from './interruption.ts';
import { progressScreen } from './progress.ts';
import { type OpenedJournal, reached, replaySession } from './recorded.ts';
import { isRevisionLike, revisionNamed, revisionsLike, storedRules } from './revision-named.ts';
import { attendanceOf, type SessionOptions } from './session-options.ts';
import { workspaceFolder } from './workspace-folder.ts';

/**
 * A recorded session under other rules from its start: all revisions that it came to are left out, what a person did is done
 * again. The session itself is replayed beside it, held to its journal, and what differs is told.
 */
export const counterfactual = async (
  context: CommandContext,
  journal: OpenedJournal,
  row: SessionRow,
  word: string,
): Promise<number> => {
  const { flags, terminal, interruption } = context;
  const json = flags.format === 'json';
  const signal = interruption();
  const end = reached(journal, row);
  if (end === undefined || Number.isNaN(end.time)) {
    throw failure(`session ${row.name} has not come to its first bar`, 'engine run --dry goes on with it');
  }
  if (row.source.kind === 'alpaca') {
    throw failure(
      `session ${row.name} ran on live bars, and fills of a broker say nothing of other rules`,
      'engine data fetch brings the bars into files; engine diff OLD NEW --data DIR tries both rules on them',
    );
  }
  const next = await otherRules(context, journal, row, word);
  if (typeof next === 'number') return next;
  const options = row.options as SessionOptions;
  const bars = row.source.kind === 'csv' ? (textFlag(flags, 'data') ?? row.source.path) : undefined;

  const screen = progressScreen(terminal, next.traded[0] ?? '', () => performance.now());
  const replayed = await replaySession(journal, row, flags, {}, signal);
  if (signal.aborted) return exitOfRun(true, signal);
  const source = await dryFeed(next, options.tz === null ? {} : { tz: options.tz }, bars);
  const counts = { files: 0, strategies: next.strategies.length, breakers: next.risk.breakers.length };
  if (hasErrors(source.diagnostics)) return refuseFaulty(source.diagnostics, counts, json, terminal);
  if (source.diagnostics.length > 0) await showFindings(source.diagnostics, counts, 'pretty', terminal, 'err');
  const person = flags['without-commands'] === true ? [] : deedsOf(journal, row);
  const unfit: string[] = [];
  const instead = await runInstead(
    next,
    source.feed,
    end.time,
    person.map(({ deed }) => deed((sentence) => unfit.push(sentence))),
    {
      cash: options.cash ?? undefined,
      from: undefined,
      to: undefined,
      assumptions: options.assumptions,
      ...attendanceOf(options),
      closeAtEnd: false,
    },
    screen.update,
    signal,
  );
  screen.end();
  if (signal.aborted) return exitOfRun(true, signal);
  const { session } = replayed;
  const last = session.core.memory.ruleset;
  const impact = impactBetween(
    sideOf(session, last.traded),
    sideOf(instead.session, next.traded),
    renamedIn(meaningOf(last, next)),
    {
      bars: instead.bars,
      from: session.firstStart,
      to: end.time,
      missing: instead.missing,
      interrupted: false,
    },
  );
  const { source: shown, synthetic } = replayed.result.data;
  const before = reigns(journal.database, [row]).map(({ revision }) => revision);
  const commands = { kept: person.length - unfit.length, unfit };
  if (json) {
    await terminal.stream([
      `${JSON.stringify(
        {
          schemaVersion: SCHEMA_VERSION,
          session: row.name,
          revisions: { before, after: next.revision },
          commands,
          data: { source: shown, synthetic },
          impact: impactMember(impact),
        },
        undefined,
        1,
      )}\n`,
    ]);
  } else {
    const { width, style } = terminal;
    const head = wrap(headline(row.name, before, next.revision), width).map(style.bold);
    const page = impactText(impact, { width, style, source: shown, synthetic });
    await terminal.stream([`${[...head, ...commandLines(commands, width), ''].join('\n')}\n`, page]);
  }
  return EXIT.fine;
};

const short = (revision: string): string => revision.slice(0, 7);

const headline = (name: string, before: readonly string[], after: string): string => {
  const [first = '', ...later] = before.map(short);
  const more = later.length === 0 ? '' : `, then ${later.join(', ')}`;
  return `Session ${name}: old = as it ran, by ${first}${more}; new = ${short(after)} from its start`;
};

const commandLines = (
  { kept, unfit }: { readonly kept: number; readonly unfit: readonly string[] },
  width: number,
): string[] => [
  ...(kept > 0 ? [`${counted(kept, 'command')} of a person kept (--without-commands leaves them out).`] : []),
  ...unfit.flatMap((sentence) => wrap(`A command of a person does not fit these rules: ${sentence}.`, width)),
];

/** The rules to run instead: a revision of the journal, or what stands at a path. */
const otherRules = async (
  { flags, terminal }: CommandContext,
  { database }: OpenedJournal,
  row: SessionRow,
  word: string,
): Promise<Ruleset | number> => {
  const options = row.options as SessionOptions;
  const symbols = options.symbols === null ? {} : { symbols: options.symbols };
  const kept = isRevisionLike(word) && revisionsLike(database, word).length > 0;
  if (kept || !existsSync(word)) {
    if (!kept && !isRevisionLike(word)) {
      throw failure(
        `--revision ${word} is neither a revision of the journal nor a path`,
        'engine revisions lists them; or name a workspace folder or a strategy file',
      );
    }
    const ruleset = storedRules(database, revisionNamed(database, word), { dir: workspaceFolder(flags), ...symbols });
    if (ruleset.instances.length > 0) return ruleset;
    throw failure(`no strategy of ${short(ruleset.revision)} is enabled`, 'engine revisions lists others');
  }
  const rules = await loadWorkspace({ ...rulesAt('--revision', word), ...symbols });
  if (rules.ruleset !== undefined) return rules.ruleset;
  const errors = rules.diagnostics.filter(({ severity }) => severity === 'error');
  return refuseFaulty(errors, rules.counts, flags.format === 'json', terminal);
};

/** What a person did to a session, by market time; each is told when it does not fit the rules. */
const deedsOf = (
  { database }: OpenedJournal,
  row: SessionRow,
): { readonly deed: (unfit: (sentence: string) => void) => Deed }[] => {
  const timeAt = database
    .prepare('SELECT time FROM slices WHERE session = ? AND instants <= ? ORDER BY n DESC LIMIT 1')
    .pluck();
  return readInputs(database, row.id).flatMap((input) => {
    if (input.kind !== 'command') return [];
    const command = commandFrom(input.command.name, input.command.arguments);
    if (typeof command === 'string') {
      throw refuse(
        'differs',
        `session ${row.name} holds the command ${input.command.name}, which this engine does not know`,
        '--without-commands leaves it out',
      );
    }
    const after = (timeAt.get(row.id, input.instants) as number | null | undefined) ?? Number.NaN;
    return [
      {
        deed: (unfit: (sentence: string) => void): Deed => ({
          after,
          act(session: Session) {
            const answer = session.command(command, Date.parse(input.at));
            if (answer.kind === 'refused') unfit(answer.message);
          },
        }),
      },
    ];
  });
};
