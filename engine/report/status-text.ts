import { instant } from '../market/time.ts';
import type { TripResult } from '../runtime/control/results.ts';
import type { EngineStatus, EntriesState, RulesFacts, TrippedStatus } from '../runtime/control/status.ts';
import { count, counted } from './amounts.ts';
import { marketTime } from './clock.ts';
import type { Style } from './style.ts';
import { type Column, table } from './table.ts';
import { exitWords, tripCause } from './words.ts';
import { wrap } from './wrap.ts';

export interface StatusScreen {
  readonly width: number;
  readonly style: Style;
}

/** Wall clock: `2026-11-25 17:41:02Z`. */
const wall = (iso: string): string => `${iso.slice(0, 19).replace('T', ' ')}Z`;

/** The exchange's time of a symbol. */
export const marketTimeOf = (symbol: string, iso: string): string => marketTime(symbol, instant(Date.parse(iso)));

const short = (revision: string): string => revision.slice(0, 7);

/** `-756.89` → `-$756.89`; a gain has its plus. */
function amount(text: string, signed: boolean): string {
  const negative = text.startsWith('-');
  const cents = Number(negative ? text.slice(1) : text).toFixed(2);
  const [whole = '0', part = '00'] = cents.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return `${negative ? '-' : signed && Number(text) > 0 ? '+' : ''}$${grouped}.${part}`;
}

const tinted = (text: string, style: Style): string => {
  const shown = amount(text, true);
  return Number(text) > 0 ? style.green(shown) : Number(text) < 0 ? style.red(shown) : shown;
};

export const placeWords = (scope: string, place: string): string =>
  scope === 'account' ? 'the account' : `${scope} ${place}`;

/** Why and since when a breaker holds its place. */
export const tripWords = (trip: TripResult): string =>
  tripCause({ values: trip.values, reason: trip.reason ?? undefined });

function untilWords({ until, untilTime, untilBars, scope, place, id }: TrippedStatus, symbol: string): string {
  if (untilTime !== null) return `until ${marketTimeOf(symbol, untilTime)}`;
  if (untilBars !== null) return `for ${counted(untilBars, 'more bar')}`;
  if (until === 'next_session') return 'until the next session';
  if (until === 'clear') return 'until its condition is over';
  const flag = scope === 'account' ? '' : ` --${scope} ${place}`;
  return id === 'operator' ? `until engine resume${flag}` : `until engine breakers reset ${id}`;
}

const STATE: Readonly<Record<EntriesState, (style: Style) => string>> = {
  active: (style) => style.green('active'),
  paused: (style) => style.yellow('PAUSED'),
  halted: (style) => style.red('HALTED'),
};

const AT_WORK = { pause_entries: 'paused', flatten: 'closed, paused', halt: 'halted' } as const;

const ROLE = {
  stop_loss: 'stop',
  take_profit: 'target',
  trailing_stop: 'trail',
  break_even: 'break-even',
} as const;

const roleWords = (role: string): string => (ROLE as Readonly<Record<string, string>>)[role] ?? role;

/** A price as it is written exactly, with two decimals at least. */
export const priceText = (text: string): string => (/\.\d\d/.test(text) ? text : Number(text).toFixed(2));

const TRIPPED: readonly Column[] = [
  { title: 'breaker', align: 'left', shrinks: true, least: 12 },
  { title: 'of', align: 'left', shrinks: true, least: 10 },
  { title: 'entries', align: 'left' },
  { title: 'since', align: 'left' },
  { title: 'until', align: 'left', shrinks: true, least: 20 },
  { title: 'held back', align: 'right', drop: 1 },
  { title: 'why', align: 'left', shrinks: true, least: 16, drop: 2 },
];

/** Breakers that hold something, in a table; nothing when none does. */
export const trippedTable = (status: EngineStatus, { width, style }: StatusScreen): string[] => {
  const symbol = status.market.symbols[0] ?? '';
  const rows = status.breakers.tripped.map((trip) => [
    trip.id,
    trip.place,
    AT_WORK[trip.action],
    marketTimeOf(symbol, trip.trippedAt),
    untilWords(trip, symbol).replace(/^until /, ''),
    count(trip.heldBack),
    tripWords(trip),
  ]);
  return rows.length === 0 ? [] : table(TRIPPED, rows, { width, indent: 2, style });
};

