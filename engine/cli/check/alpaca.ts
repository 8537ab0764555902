import type { Account } from '../../alpaca/answers.ts';
import {
  type AccountKind,
  accountKindOf,
  type Endpoints,
  isLoopback,
  keyKindOf,
  LIVE_URL,
  PAPER_URL,
} from '../../alpaca/endpoints.ts';
import type { AlpacaRest } from '../../alpaca/rest.ts';
import type { Ruleset } from '../../compiler/ruleset.ts';
import { compareHours } from '../../feeds/alpaca/exchange-hours.ts';
import { isCrypto, xnys } from '../../market/calendars.ts';
import { DAY, SECOND } from '../../market/time.ts';
import { counted, dollars } from '../../report/amounts.ts';
import { KEYS_WAY_OUT, missingKeys, namedEndpoints, openAlpaca, refusalWords } from '../alpaca-access.ts';
import { type Environment, findingsOf } from '../environment.ts';
import { runClock } from '../run-clock.ts';
import { type Item, judgeOf, type Tell } from './item.ts';
import { checkSymbols } from './symbols.ts';

const { ok, warn, fail, skipped } = judgeOf('alpaca');

/** Whole time of one request; a person waits. */
const TIMEOUT = 5 * SECOND;

/** Days of the calendar that are compared, from today on. */
const DAYS_AHEAD = 90;

/** Clocks that are off by more are told; by still more they spoil every minute of bars. */
const SKEW = 2 * SECOND;
const GROSS_SKEW = 30 * SECOND;

const hostOf = (url: string): string => new URL(url).host;

/** What kind of account the address is of, in words. */
const KINDS: Readonly<Record<AccountKind, string>> = {
  paper: 'paper account',
  live: 'REAL MONEY',
  other: 'an address of your own',
};

/** Whether both keys are there, and of the kind that the address takes. */
export const keysItem = (environment: Environment, endpoints: Endpoints): Item => {
  const missing = missingKeys(environment);
  if (missing.length === 2) return warn('keys', 'Keys', 'not set: live bars and orders need them', KEYS_WAY_OUT);
  if (missing.length === 1) return fail('keys', 'Keys', `${missing[0]} is not set`, KEYS_WAY_OUT);
  const account = accountKindOf(endpoints);
  const key = keyKindOf(environment.ALPACA_API_KEY.value!.reveal());
  if (account === 'live' && key === 'paper') {
    return fail(
      'keys',
      'Keys',
      `a paper key, but ALPACA_BASE_URL is the live address`,
      `write ALPACA_BASE_URL=${PAPER_URL}, or take the keys of the live account`,
    );
  }
  if (account === 'paper' && key === 'live') {
    return fail(
      'keys',
      'Keys',
      'a key of a live account, but ALPACA_BASE_URL is the paper address',
      `make paper keys (Paper Trading, API Keys); real money needs ALPACA_BASE_URL=${LIVE_URL} and engine run --live`,
    );
  }
  const says = `${key ?? 'some'} key for ${hostOf(endpoints.trading)} (${KINDS[account]})`;
  return account === 'live'
    ? warn('keys', 'Keys', says, `for paper trading write ALPACA_BASE_URL=${PAPER_URL}; engine run asks for --live`)
    : ok('keys', 'Keys', says);
};

const SUPPORT = 'sign in at https://app.alpaca.markets, or ask the support there';

/** Whether the account may trade what the rules trade. */
export const accountItems = (account: Account, ruleset: Ruleset | undefined): Item[] => {
  const { status, number, equity, cash, buyingPower } = account;
  const items: Item[] = [];
  const says = `${number}, ${status}; equity ${dollars(Number(equity))}, cash ${dollars(Number(cash))}, buying power ${dollars(Number(buyingPower))}`;
  if (status !== 'ACTIVE') items.push(fail('account', 'Account', `${number} is ${status}, not ACTIVE`, SUPPORT));
  else if (account.accountBlocked) items.push(fail('account', 'Account', `${number} is blocked`, SUPPORT));
  else if (account.tradingBlocked) items.push(fail('account', 'Account', `trading is blocked for ${number}`, SUPPORT));
  else if (account.suspendedByUser) {
    const help = 'lift it in the account settings at https://app.alpaca.markets';
    items.push(fail('account', 'Account', `you have suspended trading for ${number}`, help));
  } else items.push(ok('account', 'Account', says));
  if (ruleset === undefined) return items;
  const enabled = ruleset.models.filter((model) => model.enabled && !model.shadow);
  const purses = enabled.reduce((sum, { capital }) => sum + (capital.kind === 'dollars' ? capital.amount : 0), 0);
  if (purses > Number(equity)) {
    items.push(
      warn(
        'purses',
        'Purses',
        `the strategies' purses come to ${dollars(purses)}, the account's equity to ${dollars(Number(equity))}`,
        'lower capital in the strategies, or reset the paper account with more cash',
      ),
    );
  }
  const short = enabled.find(({ entries }) => entries.some(({ side }) => side === 'short'));
  if (short !== undefined && !account.shortingEnabled) {
    items.push(
      fail(
        'shorting',
        'Shorting',
        `strategy ${short.id} sells short, and the account may not`,
        'allow shorting in the account settings (margin, $2,000 of equity), or take entry.short out',
      ),
    );
  }
  if (ruleset.traded.some(isCrypto) && account.cryptoStatus !== 'ACTIVE') {
    items.push(
      fail(
        'crypto',
        'Crypto',
        `coins are ${account.cryptoStatus ?? 'not enabled'} for the account`,
        'sign the crypto agreement at https://app.alpaca.markets, or take the coins out of the strategies',
      ),
    );
  }
  return items;
};

