import { describe, expect, it } from 'vitest';
import type { FillAssumptions } from '../../engine/brokers/assumptions.ts';
import { barsOf, type OrderWish, paper, type Row } from './paper.ts';

/** Legs are submitted from inside the entry's fill, as the core does. */
const bracket = (
  entry: OrderWish,
  legs: { stop?: number; target?: number },
  rows: readonly Row[],
  assumptions: Partial<FillAssumptions> = {},
): { log: string[]; ambiguous: number } => {
  const short = entry.side === 'sell';
  const side = short ? 'buy' : 'sell';
  const { broker, send, run, log } = paper(assumptions, (event, { send: more }) => {
    if (event.kind !== 'fill' || event.order.role !== 'entry') return;
    if (legs.stop !== undefined) more({ side, role: 'stop_loss', stop: legs.stop, group: 1 });
    if (legs.target !== undefined) more({ side, role: 'take_profit', limit: legs.target, group: 1 });
  });
  send(entry);
  run(barsOf(rows));
  return { log: log(), ambiguous: broker.ambiguousBars() };
};

const BOTH = { stop: 95, target: 105 };

describe('legs of an entry at the open', () => {
  it('can be stopped or take profit in that bar', () => {
    expect(bracket({ side: 'buy' }, BOTH, [[100, 101, 94, 96]]).log).toEqual([
      '1 fill 100 x1 open',
      '2 fill 95 x1 intrabar',
      '3 cancelled oco',
    ]);
    expect(bracket({ side: 'buy' }, BOTH, [[100, 106, 99, 101]]).log).toEqual([
      '1 fill 100 x1 open',
      '3 fill 105 x1 intrabar',
      '2 cancelled oco',
    ]);
  });

  it('go by the intrabar rule when both are reached', () => {
    const rows: Row[] = [[100, 106, 94, 101]];
    const outcome = (intrabar: FillAssumptions['intrabar']) => bracket({ side: 'buy' }, BOTH, rows, { intrabar });
    expect(outcome('pessimistic')).toEqual({
      log: ['1 fill 100 x1 open', '2 fill 95 x1 intrabar', '3 cancelled oco'],
      ambiguous: 1,
    });
    expect(outcome('optimistic')).toEqual({
      log: ['1 fill 100 x1 open', '3 fill 105 x1 intrabar', '2 cancelled oco'],
      ambiguous: 1,
    });
  });

  it('whose level is already passed exit at that open', () => {
    expect(bracket({ side: 'buy' }, { stop: 101 }, [[100, 106, 99, 105]]).log).toEqual([
      '1 fill 100 x1 open',
      '2 fill 100 x1 open',
    ]);
    expect(bracket({ side: 'buy' }, { target: 98 }, [[100, 106, 99, 105]]).log).toEqual([
      '1 fill 100 x1 open',
      '2 fill 100 x1 open',
    ]);
  });

  it('mirror for shorts', () => {
    const short: OrderWish = { side: 'sell', positionSide: 'short' };
    expect(bracket(short, { stop: 105, target: 95 }, [[100, 106, 94, 101]])).toEqual({
      log: ['1 fill 100 x1 open', '2 fill 105 x1 intrabar', '3 cancelled oco'],
      ambiguous: 1,
    });
  });
});

