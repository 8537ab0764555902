import { describe, expect, it } from 'vitest';
import { operatedText, reloadedText } from '../../engine/report/operated-text.ts';
import { breakersText, statusText } from '../../engine/report/status-text.ts';
import { styleOf } from '../../engine/report/style.ts';
import type { OperatorResult, ReloadResult, TripResult } from '../../engine/runtime/control/results.ts';
import { STATUS } from '../runtime/control/raw.ts';

const plain = styleOf(false);
const screen = { width: 120, style: plain };

describe('a status', () => {
  it('reads like this', () => {
    expect(
      statusText(STATUS, screen),
    ).toBe(`Dry run on the sample market, SYNTHETIC, since 2026-11-25 17:41:02Z (session 2026-11-25-1, process 4711)
  rules     8a01b77, since 2026-11-25 17:50:00Z (before: 1111111)
            STALE since 2026-11-25 18:03:11Z: strategies.d/ema.yaml:9:19 E201 unknown name \`slwo\`
            3f9c1d2 waits: engine approve 3f9c1d2
              ! max_daily_loss 5 → 8
  market    2024-01-03 10:21, 4,231 bars
  equity    $99,243.11  today +$12.10  in all -$756.89  329 trades
  entries   active; 1 breaker tripped

  strategy      equity    today      in all  entries
  ema       $49,000.00    $0.00  -$1,000.00  PAUSED
  rsi       $50,243.11  +$12.10    +$243.11  active

  shadow    beside      equity  today    in all  trades  holds
  ema_fast  ema     $50,120.00  $0.00  +$120.00       7  SPY AAPL

  position  symbol  quantity   entry    last      P&L  protected by
  rsi       SPY           19  471.49  473.00  +$28.69  stop 462.06, target 490.35

  order  symbol  side  quantity  type         since             rule
  rsi    AAPL    buy         10  limit 180.5  2024-01-03 10:00  entry.long

  breaker   of   entries  since             until                         held back  why
  operator  ema  paused   2024-01-03 10:20  engine resume --strategy ema          2  by hand: earnings tonight
`);
  });

  it.each([80, 100, 160])('keeps within %i columns', (width) => {
    for (const text of [statusText(STATUS, { width, style: plain }), breakersText(STATUS, { width, style: plain })]) {
      for (const line of text.split('\n').slice(1)) expect(line.length).toBeLessThanOrEqual(width);
    }
  });

  it('of breakers says what each watches, and what holds', () => {
    expect(breakersText(STATUS, screen)).toBe(`breaker         of       does   until   now    when
max_daily_loss  account  halts  manual  ready  daily_loss_pct > 5

Tripped now
  breaker   of   entries  since             until                         held back  why
  operator  ema  paused   2024-01-03 10:20  engine resume --strategy ema          2  by hand: earnings tonight
`);
  });
});

const trip: TripResult = {
  id: 'operator',
  scope: 'strategy',
  place: 'ema',
  action: 'pause_entries',
  trippedAt: '2024-01-03T15:20:00.000Z',
  clearedAt: null,
  values: '',
  reason: 'lunch',
  clearedReason: null,
  heldBack: 1,
};
const nothing: OperatorResult = { trips: [], standing: null, cancelled: 0, closing: 0, holding: [] };

describe('what a command did', () => {
  it('is told in a few lines', () => {
    expect(operatedText('pause', { ...nothing, trips: [trip], cancelled: 1 }, plain)).toBe(
      'Paused: strategy ema enters no more, from 2024-01-03 10:20 on. Exits and cancels go on.\n1 entry order at work cancelled.\nengine resume --strategy ema takes it back.\n',
    );
    expect(
      operatedText(
        'flatten',
        {
          ...nothing,
          trips: [{ ...trip, scope: 'account', place: 'account', action: 'flatten' }],
          closing: 2,
          cancelled: 3,
        },
        plain,
      ),
    ).toBe(
      'Closing: the account enters no more, from 2024-01-03 10:20 on. Exits and cancels go on.\n2 positions close at the next open, 3 entry orders at work cancelled.\nengine resume takes it back.\n',
    );
    expect(operatedText('pause', { ...nothing, standing: { ...trip, action: 'halt' } }, plain)).toBe(
      'Strategy ema has been halted since 2024-01-03 10:20 (by hand: lunch).\n',
    );
    expect(operatedText('resume', { ...nothing, trips: [trip] }, plain)).toBe(
      'Cleared: strategy ema, held since 2024-01-03 10:20 (by hand: lunch), held back 1 entry.\nEntries may be made again from the next bar on.\n',
    );
    const loss: TripResult = {
      ...trip,
      id: 'max_daily_loss',
      scope: 'account',
      place: 'account',
      values: 'daily_loss_pct 5.23',
      reason: null,
    };
    expect(operatedText('reset', { ...nothing, trips: [loss], holding: [trip] }, plain)).toBe(
      'Cleared: breaker max_daily_loss of the account, held since 2024-01-03 10:20 (daily_loss_pct 5.23), held back 1 entry.\nStill held by breaker operator of strategy ema, since 2024-01-03 10:20 (by hand: lunch).\n',
    );
  });

  it.each([
    ['applied', null, 'Reloaded: 8a01b77 runs.'],
    ['unchanged', null, 'The files are what runs: 8a01b77.'],
    ['refused', null, 'REFUSED: 8a01b77 runs on, whole.'],
    ['waiting', '3f9c1d2bb', 'WAITS: 3f9c1d2 loses a protection; 8a01b77 runs on. engine approve 3f9c1d2 takes it.'],
    ['unsettled', null, 'The files keep changing; they are taken once they are still. 8a01b77 runs on.'],
    ['unknown', null, 'Nothing waits for approval; 8a01b77 runs.'],
    ['unknown', '3f9c1d2bb', 'Another revision waits: engine approve 3f9c1d2. 8a01b77 runs on.'],
  ] as const)('of a reload: %s', (outcome, pending, says) => {
    const result: ReloadResult = {
      outcome,
      revision: '8a01b77ff',
      pending,
      losses: ['max_daily_loss 5 → 8'],
      lines: ['= 4 unchanged'],
    };
    expect(reloadedText(result, plain)).toBe(`${says}\n  ! max_daily_loss 5 → 8\n= 4 unchanged\n`);
  });
});
