import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createLimiter,
  type Limiter,
  LimiterClosed,
  type LimiterOptions,
  type Priority,
  type Ticket,
} from '../../engine/alpaca/limiter.ts';
import { MINUTE, SECOND } from '../../engine/market/time.ts';
import { idle, type VirtualClock, virtualClock } from '../virtual-clock.ts';

const START = Date.UTC(2026, 9, 5, 14);
const RANK: Readonly<Record<Priority, number>> = { exit: 0, entry: 1, read: 2 };

interface Sent {
  readonly name: number;
  readonly priority: Priority;
  readonly at: number;
  readonly ticket: Ticket;
  /** Names of those who waited when it went. */
  readonly waiting: readonly number[];
}

interface Bench {
  readonly clock: VirtualClock;
  readonly limiter: Limiter;
  readonly sent: Sent[];
  readonly asked: Map<number, Priority>;
  readonly ask: (priority: Priority, then?: (ticket: Ticket) => void) => void;
}

/** A limiter on a clock of its own, and what it lets go. */
function bench(options: Partial<LimiterOptions> = {}): Bench {
  const clock = virtualClock(START);
  const limiter = createLimiter({ clock, dice: () => 0.5, ...options });
  const sent: Sent[] = [];
  const asked = new Map<number, Priority>();
  const waiting = new Set<number>();
  return {
    clock,
    limiter,
    sent,
    asked,
    ask: (priority, then) => {
      const name = asked.size;
      asked.set(name, priority);
      waiting.add(name);
      limiter.take(priority).then(
        (ticket) => {
          waiting.delete(name);
          sent.push({ name, priority, at: clock.now(), ticket, waiting: [...waiting] });
          then?.(ticket);
        },
        () => undefined,
      );
    },
  };
}

/** The most that lies in any span of a minute. */
function densest(times: readonly number[]): number {
  let most = 0;
  for (let i = 0, from = 0; i < times.length; i++) {
    while (times[from]! + MINUTE <= times[i]!) from++;
    most = Math.max(most, i - from + 1);
  }
  return most;
}

const priorities = fc.constantFrom<Priority>('exit', 'entry', 'read');

