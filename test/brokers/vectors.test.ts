import { describe, expect, it } from 'vitest';
import type { FillAssumptions } from '../../engine/brokers/assumptions.ts';
import { barsOf, paper, type Row } from './paper.ts';

/** The check vectors of the fill rules: 1 share, no costs; a short is the same bar mirrored at 100. */
const mirror = ([open, high, low, close]: Row): Row => [200 - open, 200 - low, 200 - high, 200 - close];

const resting = (
  row: Row,
  levels: { stop?: number; target?: number },
  intrabar: FillAssumptions['intrabar'],
  short: boolean,
): { fills: string[]; ambiguous: number } => {
  const { broker, send, run, log } = paper({ intrabar });
  const side = short ? 'buy' : 'sell';
  const place = (level: number): number => (short ? 200 - level : level);
  if (levels.stop !== undefined) send({ side, role: 'stop_loss', stop: place(levels.stop), group: 1 });
  if (levels.target !== undefined) send({ side, role: 'take_profit', limit: place(levels.target), group: 1 });
  run(barsOf([short ? mirror(row) : row]));
  return { fills: log().filter((line) => line.includes('fill')), ambiguous: broker.ambiguousBars() };
};

const RULES = ['pessimistic', 'optimistic', 'nearest'] as const;

describe.each([false, true])('protective legs (short: %s)', (short) => {
  const at = (price: number): string => String(short ? 200 - price : price);

  it.each(RULES)('a gap through the stop fills at the open (%s)', (rule) => {
    expect(resting([90, 97, 88, 92], { stop: 95 }, rule, short)).toEqual({
      fills: [`1 fill ${at(90)} x1 open`],
      ambiguous: 0,
    });
    expect(resting([90, 93, 88, 92], { stop: 95 }, rule, short)).toEqual({
      fills: [`1 fill ${at(90)} x1 open`],
      ambiguous: 0,
    });
  });

  it('stop and target in one bar go by the rule, and the bar counts as ambiguous', () => {
    const levels = { stop: 95, target: 105 };
    const row: Row = [100, 107, 94, 101];
    expect(resting(row, levels, 'pessimistic', short)).toEqual({
      fills: [`1 fill ${at(95)} x1 intrabar`],
      ambiguous: 1,
    });
    expect(resting(row, levels, 'optimistic', short)).toEqual({
      fills: [`2 fill ${at(105)} x1 intrabar`],
      ambiguous: 1,
    });
    expect(resting(row, levels, 'nearest', short)).toEqual({ fills: [`1 fill ${at(95)} x1 intrabar`], ambiguous: 1 });
  });

  it.each(RULES)('a target gapped at the open comes before any stop inside the bar (%s)', (rule) => {
    const outcome = resting([112, 113, 90, 100], { stop: 95, target: 105 }, rule, short);
    expect(outcome).toEqual({ fills: [`2 fill ${at(112)} x1 open`], ambiguous: 0 });
  });
});

it('nearest goes to the nearer extreme first, and low first on a tie', () => {
  const tie: Row = [99.93, 100.17, 99.69, 100];
  expect(resting(tie, { stop: 99.8, target: 100.1 }, 'nearest', false).fills).toEqual(['1 fill 99.8 x1 intrabar']);
  const levels = { stop: 95, target: 105 };
  expect(resting([101, 106, 94, 100], levels, 'nearest', false).fills).toEqual(['2 fill 105 x1 intrabar']);
  expect(resting([100, 106, 94, 100], levels, 'nearest', false).fills).toEqual(['1 fill 95 x1 intrabar']);
});

describe('limit entries', () => {
  const buy = (row: Row, limitFill: FillAssumptions['limitFill']): string[] => {
    const { send, run, log } = paper({ limitFill });
    send({ side: 'buy', limit: 95 });
    run(barsOf([row]));
    return log();
  };
  const sell = (row: Row, limitFill: FillAssumptions['limitFill']): string[] => {
    const { send, run, log } = paper({ limitFill });
    send({ side: 'sell', limit: 105 });
    run(barsOf([mirror(row)]));
    return log();
  };

  it('a touched limit needs one tick more, or `touch`', () => {
    expect(buy([100, 101, 95, 97], 'penetration')).toEqual([]);
    expect(buy([100, 101, 95, 97], 'touch')).toEqual(['1 fill 95 x1 intrabar']);
    expect(buy([100, 101, 94.99, 97], 'penetration')).toEqual(['1 fill 95 x1 intrabar']);
    expect(sell([100, 101, 95, 97], 'penetration')).toEqual([]);
    expect(sell([100, 101, 95, 97], 'touch')).toEqual(['1 fill 105 x1 intrabar']);
    expect(sell([100, 101, 94.99, 97], 'penetration')).toEqual(['1 fill 105 x1 intrabar']);
  });

  it('a limit that the open passed fills at the open', () => {
    expect(buy([94, 96, 93, 95], 'penetration')).toEqual(['1 fill 94 x1 open']);
    expect(sell([94, 96, 93, 95], 'penetration')).toEqual(['1 fill 106 x1 open']);
  });
});
