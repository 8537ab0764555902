import { describe, expect, it } from 'vitest';
import { moneyFrom, moneyToNumber, priceFrom, qtyFrom } from '../../engine/ledger/money.ts';
import { CLOSED, EXTENDED, REGULAR } from '../../engine/market/bars.ts';
import { instant } from '../../engine/market/time.ts';
import { barsOf, orderOf, paper } from './paper.ts';

describe('market orders', () => {
  it('fill at the next open, exits before entries, by submission', () => {
    const { send, run, log } = paper();
    send({ side: 'buy' });
    send({ side: 'sell', role: 'exit' });
    send({ side: 'sell', positionSide: 'short' });
    run(barsOf([[100, 101, 99, 100]]));
    expect(log()).toEqual(['2 fill 100 x1 open', '1 fill 100 x1 open', '3 fill 100 x1 open']);
  });

  it('keep the exact bar price until slippage is added, then round against the trader', () => {
    const fills = (assumptions: Parameters<typeof paper>[0], open: number): string[] => {
      const { send, run, log } = paper(assumptions);
      send({ side: 'buy' });
      send({ side: 'sell', role: 'exit' });
      run(barsOf([[open, open + 1, open - 1, open]]));
      return log().map((line) => line.split(' ')[2] ?? '');
    };
    // Sell first (exits), then buy.
    expect(fills({}, 100.005)).toEqual(['100', '100.01']);
    expect(fills({ slippage: { kind: 'bps', bps: 1 } }, 100)).toEqual(['99.99', '100.01']);
    expect(fills({ slippage: { kind: 'bps', bps: 1 } }, 250.004)).toEqual(['249.97', '250.03']);
    expect(fills({ slippage: { kind: 'bps', bps: 5 } }, 100)).toEqual(['99.95', '100.05']);
    expect(fills({ slippage: { kind: 'ticks', ticks: 2 } }, 50)).toEqual(['49.98', '50.02']);
    expect(fills({ slippage: { kind: 'ticks', ticks: 2 } }, 0.5)).toEqual(['0.4998', '0.5002']);
    expect(fills({ slippage: { kind: 'half_spread', spread: 0.1 } }, 50)).toEqual(['49.95', '50.05']);
  });

  it('move the price by the square of their share of the volume, at most 2.5 %', () => {
    const { send, run, log } = paper({ slippage: { kind: 'volume_share' } });
    send({ side: 'buy', qty: 1_000 });
    // 1,000 of 50,000 is 2 %: 0.02² × 0.1 × 10,000 = 0.40.
    run(barsOf([[10_000, 10_100, 9_900, 10_000, 50_000]]));
    send({ side: 'buy', qty: 50_000 });
    // 2.5 % at most: 0.025² × 0.1 × 10,000 = 0.625, rounded up to the cent.
    run(barsOf([[10_000, 10_100, 9_900, 10_000, 50_000]]));
    expect(log()).toEqual(['1 fill 10000.4 x1000 open', '2 fill 10000.63 x50000 open']);
  });

  it('fill at the close of the bar that decided them under fillAt close', () => {
    const { broker, send, log } = paper({ fillAt: 'close', slippage: { kind: 'bps', bps: 1 } });
    const bars = barsOf([[100, 101, 99, 100.5]]);
    send({ side: 'buy' });
    broker.close(bars, 0, 0, true);
    expect(log()).toEqual([]);
    broker.close(bars, 0, 0, false);
    expect(log()).toEqual(['1 fill 100.52 x1 close']);
  });

  it('charge commissions', () => {
    const charged = (commission: NonNullable<Parameters<typeof paper>[0]>['commission']): number[] => {
      const { send, run, events } = paper({
        ...(commission === undefined ? {} : { commission }),
        participationPct: 10,
      });
      send({ side: 'buy', qty: 150 });
      run(
        barsOf([
          [100, 101, 99, 100, 1_000],
          [100, 101, 99, 100, 1_000],
        ]),
      );
      return events.flatMap((event) => (event.kind === 'fill' ? [moneyToNumber(event.fill.commission)] : []));
    };
    expect(charged({ kind: 'per_share', dollars: 0.005 })).toEqual([0.5, 0.25]);
    expect(charged({ kind: 'per_order', dollars: 1 })).toEqual([1, 0]);
    expect(charged({ kind: 'bps', bps: 5 })).toEqual([5, 2.5]);
    expect(charged({ kind: 'none' })).toEqual([0, 0]);
  });
});

