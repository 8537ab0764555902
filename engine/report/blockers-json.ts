import type { EntryTally } from '../core/blocker-tally.ts';
import type { RunResult } from '../runtime/result.ts';
import { isoWriter } from './iso-time.ts';
import { SCHEMA_VERSION } from './json.ts';
import { ruleSource } from './rule-source.ts';
import { type AskedSession, sessionJson } from './session-line.ts';

const time = isoWriter();

/** What held entries back, by entry, as a member of a JSON answer. */
export const blockersMember = (entries: readonly EntryTally[]): readonly Record<string, unknown>[] =>
  entries.map((entry) => {
    const { document, entries: models } = entry.plan;
    const source = ruleSource(document, models.find(({ rule }) => rule === entry.rule)!.when);
    return {
      strategy: entry.strategy,
      rule: entry.rule,
      revisions: entry.revisions,
      bars: entry.bars,
      true: entry.isTrue,
      false: entry.isFalse,
      unknown: entry.isUnknown,
      clauses: entry.clauses.map(({ tree, isTrue, isFalse, isUnknown, alone }) => ({
        text: source.textOf(tree),
        true: isTrue,
        false: isFalse,
        unknown: isUnknown,
        alone,
      })),
      blocked: Object.fromEntries(entry.blockers),
      breakers: Object.fromEntries(entry.breakers),
      orders: entry.orders,
    };
  });

/** The same as an answer of its own. */
export const blockersJson = (
  { revision, data, interrupted }: RunResult,
  entries: readonly EntryTally[],
  session?: AskedSession,
): string =>
  `${JSON.stringify(
    {
      schemaVersion: SCHEMA_VERSION,
      session: sessionJson(session),
      revision,
      data: {
        source: data.source,
        synthetic: data.synthetic,
        from: time(data.from),
        to: time(data.to),
        hash: data.hash,
      },
      interrupted,
      blockers: blockersMember(entries),
    },
    undefined,
    1,
  )}\n`;
