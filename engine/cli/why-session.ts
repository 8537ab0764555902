import type { Ruleset } from '../compiler/ruleset.ts';
import type { Target } from '../core/recorder.ts';
import { type KnownOrder, readOutcome } from '../journal/orders.ts';
import type { SessionRow } from '../journal/session.ts';
import { readSlices } from '../journal/slices.ts';
import { marketTime } from '../report/clock.ts';
import { heldSince, tradeSentence, undecidedSentence } from '../report/decision-sentence.ts';
import { type Answer, whyJson } from '../report/why-json.ts';
import { whyText } from '../report/why-text.ts';
import { type ExplainedDecision, watchDecisions } from '../runtime/explain.ts';
import type { RunResult } from '../runtime/result.ts';
import { readBarTime } from './bar-time.ts';
import type { CommandContext } from './command.ts';
import { EXIT } from './exit.ts';
import { exitOfRun } from './interruption.ts';
import { type OpenedJournal, replaySession, sessionRules, withSession } from './recorded.ts';
import type { SessionAsked } from './session-asked.ts';
import { type Asking, offBar, ofOrder, type Question, refuseEarly } from './why-question.ts';
import { findInstance, findOrder, findTrade, namesOf, ordersOfTrade } from './why-target.ts';

/** A question, and what is said of it once the run has been run again. */
interface Asked extends Question {
  readonly sentence?: (result: RunResult) => string;
  /** Market time, ms, after which the run has nothing more to say to it. */
  readonly until: number;
}

/** The decisions of a recorded run, by the rules that ruled then: it is run again from its journal and held to it. */
export const whySession = (context: CommandContext, session: SessionAsked, asking: Asking): Promise<number> => {
  const { flags, terminal, interruption } = context;
  const signal = interruption();
  return withSession(flags, session, async (journal, row, about) => {
    const questions = await ask(asking, journal, row, flags);
    const targets = questions.flatMap(({ target }) => target ?? []);
    const watch = watchDecisions(targets);
    const until = Math.max(...questions.map((one) => one.until));
    const enough = new AbortController();
    const { result } = await replaySession(
      journal,
      row,
      flags,
      {
        ...watch.observer,
        progress({ at, trades }) {
          // Bars of other sizes may be past a fill whose own bar is still to come.
          const closed = asking.kind !== 'trade' || trades >= Number(asking.trade);
          if (closed && at > until && watch.isSettled(at)) enough.abort();
        },
      },
      AbortSignal.any([signal, enough.signal]),
    );
    if (signal.aborted) return exitOfRun(true, signal);
    const found = watch.explained();
    const answers = questions.map(({ sentence, target, only, wholeDay }): Answer => {
      if (target === undefined) return { sentence: sentence?.(result), explained: undefined, only };
      const explained =
        found[targets.indexOf(target)] ??
        refuseEarly(
          target,
          `session ${row.name} began ${marketTime(target.symbol, result.data.from)} and came to ${marketTime(target.symbol, about.reached)}`,
        );
      const said = sentence?.(result) ?? offBar(target, explained, wholeDay === true);
      return { sentence: said ?? heldNow(target, explained, result), explained, only };
    });
    const { width, style } = terminal;
    await terminal.stream([
      flags.format === 'json'
        ? whyJson({ revision: result.revision, session: about }, result.data, answers)
        : whyText(result.data, answers, { width, style, session: about }),
    ]);
    return EXIT.fine;
  });
};

/** What a person or a breaker did since the last bar of all, asked for as such. */
function heldNow(target: Target, { decision }: ExplainedDecision, { breakers }: RunResult): string | undefined {
  if (target.at !== Number.POSITIVE_INFINITY) return undefined;
  const names = {
    account: ['account'],
    symbol: [target.symbol],
    strategy: [target.strategy, ...(target.formerly ?? [])],
  };
  return heldSince(
    decision,
    breakers.filter(({ clearedAt, scope, place }) => clearedAt === undefined && names[scope].includes(place)),
  );
}

async function ask(
  asking: Asking,
  journal: OpenedJournal,
  row: SessionRow,
  flags: CommandContext['flags'],
): Promise<readonly Asked[]> {
  const rules = await sessionRules(journal, row, flags);
  if (asking.kind === 'bar') {
    const { at } = asking;
    const asked = findInstance(namesOf(rules), asking.strategy, asking.symbol);
    const [, ...formerly] = idsOf(rules, asked.strategy);
    const time = at === undefined ? Number.POSITIVE_INFINITY : readBarTime('at', at, asked.symbol);
    return [{ target: { ...asked, formerly, at: time }, only: undefined, wholeDay: at?.length === 10, until: time }];
  }
  const { orders, trades } = readOutcome(readSlices(journal.database, row.id, row.seal));
  const told = (order: KnownOrder, until: number): Asked => {
    const question = ofOrder(order);
    if (question.target !== undefined) return { ...question, until: Math.max(until, question.target.at) };
    return { ...question, until, sentence: (result) => undecidedSentence(result.orders[order.seq - 1]!) };
  };
  if (asking.kind === 'order') {
    const order = findOrder(orders, asking.order);
    // What rests may end much later.
    return [told(order, ofOrder(order).target?.at ?? Number.POSITIVE_INFINITY)];
  }
  const one = findTrade(trades, asking.trade);
  const number = Number(asking.trade);
  const { entry, exit } = ordersOfTrade(orders, one, idsOf(rules, one.strategy));
  return [
    {
      target: undefined,
      only: undefined,
      until: one.exitTime,
      sentence: (result) => tradeSentence(result.trades[number - 1]!, number),
    },
    ...[entry, exit].flatMap((order) => (order === undefined ? [] : told(order, one.exitTime))),
  ];
}

/** A strategy's id and those that it had before, the latest first. */
function idsOf(rules: readonly Ruleset[], id: string): readonly string[] {
  const ids = [id];
  const models = rules.flatMap((one) => one.models);
  for (let known = id; ; ) {
    const before = models.findLast((model) => model.id === known && model.renamedFrom !== undefined)?.renamedFrom;
    if (before === undefined || ids.includes(before)) return ids;
    ids.push(before);
    known = before;
  }
}