const STRATEGIES: readonly Column[] = [
  { title: 'strategy', align: 'left', shrinks: true, least: 12 },
  { title: 'equity', align: 'right' },
  { title: 'today', align: 'right' },
  { title: 'in all', align: 'right' },
  { title: 'entries', align: 'left' },
];

const SHADOWS: readonly Column[] = [
  { title: 'shadow', align: 'left', shrinks: true, least: 12 },
  { title: 'beside', align: 'left', shrinks: true, least: 12 },
  { title: 'equity', align: 'right' },
  { title: 'today', align: 'right' },
  { title: 'in all', align: 'right' },
  { title: 'trades', align: 'right' },
  { title: 'holds', align: 'left', shrinks: true, least: 8, drop: 1 },
];

const POSITIONS: readonly Column[] = [
  { title: 'position', align: 'left', shrinks: true, least: 12 },
  { title: 'symbol', align: 'left' },
  { title: 'quantity', align: 'right' },
  { title: 'entry', align: 'right' },
  { title: 'last', align: 'right' },
  { title: 'P&L', align: 'right' },
  { title: 'protected by', align: 'left', shrinks: true, least: 16 },
];

const ORDERS: readonly Column[] = [
  { title: 'order', align: 'left', shrinks: true, least: 12 },
  { title: 'symbol', align: 'left' },
  { title: 'side', align: 'left' },
  { title: 'quantity', align: 'right' },
  { title: 'type', align: 'left' },
  { title: 'since', align: 'left' },
  { title: 'rule', align: 'left', shrinks: true, least: 10 },
];

function rulesLines({ revision, stale, pending, lastReload }: RulesFacts, { width, style }: StatusScreen): string[] {
  const last = lastReload === null ? '' : `, since ${wall(lastReload.at)} (before: ${short(lastReload.from)})`;
  const lines = [`${short(revision)}${last}`];
  if (stale !== null) {
    lines.push(
      ...wrap(`STALE since ${wall(stale.since)}: ${stale.reason}`, width - 12).map((text) => style.yellow(text)),
    );
  }
  if (pending !== null) {
    const until = pending.until === null ? '' : `, taken unasked at ${wall(pending.until)}`;
    lines.push(style.yellow(`${short(pending.revision)} waits: engine approve ${short(pending.revision)}${until}`));
    lines.push(...pending.losses.map((loss) => `  ! ${loss}`));
  }
  return lines;
}

/** Label and lines, the label once. */
const block = (label: string, lines: readonly string[], style: Style): string[] =>
  lines.map((text, n) => `  ${n === 0 ? style.dim(label.padEnd(9)) : ' '.repeat(9)} ${text}`);

