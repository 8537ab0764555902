import type { Bars } from '../../engine/market/bars.ts';
import { MINUTE, SECOND } from '../../engine/market/time.ts';
import type { Fault, SocketKind } from '../alpaca/simulator/faults.ts';
import { createDice } from '../alpaca/simulator/identity.ts';
import { endOf, HISTORY, walked } from './market.ts';

/** What happens to the engine itself, at an instant (ms). */
export type Deed =
  /** It dies at its `storing`th storing from then on: before it, or after it and before anything is sent. */
  | { readonly kind: 'kill'; readonly at: number; readonly storing: number; readonly when: 'before' | 'after' }
  /** Nothing can be stored for so many ms. */
  | { readonly kind: 'disk_full'; readonly at: number; readonly forMs: number }
  /** Its rules are edited. */
  | { readonly kind: 'edit'; readonly at: number; readonly strategies: Readonly<Record<string, string>> };

/** Everything that a seed decides. */
export interface Schedule {
  readonly seed: number;
  /** Minutes from the session's open: history, play, and a calm end. */
  readonly minutes: number;
  /** From here on nothing goes wrong any more, ms. */
  readonly calmFrom: number;
  readonly bars: readonly Bars[];
  readonly risk: string;
  readonly strategies: Readonly<Record<string, string>>;
  readonly partials: number;
  readonly faults: readonly Fault[];
  readonly deeds: readonly Deed[];
}

/** Minutes in which things go wrong, and minutes after them. */
const PLAY = 24;
const CALM = 10;

type Dice = () => number;
const pick = <T>(dice: Dice, list: readonly T[]): T => list[Math.floor(dice() * list.length)]!;

const EXITS = [
  '  stop_loss: { pct: 0.6 }',
  '  stop_loss: { pct: 0.6 }\n  take_profit: { pct: 0.8 }',
  '  when: close < sma(close, 4)\n  stop_loss: { pct: 0.8 }\n  take_profit: { pct: 1 }',
  '  trailing_stop: { pct: 0.6 }',
  '  when: close < sma(close, 5)\n  trailing_stop: { pct: 0.8 }',
  '  stop_loss: { pct: 1 }\n  take_profit:\n    - { pct: 0.5, portion: 50 }\n    - { pct: 1, portion: 50 }',
  '  when: close < sma(close, 3)',
] as const;

const WHEN = ['close > sma(close, 3)', 'crosses_above(close, sma(close, 4))', 'close > open'] as const;

function strategy(id: string, symbols: readonly string[], dice: Dice): string {
  const short = dice() < 0.2;
  const exits = pick(dice, EXITS);
  return `id: ${id}
symbols: [${symbols.join(', ')}]
timeframe: ${dice() < 0.2 ? '5m' : '1m'}
capital: 20000
entry:
  ${short ? 'short' : 'long'}:
    when: ${short ? pick(dice, WHEN).replace('>', '<').replace('above', 'below') : pick(dice, WHEN)}
    trigger: while_true
    size:
      shares: ${pick(dice, [1, 10, 20])}
exit:
${short ? exits.replace('close < sma', 'close > sma') : exits}
`;
}

const RISK = `limits:
  allow_short: true
  max_position_pct: 100
  max_gross_exposure_pct: 300
  orders_per_minute: 60
`;

function risk(dice: Dice): string {
  const breaker = pick(dice, [
    undefined,
    { when: `daily_trades >= ${2 + Math.floor(dice() * 5)}`, action: 'pause_entries' },
    { when: `consecutive_losses >= ${1 + Math.floor(dice() * 3)}`, action: 'halt' },
    { when: `daily_trades >= ${2 + Math.floor(dice() * 5)}`, action: 'flatten' },
  ]);
  if (breaker === undefined) return `${RISK}circuit_breakers: []\n`;
  return `${RISK}circuit_breakers:
  - id: enough
    when: ${breaker.when}
    scope: account
    action: ${breaker.action}
    until: manual
`;
}

/** One kind of trouble within a window, as faults of the simulator. */
type Trouble = (dice: Dice, from: number, until: number) => readonly Fault[];

const socketOf = (dice: Dice): { readonly socket?: SocketKind } =>
  pick(dice, [{ socket: 'market' }, { socket: 'trading' }, {}] as const);

