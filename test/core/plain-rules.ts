import fc from 'fast-check';
import type { PlainBar, PlainRule, PlainSide, Tri } from './naive.ts';
import type { Row } from './rules.ts';

const mean = (bars: readonly PlainBar[], i: number, length: number): number | undefined =>
  i + 1 < length ? undefined : bars.slice(i + 1 - length, i + 1).reduce((sum, bar) => sum + bar.close, 0);

/** Close against its mean, in whole numbers: above is 1. */
const sign = (bars: readonly PlainBar[], i: number, length: number): number | undefined => {
  const sum = mean(bars, i, length);
  return sum === undefined ? undefined : Math.sign(bars[i]!.close * length - sum);
};

const crossed = (bars: readonly PlainBar[], i: number, length: number, up: boolean): Tri => {
  let last = 0;
  for (let j = length - 1; j < i; j++) last = sign(bars, j, length) || last;
  const now = sign(bars, i, length);
  if (now === undefined || last === 0) return undefined;
  return now !== 0 && now !== last && now > 0 === up;
};

const market: readonly ((n: number) => PlainRule)[] = [
  (n) => ({
    text: `close > sma(close, ${n})`,
    holds: (bars, i) => (i + 1 < n ? undefined : sign(bars, i, n)! > 0),
  }),
  (n) => ({ text: `crosses_above(close, sma(close, ${n}))`, holds: (bars, i) => crossed(bars, i, n, true) }),
  (n) => ({ text: `crosses_below(close, sma(close, ${n}))`, holds: (bars, i) => crossed(bars, i, n, false) }),
  (n) => ({
    text: `close < prev(lowest(low, ${n}), 1)`,
    holds: (bars, i) => (i < n ? undefined : bars[i]!.close < Math.min(...bars.slice(i - n, i).map((bar) => bar.low))),
  }),
  (n) => ({
    text: `close > close[${n}]`,
    holds: (bars, i) => (i < n ? undefined : bars[i]!.close > bars[i - n]!.close),
  }),
  () => ({ text: 'close >= open', holds: (bars, i) => bars[i]!.close >= bars[i]!.open }),
];

const position: readonly ((n: number) => PlainRule)[] = [
  (n) => ({
    text: `position.bars >= ${n}`,
    holds: (_bars, _i, held) => (held === undefined ? undefined : held.bars >= n),
  }),
  (n) => ({
    text: `position.profit_pct > 0.${n}37`,
    holds: (bars, i, held) =>
      held === undefined
        ? undefined
        : held.side * (bars[i]!.close - held.entry) * 100_000 > (n * 100 + 37) * held.entry,
  }),
];

const not = (rule: PlainRule): PlainRule => ({
  text: `not (${rule.text})`,
  holds: (bars, i, held) => {
    const value = rule.holds(bars, i, held);
    return value === undefined ? undefined : !value;
  },
});

const joined = (word: 'and' | 'or', a: PlainRule, b: PlainRule): PlainRule => ({
  text: `(${a.text}) ${word} (${b.text})`,
  holds: (bars, i, held) => {
    const [x, y] = [a.holds(bars, i, held), b.holds(bars, i, held)];
    const decisive = word === 'or';
    if (x === decisive || y === decisive) return decisive;
    return x === undefined || y === undefined ? undefined : !decisive;
  },
});

const ruleOf = (makers: readonly ((n: number) => PlainRule)[]): fc.Arbitrary<PlainRule> => {
  const leaf = fc.tuple(fc.constantFrom(...makers), fc.integer({ min: 2, max: 6 })).map(([make, n]) => make(n));
  return fc.oneof(
    { weight: 4, arbitrary: leaf },
    { weight: 1, arbitrary: leaf.map(not) },
    {
      weight: 2,
      arbitrary: fc.tuple(fc.constantFrom('and', 'or'), leaf, leaf).map(([word, a, b]) => joined(word, a, b)),
    },
  );
};

/** Percents whose levels never lie between two cents (prices stay below 50,000 cents). */
const thousandths = fc.integer({ min: 15, max: 200 }).map((n) => n * 20 + 7);
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });

