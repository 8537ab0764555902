import { instant } from '../market/time.ts';
import { count, counted, dollars, signedDollars } from '../report/amounts.ts';
import { marketTime, zoneOf } from '../report/clock.ts';
import { operatedText, reloadedText } from '../report/operated-text.ts';
import { placeWords, priceText, tripWords } from '../report/status-text.ts';
import { styleOf } from '../report/style.ts';
import { exitWords } from '../report/words.ts';
import type { ControlError } from '../runtime/control/protocol.ts';
import type { OperatorResult, ReloadResult } from '../runtime/control/results.ts';
import type { EngineStatus, PositionStatus, TrippedStatus } from '../runtime/control/status.ts';
import { CHAT_COMMANDS } from './commands.ts';
import { bold, escaped, type Html, html, lines, plain } from './html.ts';

/** What the chat itself has seen. */
export interface TelegramCounts {
  readonly sent: number;
  readonly dropped: number;
  /** Messages of other chats. */
  readonly strangers: number;
  /** Commands that came too late. */
  readonly stale: number;
}

const PLAIN_STYLE = styleOf(false);

const usd = (text: string): string => dollars(Number(text));
const signed = (text: string): string => signedDollars(Number(text));
const short = (revision: string): string => revision.slice(0, 7);

/** `2024-03-05 10:00 New York`. */
const marketOf = ({ market }: EngineStatus): string => {
  const symbol = market.symbols[0] ?? '';
  return market.time === null
    ? 'no bar yet'
    : `${marketTime(symbol, instant(Date.parse(market.time)))} ${zoneOf(symbol)}`;
};

/** Sentences made for a shell, with the commands as they are typed here. */
const asTyped = (text: string): string =>
  text.replace(
    /engine (resume|pause|flatten|halt)(?: --(?:strategy|symbol) (\S+))?( --reason TEXT)?/g,
    (_, act: string, place: string | undefined, reason: string | undefined) =>
      `/${act}${place === undefined ? '' : ` ${place}`}${reason === undefined ? '' : ' REASON'}`,
  );

const MODE = { dry: 'Dry run', paper: 'Paper trading', live: 'LIVE trading' } as const;

export const entriesWords = ({ breakers }: EngineStatus): Html =>
  breakers.tripped.length === 0
    ? html`Entries active; ${plain(counted(breakers.rules.filter(({ enabled }) => enabled).length, 'breaker'))} ready`
    : html`Entries <b>${plain(breakers.entries.toUpperCase())}</b>; ${plain(counted(breakers.tripped.length, 'breaker'))} tripped: ${plain([...new Set(breakers.tripped.map(({ id, place }) => `${id} of ${place}`))].join(', '))}`;

/** The run at a glance. */
export const statusMessage = (status: EngineStatus, telegram: TelegramCounts): Html => {
  const { account, rules, positions } = status;
  const trouble = [
    ...(telegram.dropped === 0 ? [] : [`${counted(telegram.dropped, 'message')} dropped`]),
    ...(telegram.strangers === 0 ? [] : [`${counted(telegram.strangers, 'message')} of other chats ignored`]),
    ...(telegram.stale === 0 ? [] : [`${counted(telegram.stale, 'late command')} ignored`]),
  ];
  return lines(
    html`<b>${plain(MODE[status.mode])}</b> on ${plain(status.feed)}${plain(status.synthetic ? ', SYNTHETIC' : '')}`,
    html`${plain(marketOf(status))}, ${plain(counted(status.market.bars, 'bar'))}`,
    html`Equity <b>${plain(usd(account.equity))}</b>, today ${plain(signed(account.pnlToday))}, in all ${plain(signed(account.pnl))}`,
    html`${plain(counted(account.trades, 'trade'))}, ${plain(counted(positions.length, 'position'))} open`,
    entriesWords(status),
    html`Rules ${plain(short(rules.revision))}`,
    rules.stale === null ? undefined : html`<b>STALE</b>: ${plain(rules.stale.reason)}`,
    rules.pending === null ? undefined : html`${plain(short(rules.pending.revision))} waits for engine approve`,
    trouble.length === 0 ? undefined : html`Telegram: ${plain(trouble.join(', '))}`,
  );
};

const ROLE: Readonly<Record<string, string>> = {
  stop_loss: 'stop',
  take_profit: 'target',
  trailing_stop: 'trail',
  break_even: 'break-even',
};

