import type { Ruleset } from '../compiler/ruleset.ts';
import type { EntryTally } from '../core/blocker-tally.ts';
import type { RunResult } from '../runtime/result.ts';
import { isoWriter } from './iso-time.ts';
import { SCHEMA_VERSION } from './json.ts';
import { ruleSource } from './rule-source.ts';

const time = isoWriter();

/** What held entries back, by entry, as a member of a JSON answer. */
export const blockersMember = (ruleset: Ruleset, entries: readonly EntryTally[]): readonly Record<string, unknown>[] =>
  entries.map((entry) => {
    const strategy = ruleset.strategies.find(({ id }) => id === entry.strategy)!;
    const source = ruleSource(strategy.document, strategy.entries.find(({ rule }) => rule === entry.rule)!.when);
    return {
      strategy: entry.strategy,
      rule: entry.rule,
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
      orders: entry.orders,
    };
  });

/** The same as an answer of its own. */
export const blockersJson = (
  ruleset: Ruleset,
  { data, interrupted }: RunResult,
  entries: readonly EntryTally[],
): string =>
  `${JSON.stringify(
    {
      schemaVersion: SCHEMA_VERSION,
      revision: ruleset.revision,
      data: {
        source: data.source,
        synthetic: data.synthetic,
        from: time(data.from),
        to: time(data.to),
        hash: data.hash,
      },
      interrupted,
      blockers: blockersMember(ruleset, entries),
    },
    undefined,
    1,
  )}\n`;
