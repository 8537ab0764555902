import { createHash } from 'node:crypto';
import { accountKindOf, isLoopback, keyKindOf } from '../alpaca/endpoints.ts';
import { orThrow } from '../alpaca/refusal.ts';
import type { AlpacaRest } from '../alpaca/rest.ts';
import { systemClock } from '../alpaca/system-clock.ts';
import { createTradingStream, type TradingMessage, type TradingStream } from '../alpaca/trading-stream.ts';
import { loadStreaming } from '../alpaca/wire.ts';
import type { BrokerDoor } from '../brokers/alpaca/door.ts';
import { restDoor } from '../brokers/alpaca/rest-door.ts';
import { openAlpacaHistory, prepareAlpacaFeed } from '../feeds/alpaca/connect.ts';
import { compareHours, type HoursComparison } from '../feeds/alpaca/exchange-hours.ts';
import type { LiveFeed, LiveFeedSink } from '../feeds/alpaca/live-feed.ts';
import { calendarOf, isCrypto, xnys } from '../market/calendars.ts';
import type { Clock } from '../market/clock.ts';
import type { MinuteBar } from '../market/minute-bar.ts';
import { DAY, instant, MINUTE } from '../market/time.ts';
import { openAlpaca, refusalWords } from './alpaca-access.ts';
import { canAsk, typed } from './confirm.ts';
import type { Environment } from './environment.ts';
import { failure } from './exit.ts';
import { runClock } from './run-clock.ts';

/** What is known of the account before rules ask anything of it. */
export interface AccountFacts {
  /** Names the account without telling its number. */
  readonly hash: string;
  /** Value of everything in it, dollars. */
  readonly equity: number;
}

/** Alpaca as a run on live bars needs it. */
export interface TradingAccess {
  /** `iex`, `sip`. */
  readonly feedName: string;
  readonly account: AccountFacts;
  /** The machine's, or a simulator's. */
  readonly clock: Clock;
  /** Where the broker's trading days differ from our calendar's. */
  readonly hours: HoursComparison;
  readonly door: BrokerDoor;
  trading(take: (message: TradingMessage) => void): TradingStream;
  /** @param after end of the last minute that is known, ms */
  feed(symbols: ReadonlySet<string>, after: number, sink: LiveFeedSink): Promise<LiveFeed>;
  /** The minutes of each symbol that are over, oldest first; at least so many of a trading symbol. */
  history(symbols: readonly string[], minutes: number): Promise<ReadonlyMap<string, readonly MinuteBar[]>>;
  close(): Promise<void>;
}

export interface AccessChoices {
  /** Real money, as the person says. */
  readonly live: boolean;
  /** The account number, where nobody can be asked to type it. */
  readonly yesLive: string | undefined;
}

/** Minutes of a regular session, and of a day of coins. */
const SESSION = 390;

/**
 * Opens the way to the account, and makes sure of whose money it is.
 * @throws Failure when keys are missing or refused, the account may not trade, or its kind is not the one that was asked for
 */
export async function openTrading(environment: Environment, choices: AccessChoices): Promise<TradingAccess> {
  const access = await openAlpaca(environment, choices.live ? 'engine run --live' : 'engine run');
  try {
    return await opened(environment, choices, access);
  } catch (error) {
    await access.close();
    throw error;
  }
}