describe('stops', () => {
  it('buy at the greater, sell at the lesser of open and stop, plus slippage', () => {
    const { send, run, log } = paper({ slippage: { kind: 'ticks', ticks: 1 } });
    send({ side: 'buy', stop: 102 });
    send({ side: 'sell', stop: 98, positionSide: 'short' });
    run(barsOf([[100, 103, 97, 100]]));
    send({ side: 'buy', stop: 102 });
    run(barsOf([[104, 105, 103, 104]]));
    expect(log()).toEqual(['1 fill 102.01 x1 intrabar', '2 fill 97.99 x1 intrabar', '3 fill 104.01 x1 open']);
  });

  it('need no more than a touch', () => {
    const { send, run, log } = paper();
    send({ side: 'buy', stop: 101 });
    run(
      barsOf([
        [100, 100.99, 99, 100],
        [100, 101, 99, 100],
      ]),
    );
    expect(log()).toEqual(['1 fill 101 x1 intrabar']);
  });
});

describe('stop limits', () => {
  it('fill at the trigger when it is within the limit', () => {
    const { send, run, log } = paper();
    send({ side: 'buy', stop: 102, limit: 103 });
    run(barsOf([[100, 104, 99, 101]]));
    expect(log()).toEqual(['1 fill 102 x1 intrabar']);
  });

  it('slip no further than the limit', () => {
    const { send, run, log } = paper({ slippage: { kind: 'ticks', ticks: 50 } });
    send({ side: 'buy', stop: 102, limit: 102.2 });
    run(barsOf([[100, 104, 99, 101]]));
    expect(log()).toEqual(['1 fill 102.2 x1 intrabar']);
  });

  it('wait as a limit when the open jumps over both', () => {
    const { send, run, log } = paper();
    send({ side: 'buy', stop: 102, limit: 103 });
    run(barsOf([[105, 106, 104, 105]]));
    expect(log()).toEqual([]);
    run(barsOf([[105, 106, 102.99, 105]]));
    expect(log()).toEqual(['1 fill 103 x1 intrabar']);
  });

  it('come back to the limit in the bar that gapped over it', () => {
    const { send, run, log } = paper();
    send({ side: 'buy', stop: 102, limit: 103 });
    run(barsOf([[105, 106, 101, 105]]));
    expect(log()).toEqual(['1 fill 103 x1 intrabar']);
  });

  it('triggered inside a bar at their own limit wait for the next bar, since the way back is unknown', () => {
    const { send, run, log } = paper();
    send({ side: 'buy', stop: 102, limit: 102 });
    run(barsOf([[100, 104, 99, 101]]));
    expect(log()).toEqual([]);
    run(barsOf([[101, 104, 99, 101]]));
    expect(log()).toEqual(['1 fill 101 x1 open']);
  });

  it('mirror for sells', () => {
    const { send, run, log } = paper();
    send({ side: 'sell', role: 'stop_loss', stop: 98, limit: 97 });
    run(barsOf([[96, 97, 95, 96]]));
    expect(log()).toEqual([]);
    run(barsOf([[96, 97.01, 95, 96]]));
    expect(log()).toEqual(['1 fill 97 x1 intrabar']);
  });
});

describe('participation', () => {
  it('fills its part of each bar and goes on', () => {
    const { send, run, log } = paper({ participationPct: 10 });
    send({ side: 'buy', qty: 250 });
    run(
      barsOf([
        [100, 101, 99, 100, 1_000],
        [101, 102, 100, 101, 9],
        [102, 103, 101, 102, 1_009],
        [103, 104, 102, 103, 1_000],
      ]),
    );
    expect(log()).toEqual(['1 fill 100 x100 open', '1 fill 102 x100 open', '1 fill 103 x50 open']);
  });

  it('a stop that was hit goes on as a market order', () => {
    const { send, run, log } = paper({ participationPct: 10 });
    send({ side: 'sell', role: 'stop_loss', stop: 95, qty: 150 });
    run(
      barsOf([
        [100, 101, 94, 96, 1_000],
        [97, 98, 96, 97, 1_000],
      ]),
    );
    expect(log()).toEqual(['1 fill 95 x100 intrabar', '1 fill 97 x50 open']);
  });

  it('a limit takes its part only while the price is there', () => {
    const { send, run, log } = paper({ participationPct: 10 });
    send({ side: 'buy', limit: 99, qty: 150 });
    run(
      barsOf([
        [100, 101, 98, 100, 1_000],
        [100, 101, 99.5, 100, 1_000],
        [98, 101, 97, 100, 1_000],
      ]),
    );
    expect(log()).toEqual(['1 fill 99 x100 intrabar', '1 fill 98 x50 open']);
  });
});

