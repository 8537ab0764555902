import type { Target } from '../core/recorder.ts';
import type { Order } from '../ledger/order.ts';
import { DAY, type Instant, instant } from '../market/time.ts';
import { marketDate, marketTime } from '../report/clock.ts';
import { tradeSentence, undecidedSentence } from '../report/decision-sentence.ts';
import { type Answer, whyJson } from '../report/why-json.ts';
import { whyText } from '../report/why-text.ts';
import { runBacktest } from '../runtime/backtest.ts';
import { type ExplainedDecision, explainDecisions } from '../runtime/explain.ts';
import { textFlag } from './arguments.ts';
import { readBarTime } from './bar-time.ts';
import { withBarsAhead } from './bars-ahead.ts';
import type { CommandContext } from './command.ts';
import { EXIT, failure } from './exit.ts';
import { exitOfRun } from './interruption.ts';
import { type PreparedRun, prepareRun } from './prepared-run.ts';
import { findInstance, findOrder, findTrade, ordersOfTrade } from './why-target.ts';
import { growYoungMemory } from './young-memory.ts';

/** A decision to look up, with what is said of it beforehand; without a target there is nothing more to say. */
interface Question {
  readonly sentence: string | undefined;
  readonly target: Target | undefined;
  readonly only: Answer['only'];
  /** A day was named, not a bar of it. */
  readonly wholeDay?: boolean;
}

const isPath = (word: string): boolean => /[\\/]|\.ya?ml$/.test(word) && !word.startsWith('te1-');

export const run = (context: CommandContext): Promise<number> =>
  withBarsAhead(context.flags, async (ahead) => {
    growYoungMemory();
    // A pair of coins has a slash too: only the first word can be a file.
    const paths = context.positionals.slice(0, 1).filter(isPath);
    const prepared = await prepareRun(context, paths, ahead);
    return typeof prepared === 'number' ? prepared : answer(context, prepared, context.positionals.slice(paths.length));
  });

async function answer(context: CommandContext, prepared: PreparedRun, words: readonly string[]): Promise<number> {
  const { flags, terminal } = context;
  const { ruleset, data, options, signal } = prepared;
  const questions = await ask(words, flags, prepared);
  const targets = questions.flatMap(({ target }) => target ?? []);
  const found = targets.length === 0 ? [] : await explainDecisions(ruleset, data, options, targets, signal);
  if (signal.aborted) return exitOfRun(true, signal);
  const answers = questions.map(({ sentence, target, only, wholeDay }): Answer => {
    if (target === undefined) return { sentence, explained: undefined, only };
    const explained = found[targets.indexOf(target)] ?? refuseEarly(target, prepared);
    return { sentence: sentence ?? offBar(target, explained, wholeDay === true), explained, only };
  });
  const { width, style } = terminal;
  await terminal.stream([
    flags.format === 'json' ? whyJson(ruleset, data, answers) : whyText(ruleset, data, answers, { width, style }),
  ]);
  return EXIT.fine;
}

async function ask(
  words: readonly string[],
  flags: CommandContext['flags'],
  { ruleset, data, options, signal }: PreparedRun,
): Promise<readonly Question[]> {
  const at = textFlag(flags, 'at');
  const trade = textFlag(flags, 'trade');
  const single = words.length === 1 && /^(\d+|te1-.*)$/.test(words[0]!) ? words[0] : undefined;
  if (trade === undefined && single === undefined) {
    const asked = findInstance(ruleset, words[0], words[1]);
    const end = options.to ?? Number.POSITIVE_INFINITY;
    const time = at === undefined ? end : Math.min(end, readBarTime('at', at, asked.symbol));
    return [{ sentence: undefined, target: { ...asked, at: time }, only: undefined, wholeDay: at?.length === 10 }];
  }
  if (at !== undefined)
    throw failure('--at goes with a strategy and a symbol', 'an order or a trade has its own time: leave --at out');
  if (trade !== undefined && words.length > 0) {
    throw failure('--trade stands alone', 'engine why --trade 3: the number says which strategy and symbol it was');
  }
  const result = await runBacktest(ruleset, data, options, {}, signal);
  if (trade === undefined) return [ofOrder(findOrder(result.orders, single!))];
  const one = findTrade(result.trades, trade);
  const { entry, exit } = ordersOfTrade(result.orders, one);
  return [
    { sentence: tradeSentence(one, Number(trade)), target: undefined, only: undefined },
    ...(entry === undefined ? [] : [ofOrder(entry)]),
    ...(exit === undefined ? [] : [ofOrder(exit)]),
  ];
}

/** The decision that made an order; what rests with a position was made by its fill. */
function ofOrder(order: Order): Question {
  const decided = order.role === 'entry' || order.exitReason === 'exit_rule' || order.exitReason === 'time_stop';
  const { strategy, symbol, decidedAt: at } = order;
  return {
    sentence: decided ? undefined : undecidedSentence(order),
    target: decided ? { strategy, symbol, at } : undefined,
    only: order.rule,
  };
}

/** What is said when no bar ended at the time asked for. */
function offBar({ at, symbol }: Target, { decision, after }: ExplainedDecision, wholeDay: boolean): string | undefined {
  if (at === decision.at || at === Number.POSITIVE_INFINITY || (wholeDay && decision.at > at - DAY)) return undefined;
  const next = after === undefined ? 'it is the last one there is' : `the next one ended ${marketTime(symbol, after)}`;
  const when = wholeDay ? `on ${marketDate(symbol, instant(at - 1))}` : `at ${marketTime(symbol, instant(at))}`;
  return `No bar was decided ${when}: this is the last one before it; ${next}.`;
}

function refuseEarly({ symbol, at }: Target, { data }: PreparedRun): never {
  const first = data.bars.get(symbol)?.start[0];
  const when = Number.isFinite(at) ? ` by ${marketTime(symbol, at as Instant)}` : '';
  throw failure(
    `no bar of ${symbol} was decided${when}`,
    first === undefined ? 'the data holds no bar of it' : `its bars begin ${marketTime(symbol, instant(first))}`,
  );
}