describe('legs of an entry inside the bar', () => {
  const limit: OrderWish = { side: 'buy', limit: 98 };
  const stopEntry: OrderWish = { side: 'buy', stop: 102 };

  it('of a limit can be stopped in it, surely', () => {
    expect(bracket(limit, BOTH, [[100, 101, 94, 96]])).toEqual({
      log: ['1 fill 98 x1 intrabar', '2 fill 95 x1 intrabar', '3 cancelled oco'],
      ambiguous: 0,
    });
  });

  it('cannot take profit in it under pessimistic, can under optimistic', () => {
    const rows: Row[] = [[100, 106, 97, 101]];
    expect(bracket(limit, BOTH, rows)).toEqual({ log: ['1 fill 98 x1 intrabar'], ambiguous: 1 });
    expect(bracket(limit, BOTH, rows, { intrabar: 'optimistic' })).toEqual({
      log: ['1 fill 98 x1 intrabar', '3 fill 105 x1 intrabar', '2 cancelled oco'],
      ambiguous: 1,
    });
  });

  it('take profit in the next bar', () => {
    expect(
      bracket(limit, BOTH, [
        [100, 106, 97, 101],
        [101, 106, 100, 105],
      ]).log,
    ).toEqual(['1 fill 98 x1 intrabar', '3 fill 105 x1 intrabar', '2 cancelled oco']);
  });

  it('of a stop entry are stopped under pessimistic, though the low may have come first', () => {
    expect(bracket(stopEntry, BOTH, [[100, 103, 94, 101]])).toEqual({
      log: ['1 fill 102 x1 intrabar', '2 fill 95 x1 intrabar', '3 cancelled oco'],
      ambiguous: 1,
    });
  });

  it('follow the path under nearest', () => {
    // 100 → 94 → 103: the low came before the entry at 102.
    expect(bracket(stopEntry, BOTH, [[100, 107, 94, 106]], { intrabar: 'nearest' }).log).toEqual([
      '1 fill 102 x1 intrabar',
      '3 fill 105 x1 intrabar',
      '2 cancelled oco',
    ]);
    // 100 → 103 → 90: up through the entry, then down through its stop.
    expect(bracket(stopEntry, BOTH, [[100, 103, 90, 101]], { intrabar: 'nearest' }).log).toEqual([
      '1 fill 102 x1 intrabar',
      '2 fill 95 x1 intrabar',
      '3 cancelled oco',
    ]);
    // 100 → 97 → 106: down through the limit, then up through the target.
    expect(bracket(limit, BOTH, [[100, 106, 97, 101]], { intrabar: 'nearest' }).log).toEqual([
      '1 fill 98 x1 intrabar',
      '3 fill 105 x1 intrabar',
      '2 cancelled oco',
    ]);
  });

  it('whose level is already passed exit at the price of the fill', () => {
    expect(bracket(limit, { stop: 99 }, [[100, 101, 97, 100]]).log).toEqual([
      '1 fill 98 x1 intrabar',
      '2 fill 98 x1 intrabar',
    ]);
    expect(bracket(limit, { target: 97 }, [[100, 101, 96, 100]]).log).toEqual([
      '1 fill 98 x1 intrabar',
      '2 fill 98 x1 intrabar',
    ]);
  });
});

describe('inside callbacks', () => {
  it('a market order waits for the next open', () => {
    const { send, run, log } = paper({}, (event, { send: more }) => {
      if (event.kind === 'fill' && event.order.seq === 1) more({ side: 'sell', role: 'exit' });
    });
    send({ side: 'buy' });
    run(
      barsOf([
        [100, 101, 99, 100],
        [101, 102, 100, 101],
      ]),
    );
    expect(log()).toEqual(['1 fill 100 x1 open', '2 fill 101 x1 open']);
  });

  it('a leg cancelled by the core while its sibling fills is not reported again', () => {
    const { send, run, log } = paper({}, (event, { broker, events }) => {
      if (event.kind !== 'fill') return;
      for (const order of broker.working(0)) broker.cancel(order, 'position_closed');
      expect(events.length).toBeGreaterThan(0);
    });
    send({ side: 'sell', role: 'stop_loss', stop: 96, group: 1 });
    send({ side: 'sell', role: 'take_profit', limit: 105, group: 1 });
    send({ side: 'sell', role: 'trailing_stop', stop: 95, group: 2 });
    run(barsOf([[100, 101, 94, 100]]));
    expect(log()).toEqual(['1 fill 96 x1 intrabar', '3 cancelled position_closed', '2 cancelled oco']);
  });

  it('an amended sibling binds at once', () => {
    const { send, run, log } = paper({}, (event, { broker }) => {
      const [sibling] = broker.working(0);
      if (event.kind === 'fill' && sibling !== undefined)
        broker.amend(sibling, { stopPrice: 50_000_000_000n as never });
    });
    send({ side: 'sell', role: 'stop_loss', stop: 96 });
    send({ side: 'sell', role: 'trailing_stop', stop: 95 });
    run(
      barsOf([
        [100, 101, 94, 100],
        [100, 101, 94, 100],
      ]),
    );
    expect(log()).toEqual(['1 fill 96 x1 intrabar']);
  });
});

it('counts a bar as ambiguous once, whatever its orders', () => {
  const { broker, send, run } = paper();
  for (const group of [1, 2]) {
    send({ side: 'sell', role: 'stop_loss', stop: 95, group });
    send({ side: 'sell', role: 'take_profit', limit: 105, group });
  }
  run(barsOf([[100, 107, 94, 101]]));
  expect(broker.ambiguousBars()).toBe(1);
});