describe('one cancels other', () => {
  it('the rest of the group falls by what was filled, and ends as oco', () => {
    const { send, bar, log } = paper({ participationPct: 10 });
    const stop = send({ side: 'sell', role: 'stop_loss', stop: 90, qty: 150, group: 7 });
    send({ side: 'sell', role: 'take_profit', limit: 110, qty: 150, group: 7 });
    send({ side: 'sell', role: 'take_profit', limit: 120, qty: 150, group: 8 });
    const bars = barsOf([
      [100, 112, 99, 111, 1_000],
      [108, 113, 107, 111, 1_000],
    ]);
    bar(bars, 0);
    expect(log()).toEqual(['2 fill 110 x100 intrabar']);
    expect(stop.qty).toBe(qtyFrom(50));
    bar(bars, 1);
    expect(log().slice(1)).toEqual(['2 fill 110 x50 intrabar', '1 cancelled oco']);
  });

  it('a market exit of the group takes the legs with it', () => {
    const { broker, send, run, log } = paper();
    send({ side: 'sell', role: 'stop_loss', stop: 95, group: 1 });
    send({ side: 'sell', role: 'exit', group: 1 });
    run(barsOf([[90, 91, 89, 90]]));
    expect(log()).toEqual(['2 fill 90 x1 open', '1 cancelled oco']);
    expect(broker.hasOrders(0)).toBe(false);
  });
});

describe('times in force', () => {
  it('a day order ends with its session, one decided at its close lives on', () => {
    const { broker, send, log } = paper();
    send({ side: 'buy', limit: 90, timeInForce: 'day', decidedAt: 0 });
    send({ side: 'buy', limit: 90, timeInForce: 'day', decidedAt: 1_000 });
    send({ side: 'buy', limit: 90, decidedAt: 0 });
    broker.endOfSession(0, instant(1_000));
    expect(log()).toEqual(['1 cancelled expired']);
    broker.endOfSession(0, instant(2_000));
    expect(log()).toEqual(['1 cancelled expired', '2 cancelled expired']);
    expect(broker.working(0).map((order) => order.seq)).toEqual([3]);
  });

  it('ioc takes what it can at once, fok all or nothing', () => {
    const { send, run, log } = paper({ participationPct: 10 });
    send({ side: 'buy', qty: 150, timeInForce: 'ioc' });
    send({ side: 'buy', qty: 150, timeInForce: 'fok' });
    send({ side: 'buy', limit: 99, timeInForce: 'ioc' });
    send({ side: 'buy', qty: 50, timeInForce: 'fok' });
    run(
      barsOf([
        [100, 101, 98, 100, 1_000],
        [100, 101, 98, 100, 1_000],
      ]),
    );
    expect(log()).toEqual([
      '1 fill 100 x100 open',
      '4 fill 100 x50 open',
      '1 cancelled ioc',
      '2 cancelled fok',
      '3 cancelled ioc',
    ]);
  });

  it('opg fills at the first bar of a session only', () => {
    const { send, run, bar, log } = paper();
    const bars = barsOf(
      [
        [100, 101, 99, 100],
        [101, 102, 100, 101],
        [102, 103, 101, 102],
      ],
      [0, 0, 1],
    );
    bar(bars, 0);
    send({ side: 'buy', timeInForce: 'opg' });
    send({ side: 'buy', limit: 101.5, timeInForce: 'opg' });
    bar(bars, 1);
    expect(log()).toEqual([]);
    bar(bars, 2);
    expect(log()).toEqual(['1 fill 102 x1 open', '2 cancelled opg']);
    run(bars);
    expect(log()).toHaveLength(2);
  });

  it('cls fills at the close of the session', () => {
    const { broker, send, bar, log } = paper();
    const bars = barsOf([[100, 101, 99, 100.5]]);
    send({ side: 'sell', role: 'exit', timeInForce: 'cls' });
    send({ side: 'sell', role: 'exit', limit: 101, timeInForce: 'cls' });
    send({ side: 'sell', role: 'exit', limit: 100.5, timeInForce: 'cls' });
    bar(bars, 0);
    expect(log()).toEqual([]);
    broker.sessionClose(bars, 0, 0);
    broker.endOfSession(0, instant(bars.end[0] ?? 0));
    expect(log()).toEqual(['1 fill 100.5 x1 close', '3 fill 100.5 x1 close', '2 cancelled expired']);
  });
});

it('bars outside regular hours fill only orders that allow it', () => {
  const { send, run, log } = paper();
  send({ side: 'buy' });
  send({ side: 'buy', extendedHours: true });
  send({ side: 'buy', limit: 99, extendedHours: true });
  send({ side: 'buy', limit: 99 });
  run(barsOf([[100, 101, 98, 100]], [0], [EXTENDED]));
  expect(log()).toEqual(['2 fill 100 x1 open', '3 fill 99 x1 intrabar']);
  run(barsOf([[100, 101, 98, 100]], [0], [CLOSED]));
  expect(log()).toHaveLength(2);
  run(barsOf([[100, 101, 98, 100]], [0], [REGULAR]));
  expect(log().slice(2)).toEqual(['1 fill 100 x1 open', '4 fill 99 x1 intrabar']);
});