/** A random side of a strategy. A stop loss and a trailing stop are not drawn together. */
export const sideArbitrary = (sign: 1 | -1): fc.Arbitrary<PlainSide> =>
  fc
    .record({
      when: ruleOf(market),
      trigger: fc.constantFrom('on_rise' as const, 'while_true' as const),
      order: fc.constantFrom('market' as const, 'limit' as const, 'stop' as const),
      away: fc.integer({ min: 0, max: 40 }).map((n) => n * 20 + 7),
      expires: maybe(fc.integer({ min: 1, max: 4 })),
      cooldown: maybe(fc.integer({ min: 1, max: 5 })),
      exit: maybe(ruleOf([...market, ...position])),
      stop: maybe(thousandths),
      target: maybe(thousandths),
      trail: maybe(thousandths),
      activate: maybe(thousandths),
      timeStop: maybe(fc.integer({ min: 1, max: 9 })),
    })
    .map((side) => ({
      ...side,
      away: (side.order === 'limit' ? -sign : sign) * side.away,
      trail: side.stop === undefined ? side.trail : undefined,
      activate: side.stop === undefined && side.trail !== undefined ? side.activate : undefined,
      timeStop: side.timeStop ?? (side.exit === undefined ? 9 : undefined),
    }));

const pct = (amount: number): string => (amount / 1000).toFixed(3);

/** The strategy as a document; `symbols` and `id` as given. */
export function documentOf(
  sides: { readonly long?: PlainSide; readonly short?: PlainSide },
  id = 'test',
  size = 'shares: 10',
  symbol = 'TEST',
): string {
  const names = (['long', 'short'] as const).filter((name) => sides[name] !== undefined);
  const entries = names.map((name) => {
    const side = sides[name]!;
    const price =
      side.order === 'market' ? '' : `\n      ${side.order}_price: close * ${(1 + side.away / 100_000).toFixed(5)}`;
    const expires = side.expires === undefined ? '' : `\n      expires: ${side.expires} bars`;
    const cooldown = side.cooldown === undefined ? '' : `\n    cooldown: ${side.cooldown} bars`;
    return `  ${name}:
    when: ${side.when.text}
    trigger: ${side.trigger}
    order:
      type: ${side.order}${price}${expires}${cooldown}
    size:
      ${size}`;
  });
  const exits = names.map((name) => {
    const side = sides[name]!;
    const lines = [`  ${name}:`];
    if (side.exit !== undefined) lines.push(`    when: ${side.exit.text}`);
    if (side.stop !== undefined) lines.push('    stop_loss:', `      pct: ${pct(side.stop)}`);
    if (side.target !== undefined) lines.push('    take_profit:', `      pct: ${pct(side.target)}`);
    if (side.trail !== undefined) lines.push('    trailing_stop:', `      pct: ${pct(side.trail)}`);
    if (side.activate !== undefined) lines.push(`      activate_at_pct: ${pct(side.activate)}`);
    if (side.timeStop !== undefined) lines.push(`    time_stop: ${side.timeStop} bars`);
    return lines.join('\n');
  });
  return `id: ${id}\nsymbols: [${symbol}]\ntimeframe: 1h\ncapital: 10000000\nentry:\n${entries.join('\n')}\nexit:\n${exits.join('\n')}\n`;
}

/** One or both sides. */
export const sidesArbitrary: fc.Arbitrary<{ readonly long?: PlainSide; readonly short?: PlainSide }> = fc
  .tuple(fc.constantFrom('long', 'short', 'both'), sideArbitrary(1), sideArbitrary(-1))
  .map(([which, long, short]) => (which === 'long' ? { long } : which === 'short' ? { short } : { long, short }));

/** Rows in cents: a random walk with gaps and wicks between 60 and 140 dollars. */
export const centRows = (least: number, most: number): fc.Arbitrary<number[][]> =>
  fc
    .array(
      fc.record({
        gap: fc.oneof(
          { weight: 3, arbitrary: fc.constant(0) },
          { weight: 2, arbitrary: fc.integer({ min: -300, max: 300 }) },
        ),
        body: fc.integer({ min: -200, max: 200 }),
        up: fc.integer({ min: 0, max: 150 }),
        down: fc.integer({ min: 0, max: 150 }),
      }),
      { minLength: least, maxLength: most },
    )
    .map((steps) => {
      let close = 10_000;
      return steps.map(({ gap, body, up, down }) => {
        const kept = (price: number): number => Math.min(14_000, Math.max(6_000, price));
        const open = kept(close + gap);
        close = kept(open + body);
        return [open, Math.max(open, close) + up, Math.min(open, close) - down, close];
      });
    });

/** Rows in dollars. */
export const dollars = (rows: readonly (readonly number[])[]): Row[] =>
  rows.map((row) => row.map((cents) => cents / 100) as unknown as Row);

const { FC_SEED, FC_RUNS } = process.env;

/** The seed of a run; FC_SEED gives another. */
export const seed = Number(FC_SEED ?? 20_779);

/** How often a property is tried; FC_RUNS multiplies it. */
export const runs = (usual: number): number => usual * Number(FC_RUNS ?? 1);