const TROUBLES: Readonly<Record<string, Trouble>> = {
  drop: (dice, at) => [{ on: 'instant', at, do: { kind: 'drop', ...socketOf(dice), clean: dice() < 0.5, linger: 0 } }],
  drop_counted: (_, at) => [
    { on: 'instant', at, do: { kind: 'drop', socket: 'market', clean: false, linger: 60_000 } },
  ],
  mute: (dice, at) => [{ on: 'instant', at, do: { kind: 'mute', ...socketOf(dice) } }],
  half_open: (dice, at) => [{ on: 'instant', at, do: { kind: 'half_open', ...socketOf(dice) } }],
  refused_upgrade: (dice, from, until) => [
    { on: 'opening', ...socketOf(dice), from, until, do: { kind: 'refuse', status: pick(dice, [429, 502, 503]) } },
    { on: 'instant', at: from, do: { kind: 'drop' } },
  ],
  never_authenticated: (dice, from, until) => [
    { on: 'opening', ...socketOf(dice), from, until, count: 2, do: { kind: 'never_authenticate' } },
    { on: 'instant', at: from, do: { kind: 'drop' } },
  ],
  lost_news: (dice, from, until) => [
    { on: 'message', socket: 'trading', from, until, count: 1 + Math.floor(dice() * 6), do: { kind: 'drop' } },
  ],
  lost_bars: (dice, from, until) => [
    {
      on: 'message',
      socket: 'market',
      type: 'b',
      from,
      until,
      count: 1 + Math.floor(dice() * 4),
      do: { kind: 'drop' },
    },
  ],
  doubled: (dice, from, until) => [
    { on: 'message', ...socketOf(dice), from, until, do: { kind: 'duplicate', times: 1 + Math.floor(dice() * 2) } },
  ],
  reordered: (dice, from, until) => [
    { on: 'message', socket: 'trading', from, until, do: { kind: 'reorder', span: 1 + Math.floor(dice() * 3) } },
  ],
  delayed: (dice, from, until) => [
    { on: 'message', ...socketOf(dice), from, until, do: { kind: 'delay', ms: Math.floor(dice() * 20_000) } },
  ],
  replayed: (_, from) => [
    { on: 'instant', at: from, do: { kind: 'replay_fills' } },
    { on: 'instant', at: from + SECOND, do: { kind: 'drop', socket: 'trading' } },
  ],
  limited: (_, from, until) => [{ on: 'request', from, until, do: { kind: 'answer', status: 429 } }],
  failing: (dice, from, until) => [
    { on: 'request', from, until, do: { kind: 'answer', status: pick(dice, [500, 502, 503]) } },
  ],
  silent_orders: (dice, from, until) => [
    {
      on: 'request', method: 'POST', path: '/v2/orders', from, until, count: 1 + Math.floor(dice() * 3),
      do: pick(dice, [{ kind: 'silence' }, { kind: 'lose' }, { kind: 'reset', handled: true }, { kind: 'reset', handled: false }] as const),
    },
  ], // biome-ignore format: one window
  late_orders: (dice, from, until) => [
    {
      on: 'request', method: pick(dice, ['POST', 'PATCH', 'DELETE']), path: '/v2/orders', from, until, count: 1 + Math.floor(dice() * 3),
      do: { kind: pick(dice, ['late', 'delay']), ms: Math.floor(dice() * 15_000) },
    },
  ], // biome-ignore format: one window
  silent_changes: (dice, from, until) => [
    { on: 'request', method: pick(dice, ['PATCH', 'DELETE']), from, until, count: 2, do: { kind: pick(dice, ['silence', 'lose']) } },
  ], // biome-ignore format: one window
  revoked: (dice, from, until) => [
    { on: 'instant', at: from, do: { kind: 'revoke_keys', status: pick(dice, [401, 403]) } },
    { on: 'instant', at: from + SECOND, do: { kind: 'drop', ...(dice() < 0.5 ? {} : { socket: 'trading' }) } },
    { on: 'instant', at: Math.min(until, from + 3 * MINUTE), do: { kind: 'restore_keys' } },
  ],
  skewed: (dice, from, until) => [
    { on: 'instant', at: from, do: { kind: 'skew', ms: Math.round((dice() * 2 - 1) * 20_000) } },
    { on: 'instant', at: until, do: { kind: 'skew', ms: 0 } },
  ],
  slow_changes: (dice, from, until) => [
    { on: 'instant', at: from, do: { kind: 'slow_changes', cancelMs: dice() * 30_000, replaceMs: dice() * 10_000 } },
    { on: 'instant', at: until, do: { kind: 'slow_changes', cancelMs: 0, replaceMs: 0 } },
  ],
};

/** Makes the schedule of a seed. */
export function scheduleOf(seed: number): Schedule {
  const dice = createDice(seed);
  const symbols = dice() < 0.4 ? ['SPY', 'AAPL'] : ['SPY'];
  const minutes = HISTORY + PLAY + CALM;
  const begin = endOf(HISTORY);
  const calmFrom = endOf(HISTORY + PLAY);
  const gaps = dice() < 0.3 ? 0.1 : 0;
  const bars = symbols.map((symbol, i) => walked(symbol, minutes + 1, dice, i === 0 ? 100 : 180, gaps));
  const names = dice() < 0.5 ? ['one'] : ['one', 'two'];
  const rules = (): Record<string, string> =>
    Object.fromEntries(names.map((name) => [name, strategy(name, dice() < 0.7 ? symbols : ['SPY'], dice)]));
  const strategies = rules();
  const within = (): number => Math.floor(begin + MINUTE + dice() * (calmFrom - begin - 2 * MINUTE));
  const faults = Array.from({ length: Math.floor(dice() * 5) }, () => {
    const trouble = TROUBLES[pick(dice, Object.keys(TROUBLES))]!;
    const from = within();
    return trouble(dice, from, Math.min(calmFrom, Math.floor(from + 10 * SECOND + dice() * 5 * MINUTE)));
  }).flat();
  const deeds: Deed[] = [];
  for (let kills = Math.floor(dice() * 3); kills > 0; kills--) {
    const when = dice() < 0.5 ? 'before' : 'after';
    deeds.push({ kind: 'kill', at: within(), storing: 1 + Math.floor(dice() * 12), when });
  }
  if (dice() < 0.2) deeds.push({ kind: 'disk_full', at: within(), forMs: Math.floor(dice() * 4 * MINUTE) });
  if (dice() < 0.3) deeds.push({ kind: 'edit', at: within(), strategies: rules() });
  return {
    seed, minutes, calmFrom, bars, risk: risk(dice), strategies, partials: dice() < 0.5 ? 0 : 0.3, faults,
    deeds: deeds.toSorted((a, b) => a.at - b.at),
  }; // biome-ignore format: a list
}
