import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatQty, priceToNumber } from '../../engine/ledger/money.ts';
import type { OrderEvent } from '../../engine/ledger/order.ts';
import { type CentBar, type NaiveRules, type NaiveWish, naiveReplay } from './naive.ts';
import { barsOf, paper } from './paper.ts';

const cents = (price: number): number => Math.round(price * 100);

const describeInCents = (event: OrderEvent): string =>
  event.kind === 'fill'
    ? `${event.order.seq} fill ${cents(priceToNumber(event.fill.price))} x${formatQty(event.fill.qty)} ${event.fill.at}`
    : `${event.order.seq} ${event.kind} ${event.kind === 'cut' ? '' : event.reason}`;

const simulate = (
  bars: readonly CentBar[],
  plan: readonly (readonly NaiveWish[])[],
  rules: NaiveRules,
  scale = 1,
): OrderEvent[] => {
  const wishes = new Map<number, NaiveWish>();
  let groups = 0;
  const price = (value: number): number => (value / 100) * scale;
  const { broker, send, bar, events } = paper(
    {
      intrabar: rules.intrabar,
      limitFill: rules.touch ? 'touch' : 'penetration',
      slippage: { kind: 'ticks', ticks: rules.slip },
      participationPct: rules.capPct,
    },
    (event) => {
      if (event.kind !== 'fill' || event.order.role !== 'entry') return;
      const wish = wishes.get(event.order.seq);
      if (wish === undefined || (wish.stopAway === undefined && wish.targetAway === undefined)) return;
      groups++;
      const at = Math.round((priceToNumber(event.fill.price) / scale) * 100);
      const side = wish.buy ? 'sell' : 'buy';
      const sign = wish.buy ? -1 : 1;
      const qty = Number(formatQty(event.fill.qty));
      const leg = { side, group: groups, qty } as const;
      if (wish.stopAway !== undefined) send({ ...leg, role: 'stop_loss', stop: price(at + sign * wish.stopAway) });
      if (wish.targetAway !== undefined)
        send({ ...leg, role: 'take_profit', limit: price(at - sign * wish.targetAway) });
    },
  );
  const made = barsOf(
    bars.map((row) => [price(row.open), price(row.high), price(row.low), price(row.close), row.volume]),
  );
  bars.forEach((_, i) => {
    for (const wish of plan[i] ?? []) {
      const order = send({
        side: wish.buy ? 'buy' : 'sell',
        role: wish.exit ? 'exit' : 'entry',
        qty: wish.qty,
        ...(wish.stop === undefined ? {} : { stop: price(wish.stop) }),
        ...(wish.limit === undefined ? {} : { limit: price(wish.limit) }),
      });
      wishes.set(order.seq, wish);
    }
    if (broker.hasOrders(0)) bar(made, i);
  });
  return events;
};

const level = fc.integer({ min: 9_960, max: 10_040 });
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const centBar: fc.Arbitrary<CentBar> = fc
  .record({ open: level, close: level, up: fc.nat(25), down: fc.nat(25), volume: fc.integer({ min: 0, max: 60 }) })
  .map(({ open, close, up, down, volume }) => ({
    open,
    close,
    high: Math.max(open, close) + up,
    low: Math.min(open, close) - down,
    volume,
  }));
const wish: fc.Arbitrary<NaiveWish> = fc.record({
  buy: fc.boolean(),
  exit: fc.boolean(),
  qty: fc.integer({ min: 1, max: 9 }),
  stop: maybe(level),
  limit: maybe(level),
  // A distance below 0 is a leg that was passed before it was born.
  stopAway: maybe(fc.integer({ min: -3, max: 30 })),
  targetAway: maybe(fc.integer({ min: -3, max: 30 })),
});
const scene = fc
  .array(fc.tuple(centBar, fc.array(wish, { maxLength: 2 })), { minLength: 1, maxLength: 12 })
  .map((steps) => ({ bars: steps.map(([bar]) => bar), plan: steps.map(([, wishes]) => wishes) }));
const rules = fc.record({
  intrabar: fc.constantFrom('pessimistic' as const, 'optimistic' as const, 'nearest' as const),
  touch: fc.boolean(),
  slip: fc.nat(3),
  capPct: maybe(fc.constant(10)),
});

it('agrees with the naive replay, event for event', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(scene, rules, ({ bars, plan }, rule) => {
      const expected = naiveReplay(bars, plan, rule);
      for (const line of expected) seen.add(line.split(' ').at(-1) ?? '');
      expect(simulate(bars, plan, rule).map(describeInCents)).toEqual(expected);
    }),
    { numRuns: 1_500 },
  );
  // The scenes are rich enough to mean something.
  expect([...seen].toSorted()).toEqual(['intrabar', 'oco', 'open']);
});