/**
 * How far the machine's clock is off.
 * @param ahead ms that it is ahead of the server's
 * @param error ms that the measure may be wrong by
 */
export const clockItem = (ahead: number, error: number): Item => {
  const off = Math.abs(ahead);
  if (off <= SKEW + error)
    return ok('clock', 'Clock', `agrees with Alpaca's to ${(Math.max(off, error) / 1000).toFixed(1)} s`);
  const says = `${(off / 1000).toFixed(1)} s ${ahead > 0 ? 'ahead of' : 'behind'} Alpaca's`;
  const help = 'let the system set it: timedatectl set-ntp true, or the date and time settings';
  return off > GROSS_SKEW ? fail('clock', 'Clock', says, help) : warn('clock', 'Clock', says, help);
};

/** The measure with the shortest way there and back. */
interface Dated {
  readonly ahead: number;
  readonly error: number;
}

const isoDate = (at: number): string => new Date(at).toISOString().slice(0, 10);

const calendarItem = async (rest: AlpacaRest, now: number): Promise<Item> => {
  const [from, to] = [isoDate(now), isoDate(now + DAYS_AHEAD * DAY)];
  const answer = await rest.calendar(from, to);
  if ('refusal' in answer) return refusedItem('calendar', 'Calendar', answer.refusal);
  const { warnings } = compareHours(answer.ok, from, to, xnys());
  const [first] = warnings;
  if (first === undefined)
    return ok('calendar', 'Calendar', `${counted(answer.ok.length, 'session')} up to ${to} as ours`);
  const more = warnings.length > 1 ? ` (and ${warnings.length - 1} more)` : '';
  return warn(
    'calendar',
    'Calendar',
    `${first}${more}`,
    'a live run goes by the broker; backtests of these days by ours, until the engine is updated',
  );
};

const refusedItem = (id: string, title: string, refusal: Parameters<typeof refusalWords>[0]): Item => {
  const { says, help } = refusalWords(refusal);
  return fail(id, title, says, help ?? 'try again; https://status.alpaca.markets says how Alpaca is');
};

/** Whether the plan gives the feed that is set, and whether it would give the better one. */
const feedItem = async (rest: AlpacaRest, symbol: string, feed: 'iex' | 'sip'): Promise<Item> => {
  const answer = await rest.latestQuotes([symbol], feed);
  if ('refusal' in answer) {
    return answer.refusal.kind === 'forbidden'
      ? fail(
          'feed',
          'Market data',
          `the plan of the account does not hold ${feed}`,
          'write ALPACA_FEED=iex, which is free, or take a plan with SIP',
        )
      : refusedItem('feed', 'Market data', answer.refusal);
  }
  if (feed === 'sip') return ok('feed', 'Market data', 'sip, the whole market');
  const better = await rest.latestQuotes([symbol], 'sip');
  return 'ok' in better
    ? ok('feed', 'Market data', 'iex, one exchange; the plan holds sip too: ALPACA_FEED=sip')
    : ok('feed', 'Market data', 'iex, one exchange with a few percent of the volume (the free plan)');
};

export const checkAlpaca = async (
  environment: Environment,
  ruleset: Ruleset | undefined,
  offline: boolean,
  tell: Tell,
): Promise<void> => {
  const [wrong] = findingsOf(environment, 'ALPACA_');
  if (wrong !== undefined) {
    tell(skipped('alpaca', 'Alpaca', 'not asked until the settings are right'));
    return;
  }
  const endpoints = await namedEndpoints(environment);
  if (environment.ENGINE_CLOCK.value !== undefined && !isLoopback(endpoints.trading)) {
    const says = `ENGINE_CLOCK (${environment.ENGINE_CLOCK.place ?? 'environment'}) is for a simulator on this machine`;
    tell(fail('settings', 'Settings', says, 'take it out'));
    return;
  }
  const keys = keysItem(environment, endpoints);
  tell(keys);
  if (missingKeys(environment).length > 0 || keys.state === 'fail') {
    tell(skipped('alpaca', 'Account, clock, data', 'not asked without keys that fit'));
    return;
  }
  if (offline) {
    tell(skipped('alpaca', 'Account, clock, data', 'not asked (--offline)'));
    return;
  }
  const clock = runClock(environment, endpoints);
  let best: Dated | undefined;
  const access = await openAlpaca(environment, 'engine check', {
    timeoutMs: TIMEOUT,
    dated(server, roundTrip) {
      // The header tells whole seconds: the middle of that one, against the middle of the way.
      const error = roundTrip / 2 + SECOND / 2;
      const ahead = clock.now() - roundTrip / 2 - (server + SECOND / 2);
      if (best === undefined || error < best.error) best = { ahead, error };
    },
  });
  try {
    const account = await access.rest.account();
    if ('refusal' in account) {
      tell(refusedItem('account', 'Account', account.refusal));
      tell(skipped('alpaca', 'Clock, data, symbols', 'not asked: the account does not answer'));
      return;
    }
    for (const item of accountItems(account.ok, ruleset)) tell(item);
    const stocks = ruleset?.symbols.filter((symbol) => !isCrypto(symbol)) ?? [];
    if (ruleset === undefined || stocks.length > 0) {
      tell(await calendarItem(access.rest, clock.now()));
      tell(await feedItem(access.rest, stocks[0] ?? 'SPY', environment.ALPACA_FEED.value ?? 'iex'));
    }
    if (best !== undefined) tell(clockItem(best.ahead, best.error));
    if (ruleset !== undefined) await checkSymbols(access.rest, ruleset, tell);
  } finally {
    await access.close();
  }
};