describe('the limiter', () => {
  it('lets no more than the limit go in any minute, each once, whatever comes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.tuple(priorities, fc.integer({ min: 0, max: 20 * SECOND }), fc.constantFrom('ok', 'lost', 429)), {
          maxLength: 80,
        }),
        async (perMinute, arrivals) => {
          const { clock, sent, ask, asked } = bench({ perMinute });
          const refused: { from: number; until: number }[] = [];
          for (const [priority, gap, outcome] of arrivals) {
            await clock.pass(gap);
            ask(priority, (ticket) => {
              const at = clock.now();
              clock.after(300, () => {
                if (outcome === 'ok') ticket.answered();
                else if (outcome === 'lost') ticket.lost();
                else {
                  refused.push({ from: at + 300, until: at + 300 + 4 * SECOND });
                  ticket.refused(4 * SECOND);
                }
              });
            });
          }
          for (let i = 0; i < 400 && sent.length < asked.size; i++) await clock.pass(30 * SECOND);
          expect(sent.map(({ name }) => name).toSorted((a, b) => a - b)).toEqual([...asked.keys()]);
          expect(densest(sent.map(({ at }) => at))).toBeLessThanOrEqual(perMinute);
          for (const { from, until } of refused) {
            expect(sent.filter(({ at }) => at > from && at < until)).toEqual([]);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('lets exits go before entries, entries before questions, and each class in turn', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.tuple(priorities, fc.integer({ min: 0, max: 10 * SECOND })), { maxLength: 60 }),
        async (perMinute, arrivals) => {
          const { clock, sent, ask, asked } = bench({ perMinute });
          for (const [priority, gap] of arrivals) {
            await clock.pass(gap);
            ask(priority, (ticket) => ticket.answered());
          }
          for (let i = 0; i < 200 && sent.length < asked.size; i++) await clock.pass(MINUTE);
          for (const { name, priority, waiting } of sent) {
            const before = waiting.filter((other) => {
              const rank = RANK[asked.get(other)!];
              return rank < RANK[priority] || (rank === RANK[priority] && other < name);
            });
            expect(before).toEqual([]);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keeps room for exits under a flood of questions and entries', async () => {
    const { clock, sent, ask } = bench();
    const answered = (ticket: Ticket): void => ticket.answered();
    for (let second = 0; second < 180; second++) {
      for (let i = 0; i < 10; i++) ask(i % 2 === 0 ? 'read' : 'entry', answered);
      if (second % 6 === 0) ask('exit', answered);
      await clock.pass(SECOND);
      if (second % 6 === 0) expect(sent.filter(({ priority }) => priority === 'exit')).toHaveLength(second / 6 + 1);
    }
    const times = sent.map(({ at }) => at);
    expect(densest(times)).toBeLessThanOrEqual(200);
    expect(densest(sent.filter(({ priority }) => priority === 'read').map(({ at }) => at))).toBeLessThanOrEqual(150);
    // Nothing lies idle either: the flood alone would fill what is not kept.
    expect(times.length).toBeGreaterThan(2 * 180);
  });

  it('counts what others send with the same key, as the server tells it', async () => {
    const { clock, sent, ask } = bench();
    // Half the key's requests are somebody else's; the window is a minute of the server's clock.
    let window = -1;
    let used = 0;
    let over = 0;
    const server = (ticket: Ticket): void => {
      const now = clock.now();
      const current = Math.floor(now / MINUTE);
      if (current !== window) {
        window = current;
        used = 0;
      }
      used += 2;
      if (used > 200) over++;
      const remaining = Math.max(0, 200 - used);
      clock.after(20, () => ticket.answered({ limit: 200, remaining, resetInMs: (current + 1) * MINUTE - now - 20 }));
    };
    for (let second = 0; second < 300; second++) {
      for (let i = 0; i < 5; i++) ask('entry', server);
      await clock.pass(SECOND);
    }
    expect(over).toBe(0);
    expect(sent.length).toBeGreaterThan(350);
  });

  it('lets one alone try after a refusal, longer and longer, and tells of it once', async () => {
    const told: string[] = [];
    const { clock, sent, ask } = bench({ told: (state, waiting) => told.push(`${state} ${waiting}`) });
    let refusing = true;
    const server = (ticket: Ticket): void => {
      clock.after(10, () => (refusing ? ticket.refused() : ticket.answered()));
    };
    // What is refused comes again, as the caller makes it.
    const insist = (ticket: Ticket): void => {
      server({
        ...ticket,
        refused: (ms) => {
          ticket.refused(ms);
          ask('entry', insist);
        },
      });
    };
    for (let i = 0; i < 20; i++) ask('entry', insist);
    await clock.pass(5 * MINUTE);
    const storm = sent.length;
    expect(storm).toBeLessThan(20 + 15);
    refusing = false;
    ask('exit', server);
    await clock.pass(2 * MINUTE);
    expect(sent[storm]!.priority).toBe('exit');
    expect(sent).toHaveLength(storm + 21);
    expect(told).toEqual(['limited 8', 'free 20']);
  });

  it('is not held up for an hour by a clock that is set back by one', async () => {
    const { clock, sent, ask } = bench({ perMinute: 2 });
    for (let i = 0; i < 4; i++) ask('exit', (ticket) => ticket.answered());
    await idle();
    expect(sent).toHaveLength(2);
    clock.set(START - 60 * MINUTE);
    ask('exit');
    await clock.pass(MINUTE + SECOND);
    expect(sent.length).toBeGreaterThanOrEqual(4);
  });

  it('turns all away once closed', async () => {
    const { limiter, ask, sent } = bench({ perMinute: 1 });
    ask('read');
    await idle();
    const waits = limiter.take('exit');
    expect(limiter.waiting).toBe(1);
    limiter.close();
    await expect(waits).rejects.toBeInstanceOf(LimiterClosed);
    await expect(limiter.take('exit')).rejects.toBeInstanceOf(LimiterClosed);
    expect(sent).toHaveLength(1);
  });
});
