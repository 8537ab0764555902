import { didYouMean } from '../documents/suggest.ts';
import type { Stand } from '../runtime/control/protocol.ts';
import type { OperatorResult, ReloadResult } from '../runtime/control/results.ts';
import type { LocalAnswer, LocalRequest } from '../runtime/control/server.ts';
import type { EngineStatus } from '../runtime/control/status.ts';
import {
  breakersMessage,
  flattenQuestion,
  helpMessage,
  operatedMessage,
  positionsMessage,
  profitMessage,
  refusedMessage,
  reloadedMessage,
  statusMessage,
  type TelegramCounts,
} from './answers.ts';
import { type ChatCommand, fromHere, readCommand } from './commands.ts';
import { escaped, type Html, html, plain } from './html.ts';
import type { Received } from './inbox.ts';
import type { Offer } from './queue.ts';

export interface DeskOptions {
  /** Asks the run, in the queue of the control socket; undefined: this run takes no commands. */
  readonly ask: () => ((request: LocalRequest) => Promise<LocalAnswer>) | undefined;
  /** Sentences on the last decision of those strategies that trade a symbol. */
  readonly why: (strategy: string | undefined, symbol: string) => Promise<readonly WhyAnswer[]>;
  readonly offer: (message: Html, offer: Offer) => void;
  /** Tells the server that a press of a button was seen, with a few words for its screen. */
  readonly pressed: (id: string, text: string) => void;
  readonly counts: () => TelegramCounts;
  /** The bot's own name, once it is known. */
  readonly bot: () => string | undefined;
  /** Wall clock, ms since 1970. */
  readonly now: () => number;
  /** The run is about to do what the chat asked for, or has done it: what it tells of that is told by the answer. */
  readonly acting: (on: boolean) => void;
  /** A few letters that nobody can guess. */
  readonly nonce: () => string;
  /** Milliseconds that a run has for a command. */
  readonly patienceMs?: number;
}

/** What a decision came to, a sentence a rule. */
export interface WhyAnswer {
  readonly title: string;
  readonly sentences: readonly string[];
}

export interface Desk {
  /** Does what was received, in its turn; never throws. */
  take(received: Received): void;
  /** Until everything taken so far is done. */
  readonly done: Promise<void>;
}

/** How long a flatten waits for its yes. */
export const CONFIRM_MS = 60_000;

const PATIENCE = 15_000;

/** Commands that wait for the ones before them; more are turned away. */
const MOST_WAITING = 20;

interface Question {
  readonly nonce: string;
  readonly until: number;
  /** What it is about, as the command takes it. */
  readonly place: Readonly<Record<string, string>>;
}

/** The place that a word means, and the words left for a reason. */
interface Addressed {
  readonly place: Readonly<Record<string, string>>;
  readonly reason: string;
  /** A name that the first word may have meant. */
  readonly near: string | undefined;
}

const addressed = (words: readonly string[], { strategies, market }: EngineStatus): Addressed => {
  const [first = '', ...rest] = words;
  const same = (name: string): boolean => name.toLowerCase() === first.toLowerCase();
  const reason = rest.join(' ');
  if (same('account')) return { place: {}, reason, near: undefined };
  const strategy = strategies.find(({ id }) => same(id))?.id;
  if (strategy !== undefined) return { place: { strategy }, reason, near: undefined };
  const symbol = market.symbols.find(same);
  if (symbol !== undefined) return { place: { symbol }, reason, near: undefined };
  const near = didYouMean(first, [...strategies.map(({ id }) => id), ...market.symbols]);
  return { place: {}, reason: words.join(' '), near };
};