it('fills inside the bar save slippage, within every limit, and never more than was asked', () => {
  let fills = 0;
  fc.assert(
    fc.property(scene, rules, ({ bars, plan }, rule) => {
      const filled = new Map<number, number>();
      for (const event of simulate(bars, plan, rule)) {
        if (event.kind !== 'fill') continue;
        fills++;
        const { order, fill } = event;
        const bar = bars[fill.time / 60_000];
        const price = cents(priceToNumber(fill.price));
        expect(price).toBeLessThanOrEqual((bar?.high ?? Number.NaN) + rule.slip);
        expect(price).toBeGreaterThanOrEqual((bar?.low ?? Number.NaN) - rule.slip);
        if (order.limitPrice !== undefined) {
          if (order.side === 'buy') expect(fill.price <= order.limitPrice).toBe(true);
          else expect(fill.price >= order.limitPrice).toBe(true);
        }
        // Under a cap a stop may be hit in a bar without volume, and fill at whatever the next one opens at.
        if (order.stopPrice !== undefined && rule.capPct === undefined) {
          const stop = cents(priceToNumber(order.stopPrice));
          if (order.limitPrice === undefined) expect(order.side === 'buy' ? price >= stop : price <= stop).toBe(true);
        }
        const total = (filled.get(order.seq) ?? 0) + Number(formatQty(fill.qty));
        filled.set(order.seq, total);
        expect(total).toBeLessThanOrEqual(Number(formatQty(order.qty)));
      }
    }),
    { numRuns: 600 },
  );
  expect(fills).toBeGreaterThan(1_000);
});

it('scaling every price by a power of two scales every fill', () => {
  const coarse = (value: number): number => Math.round(value / 4) * 4;
  fc.assert(
    fc.property(
      scene,
      fc.constantFrom(0.5, 2, 4, 64),
      fc.constantFrom('pessimistic', 'optimistic', 'nearest'),
      (drawn, scale, intrabar) => {
        const bars = drawn.bars.map((bar) => ({
          ...bar,
          open: coarse(bar.open),
          high: coarse(bar.high),
          low: coarse(bar.low),
          close: coarse(bar.close),
        }));
        const plan = drawn.plan.map((wishes) =>
          wishes.map((one) => ({
            ...one,
            stop: one.stop === undefined ? undefined : coarse(one.stop),
            limit: one.limit === undefined ? undefined : coarse(one.limit),
            stopAway: one.stopAway === undefined ? undefined : coarse(one.stopAway),
            targetAway: one.targetAway === undefined ? undefined : coarse(one.targetAway),
          })),
        );
        const rule = { intrabar, touch: false, slip: 0, capPct: undefined } as const;
        const tell = (events: readonly OrderEvent[], by: number): string[] =>
          events.map((event) =>
            event.kind === 'fill'
              ? `${event.order.seq} ${Math.round((priceToNumber(event.fill.price) * 100) / by)} ${event.fill.at}`
              : `${event.order.seq} ${event.kind}`,
          );
        expect(tell(simulate(bars, plan, rule, scale), scale)).toEqual(tell(simulate(bars, plan, rule), 1));
      },
    ),
    { numRuns: 500 },
  );
});

it('the future never changes a fill of the past', () => {
  fc.assert(
    fc.property(scene, rules, fc.nat(11), ({ bars, plan }, rule, cut) => {
      const whole = simulate(bars, plan, rule).filter(
        (event) => event.kind === 'fill' && event.fill.time / 60_000 < cut,
      );
      const part = simulate(bars.slice(0, cut), plan, rule).filter((event) => event.kind === 'fill');
      expect(part.map(describeInCents)).toEqual(whole.map(describeInCents));
    }),
    { numRuns: 500 },
  );
});

const REAL_BARS = '../shared/data/minute/SPY.csv';

describe.skipIf(!existsSync(REAL_BARS))(`real minute bars (skipped without ${REAL_BARS})`, () => {
  const real = (): CentBar[] =>
    readFileSync(REAL_BARS, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',').slice(1).map(Number))
      .map(([open = 0, high = 0, low = 0, close = 0, volume = 0]) => ({
        open: Math.round(open * 100),
        high: Math.round(high * 100),
        low: Math.round(low * 100),
        close: Math.round(close * 100),
        volume,
      }));

  it.each(['pessimistic', 'optimistic', 'nearest'] as const)('fill as the naive replay says (%s)', (intrabar) => {
    const bars = real();
    expect(bars.length).toBeGreaterThan(1_000);
    // One order in four bars, its levels some cents around the close before it, its size up to a tenth of a thin bar.
    const plan = bars.map((_, i): NaiveWish[] => {
      const before = bars[i - 1];
      if (before === undefined || i % 4 !== 0) return [];
      const drawn = (k: number): number => ((i * 2_654_435_761 + k * 40_503) >>> 7) % 21;
      return [
        {
          buy: drawn(1) % 2 === 0,
          exit: drawn(2) % 3 === 0,
          qty: 1 + drawn(3) * 400,
          stop: drawn(4) % 2 === 0 ? before.close + drawn(5) - 10 : undefined,
          limit: drawn(6) % 2 === 0 ? before.close + drawn(7) - 10 : undefined,
          stopAway: drawn(8) % 3 === 0 ? undefined : drawn(9),
          targetAway: drawn(10) % 3 === 0 ? undefined : drawn(11),
        },
      ];
    });
    const rule: NaiveRules = { intrabar, touch: false, slip: 1, capPct: 5 };
    const expected = naiveReplay(bars, plan, rule);
    expect(expected.filter((line) => line.includes('intrabar')).length).toBeGreaterThan(100);
    expect(expected.filter((line) => line.includes('oco')).length).toBeGreaterThan(50);
    expect(simulate(bars, plan, rule).map(describeInCents)).toEqual(expected);
  });
});
