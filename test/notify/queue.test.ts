import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escaped, textOf } from '../../engine/notify/html.ts';
import { createPace, paceOf } from '../../engine/notify/pace.ts';
import { createQueue, type Queue } from '../../engine/notify/queue.ts';

const PACE = { gapMs: 1_000, most: 5, windowMs: 60_000 };
const queueOf = (most = 100, gatherMs = 3_000): Queue => createQueue({ most, gatherMs, pace: PACE });

/** Takes what is to be sent now; undefined: nothing. */
const take = (queue: Queue, now: number, outcome: 'gone' | 'kept' = 'gone'): string | undefined => {
  const step = queue.next(now);
  if (step.kind !== 'send') return undefined;
  queue.settled(outcome, now);
  return textOf(step.text);
};

const waits = (queue: Queue, now: number): number => {
  const step = queue.next(now);
  return step.kind === 'wait' ? step.ms : step.kind === 'idle' ? Number.POSITIVE_INFINITY : 0;
};

describe('messages that wait', () => {
  it('gather for a while and go together', () => {
    const queue = queueOf();
    queue.offer(escaped('one'), {}, 0);
    queue.offer(escaped('two'), {}, 1_000);
    expect(waits(queue, 1_000)).toBe(2_000);
    expect(take(queue, 3_000)).toBe('one\ntwo');
    expect(queue.next(3_000)).toEqual({ kind: 'idle' });
  });

  it('go at once with one that is urgent, in their order, blocks apart', () => {
    const queue = queueOf();
    queue.offer(escaped('a trade'), {}, 0);
    queue.offer(escaped('a breaker\ntripped'), { urgent: true }, 10);
    expect(take(queue, 10)).toBe('a trade\n\na breaker\ntripped');
  });

  it('keep a question with buttons by itself', () => {
    const queue = queueOf();
    const buttons = [{ text: 'Yes', data: 'yes' }];
    queue.offer(escaped('before'), {}, 0);
    queue.offer(escaped('sure?'), { urgent: true, buttons }, 0);
    queue.offer(escaped('after'), { urgent: true }, 0);
    expect(queue.next(0)).toEqual({ kind: 'send', text: 'before', buttons: undefined });
    queue.settled('gone', 0);
    expect(queue.next(1_000)).toEqual({ kind: 'send', text: 'sure?', buttons });
    queue.settled('gone', 1_000);
    expect(take(queue, 2_000)).toBe('after');
  });

  it('go no faster than the chat allows', () => {
    const queue = queueOf();
    const times: number[] = [];
    for (let now = 0; now < 130_000; now += 100) {
      queue.offer(escaped('x'), { urgent: true }, now);
      if (take(queue, now) !== undefined) times.push(now);
    }
    expect(times).toEqual([
      0, 1_000, 2_000, 3_000, 4_000, 60_000, 61_000, 62_000, 63_000, 64_000, 120_000, 121_000, 122_000, 123_000,
      124_000,
    ]);
  });

  it('wait as long as the server asks, a failed one first in line', () => {
    const queue = queueOf();
    queue.offer(escaped('one'), { urgent: true }, 0);
    expect(take(queue, 0, 'kept')).toBe('one');
    queue.hold(30_000, 0, true);
    queue.offer(escaped('two'), { urgent: true }, 1_000);
    queue.hurry();
    expect(waits(queue, 1_000)).toBe(29_000);
    expect(take(queue, 30_000)).toBe('one\ntwo');
  });

  it('do not wait for a server that could not be reached once the engine stops', () => {
    const queue = queueOf();
    queue.offer(escaped('one'), {}, 0);
    queue.hold(60_000, 0, false);
    expect(waits(queue, 0)).toBe(60_000);
    queue.hurry();
    expect(take(queue, 0)).toBe('one');
  });

  it('make room by dropping the oldest that is not urgent, and say so once', () => {
    const queue = queueOf(3);
    queue.offer(escaped('trip'), { urgent: true }, 0);
    for (const text of ['t1', 't2', 't3', 't4']) queue.offer(escaped(text), {}, 0);
    expect([queue.waiting, queue.dropped]).toEqual([3, 2]);
    expect(take(queue, 0)).toBe('2 messages were dropped: too many waited.\ntrip\nt3\nt4');
    queue.offer(escaped('later'), { urgent: true }, 1_000);
    expect(take(queue, 1_000)).toBe('later');
  });

  it('say it again when the message that said it did not arrive', () => {
    const queue = queueOf(1);
    for (const text of ['a', 'b']) queue.offer(escaped(text), { urgent: true }, 0);
    expect(take(queue, 0, 'kept')).toBe('1 message was dropped: too many waited.\nb');
    expect(take(queue, 1_000)).toBe('1 message was dropped: too many waited.\nb');
  });

  it('never drop an urgent one for one that is not', () => {
    const queue = queueOf(2);
    for (const text of ['u1', 'u2']) queue.offer(escaped(text), { urgent: true }, 0);
    queue.offer(escaped('routine'), {}, 0);
    expect(take(queue, 0)).toBe('1 message was dropped: too many waited.\nu1\nu2');
  });

  /** What may happen to a queue. */
  const events = fc.array(
    fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({ kind: fc.constant('offer' as const), urgent: fc.boolean(), long: fc.boolean() }),
      },
      {
        weight: 3,
        arbitrary: fc.record({
          kind: fc.constant('send' as const),
          outcome: fc.constantFrom('gone' as const, 'kept' as const),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant('hold' as const), ms: fc.integer({ min: 0, max: 5_000 }) }),
      },
      {
        weight: 2,
        arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 20_000 }) }),
      },
    ),
    { maxLength: 200 },
  );

  it('keep their order, stay within their bound, and account for every message', () => {
    fc.assert(
      fc.property(events, fc.integer({ min: 1, max: 12 }), (happening, most) => {
        const queue = queueOf(most);
        const sentAt: number[] = [];
        const arrived: number[] = [];
        let [now, offered, told] = [0, 0, 0];
        const send = (outcome: 'gone' | 'kept', during: () => void = () => undefined): void => {
          const step = queue.next(now);
          if (step.kind !== 'send') return;
          sentAt.push(now);
          expect(step.text.length).toBeLessThanOrEqual(4096);
          // More may come while it is under way.
          during();
          queue.settled(outcome, now);
          if (outcome === 'kept') return;
          const text = textOf(step.text);
          told += Number(/^(\d+) messages? (?:was|were) dropped/.exec(text)?.[1] ?? 0);
          arrived.push(...[...text.matchAll(/#(\d+)#/g)].map((found) => Number(found[1])));
        };
        const offer = (urgent: boolean, long: boolean): void =>
          queue.offer(escaped(`#${offered++}#${long ? 'x'.repeat(3_000) : ''}`), { urgent }, now);
        for (const one of happening) {
          if (one.kind === 'offer') offer(one.urgent, one.long);
          else if (one.kind === 'wait') now += one.ms;
          else if (one.kind === 'hold') queue.hold(one.ms, now, false);
          else send(one.outcome, () => offer(false, false));
          expect(queue.waiting).toBeLessThanOrEqual(most);
          expect(arrived.length + queue.waiting + queue.dropped).toBe(offered);
        }
        queue.hurry();
        while (queue.waiting > 0) {
          now += 60_000;
          send('gone');
        }
        expect(arrived).toEqual([...new Set(arrived)].toSorted((a, b) => a - b));
        expect(arrived.length + queue.dropped).toBe(offered);
        expect(told).toBeLessThanOrEqual(queue.dropped);
        sentAt.forEach((at, n) => {
          if (n > 0) expect(at - sentAt[n - 1]!).toBeGreaterThanOrEqual(PACE.gapMs);
          if (n >= PACE.most) expect(at - sentAt[n - PACE.most]!).toBeGreaterThanOrEqual(PACE.windowMs);
        });
      }),
    );
  });
});

describe('the pace of a chat', () => {
  it('is a message a second, in groups and channels twenty a minute', () => {
    expect(paceOf('42').most).toBe(60);
    expect([paceOf('-42').most, paceOf('@channel').most]).toEqual([20, 20]);
    const pace = createPace(paceOf('-42'));
    for (let n = 0; n < 20; n++) pace.note(n * 1_000);
    expect(pace.wait(20_000)).toBe(40_000);
  });
});