const positionLine = (one: PositionStatus): Html => {
  const guarded =
    one.closing === null
      ? one.protection.map(({ role, price }) => `${ROLE[role] ?? role} ${priceText(price)}`).join(', ') || 'no stop'
      : `closing: ${exitWords(one.closing as Parameters<typeof exitWords>[0])}`;
  return html`<b>${plain(one.symbol)}</b> ${plain(one.side)} ${plain(one.qty)} (${plain(one.strategy)}): ${plain(signed(one.unrealized))}
${plain(priceText(one.entryPrice))} ${plain('→')} ${plain(priceText(one.lastPrice))}; ${plain(guarded)}`;
};

export const positionsMessage = (status: EngineStatus): Html =>
  status.positions.length === 0
    ? html`No position is open. ${plain(marketOf(status))}`
    : lines(
        html`<b>${plain(counted(status.positions.length, 'position'))}</b>, ${plain(marketOf(status))}`,
        ...status.positions.map(positionLine),
      );

export const profitMessage = (status: EngineStatus): Html =>
  lines(
    html`<b>P&amp;L</b>, ${plain(marketOf(status))}`,
    html`today ${plain(signed(status.account.pnlToday))}, in all <b>${plain(signed(status.account.pnl))}</b> of ${plain(usd(status.account.startCash))}, ${plain(counted(status.account.trades, 'trade'))}`,
    ...status.strategies.map(
      (one) =>
        html`${plain(one.id)}${plain(one.retired ? ' (gone)' : '')}: today ${plain(signed(one.pnlToday))}, in all ${plain(signed(one.pnl))}${plain(one.entries === 'active' ? '' : `, ${one.entries.toUpperCase()}`)}`,
    ),
  );

const trippedLine = (trip: TrippedStatus): Html => {
  const symbol = trip.scope === 'symbol' ? trip.place : '';
  const since = marketTime(symbol, instant(Date.parse(trip.trippedAt)));
  const held = trip.heldBack === 0 ? '' : `; held back ${count(trip.heldBack)}`;
  return html`<b>${plain(trip.id)}</b> holds ${plain(placeWords(trip.scope, trip.place))} since ${plain(since)} (${plain(tripWords(trip))})${plain(held)}`;
};

export const breakersMessage = (status: EngineStatus): Html => {
  const { rules, tripped } = status.breakers;
  const holding = new Set(tripped.map(({ id }) => id));
  return lines(
    ...(rules.length === 0 ? [html`risk.yaml has no circuit breakers.`] : []),
    ...rules.map(
      (rule) =>
        html`${plain(rule.id)}: ${holding.has(rule.id) ? bold('TRIPPED') : plain(rule.enabled ? 'ready' : 'off')}, <code>${plain(rule.when)}</code>`,
    ),
    ...(tripped.length === 0 ? [] : [html``]),
    ...tripped.map(trippedLine),
  );
};

export const operatedMessage = (act: 'pause' | 'resume' | 'flatten' | 'halt', result: OperatorResult): Html =>
  escaped(asTyped(operatedText(act, result, PLAIN_STYLE)).trimEnd());

export const reloadedMessage = (result: ReloadResult): Html => {
  const [head = '', ...rest] = asTyped(reloadedText(result, PLAIN_STYLE)).trimEnd().split('\n');
  // Nothing changed: that is all there is to say.
  return rest.length === 0 || result.outcome === 'unchanged'
    ? escaped(head)
    : lines(escaped(head), html`<pre>${plain(rest.join('\n'))}</pre>`);
};

export const refusedMessage = ({ message, help }: ControlError): Html =>
  lines(html`Not done: ${plain(asTyped(message))}`, help === null ? undefined : escaped(asTyped(help)));

/** @param early a yes came that nothing had asked for */
export const flattenQuestion = (
  status: EngineStatus,
  place: Readonly<Record<string, string>>,
  early: boolean,
): Html => {
  const { strategy, symbol } = place;
  const here = status.positions.filter(
    (one) => (strategy ?? one.strategy) === one.strategy && (symbol ?? one.symbol) === one.symbol,
  );
  const of = strategy ?? symbol ?? 'the account';
  const word = strategy ?? symbol;
  return lines(
    html`Close <b>${plain(counted(here.length, 'position'))}</b> of ${plain(of)} at the next open, and enter no more?`,
    ...here.map(
      (one) =>
        html`${plain(one.symbol)} ${plain(one.side)} ${plain(one.qty)} (${plain(one.strategy)}): ${plain(signed(one.unrealized))}`,
    ),
    html`${plain(early ? 'A yes counts within 60 s of the question: ' : 'Within 60 s: ')}/flatten ${plain(word === undefined ? 'yes' : `${word} yes`)}, or the button.`,
  );
};

export const helpMessage = (): Html =>
  lines(
    ...CHAT_COMMANDS.map(
      ({ name, arguments: given, summary }) =>
        html`/${plain(name)}${plain(given === '' ? '' : ` ${given}`)}: ${plain(summary)}`,
    ),
  );