async function opened(
  environment: Environment,
  { live, yesLive }: AccessChoices,
  access: Awaited<ReturnType<typeof openAlpaca>>,
): Promise<TradingAccess> {
  const { rest, connection, endpoints } = access;
  refuseOtherKind(environment, endpoints, live);
  const answer = await rest.account();
  if ('refusal' in answer) {
    const { says, help } = refusalWords(answer.refusal);
    throw failure(says, help);
  }
  const account = answer.ok;
  if (account.status !== 'ACTIVE' || account.accountBlocked || account.tradingBlocked || account.suspendedByUser) {
    throw failure(
      `the account may not trade (${account.status}${account.tradingBlocked ? ', trading blocked' : ''}${account.suspendedByUser ? ', suspended by its owner' : ''})`,
      'the account page of Alpaca says why',
    );
  }
  if (live) await confirmMoney(account.number, yesLive);
  const streaming = await loadStreaming();
  const credentials = { keyId: connection.keys.id.reveal(), secret: connection.keys.secret.reveal() };
  const clock = runClock(environment, endpoints);
  const feedName = environment.ALPACA_FEED.value ?? 'iex';
  const data = { connection, rest, clock, feed: feedName } as const;
  const history = openAlpacaHistory(data);
  void connection.warm();
  const hours = await exchangeHours(rest, clock.now());
  return {
    feedName,
    account: {
      hash: createHash('sha256').update(account.id).digest('hex').slice(0, 16),
      equity: Number(account.equity),
    },
    clock,
    hours,
    door: restDoor(rest),
    trading: (take) =>
      createTradingStream({
        streaming,
        credentials,
        url: endpoints.tradingStream,
        clock: systemClock,
        dice: Math.random,
        take,
      }),
    feed: (symbols, after, sink) =>
      prepareAlpacaFeed({ ...data, socketClock: systemClock, dice: Math.random, symbols, after, sink }),
    async history(symbols, minutes) {
      const now = orThrow(await rest.clock()).at;
      const found = new Map<string, readonly MinuteBar[]>();
      for (const group of [symbols.filter(isCrypto), symbols.filter((symbol) => !isCrypto(symbol))]) {
        if (group.length === 0) continue;
        const from = sessionsBefore(group[0]!, now, minutes);
        const { bars } = await history.minutes(group, from, Math.floor(now / MINUTE) * MINUTE);
        for (const symbol of group) found.set(symbol, bars.get(symbol) ?? []);
      }
      return found;
    },
    close: () => access.close(),
  };
}

/** When a symbol's market had traded for so many minutes before now, ms. */
function sessionsBefore(symbol: string, now: number, minutes: number): number {
  if (isCrypto(symbol)) return now - minutes * MINUTE - DAY;
  const calendar = calendarOf(symbol);
  const session = Math.max(0, calendar.sessionOn(instant(now)) - Math.ceil(minutes / SESSION));
  return calendar.open(session);
}

const DAYS_BACK = 10;
const DAYS_AHEAD = 40;

/** Holds the broker's trading days of these weeks against ours. */
async function exchangeHours(rest: Pick<AlpacaRest, 'calendar'>, now: number): Promise<HoursComparison> {
  const [from, to] = [now - DAYS_BACK * DAY, now + DAYS_AHEAD * DAY].map((at) =>
    new Date(at).toISOString().slice(0, 10),
  );
  const days = await rest.calendar(from!, to!);
  if ('ok' in days) return compareHours(days.ok, from!, to!, xnys());
  return {
    amendments: [],
    warnings: [`the broker's calendar cannot be asked for (${days.refusal.message}): ours holds`],
  };
}

/** Paper by default; real money only when it is asked for and the address is its own. */
function refuseOtherKind(environment: Environment, endpoints: { readonly trading: string }, live: boolean): void {
  const kind = accountKindOf(endpoints);
  const loopback = isLoopback(endpoints.trading);
  const place = environment.ALPACA_BASE_URL.place ?? 'its default';
  if (!live && kind !== 'paper' && !loopback) {
    throw failure(
      `ALPACA_BASE_URL (${place}) is not the paper account`,
      'set it to https://paper-api.alpaca.markets; real money is traded with --live alone',
    );
  }
  if (live && kind !== 'live' && !loopback) {
    throw failure(
      `--live is for real money, and ALPACA_BASE_URL (${place}) is not the live account`,
      'set it to https://api.alpaca.markets, with the keys of that account; or leave out --live',
    );
  }
  const key = keyKindOf(environment.ALPACA_API_KEY.value?.reveal() ?? '');
  if (key !== undefined && !loopback && key !== (live ? 'live' : 'paper')) {
    throw failure(
      `ALPACA_API_KEY is a key of the ${key} account, and ALPACA_BASE_URL is the ${live ? 'live' : 'paper'} one`,
      `use the keys of the ${live ? 'live' : 'paper'} account`,
    );
  }
}

/** Real money moves only for somebody who can name the account. */
async function confirmMoney(number: string, yesLive: string | undefined): Promise<void> {
  if (yesLive !== undefined) {
    if (yesLive === number) return;
    throw failure('--yes-live does not name this account', 'write the number that the account page shows');
  }
  if (!canAsk()) {
    throw failure('--live wants the account number typed, and nobody can be asked', 'add --yes-live ACCOUNT_NUMBER');
  }
  const answer = await typed(`This trades REAL MONEY. Type the number of the account to go on: `);
  if (answer.trim() !== number)
    throw failure('that is not this account: nothing was sent', 'start again to try once more');
}
