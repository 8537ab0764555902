import type { DocumentPath } from '../documents/document.ts';
import { constantOf } from '../expressions/constants.ts';
import { DAY } from '../market/time.ts';
import { TIMEFRAME_MS } from '../market/timeframe.ts';
import type { EntryModel, SessionModel } from './model.ts';
import type { Checking } from './strategy.ts';

/** Orders that Alpaca turns down, told before any is sent. Source: Alpaca's Trading API, order types and times in force. */
export function checkBrokerRules(checking: Checking, entry: EntryModel, session: SessionModel): void {
  const { symbols } = checking.value;
  const coins = symbols.filter((symbol) => symbol.includes('/'));
  checkCoins(checking, entry, coins[0]);
  if (coins.length === symbols.length) return;
  checkTimeInForce(checking, entry);
  checkHours(checking, entry, session);
  checkCents(checking, entry);
}

const orderPath = (entry: EntryModel): DocumentPath => ['entry', entry.side, 'order'];

function checkCoins({ reporter, value }: Checking, entry: EntryModel, coin: string | undefined): void {
  if (coin === undefined) return;
  const path = orderPath(entry);
  const { type, timeInForce } = entry.order;
  const written = value.entry[entry.side]?.order?.time_in_force;
  if (type === 'stop') {
    reporter.at(
      'W383',
      [...path, 'type'],
      `orders for ${coin} are market, limit or stop_limit; Alpaca takes no stop for coins`,
      'use `type: stop_limit` with a limit_price beyond the stop',
    );
  } else if (written !== undefined && timeInForce !== 'gtc' && timeInForce !== 'ioc') {
    reporter.at(
      'W383',
      [...path, 'time_in_force'],
      `orders for ${coin} are gtc or ioc; Alpaca refuses \`${written}\` for coins`,
      'write `time_in_force: gtc`, or leave it out',
    );
  }
}

function checkTimeInForce({ reporter, value }: Checking, entry: EntryModel): void {
  const { type, timeInForce } = entry.order;
  if (timeInForce === 'day' || timeInForce === 'gtc') return;
  const path: DocumentPath = [...orderPath(entry), 'time_in_force'];
  if (type === 'stop' || type === 'stop_limit') {
    reporter.at(
      'W381',
      path,
      `a ${type} order waits for its price, and \`${timeInForce}\` does not let it wait`,
      'write day or gtc, or use a market or limit order',
    );
  } else if (
    timeInForce === 'opg' &&
    TIMEFRAME_MS[value.timeframe] < DAY &&
    (value.session?.hours ?? 'regular') === 'regular'
  ) {
    reporter.at(
      'W382',
      path,
      `orders for the opening auction are refused from 09:28 to 19:00, and every ${value.timeframe} bar ends in between`,
      'write `time_in_force: day`, or decide on daily bars',
    );
  }
}

function checkHours({ reporter, value }: Checking, entry: EntryModel, session: SessionModel): void {
  if (session.hours === 'regular') return;
  const { type, timeInForce } = entry.order;
  if (type === 'limit' && (timeInForce === 'day' || timeInForce === 'gtc')) return;
  const written = value.entry[entry.side]?.order;
  const key = type === 'limit' ? 'time_in_force' : 'type';
  const path: DocumentPath = written?.[key] === undefined ? ['session', 'hours'] : [...orderPath(entry), key];
  const what = type === 'limit' ? `\`${timeInForce}\` orders` : `${type} orders`;
  reporter.at(
    'W380',
    path,
    `outside regular hours Alpaca takes limit orders for the day or gtc only, and entry.${entry.side} sends ${what}`,
    'write `type: limit` with a limit_price and `time_in_force: day`, or `hours: regular`',
  );
}

/** Prices of a dollar and more go by whole cents, below by hundredths of a cent (SEC Rule 612). */
function checkCents({ reporter }: Checking, entry: EntryModel): void {
  for (const [key, tree] of [
    ['limit_price', entry.order.limitPrice],
    ['stop_price', entry.order.stopPrice],
  ] as const) {
    const price = tree === undefined ? undefined : constantOf(tree);
    if (price === undefined || !(price > 0)) continue;
    const ticks = price * (price >= 1 ? 100 : 10_000);
    if (Math.abs(ticks - Math.round(ticks)) < 1e-6) continue;
    const grid = price >= 1 ? 'whole cents' : 'hundredths of a cent';
    const near = Math.round(ticks) / (price >= 1 ? 100 : 10_000);
    reporter.at(
      'W384',
      [...orderPath(entry), key],
      `\`${key}\` is ${price}, and shares at that price trade in ${grid}`,
      `write ${near}: that is what will be sent`,
    );
  }
}