/** A running engine at a glance. */
export const statusText = (status: EngineStatus, screen: StatusScreen): string => {
  const { style, width } = screen;
  const { account, market, breakers } = status;
  const symbol = market.symbols[0] ?? '';
  const mode = { dry: 'Dry run', paper: 'Paper trading', live: 'LIVE trading' }[status.mode];
  const session = status.session === null ? '' : `session ${status.session}, `;
  const ready = breakers.rules.filter(({ enabled }) => enabled).length;
  const lines = [
    `${style.bold(mode)} on ${status.feed}${status.synthetic ? `, ${style.yellow('SYNTHETIC')}` : ''}, since ${wall(status.since)} (${session}process ${status.pid})`,
    ...block('rules', rulesLines(status.rules, screen), style),
    ...block(
      'market',
      [market.time === null ? 'no bar yet' : `${marketTimeOf(symbol, market.time)}, ${counted(market.bars, 'bar')}`],
      style,
    ),
    ...block(
      'equity',
      [
        `${amount(account.equity, false)}  today ${tinted(account.pnlToday, style)}  in all ${tinted(account.pnl, style)}  ${counted(account.trades, 'trade')}`,
      ],
      style,
    ),
    ...block(
      'entries',
      [
        breakers.tripped.length === 0
          ? `${STATE.active(style)}; ${counted(ready, 'breaker')} ready`
          : `${STATE[breakers.entries](style)}; ${counted(breakers.tripped.length, 'breaker')} tripped`,
      ],
      style,
    ),
    '',
    ...table(
      STRATEGIES,
      status.strategies.map((one) => [
        one.retired ? `${one.id} (gone)` : one.id,
        amount(one.equity, false),
        tinted(one.pnlToday, style),
        tinted(one.pnl, style),
        STATE[one.entries](style),
      ]),
      { width, indent: 2, style },
    ),
  ];
  // An engine of before knows none.
  if ((status.shadows ?? []).length > 0) {
    lines.push(
      '',
      ...table(
        SHADOWS,
        status.shadows.map((one) => [
          one.id,
          one.beside ?? '-',
          amount(one.equity, false),
          tinted(one.pnlToday, style),
          tinted(one.pnl, style),
          count(one.trades),
          one.positions.join(' ') || '-',
        ]),
        { width, indent: 2, style },
      ),
    );
  }
  if (status.positions.length > 0) {
    lines.push(
      '',
      ...table(
        POSITIONS,
        status.positions.map((one) => [
          one.strategy,
          one.symbol,
          `${one.side === 'short' ? '-' : ''}${one.qty}`,
          priceText(one.entryPrice),
          priceText(one.lastPrice),
          tinted(one.unrealized, style),
          one.closing === null
            ? one.protection.map(({ role, price }) => `${roleWords(role)} ${price}`).join(', ') || '-'
            : `closing: ${exitWords(one.closing as Parameters<typeof exitWords>[0])}`,
        ]),
        { width, indent: 2, style },
      ),
    );
  }
  if (status.orders.length > 0) {
    lines.push(
      '',
      ...table(
        ORDERS,
        status.orders.map((one) => [
          one.strategy,
          one.symbol,
          one.side,
          one.qty,
          [one.type, one.limitPrice ?? one.stopPrice].filter((part) => part !== null).join(' '),
          marketTimeOf(one.symbol, one.decidedAt),
          one.rule,
        ]),
        { width, indent: 2, style },
      ),
    );
  }
  const tripped = trippedTable(status, screen);
  if (tripped.length > 0) lines.push('', ...tripped);
  return `${lines.join('\n')}\n`;
};

const RULES: readonly Column[] = [
  { title: 'breaker', align: 'left', shrinks: true, least: 12 },
  { title: 'of', align: 'left' },
  { title: 'does', align: 'left' },
  { title: 'until', align: 'left' },
  { title: 'now', align: 'left' },
  { title: 'when', align: 'left', shrinks: true, least: 20 },
];

const DOES = { pause_entries: 'pauses', flatten: 'closes all', halt: 'halts' } as const;

/** Every breaker of the rules, and what holds its place now. */
export const breakersText = (status: EngineStatus, screen: StatusScreen): string => {
  const { style, width } = screen;
  const { rules, tripped } = status.breakers;
  const holding = (id: string): number => tripped.filter((trip) => trip.id === id).length;
  const rows = rules.map((rule) => [
    rule.id,
    rule.scope,
    DOES[rule.action],
    rule.until,
    !rule.enabled
      ? style.dim('off')
      : holding(rule.id) === 0
        ? style.green('ready')
        : style.yellow(`TRIPPED${holding(rule.id) > 1 ? ` (${holding(rule.id)})` : ''}`),
    rule.when,
  ]);
  const lines =
    rows.length === 0 ? ['no circuit breakers in risk.yaml'] : table(RULES, rows, { width, indent: 0, style });
  const holds = trippedTable(status, screen);
  if (holds.length > 0) lines.push('', style.bold('Tripped now'), ...holds);
  return `${lines.join('\n')}\n`;
};