const samePlace = (a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean =>
  a.strategy === b.strategy && a.symbol === b.symbol;

/** Does what the chat asks for, one after the other, and answers with what came of it. */
export const createDesk = (options: DeskOptions): Desk => {
  const { offer, now, patienceMs = PATIENCE } = options;
  let question: Question | undefined;
  let last: Promise<void> = Promise.resolve();
  let waiting = 0;

  const answer = (message: Html, buttons?: Offer['buttons']): void =>
    offer(message, { urgent: true, ...(buttons === undefined ? {} : { buttons }) });

  /** What the run says; undefined when it said no, which is told. */
  async function ask<T>(
    what: LocalRequest['command'],
    given: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly at: Stand; readonly result: T } | undefined> {
    const asking = options.ask();
    if (asking === undefined) {
      answer(html`This run takes no commands: it keeps no state that they could be recorded in.`);
      return undefined;
    }
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), patienceMs);
      timer.unref();
    });
    // A reload begins in time and may take longer than that.
    const asked = asking({ command: what, arguments: given, until: now() + patienceMs });
    const said = what === 'reload' ? await asked : await Promise.race([asked, late]);
    clearTimeout(timer);
    if (said === 'late') {
      answer(html`The run did not take it within ${plain(patienceMs / 1_000)} s: it is withdrawn. Ask again.`);
      return undefined;
    }
    if (!said.ok) {
      answer(refusedMessage(said.error));
      return undefined;
    }
    return { at: said.at, result: said.result as T };
  }

  async function withStatus(tell: (status: EngineStatus) => Html): Promise<void> {
    const status = await ask<EngineStatus>('status');
    if (status !== undefined) answer(tell(status.result));
  }

  async function command(
    act: 'pause' | 'resume' | 'flatten' | 'halt',
    given: Readonly<Record<string, string>>,
  ): Promise<void> {
    options.acting(true);
    try {
      const done = await ask<OperatorResult>(act, given);
      if (done !== undefined) answer(operatedMessage(act, done.result));
    } finally {
      options.acting(false);
    }
  }

  async function operate(act: 'pause' | 'resume' | 'halt', words: readonly string[]): Promise<void> {
    let given: Addressed = { place: {}, reason: words.join(' '), near: undefined };
    if (words.length > 0 && act !== 'halt') {
      const status = await ask<EngineStatus>('status');
      if (status === undefined) return;
      given = addressed(words, status.result);
      if (given.near !== undefined) {
        // A slip must not reach the whole account.
        const asWritten = words.join(' ').slice(0, 100);
        answer(
          html`Not done: did you mean /${plain(act)} ${plain(given.near)}? For the whole account: /${plain(act)} account ${plain(asWritten)}`,
        );
        return;
      }
    }
    // To go on after a halt takes a reason, and a person has to give it.
    const reason = act === 'resume' && given.reason === '' ? {} : { reason: fromHere(given.reason) };
    await command(act, { ...given.place, ...reason });
  }

  async function flatten(words: readonly string[]): Promise<void> {
    const status = await ask<EngineStatus>('status');
    if (status === undefined) return;
    const sure = words.at(-1)?.toLowerCase() === 'yes';
    const { place, reason, near } = addressed(sure ? words.slice(0, -1) : words, status.result);
    if (reason !== '') {
      const way = near === undefined ? '/flatten alone closes all of the account' : `did you mean ${near}?`;
      answer(html`There is no strategy or symbol ${plain(reason.slice(0, 40))}: ${plain(way)}`);
      return;
    }
    if (sure && question !== undefined && now() <= question.until && samePlace(place, question.place)) {
      await close(question);
      return;
    }
    question = { nonce: options.nonce(), until: now() + CONFIRM_MS, place };
    answer(flattenQuestion(status.result, place, sure), [
      { text: 'Flatten', data: `flatten:${question.nonce}` },
      { text: 'Leave it', data: `leave:${question.nonce}` },
    ]);
  }

  async function close({ place }: Question): Promise<void> {
    question = undefined;
    await command('flatten', { ...place, reason: fromHere('') });
  }

  async function press(id: string, data: string): Promise<void> {
    const [act, nonce] = data.split(':');
    const asked = question;
    if (asked === undefined || nonce !== asked.nonce || now() > asked.until) {
      options.pressed(id, 'Too late: /flatten asks again.');
      return;
    }
    question = undefined;
    options.pressed(id, act === 'flatten' ? 'Flattening' : 'Left as it is');
    if (act === 'flatten') await close(asked);
    else answer(html`Nothing was changed.`);
  }

  async function reload(): Promise<void> {
    const done = await ask<ReloadResult>('reload');
    if (done !== undefined) answer(reloadedMessage(done.result));
  }

  async function why(words: readonly string[]): Promise<void> {
    const status = await ask<EngineStatus>('status');
    if (status === undefined) return;
    const { strategies, market } = status.result;
    const symbolOf = (word: string | undefined): string | undefined =>
      market.symbols.find((symbol) => symbol.toLowerCase() === word?.toLowerCase());
    const symbol = symbolOf(words.at(-1));
    const strategy =
      words.length === 2 ? strategies.find(({ id }) => id.toLowerCase() === words[0]!.toLowerCase())?.id : undefined;
    if (symbol === undefined || words.length > 2 || (words.length === 2 && strategy === undefined)) {
      answer(html`/why SYMBOL, or /why STRATEGY SYMBOL. The symbols are ${plain(market.symbols.join(' '))}.`);
      return;
    }
    for (const { title, sentences } of await options.why(strategy, symbol)) {
      answer([html`<b>${plain(title)}</b>`, ...sentences.map(escaped)].join('\n') as Html);
    }
  }

  async function perform({ name, words }: ChatCommand): Promise<void> {
    switch (name) {
      case 'status':
        return withStatus((status) => statusMessage(status, options.counts()));
      case 'positions':
        return withStatus(positionsMessage);
      case 'profit':
        return withStatus(profitMessage);
      case 'breakers':
        return withStatus(breakersMessage);
      case 'pause':
      case 'resume':
      case 'halt':
        return operate(name, words);
      case 'flatten':
        return flatten(words);
      case 'reload':
        return reload();
      case 'why':
        return why(words);
      case 'help':
        answer(helpMessage());
    }
  }

  async function act(received: Received): Promise<void> {
    if (received.kind === 'button') return press(received.id, received.data);
    const command = readCommand(received.text, options.bot());
    if (command === undefined) return;
    if (command.name === 'unknown') answer(html`There is no command ${plain(command.said)}. /help lists them.`);
    else await perform(command);
  }

  return {
    take(received) {
      if (waiting >= MOST_WAITING) {
        answer(html`Too many commands wait: this one is not done.`);
        return;
      }
      waiting++;
      last = last
        .then(() => act(received))
        .catch((error: unknown) => {
          const says = error instanceof Error ? error.message : String(error);
          answer(html`That did not work: ${plain(says.slice(0, 300))}`);
        })
        .finally(() => {
          waiting--;
        });
    },
    get done() {
      return last;
    },
  };
};