describe('buying power', () => {
  const pays = (dollars: number) => () => moneyFrom(dollars);

  it('cuts an entry to what can be paid and says so before the fill', () => {
    const { send, run, log } = paper({}, undefined, pays(1_000));
    const order = send({ side: 'buy', qty: 12 });
    run(barsOf([[100, 101, 99, 100]]));
    expect(log()).toEqual(['1 cut 2 buying_power', '1 fill 100 x10 open']);
    expect(order.qty).toBe(qtyFrom(10));
  });

  it('refuses what cannot be paid at all', () => {
    const { broker, send, run, log } = paper({}, undefined, pays(99.99));
    send({ side: 'buy', qty: 12 });
    run(barsOf([[100, 101, 99, 100]]));
    expect(log()).toEqual(['1 refused buying_power']);
    expect(broker.hasOrders(0)).toBe(false);
  });

  it('counts commissions, and 103 % of a short', () => {
    const perShare = paper({ commission: { kind: 'per_share', dollars: 1 } }, undefined, pays(1_010));
    perShare.send({ side: 'buy', qty: 12 });
    perShare.run(barsOf([[100, 101, 99, 100]]));
    expect(perShare.log()).toEqual(['1 cut 2 buying_power', '1 fill 100 x10 open']);
    const perOrder = paper({ commission: { kind: 'per_order', dollars: 1 } }, undefined, pays(1_000));
    perOrder.send({ side: 'buy', qty: 12 });
    perOrder.run(barsOf([[100, 101, 99, 100]]));
    expect(perOrder.log()).toEqual(['1 cut 3 buying_power', '1 fill 100 x9 open']);
    const short = paper({}, undefined, pays(1_030));
    short.send({ side: 'sell', positionSide: 'short', qty: 12 });
    short.run(barsOf([[100, 101, 99, 100]]));
    expect(short.log()).toEqual(['1 cut 2 buying_power', '1 fill 100 x10 open']);
  });

  it('never holds an exit back', () => {
    const { send, run, log } = paper({}, undefined, pays(0));
    send({ side: 'buy', role: 'exit', qty: 5 });
    send({ side: 'sell', role: 'exit', qty: 5 });
    run(barsOf([[100, 101, 99, 100]]));
    expect(log()).toEqual(['1 fill 100 x5 open', '2 fill 100 x5 open']);
  });
});

describe('amendments and cancels', () => {
  it('bind from the next check on', () => {
    const { broker, send, bar, log } = paper();
    const stop = send({ side: 'sell', role: 'trailing_stop', stop: 90 });
    const bars = barsOf([
      [100, 101, 95, 100],
      [100, 101, 95, 100],
    ]);
    bar(bars, 0);
    broker.amend(stop, { stopPrice: priceFrom(96), qty: qtyFrom(3) });
    bar(bars, 1);
    expect(log()).toEqual(['1 fill 96 x3 intrabar']);
  });

  it('a cancelled order is gone, once', () => {
    const { broker, send, run, log } = paper();
    const order = send({ side: 'buy' });
    broker.cancel(order, 'position_closed');
    broker.cancel(order, 'position_closed');
    run(barsOf([[100, 101, 99, 100]]));
    expect(log()).toEqual(['1 cancelled position_closed']);
    send({ side: 'buy' });
    send({ side: 'buy', limit: 50 });
    broker.cancelAll(0, 'shutdown');
    expect(log().slice(1)).toEqual(['2 cancelled shutdown', '3 cancelled shutdown']);
  });

  it('an order that lacks something is refused with the reason', () => {
    const { broker, send, events, log } = paper();
    send({ side: 'buy', qty: 0 });
    const noStop = { ...orderOf(9, { side: 'buy', stop: 10 }), stopPrice: undefined } as ReturnType<typeof orderOf>;
    broker.submit(noStop);
    const noLimit = { ...orderOf(10, { side: 'buy', limit: 10 }), limitPrice: undefined } as ReturnType<typeof orderOf>;
    broker.submit(noLimit);
    expect(log()).toEqual(['1 refused size_zero', '9 refused stop_price_missing', '10 refused limit_price_missing']);
    expect(events).toHaveLength(3);
  });

  it('a split restates what is working', () => {
    const { broker, send, run, log } = paper();
    const stop = send({ side: 'sell', role: 'stop_loss', stop: 600.7, qty: 3 });
    broker.applySplit(0, 7);
    expect(stop.stopPrice).toBe(priceFrom(85.81));
    run(barsOf([[90, 91, 85.81, 90]]));
    expect(log()).toEqual(['1 fill 85.81 x21 intrabar']);
  });
});
