import { hashed } from '../market/bars.ts';
import { instant } from '../market/time.ts';
import { marketTime } from '../report/clock.ts';
import { tradeSentence, undecidedSentence } from '../report/decision-sentence.ts';
import { type Answer, whyJson } from '../report/why-json.ts';
import { whyText } from '../report/why-text.ts';
import { runBacktest } from '../runtime/backtest.ts';
import { explainDecisions } from '../runtime/explain.ts';
import { readBarTime } from './bar-time.ts';
import { withBarsAhead } from './bars-ahead.ts';
import type { CommandContext } from './command.ts';
import { EXIT } from './exit.ts';
import { exitOfRun } from './interruption.ts';
import { type PreparedRun, prepareRun } from './prepared-run.ts';
import { sessionAsked } from './session-asked.ts';
import { type Asking, offBar, ofOrder, type Question, readAsking, refuseEarly } from './why-question.ts';
import { findInstance, findOrder, findTrade, namesOf, ordersOfTrade } from './why-target.ts';
import { growYoungMemory } from './young-memory.ts';

/** A question with what is said of it beforehand. */
interface Asked extends Question {
  readonly sentence: string | undefined;
}

const isPath = (word: string): boolean => /[\\/]|\.ya?ml$/.test(word) && !word.startsWith('te1-');

/** Answers of a recorded run when one is named or runs now, of a backtest otherwise. */
export const run = async (context: CommandContext): Promise<number> => {
  growYoungMemory();
  // A pair of coins has a slash too: only the first word can be a file.
  const paths = context.positionals.slice(0, 1).filter(isPath);
  const session = await sessionAsked(context.flags, paths);
  const asking = readAsking(context.positionals.slice(paths.length), context.flags);
  if (session !== undefined) return (await import('./why-session.ts')).whySession(context, session, asking);
  return withBarsAhead(context.flags, async (ahead) => {
    const prepared = await prepareRun(context, paths, ahead);
    return typeof prepared === 'number' ? prepared : answer(context, prepared, asking);
  });
};

async function answer(context: CommandContext, prepared: PreparedRun, asking: Asking): Promise<number> {
  const { flags, terminal } = context;
  const { ruleset, data, options, signal } = prepared;
  const questions = await ask(asking, prepared);
  const targets = questions.flatMap(({ target }) => target ?? []);
  const found = targets.length === 0 ? [] : await explainDecisions(ruleset, data, options, targets, signal);
  if (signal.aborted) return exitOfRun(true, signal);
  const answers = questions.map(({ sentence, target, only, wholeDay }): Answer => {
    if (target === undefined) return { sentence, explained: undefined, only };
    const explained = found[targets.indexOf(target)] ?? refuseEarly(target, begin(prepared, target.symbol));
    return { sentence: sentence ?? offBar(target, explained, wholeDay === true), explained, only };
  });
  const { width, style } = terminal;
  await terminal.stream([
    flags.format === 'json' ? whyJson(ruleset, await hashed(data), answers) : whyText(data, answers, { width, style }),
  ]);
  return EXIT.fine;
}

async function ask(asking: Asking, { ruleset, data, options, signal }: PreparedRun): Promise<readonly Asked[]> {
  if (asking.kind === 'bar') {
    const { at } = asking;
    const asked = findInstance(namesOf([ruleset]), asking.strategy, asking.symbol);
    const end = options.to ?? Number.POSITIVE_INFINITY;
    const time = at === undefined ? end : Math.min(end, readBarTime('at', at, asked.symbol));
    return [{ sentence: undefined, target: { ...asked, at: time }, only: undefined, wholeDay: at?.length === 10 }];
  }
  const { orders, trades } = await runBacktest(ruleset, data, options, {}, signal);
  const told = (order: (typeof orders)[number]): Asked => {
    const question = ofOrder(order);
    return { ...question, sentence: question.target === undefined ? undecidedSentence(order) : undefined };
  };
  if (asking.kind === 'order') return [told(findOrder(orders, asking.order))];
  const one = findTrade(trades, asking.trade);
  const { entry, exit } = ordersOfTrade(orders, one, [one.strategy]);
  return [
    { sentence: tradeSentence(one, Number(asking.trade)), target: undefined, only: undefined },
    ...[entry, exit].flatMap((order) => (order === undefined ? [] : told(order))),
  ];
}

function begin({ data }: PreparedRun, symbol: string): string {
  const first = data.bars.get(symbol)?.start[0];
  return first === undefined ? 'the data holds no bar of it' : `its bars begin ${marketTime(symbol, instant(first))}`;
}
