import { describe, expect, it } from 'vitest';
import type { Operator } from '../../engine/core/breakers.ts';
import type { Bars, MarketData } from '../../engine/market/bars.ts';
import { type DryRunOptions, dryRun } from '../../engine/runtime/dry-run.ts';
import type { Feed } from '../../engine/runtime/feed.ts';
import { createMemoryJournal } from '../../engine/runtime/memory-journal.ts';
import { createRecording } from '../../engine/runtime/recording.ts';
import { barsOf, rulesetUnder, strategy } from '../core/rules.ts';
import { begin, SWAPPABLE, swap } from './ground.ts';

const RISK = `circuit_breakers:
  - id: guard
    when: daily_trades >= 1
    scope: account
    action: pause_entries
    until: manual
`;

/** Buys above 100, sells below: an entry on every other bar, if it may. */
const CHURN = strategy('  long:\n    when: close > 100\n    size:\n      shares: 1', '  when: close < 100');

/** Sessions of seven hourly bars that go up and down. */
const market = (sessions: number): Bars =>
  barsOf(
    'TEST',
    '1h',
    Array.from({ length: sessions * 7 }, (_, n) => (n % 2 === 0 ? [99, 99, 99, 99] : [101, 101, 101, 101])),
  );

const SESSIONS = 8;
const whole = market(SESSIONS);

function sessionOf(n: number): Bars {
  const cut = (column: Float64Array): Float64Array => column.subarray(n * 7, n * 7 + 7);
  const { start, end, open, high, low, close, volume } = whole;
  return {
    ...whole,
    length: 7,
    start: cut(start),
    end: cut(end),
    open: cut(open),
    high: cut(high),
    low: cut(low),
    close: cut(close),
    volume: cut(volume),
    session: whole.session.subarray(n * 7, n * 7 + 7),
    hours: whole.hours.subarray(n * 7, n * 7 + 7),
  };
}

const ACCOUNT: Omit<MarketData, 'bars' | 'actions'> = {
  source: 'made up',
  synthetic: true,
  rowsRead: 0,
  barsUsed: 0,
  outsideSession: 0,
  quarantined: [],
  quarantinedCount: 0,
  hash: '',
  warnings: [],
};

/** A session a piece; after four of them the feed has reached its length, and goes on. */
const feed = (): Feed => ({
  bases: new Map([['TEST', '1h' as const]]),
  warmup: 0,
  length: 4,
  bars: undefined,
  endless: true,
  identity: '',
  actions: [],
  piece: (n) => new Map([['TEST', sessionOf(n)]]),
  past: () => new Map(),
  widened: async () => ({ feed: feed() }),
  account: () => ACCOUNT,
});

const ruleset = rulesetUnder(RISK, CHURN);

const OPTIONS: DryRunOptions = {
  ...SWAPPABLE,
  speed: 'max',
  once: false,
  sampleThenLive: false,
};

const never = (): never => {
  throw new Error('nothing of the kind');
};

/** Runs to the end of the seventh session, in a journal. */
async function run(
  operator: Operator,
  liveOperator: Operator,
  journal = createMemoryJournal({ revision: 'r1', documents: [], at: '' }, '0'),
  recordedOnly = false,
) {
  const controller = new AbortController();
  const result = await dryRun(
    ruleset,
    feed(),
    {
      ...OPTIONS,
      once: recordedOnly,
      operator,
      liveOperator,
      recordedOnly,
      recording: createRecording(journal.session(), recordedOnly ? undefined : journal.sink, 'r1', {
        applyCommand: never,
        applyRevision: never,
      }),
      stand({ instants }) {
        if (!recordedOnly && instants >= 49) controller.abort();
      },
    },
    {},
    controller.signal,
  );
  const trips = result.breakers.map(({ trippedAt, clearedAt }) => ({ trippedAt, clearedAt }));
  return { trips, journal };
}

const held = ({ trips }: Awaited<ReturnType<typeof run>>): boolean[] =>
  trips.map(({ clearedAt }) => clearedAt === undefined);

describe('a breaker that waits for a person, in a dry run', () => {
  it('is let go by the next session, or by nobody, as the run is attended', async () => {
    expect(held(await run('next_session', 'next_session'))).toEqual([false, false, false, false, false, false, true]);
    expect(held(await run('never', 'never'))).toEqual([true]);
  });

  it('waits from where bars come at a pace', async () => {
    // The fourth session is the last of the feed's length: its trip is let go as it closes. The fifth one's holds.
    expect(held(await run('next_session', 'never'))).toEqual([false, false, false, false, true]);
  });

  it('does the same when the run is worked off again from its journal', async () => {
    const first = await run('next_session', 'never');
    const again = await run('next_session', 'never', first.journal, true);
    expect(again.trips).toEqual(first.trips);
    await expect(run('next_session', 'next_session', first.journal, true)).rejects.toThrow(/does not repeat itself/);
  });

  it('is cleared by whom the run was left to, whatever an edit brings', () => {
    const bars = [whole];
    let session = begin(ruleset, bars);
    session.attend('never');
    session = swap(session, bars, RISK, CHURN.replace('shares: 1', 'shares: 2'));
    while (session.advance(100));
    expect(session.core.trips.map(({ clearedAt }) => clearedAt)).toEqual([undefined]);
  });
});
