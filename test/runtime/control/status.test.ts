import { describe, expect, it } from 'vitest';
import { DEFAULT_ASSUMPTIONS } from '../../../engine/brokers/assumptions.ts';
import { ACCOUNT } from '../../../engine/core/operator.ts';
import { type RunFacts, statusOf } from '../../../engine/runtime/control/status.ts';
import { createSession, type Session } from '../../../engine/runtime/session.ts';
import { flatBars, rulesetUnder } from '../../core/rules.ts';

const facts: RunFacts = {
  engine: '1.0.0',
  pid: 1,
  mode: 'dry',
  since: '2026-11-25T17:41:02.123Z',
  session: null,
  feed: 'the sample market',
  synthetic: true,
  rules: { revision: 'abc', stale: null, pending: null, lastReload: null },
};

const text = `id: holds
symbols: [TEST]
timeframe: 1h
capital: 10000
entry:
  long:
    when: close > 100
    trigger: while_true
    size:
      shares: 10
exit:
  stop_loss:
    pct: 5
  take_profit:
    pct: 50
`;
const other = text.replace('id: holds', 'id: waits').replace('close > 100', 'close > 1000');

const risk = (until: string, action = 'pause_entries'): string =>
  `limits: {}\ncircuit_breakers:\n  - id: count\n    when: daily_trades >= 1\n    scope: strategy\n    action: ${action}\n    until: ${until}\n`;

function started(rules: string, prices: readonly number[]): Session {
  const bars = flatBars('TEST', '1h', prices);
  const session = createSession(
    rulesetUnder(rules, text, other),
    new Map([['TEST', '1h']]),
    {
      cash: undefined,
      from: undefined,
      to: undefined,
      assumptions: { ...DEFAULT_ASSUMPTIONS, slippage: { kind: 'none' } },
      closeAtEnd: false,
      operator: 'never',
    },
    {},
  );
  session.feed(new Map([['TEST', bars]]));
  return session;
}

describe('the status of a run', () => {
  it('before its first bar has no market time', () => {
    const session = started(risk('manual'), [101]);
    expect(statusOf(session, facts)).toMatchObject({
      market: { time: null, instants: 0, bars: 0, symbols: ['TEST'] },
      account: { equity: '20000.00', cash: '20000.00', pnl: '0.00', pnlToday: '0.00', trades: 0 },
      positions: [],
      orders: [],
      breakers: { entries: 'active', tripped: [] },
    });
  });

  it('has the money of today and of all days, by strategy too', () => {
    // 10 shares bought at 101. A day has seven hourly bars: it closes at 103, and the next stands at 102.
    const session = started('circuit_breakers: []\n', [101, 101, 101, 101, 101, 101, 103, 102]);
    session.advance(8);
    const status = statusOf(session, facts);
    expect(status.account).toEqual({
      equity: '20010.00',
      cash: '18990.00',
      startCash: '20000.00',
      pnl: '10.00',
      pnlToday: '-10.00',
      trades: 0,
    });
    expect(status.strategies).toEqual([
      { id: 'holds', equity: '10010.00', pnl: '10.00', pnlToday: '-10.00', entries: 'active', retired: false },
      { id: 'waits', equity: '10000.00', pnl: '0.00', pnlToday: '0.00', entries: 'active', retired: false },
    ]);
    expect(status.positions).toMatchObject([
      {
        strategy: 'holds',
        symbol: 'TEST',
        side: 'long',
        qty: '10',
        entryPrice: '101',
        lastPrice: '102',
        unrealized: '10',
        closing: null,
        protection: [
          { role: 'stop_loss', price: '95.95', qty: '10' },
          { role: 'take_profit', price: '151.5', qty: '10' },
        ],
      },
    ]);
  });

  it('shows the entry at work, then the exit that closes by hand', () => {
    const session = started('circuit_breakers: []\n', [101, 101, 101]);
    session.advance(1);
    expect(statusOf(session, facts).orders).toMatchObject([
      { strategy: 'holds', symbol: 'TEST', role: 'entry', side: 'buy', type: 'market', qty: '10', filled: '0' },
    ]);
    session.advance(1);
    session.command({ kind: 'operate', act: 'flatten', place: ACCOUNT, reason: 'home' }, 0);
    const status = statusOf(session, facts);
    expect(status.orders).toMatchObject([{ role: 'exit', rule: 'manual', side: 'sell' }]);
    expect(status.positions).toMatchObject([{ closing: 'manual' }]);
    expect(status.strategies.map(({ entries }) => entries)).toEqual(['paused', 'paused']);
    expect(status.breakers).toMatchObject({ entries: 'paused', tripped: [{ id: 'operator', reason: 'home' }] });
  });

  it.each([
    ['manual', 'pause_entries', { until: 'manual', untilTime: null, untilBars: null }, 'paused', 'manual'],
    ['next_session', 'flatten', { until: 'next_session', untilTime: null, untilBars: null }, 'paused', 'next_session'],
    ['12 bars', 'pause_entries', { until: 'bars', untilTime: null, untilBars: 11 }, 'paused', '12 bars'],
    ['90m', 'pause_entries', { until: 'time', untilBars: null }, 'paused', '90m'],
    ['2d', 'pause_entries', { until: 'time', untilBars: null }, 'paused', '2d'],
    ['3h', 'halt', { until: 'manual', untilTime: null, untilBars: null }, 'halted', 'manual'],
  ])('says until when a breaker holds: %s (%s)', (until, action, expected, entries, written) => {
    const session = started(risk(until, action), [101, 101, 101, 101]);
    session.advance(3);
    const { breakers, strategies } = statusOf(session, facts);
    expect(breakers.tripped).toMatchObject([{ id: 'count', place: 'holds', action, ...expected }]);
    const [trip] = breakers.tripped;
    if (expected.until === 'time') {
      const length = Date.parse(trip!.untilTime!) - Date.parse(trip!.trippedAt);
      expect(length).toBe(until === '2d' ? 48 * 3_600_000 : 5_400_000);
    }
    expect(strategies.map((one) => one.entries)).toEqual([entries, 'active']);
    expect(breakers.entries).toBe('active');
    expect(breakers.rules).toEqual([
      { id: 'count', enabled: true, when: 'daily_trades >= 1', scope: 'strategy', action, until: written },
    ]);
  });
});
