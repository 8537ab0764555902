import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOrderDesk, type OrderDesk } from '../../../engine/brokers/alpaca/desk.ts';
import type { Fact, Request } from '../../../engine/brokers/alpaca/facts.ts';
import { DEFAULT_ASSUMPTIONS } from '../../../engine/brokers/assumptions.ts';
import { formatMoney } from '../../../engine/ledger/money.ts';
import { instant } from '../../../engine/market/time.ts';
import { createSession, type Session } from '../../../engine/runtime/session.ts';
import { barsOf, type Row, rulesetUnder } from '../../core/rules.ts';
import { createExchange } from './exchange.ts';

const RISK =
  'limits:\n  allow_short: true\n  max_position_pct: 100\n  max_gross_exposure_pct: 200\ncircuit_breakers: []\n';

const strategy = (id: string, exits: string, side = 'long') => `id: ${id}
symbols: [SPY]
timeframe: 1m
capital: 20000
entry:
  ${side}:
    when: close ${side === 'long' ? '>' : '<'} sma(close, 3)
    trigger: while_true
    size:
      shares: 20
exit:
${exits}
`;

interface Ground {
  readonly session: Session;
  readonly desk: OrderDesk;
}

function begin(texts: readonly string[]): Ground {
  let desk: OrderDesk | undefined;
  const session = createSession(
    rulesetUnder(RISK, ...texts),
    new Map([['SPY', '1m' as const]]),
    {
      cash: 100_000,
      from: undefined,
      to: undefined,
      assumptions: DEFAULT_ASSUMPTIONS,
      closeAtEnd: false,
      venue: (hooks) => {
        desk = createOrderDesk(hooks);
        return desk;
      },
    },
    {},
  );
  return { session, desk: desk! };
}

