import { describe, expect, it } from 'vitest';
import { runLines } from '../../engine/cli/run-lines.ts';
import { qtyFrom } from '../../engine/ledger/money.ts';
import type { Order } from '../../engine/ledger/order.ts';
import { styleOf } from '../../engine/report/style.ts';
import { ENTRY, order, refused, trade } from '../report/hand-made.ts';

const watched = () => {
  const lines: string[] = [];
  const observer = runLines({ above: (line) => lines.push(line) }, { width: 120, style: styleOf(false) });
  return { lines, observer };
};

const exit: Order = { ...order, role: 'exit', side: 'sell', exitReason: 'exit_rule', rule: 'exit.cross_back' };
const fill = order.fills[0]!;
const progress = { done: 1, total: 2, at: ENTRY, equity: 1, trades: 1 };

describe('lines of a run', () => {
  it('are one for the entry and one for the trade that it became', () => {
    const { lines, observer } = watched();
    observer.filled!(order, fill);
    observer.filled!(exit, fill);
    observer.traded!(trade);
    observer.progress!(progress);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain('buy   112 @ 178.21');
    expect(lines[1]).toContain('+$318.08');
  });

  it('tell an exit in part, in its place, as soon as something else happens', () => {
    const { lines, observer } = watched();
    const half = { ...fill, qty: qtyFrom(56) };
    observer.filled!(exit, half);
    expect(lines).toHaveLength(0);
    observer.refused!(refused, 'size_zero');
    expect(lines[0]).toContain('sell  56 @ 178.21  in part: rule cross_back');
    expect(lines[1]).toContain('the size comes to 0 shares');
  });

  it('lose nothing when another strategy’s trade ends in between', () => {
    const { lines, observer } = watched();
    observer.filled!(exit, fill);
    observer.traded!({ ...trade, symbol: 'MSFT' });
    observer.progress!(progress);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain('in part');
    expect(lines[1]).toContain('MSFT');
  });
});