/** A deterministic dice from a seed. */
function diceOf(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const rowsOf = (moves: readonly number[]): Row[] => {
  let price = 100;
  return moves.map((move) => {
    const from = price;
    price = Math.max(20, Math.round((price + move) * 100) / 100);
    return [from, Math.max(from, price), Math.min(from, price), price];
  });
};

interface Chances {
  readonly seed: number;
  readonly twice: number;
  readonly lost: number;
  readonly silent: number;
}

/** Runs rules against the exchange; every answer and piece of news may be late, doubled, lost or out of order. */
function runAgainst(texts: readonly string[], moves: readonly number[], chances: Chances) {
  const dice = diceOf(chances.seed);
  const exchange = createExchange(dice);
  const { session, desk } = begin(texts);
  const bars = barsOf('SPY', '1m', rowsOf(moves));
  const answers: Fact[] = [];
  const sent: Request[] = [];
  let now = 0;

  const post = (): void => {
    for (const request of desk.take()) {
      sent.push(request);
      const answer = exchange.ask(request);
      const mute = request.kind !== 'look' && dice() < chances.silent;
      answers.push(mute ? { kind: 'unknown', request: request.n } : answer);
    }
  };
  const hear = (fact: Fact): void => {
    desk.hear(fact, instant(now));
    post();
  };
  /** Delivers some of what waits. */
  const deliver = (most: number): void => {
    for (let k = 0; k < most && answers.length + exchange.news.length > 0; k++) {
      const fromNews = answers.length === 0 || (exchange.news.length > 0 && dice() < 0.5);
      const list: Fact[] = fromNews ? exchange.news : answers;
      const [fact] = list.splice(fromNews ? Math.floor(dice() * list.length) : 0, 1);
      if (fromNews && dice() < chances.lost) continue;
      hear(fact!);
      if (fromNews && dice() < chances.twice) hear(fact!);
    }
  };
  /** What the engine does every minute: asks how its orders stand. */
  const reconcile = (): void => {
    for (const id of desk.atBroker()) hear({ kind: 'report', order: exchange.report(id) });
  };

  for (let i = 0; i < bars.length; i++) {
    now = bars.end[i]!;
    exchange.trade('SPY', bars.open[i]!, bars.start[i]!);
    exchange.trade('SPY', bars.close[i]!, bars.start[i]! + 30_000);
    deliver(Math.floor(dice() * 6));
    const one = (column: Float64Array) => column.subarray(i, i + 1);
    session.feed(
      new Map([
        [
          'SPY',
          {
            ...bars,
            length: 1,
            start: one(bars.start),
            end: one(bars.end),
            open: one(bars.open),
            high: one(bars.high),
            low: one(bars.low),
            close: one(bars.close),
            volume: one(bars.volume),
            session: bars.session.subarray(i, i + 1),
            hours: bars.hours.subarray(i, i + 1),
          },
        ],
      ]),
    );
    session.advance(1);
    post();
    deliver(Math.floor(dice() * 6));
    if (dice() < 0.3) reconcile();
  }
  for (let rounds = 0; rounds < 60; rounds++) {
    deliver(1000);
    reconcile();
  }
  deliver(1000);
  return { exchange, session, desk, sent };
}

function check({ exchange, session, desk, sent }: ReturnType<typeof runAgainst>): void {
  const there = exchange.position('SPY');
  const mine = Number(desk.positions().get('SPY') ?? 0n) / 1e9;
  expect(mine, 'desk = broker').toBe(there);
  const held = session.book.openPositions().reduce((sum, { side, qty }) => {
    const shares = Number(qty) / 1e9;
    return sum + (side === 'long' ? shares : -shares);
  }, 0);
  expect(held, 'ledger = broker').toBe(there);
  expect(desk.remarks().filter(({ kind }) => kind === 'unclaimed_fill')).toEqual([]);
  // Cash to the cent.
  const cash = Number(formatMoney(session.book.cash()));
  expect(cash).toBeCloseTo(100_000 + exchange.cash, 2);
  const ids = sent.flatMap((request) => (request.kind === 'submit' ? [request.clientId] : []));
  const accepted = exchange.all().map(({ clientId }) => clientId);
  expect(new Set(accepted).size, 'one order an id').toBe(accepted.length);
  expect(ids.every((id) => id.length <= 128)).toBe(true);
  // Flat: nothing is left that could open something.
  if (there === 0) {
    expect(exchange.openOrders().filter(({ status }) => status !== 'held')).toEqual([]);
  }
}

const EXITS = {
  'a stop': '  stop_loss: { pct: 1 }',
  'a stop and a target': '  stop_loss: { pct: 1 }\n  take_profit: { pct: 1.5 }',
  'a rule beside both': '  when: close < sma(close, 3)\n  stop_loss: { pct: 1 }\n  take_profit: { pct: 1.5 }',
  'a trailing stop': '  trailing_stop: { pct: 1 }\n  when: close < sma(close, 5)',
  'a ladder': '  stop_loss: { pct: 1 }\n  take_profit:\n    - { pct: 0.5, portion: 50 }\n    - { pct: 1, portion: 50 }',
  'a rule alone': '  when: close < sma(close, 3)',
} as const;

const movesArbitrary = fc.array(
  fc.integer({ min: -120, max: 120 }).map((cents) => cents / 100),
  { minLength: 10, maxLength: 60 },
);
const chancesArbitrary = fc.record({
  seed: fc.nat(),
  twice: fc.constantFrom(0, 0.3),
  lost: fc.constantFrom(0, 0.3),
  silent: fc.constantFrom(0, 0.3),
});

const agrees = (...texts: string[]): void =>
  fc.assert(
    fc.property(movesArbitrary, chancesArbitrary, (moves, chances) => check(runAgainst(texts, moves, chances))),
    { numRuns: Number(process.env.FC_RUNS ?? 150) },
  );

describe('whatever is late, doubled, lost or out of order, ledger and broker agree', () => {
  for (const [name, exits] of Object.entries(EXITS)) {
    it(`with ${name}`, () => agrees(strategy('one', exits)));
    it(`with ${name}, short`, () => agrees(strategy('one', exits, 'short')));
  }

  it('with two strategies on one symbol', () =>
    agrees(strategy('one', EXITS['a rule beside both']), strategy('two', EXITS['a trailing stop'])));

  it('with two strategies on opposite sides of it', () =>
    agrees(strategy('one', EXITS['a rule beside both']), strategy('two', EXITS['a rule alone'], 'short')));
});
